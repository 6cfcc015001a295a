"""Migrations: one line of them, up and down on both databases, with records in it and without."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, inspect, text

from app.access.register import Register
from app.commands.audit import verify
from app.commands.upkeep import bring_up_to_date
from app.core.columns import Base
from app.crud.resource import RESOURCES, Resource
from app.db import Database
from app.migrating import config, migrate
from app.models import Engagement
from app.schema import is_current, revisions
from support.client import Api
from support.databases import settings_for
from support.documents import KINDS, Documents
from support.subject import WRITABLE

VERSIONS = "alembic_version"
FULL_TEXT = ("search_text", "search_word")


def scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(config())


def history() -> list[Script]:
    """Every revision, the newest first."""
    return list(scripts().walk_revisions())


@pytest.fixture
def asked() -> Iterator[Callable[[str, Callable[[Connection], Any]], Any]]:
    """`asked(url, question)` answers a question to a database, and holds no connection afterwards."""

    def ask(url: str, question: Callable[[Connection], Any]) -> Any:
        database = Database(url)
        try:
            with database.reader.connect() as connection:
                return question(connection)
        finally:
            database.close()

    return ask


Asked = Callable[[str, Callable[[Connection], Any]], Any]


def tables(connection: Connection) -> set[str]:
    return {name for name in inspect(connection).get_table_names() if not name.startswith(FULL_TEXT)}


def everything(connection: Connection) -> set[str]:
    """The names of all that is in a database: tables, indexes, triggers, functions, sequences, types."""
    if connection.dialect.name == "sqlite":
        names = "SELECT name FROM sqlite_master"
    else:
        names = (
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
            " UNION SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype <> 'c'"
            " AND typelem = 0"
        )
    return set(connection.scalars(text(names)))


def counted(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {
        name: int(connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0)
        for name in sorted(tables(connection) - {VERSIONS})
    }


# The files.


def test_there_is_one_head_and_one_base() -> None:
    assert len(scripts().get_heads()) == 1
    assert len(scripts().get_bases()) == 1


def test_the_history_is_one_line() -> None:
    for newer, older in pairwise(history()):
        assert newer.down_revision == older.revision
    assert not any(each.is_branch_point or each.is_merge_point for each in history())


def test_files_are_named_by_date_and_slug_in_the_order_of_the_history() -> None:
    names = [each.path.rpartition("/")[2] for each in history()]
    for name in names:
        assert re.fullmatch(r"20\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])_[a-z0-9]+(_[a-z0-9]+)*\.py", name)
    days = [name[:8] for name in names]
    assert days == sorted(days, reverse=True)


def test_every_revision_says_what_it_does_and_can_go_back() -> None:
    for each in history():
        assert each.doc, each.path
        assert callable(each.module.upgrade), each.path
        assert callable(each.module.downgrade), each.path
        assert len(each.revision) <= 32, each.path


# Without records.


def test_from_nothing_up_and_down_and_up_again(empty_database: str, asked: Asked) -> None:
    migrate(empty_database)
    first = asked(empty_database, everything)
    assert asked(empty_database, tables) == {*Base.metadata.tables, VERSIONS}

    migrate(empty_database, to="base")
    assert asked(empty_database, everything) <= {VERSIONS, f"{VERSIONS}_pkc", f"sqlite_autoindex_{VERSIONS}_1"}
    assert asked(empty_database, lambda connection: connection.scalar(text(f"SELECT count(*) FROM {VERSIONS}"))) == 0

    migrate(empty_database)
    assert asked(empty_database, everything) == first


def test_each_migration_takes_back_all_that_it_made(empty_database: str, asked: Asked) -> None:
    for each in reversed(history()):
        before = asked(empty_database, everything) - {VERSIONS, f"{VERSIONS}_pkc"}
        migrate(empty_database, to=each.revision)
        migrate(empty_database, to=each.down_revision or "base")
        assert asked(empty_database, everything) - {VERSIONS, f"{VERSIONS}_pkc"} <= before | {
            f"sqlite_autoindex_{VERSIONS}_1"
        }
        migrate(empty_database, to=each.revision)


def test_the_revisions_are_those_that_alembic_finds() -> None:
    assert revisions() == ({each.revision for each in history()}, scripts().get_current_head())


def test_whether_a_database_is_current_is_known(empty_database: str) -> None:
    database = Database(empty_database)
    try:
        assert not is_current(database)
        migrate(empty_database)
        assert is_current(database)
        migrate(empty_database)
        assert is_current(database)
        migrate(empty_database, to="base")
        assert not is_current(database)
    finally:
        database.close()


# With records.


@pytest.fixture
def filled(documents: Documents, api: Api, register: Register) -> str:
    """The address of a register with a record of every kind, changed, withdrawn, and marked in several ways."""
    for path in WRITABLE:
        if RESOURCES[path].parent is None:
            documents.make(path)
    for path in KINDS:
        record = documents.make(path, classification="RESTRICTED", endorsements=["POLICY"], tags=["a", "b"])
        for below in RESOURCES.below(Engagement):
            if below.parent is not None:
                at = f"/{path}/{record['id']}/{below.address}"
                written = (api.put if below.is_single else api.post)(at, documents.of(below.path))
                assert written.status_code == 201, written.text
        api.change(f"/{path}/{record['id']}", {"summary": "Changed"})
    api.delete(f"/visits/{documents.visit()['id']}")
    return str(register.settings.database_url)


def test_records_survive_every_migration_down_and_up(filled: str, asked: Asked) -> None:
    counts = asked(filled, counted)
    assert all(counts[name] for name in ("engagement", "participant", "engagement_partner", "membership", "ledger"))
    for each in history():
        above = asked(filled, counted)
        migrate(filled, to=each.down_revision or "base")
        below = asked(filled, counted)
        assert below == {name: number for name, number in above.items() if name in below}, each.path
        migrate(filled, to=each.revision)
        again = asked(filled, counted)
        assert {name: number for name, number in again.items() if name in below} == below, each.path
        assert set(again) == set(above), each.path
        migrate(filled, to=each.down_revision or "base")
    migrate(filled)
    assert asked(filled, tables) == {*Base.metadata.tables, VERSIONS}


def kept_in(resource: Resource) -> set[str]:
    """The tables that hold the records of a resource."""
    return {
        resource.table.name,
        *(each.attribute.property.mapper.class_.__tablename__ for each in resource.children.values()),
    }


def test_a_register_of_any_revision_is_read_as_before_once_it_is_up_to_date(
    filled: str, api: Api, asked: Asked
) -> None:
    """Its schema is made what it was at each revision, with all that can be kept there, and upgraded from there."""
    settings = settings_for(filled)
    paths = [f"/{path}" for path in WRITABLE if RESOURCES[path].parent is None]
    before = {path: api.items(path, archived="any", limit=200) for path in paths}
    ledger = verify(settings, file=None, seals=None)
    for each in history()[1:]:
        migrate(filled, to=each.revision)
        there = asked(filled, tables)
        bring_up_to_date(settings)
        for path in paths:
            if kept_in(RESOURCES[path[1:]]) <= there:
                assert api.items(path, archived="any", limit=200) == before[path], f"{each.revision}: {path}"
        assert verify(settings, file=None, seals=None) == ledger, each.revision
