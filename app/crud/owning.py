"""Records that are somebody's own: which of them exist for a caller, and which comes first where names are the same."""

from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, case, or_


def _own(table: Table) -> ColumnElement[bool]:
    return table.c.owner == bindparam("owner", type_=table.c.owner.type, required=True)


def own_or_shared(table: Table) -> ColumnElement[bool]:
    """The condition that a record is the caller's own, or shared. Who calls is the parameter `owner`."""
    return or_(_own(table), table.c.shared) if "shared" in table.c else _own(table)


def own_first(table: Table) -> tuple[ColumnElement[Any], ...]:
    """An order in which the caller's own stand before those of others, and the older ones before the newer."""
    return case((_own(table), 0), else_=1), table.c.created_at, table.c.id
