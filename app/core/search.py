"""Full-text search as a filter and as an order: PostgreSQL by `tsvector` and GIN, SQLite by FTS5."""

from sqlalchemy import (
    Boolean,
    ColumnElement,
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

from app.core.query import Match, Scope, Where
from app.core.words import match, query_words, tsquery

ENTRY = table("search_entry", column("seq", Integer), column("record_type", String), column("record_id", String),
              column("marking_id", Integer), column("archived", Boolean), column("words"))  # fmt: skip
TEXT = table("search_text", column("rowid", Integer))

RANKED_MOST = 1_000
"""How many matches are ranked at the most: the newest that the caller may see. Ranking all would cost with their
number; whoever needs every match gives a `sort`."""

TIERS = ("title_whole", "title", "whole")
"""Best first: all words stand whole in the title; begin words of the title; stand whole anywhere."""


def entries(sqlite: bool) -> FromClause:
    """The search entries, in a form that `found` can be asked of."""
    return TEXT.join(ENTRY, ENTRY.c.seq == TEXT.c.rowid) if sqlite else ENTRY


def found(parameter: str, sqlite: bool) -> ColumnElement[bool]:
    """The entry at hand matches the parameter."""
    if sqlite:
        return literal_column("search_text").op("MATCH")(bindparam(parameter, type_=String()))
    return _matches(ENTRY.c.words, parameter)


def tier(sqlite: bool, candidates: FromClause) -> ColumnElement[int]:
    """How well a candidate matches: 3 for the first of TIERS, 0 for a match that is none of them."""
    ranks = {name: len(TIERS) - place for place, name in enumerate(TIERS)}
    if not sqlite:
        words = candidates.c.words
        return case(*((_matches(words, f"q_{name}"), rank) for name, rank in ranks.items()), else_=0)
    # FTS5 finds the matches of a tier by one walk of its index, from the oldest candidate on.
    oldest = select(func.min(candidates.c.seq)).scalar_subquery()
    return case(
        *(
            (
                candidates.c.seq.in_(select(TEXT.c.rowid).where(found(f"q_{name}", sqlite), TEXT.c.rowid >= oldest)),
                rank,
            )
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
    if sqlite:
        query = match(words, prefix=not whole)
        return f"title : ({query})" if in_title else query
    return tsquery(words, prefix=not whole, weight="A" if in_title else "")
