"""Backups of a register and what becomes of them, on both databases."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app.access.register import Register
from app.commands.backup import server_major
from app.commands.opening import Refused
from app.commands.postgres_tools import found
from app.config import Settings
from app.db import Database
from support.databases import Databases, settings_for

Into = Callable[[], Settings]


@pytest.fixture(autouse=True)
def client_programs(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own programs, of the server that the tests use, on PATH."""
    if register.database.is_sqlite:
        return
    database = Database(register.settings.database_url)  # as its administrator, who may know
    with database.reader.connect() as connection:
        folder = connection.scalar(text("SELECT setting FROM pg_config WHERE name = 'BINDIR'"))
        major = server_major(connection)
    database.close()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    try:
        found("pg_dump", at_least=major)
    except Refused as error:
        pytest.skip(str(error))


@pytest.fixture
def copied(settings: Settings, tmp_path: Path) -> Settings:
    """The register, as its operator's commands know it, with a store of files of its own."""
    return settings.model_copy(update={"attachment_store": str(tmp_path / "store")})


@pytest.fixture
def elsewhere(source: Databases, tmp_path: Path) -> Iterator[Settings]:
    """Another database, without a table, and a store without a file."""
    with source.empty() as url:
        yield settings_for(url, attachment_store=str(tmp_path / "other-store"))


@pytest.fixture
def tables() -> Callable[[Settings], int]:
    """`tables(settings)` counts the tables of a database, which need not be there."""

    def count(settings: Settings) -> int:
        database = Database(settings.database_url)
        if database.is_sqlite and not Path(str(database.url.database)).exists():
            return 0
        names = "sqlite_master WHERE type = 'table'" if database.is_sqlite else "pg_tables WHERE schemaname = 'public'"
        try:
            with database.reader.connect() as connection:
                return int(connection.scalar(text(f"SELECT count(*) FROM {names}")) or 0)
        finally:
            database.close()

    return count
