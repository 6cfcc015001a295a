"""How the tables beside engagements are reached."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, FromClause


class Join(NamedTuple):
    """A table beside engagements, by the condition that ties its rows to them. Engagements without a row stay in."""

    table: FromClause
    on: ColumnElement[bool]


def joined(source: FromClause, joins: tuple[Join, ...]) -> FromClause:
    """A table with those beside it, each once."""
    for table, on in dict.fromkeys(joins):
        source = source.outerjoin(table, on)
    return source
