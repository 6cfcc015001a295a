"""Lists that are searched by words: the matches are found in the directory, and only what is shown is looked up.

The directory mirrors what decides over most lists: who may see a record, whether it is withdrawn, and its day. Where it
does not suffice, each match is joined to its record.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    true,
)

from app.access.visible import marking_of, visible
from app.core.fts5 import A_DAY, TEXT, first_row
from app.core.query import Order
from app.core.search import ENTRY, RANKED_MOST, entries, found, latest_first, needed_for_tier, of_types, tier
from app.crud.shape import Shape, after, asks, conditions, directed, keys_of, mirrored, plain


class Matches(NamedTuple):
    """The entries that a list's words and its other conditions find."""

    source: FromClause
    where: list[ColumnElement[bool]]
    keys: list[Any]
    """What the order goes by."""


def mirrors(shape: Shape) -> Mapping[str, Any]:
    """The columns of the directory that mirror a record's own."""
    dated = shape.resource.dated
    if dated is None:
        return {"id": ENTRY.c.record_id}
    return {"id": ENTRY.c.record_id, dated: ENTRY.c.day} | {
        each: ENTRY.c[each] for each in ("marking_id", "archived") if each in shape.resource.table.c
    }


def is_searched(shape: Shape) -> bool:
    """Whether a list is of what some words find."""
    return "q" in (name for name, _ in shape.filters)


def matches(shape: Shape, *more: ColumnElement[Any]) -> Matches:
    """Where the matches of a list are read from: the directory alone, if it mirrors all that is asked.

    `more` is what else is asked of a record.
    """
    table, kept = shape.resource.table, mirrors(shape)
    asked = [each for each in conditions(shape, but="q") if each is not shape.resource.kind_only]
    where = [
        found("q", shape.sqlite),
        of_types(each.noun for each in shape.resource.kinds or (shape.resource,)),
        *mirrored(table, kept, asked),
    ]
    keys = keys_of(shape, kept)
    source = entries(shape.sqlite)
    columns = set(table.c)
    if any(asks(each, columns) for each in (*where, *keys, *more)):
        source = source.join(table, table.c.id == ENTRY.c.record_id)
    return Matches(source, where, keys)


def counted_matches(shape: Shape) -> tuple[FromClause, list[ColumnElement[bool]], ColumnElement[Any]]:
    """What a list of matches is counted off, the conditions, and how its records are marked."""
    (marking,) = mirrored(shape.resource.table, mirrors(shape), [marking_of(shape.resource.table)])
    source, where, _ = matches(shape, marking)
    return source, where, marking


def found_by_day(shape: Shape) -> bool:
    """Whether a list is one of matches in the order of their days, which the directory has."""
    (first, descending), *rest = shape.order.terms
    return is_searched(shape) and first == shape.resource.dated and rest == [("id", descending)]


def by_day_statement(shape: Shape) -> Select[Any]:
    """A page of matches by their day."""
    source, where, keys = matches(shape)
    if shape.continued:
        where.append(after(keys, shape.order))
    if shape.sqlite:
        where += _near_rows(shape, source, where)
    names = [f"key_{name}" for name, _ in shape.order.terms]
    shown = (
        select(ENTRY.c.record_id, *(key.label(name) for key, name in zip(keys, names, strict=True)))
        .select_from(source)
        .where(and_(*where))
        .order_by(*directed(keys, shape.order))
        .limit(shape.rows)
        .subquery()
    )
    return _looked_up(shape, shown, [shown.c[name] for name in names], shape.order)


def _near_rows(shape: Shape, source: FromClause, where: list[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """Between which rows of SQLite's full text a page lies: it has whole days, and as many as fill the page.

    Within a day its rows are in the order of entry, and a list has them by id.
    """
    row, a_day = TEXT.c.rowid, literal_column(str(A_DAY), Integer)
    descending = shape.order.terms[0][1]
    begins: list[ColumnElement[bool]] = []
    if shape.continued:
        day = first_row(bindparam("after_0", type_=ENTRY.c.day.type))
        begins = [row < day + a_day if descending else row >= day]
    nearest = (
        select(row.label("row"))
        .select_from(source)
        .where(and_(*where, *begins))
        .order_by(row.desc() if descending else row.asc())
        .limit(shape.rows)
        .subquery()
    )
    last = select((func.min if descending else func.max)(nearest.c.row)).scalar_subquery()
    day_of_last = last.bitwise_and(literal_column(str(-A_DAY), Integer))
    return [*begins, row >= day_of_last if descending else row < day_of_last + a_day]


def ranked_statement(shape: Shape) -> Select[Any]:
    """A page of the best matches: how well each matches comes before the rest of the order."""
    source, where, keys = matches(shape)
    if shape.continued:
        # What has come since the first page is not ranked, so that the walk goes on among what was.
        where.append(ENTRY.c.record_id <= bindparam("top", type_=ENTRY.c.record_id.type))
    names = [name for name, _ in shape.order.terms]
    candidates = (
        select(
            ENTRY.c.record_id,
            needed_for_tier(shape.sqlite),
            *(key.label(f"key_{name}") for name, key in zip(names, keys, strict=True)),
        )
        .select_from(source)
        .where(and_(*where))
        .order_by(*latest_first(shape.sqlite))
        .limit(literal_column(str(RANKED_MOST)))
        .cte("candidate")
    )
    ranked = select(candidates, tier(shape.sqlite, candidates).label("tier")).cte("ranked")
    best = Order((("tier", True), *shape.order.terms))
    top = select(ranked.c.record_id).order_by(ranked.c.record_id.desc()).limit(literal_column("1"))
    places = _places(ranked, names)
    shown = (
        select(ranked, top.scalar_subquery().label("top"))
        .where(after(places, best) if shape.continued else true())
        .order_by(*directed(places, best))
        .limit(shape.rows)
        .subquery()
    )
    return _looked_up(shape, shown, _places(shown, names), best, shown.c.top)


def _places(of: FromClause, names: Sequence[str]) -> list[Any]:
    """What the best matches are ordered by."""
    return [of.c.tier, *(of.c[f"key_{name}"] for name in names)]


def _looked_up(
    shape: Shape, shown: FromClause, places: list[Any], order: Order, *more: ColumnElement[Any]
) -> Select[Any]:
    """The records of a page whose entries are found. The directory says who may see them; they are asked themselves."""
    table = shape.resource.table
    return (
        select(table.c.representation, marking_of(table), *more, *plain(shape, places))
        .select_from(shown.join(table, table.c.id == shown.c.record_id))
        .where(visible(table, shape.markings))
        .order_by(*directed(places, order))
    )
