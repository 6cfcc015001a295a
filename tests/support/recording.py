"""What a request does to the database: the statements it runs, and what is in there before and after."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text

from app.access.register import Register
from app.core.prepared import Prepared
from app.models import Base


def engines(register: Register) -> list[Engine]:
    database = register.database
    return [each for each in (database.reader, database.writer, database.inline) if each is not None]


@contextmanager
def operator_of(register: Register) -> Iterator[Register]:
    """The same register as its operator has it open at the command line."""
    own = Register(register.settings.model_copy(update={"database_role": ""}))
    own.refresh_markings()
    try:
        yield own
    finally:
        own.close()


@contextmanager
def operating(register: Register) -> Iterator[Connection]:
    """A transaction of whoever runs the database: past the wall that stands around the application's own role."""
    if register.database.is_sqlite:
        with register.database.write() as connection:
            yield connection
        return
    engine = create_engine(register.database.url, poolclass=NullPool)
    with engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def recorded(register: Register) -> Iterator[list[str]]:
    """The statements that the application runs meanwhile, by SQLAlchemy or straight on the driver."""
    seen: list[str] = []

    def through_sqlalchemy(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    run = Prepared.run

    def on_driver(self: Prepared, cursor: Any, values: Any) -> Any:
        seen.append(self.sql)
        return run(self, cursor, values)

    with ExitStack() as stack:
        for engine in engines(register):
            event.listen(engine, "before_cursor_execute", through_sqlalchemy)
            stack.callback(event.remove, engine, "before_cursor_execute", through_sqlalchemy)
        stack.enter_context(patch.object(Prepared, "run", on_driver))
        yield seen


def contents(register: Register) -> dict[str, int]:
    """How many rows each table has, and a sum of all versions: equal before and after means nothing was written."""
    with operating(register) as connection:
        return counted(connection)


def counted(connection: Connection) -> dict[str, int]:
    """The same over a connection that is there already."""
    words = ["SELECT 'search_text', count(*) FROM search_text"] if connection.dialect.name == "sqlite" else []
    return {name: int(number) for name, number in connection.execute(text(" UNION ALL ".join([*_COUNTS, *words])))}


_TABLES = [each for each in Base.metadata.sorted_tables if each.name != "access_log"]  # where refusals are entered
_COUNTS = [f"SELECT '{each.name}', count(*) FROM {each.name}" for each in _TABLES] + [
    f"SELECT '{each.name} versions', coalesce(sum(version), 0) FROM {each.name}"
    for each in _TABLES
    if "version" in each.c and each.name != "ledger"
]
