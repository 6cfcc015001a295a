"""Runs migrations: by `tracker migrate`, which hands in its connection, or by the `alembic` command."""

from typing import Any

from alembic import context
from sqlalchemy import Connection

from app.config import get_settings
from app.db import Database
from app.models import Base

# The FTS5 table, its shadow tables and the list of its words belong to SQLite alone; the models know nothing of them.
NOT_MODELLED = ("search_text", "search_word")


def include_name(name: str | None, type_: str, _parents: Any) -> bool:
    return not (type_ == "table" and name is not None and name.startswith(NOT_MODELLED))


def include_object(_item: Any, name: str | None, type_: str, _reflected: bool, _other: Any) -> bool:
    """The index of words is PostgreSQL's; on SQLite the FTS5 table has its own."""
    return not (type_ == "index" and name == "ix_search_entry_words" and context.get_bind().dialect.name == "sqlite")


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=include_name,
        include_object=include_object,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        run(given)
        return
    settings = get_settings()
    database = Database(settings.database_url, pooled=settings.database_pooled)
    with database.writer.connect() as connection, connection.begin():
        run(connection)
    database.close()


main()
