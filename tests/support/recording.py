"""What a request does to the database: the statements it runs, and what is in there before and after."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, event, inspect, text

from app.access.register import Register
from app.core.prepared import Prepared


def engines(register: Register) -> list[Engine]:
    database = register.database
    return [each for each in (database.reader, database.writer, database.inline) if each is not None]


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
    with register.database.reader.connect() as connection:
        # How FTS5 lays out its words in tables of its own is no matter of ours.
        tables = [each for each in inspect(connection).get_table_names() if not each.startswith("search_text_")]
        counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in tables)
        versioned = [
            name
            for name in tables
            if "version" in {each["name"] for each in inspect(connection).get_columns(name)} and name != "ledger"
        ]
        versions = " UNION ALL ".join(
            f"SELECT '{name} versions', coalesce(sum(version), 0) FROM \"{name}\"" for name in versioned
        )
        rows = connection.execute(text(f"{counts} UNION ALL {versions}"))
        return {name: int(number) for name, number in rows}
