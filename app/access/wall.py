"""The second wall: on PostgreSQL the database itself holds back rows that the caller may not see.

`visible()` is the first, and stands in every statement. Behind it, under the application's own role, row-level
security compares each row's marking with those that this session has been told of: a statement that forgot the first
wall finds nothing beyond the caller either. Whoever migrates and repairs comes under another role, without a wall.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from app.errors import Unavailable
from app.postgres import is_pooled

_KEPT = "SELECT set_config('tracker.markings', %s, false)"
_FOR_NOW = "SELECT set_config('tracker.markings', %s, true)"


def for_reading(connection: Connection, markings: Sequence[int]) -> None:
    """Lets a connection see rows so marked, and no others; it is told only when it has last served somebody else."""
    if connection.dialect.name != "postgresql":
        return
    if is_pooled(connection):
        for_writing(connection, markings)
        return
    wanted = _array(markings)
    if connection.info.get("tracker.markings") != wanted:
        connection.info.pop("tracker.markings", None)
        _tell(connection, _KEPT, wanted)
        connection.info["tracker.markings"] = wanted


def for_writing(connection: Connection, markings: Sequence[int]) -> None:
    """The same until the transaction ends."""
    if connection.dialect.name == "postgresql":
        _tell(connection, _FOR_NOW, _array(markings))


def _array(markings: Sequence[int]) -> str:
    return "{" + ",".join(map(str, sorted(markings))) + "}"


def _tell(connection: Connection, statement: str, markings: str) -> None:
    cursor: Any = connection.connection.cursor()
    driver: Any = connection.dialect.dbapi
    try:
        cursor.execute(statement, (markings,))
    except (driver.OperationalError, driver.InterfaceError) as error:
        raise Unavailable(headers={"Retry-After": "2"}) from error
    finally:
        cursor.close()
