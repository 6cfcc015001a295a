"""Full-text search as a filter and as an order: PostgreSQL by `tsvector` and GIN, SQLite by FTS5."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    FromClause,
    Integer,
    String,
    bindparam,
    case,
    cast,
    column,
    func,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from app.core.columns import Id
from app.core.fts5 import TEXT, beginnings, entry_of_row
from app.core.query import Match, Scope, Where
from app.core.words import match, query_words, tsquery

ENTRY = table("search_entry", column("seq", Integer), column("record_type", String), column("record_id", Id),
              column("marking_id", Integer), column("archived", Boolean), column("day", Date),
              column("words"))  # fmt: skip

RANKED_MOST = 1_000
"""How many matches are ranked at the most: the latest by their day that the caller may see. Ranking all would cost
with their number; whoever needs every match gives a `sort`."""

TIERS = ("title_whole", "title", "whole")
"""Best first: all words stand whole in the title; begin words of the title; stand whole anywhere."""


def entries(sqlite: bool) -> FromClause:
    """The search entries, in a form that `found` can be asked of."""
    return TEXT.join(ENTRY, ENTRY.c.seq == entry_of_row()) if sqlite else ENTRY


def found(parameter: str, sqlite: bool) -> ColumnElement[bool]:
    """The entry at hand matches what `search_value` has made for the parameter."""
    if not sqlite:
        return _matches(ENTRY.c.words, parameter)
    whole = parameter.endswith("whole")
    asked = bindparam(parameter, type_=String()) if whole else beginnings(parameter, in_title=parameter == "q_title")
    return literal_column("search_text").op("MATCH")(asked)


def of_types(nouns: Iterable[str]) -> ColumnElement[bool]:
    """The entry at hand is of a record of one of these nouns. They stand in the statement: they are ours, and few."""
    return ENTRY.c.record_type.in_([literal_column(f"'{each}'") for each in nouns])


def latest_first(sqlite: bool) -> list[ColumnElement[Any]]:
    """The order in which either database finds matches by their day without looking at all of them."""
    return [TEXT.c.rowid.desc()] if sqlite else [ENTRY.c.day.desc(), ENTRY.c.record_id.desc()]


def needed_for_tier(sqlite: bool) -> ColumnElement[Any]:
    """What a candidate must tell of itself, as `matter`, for `tier` to be worked out."""
    return (TEXT.c.rowid if sqlite else ENTRY.c.words).label("matter")


def tier(sqlite: bool, candidates: FromClause) -> ColumnElement[int]:
    """How well a candidate matches: 3 for the first of TIERS, 0 for a match that is none of them."""
    ranks = {name: len(TIERS) - place for place, name in enumerate(TIERS)}
    matter = candidates.c.matter
    if not sqlite:
        return case(*((_matches(matter, f"q_{name}"), rank) for name, rank in ranks.items()), else_=0)
    # FTS5 finds the matches of a tier by one walk of its index, from the earliest candidate on.
    earliest = select(func.min(matter)).scalar_subquery()
    return case(
        *(
            (matter.in_(select(TEXT.c.rowid).where(found(f"q_{name}", sqlite), TEXT.c.rowid >= earliest)), rank)
            for name, rank in ranks.items()
        ),
        else_=0,
    )


def _matches(words: ColumnElement[str], parameter: str) -> ColumnElement[bool]:
    return words.op("@@")(cast(bindparam(parameter, type_=String()), TSQUERY))


class FullText(Where):
    """The record has all the words, each at least as the beginning of one of its own."""

    def __init__(self) -> None:
        def build(scope: Scope, match: Match) -> ColumnElement[bool]:
            matching = select(ENTRY.c.record_id).select_from(entries(scope.sqlite))
            return scope.table.c.id.in_(matching.where(found(match.parameter, scope.sqlite)))

        super().__init__(build)


def search_value(text: str, *, sqlite: bool, within: str = "any") -> str:
    """What the database is asked for when somebody searches for `text`."""
    words = query_words(text)
    in_title, whole = within.startswith("title"), within.endswith("whole")
    if not sqlite:
        return tsquery(words, prefix=not whole, weight="A" if in_title else "")
    if not whole:
        return json.dumps(words)
    return f"title : ({match(words)})" if in_title else match(words)
