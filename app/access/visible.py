"""`visible()`: where every read of the register begins."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, inspect, null, true
from sqlalchemy.sql.expression import literal_column

from app.core.columns import table_of


def is_marked(table: FromClause) -> bool:
    return "marking_id" in table.c


def marking_of(table: FromClause) -> ColumnElement[Any]:
    """The column that says how rows of a table are marked; NULL where they are not."""
    return table.c.marking_id if is_marked(table) else null()


def visible(table: FromClause, markings: Sequence[int]) -> ColumnElement[bool]:
    """The condition that rows of `table` exist for a caller who may see `markings`.

    The ids stand in the statement as literals: they are ours, few, and part of the statement's shape.
    """
    if not is_marked(table):
        return true()
    return table.c.marking_id.in_([literal_column(str(int(each))) for each in markings])


def visible_records(model: Any, markings: Sequence[int]) -> ColumnElement[bool]:
    """The same for a mapped class; of an engagement's kind, the base table decides."""
    return visible(table_of(inspect(model).base_mapper.class_), markings)
