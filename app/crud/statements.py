"""The statements of lists: a page of one, how many records it has, and how they are marked."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnClause, ColumnElement, FromClause, Select, and_, func, literal_column, select, union

from app.access.proofs import proven
from app.access.visible import marking_of
from app.core.prepared import PLANNED_ANEW
from app.core.query import COUNT_CAP
from app.crud.searched import by_day_statement, counted_matches, found_by_day, is_searched, ranked_statement
from app.crud.shape import Lead, Shape, Single, directed, keys_of, leading_link, parted, plain, walked


def page_statement(shape: Shape) -> Select[Any]:
    """A page: representation and marking of each record, then what the order goes by, its id among that."""
    lead = None if shape.ranked else leading_link(shape)
    if shape.ranked:
        statement = ranked_statement(shape)
    elif lead is None and found_by_day(shape):
        statement = by_day_statement(shape)
    elif parts := parted(shape, lead):
        statement = merged_statement(shape, lead, parts)
    else:
        statement = plain_statement(shape, lead)
    if lead is not None and lead.rivalled:
        statement = statement.execution_options(**PLANNED_ANEW)
    return statement.where(proven()) if shape.proves else statement


def plain_statement(shape: Shape, lead: Lead | None) -> Select[Any]:
    """A page of records as they stand in an index."""
    source, where = walked(shape, lead)
    keys = keys_of(shape, {} if lead is None else lead.linked.order)
    table = shape.resource.table
    return (
        select(table.c.representation, marking_of(table), *plain(shape, keys))
        .select_from(source)
        .where(and_(*where))
        .order_by(*directed(keys, shape.order))
        .limit(shape.rows)
    )


def merged_statement(shape: Shape, lead: Lead | None, parts: Sequence[Single]) -> Select[Any]:
    """A page of records that have, or are tied to, any of several values: a page for each value, merged.

    Its cost does not depend on how common the values are, as that of a walk through all records would, nor on how many
    have them, as that of sorting them.
    """
    table, keys = shape.resource.table, keys_of(shape, {} if lead is None else lead.linked.order)
    names = [f"key_{name}" for name, _ in shape.order.terms]
    owner = table.c.id if lead is None else lead.linked.owner
    pages = []
    for single in parts:
        source, where = walked(shape, lead, single)
        each = (
            select(owner.label("record_id"), *(key.label(name) for key, name in zip(keys, names, strict=True)))
            .select_from(source)
            .where(and_(*where))
            .order_by(*directed(keys, shape.order))
            .limit(shape.rows)
        )
        pages.append(select(each.subquery()))
    merged = union(*pages).subquery()
    places = [merged.c[name] for name in names]
    return (
        select(table.c.representation, marking_of(table), *plain(shape, places))
        .select_from(merged.join(table, table.c.id == merged.c.record_id))
        .order_by(*directed(places, shape.order))
        .limit(shape.rows)
    )


def count_statement(shape: Shape, *, capped: bool) -> Select[Any]:
    """How many records the list has, of those that exist for the caller."""
    source, where, _ = _counted(shape)
    rows: Select[Any] = select(literal_column("1")).select_from(source).where(and_(*where))
    if capped:
        rows = rows.limit(literal_column(str(COUNT_CAP)))
    return select(func.count()).select_from(rows.subquery())


def census_statement(shape: Shape) -> Select[Any]:
    """How many records the list has of each marking, of those that exist for the caller."""
    source, where, marking = _counted(shape)
    statement = select(marking, func.count()).select_from(source).where(and_(*where))
    return statement.group_by(marking) if isinstance(marking, ColumnClause) else statement


def _counted(shape: Shape) -> tuple[FromClause, list[ColumnElement[bool]], Any]:
    """Where a list is counted off, the conditions, and how its records are marked."""
    marking = marking_of(shape.resource.table)
    lead = leading_link(shape)
    if lead is not None and lead.values == 1:
        return *walked(shape, lead._replace(rivalled=False)), marking
    if is_searched(shape):
        return counted_matches(shape)
    return *walked(shape, None), marking
