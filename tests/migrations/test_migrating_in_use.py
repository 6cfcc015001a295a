"""A migration of PostgreSQL while others use the register: it gives way, and nobody waits long behind it."""

import threading
from typing import Any

import psycopg
import pytest
from alembic.script import ScriptDirectory

from app import migrating
from app.migrating import migrate


@pytest.fixture
def behind(empty_database: str, kind: str) -> str:
    """A database that the last migrations are still to come to."""
    if kind == "sqlite":
        pytest.skip("SQLite locks the file")
    migrate(empty_database)
    migrate(empty_database, to=before("statistics"))
    return empty_database


def before(slug: str) -> str:
    """The revision that a migration follows, by the end of its file's name."""
    scripts = ScriptDirectory.from_config(migrating.config())
    (found,) = (each.down_revision for each in scripts.walk_revisions() if each.path.endswith(f"_{slug}.py"))
    assert isinstance(found, str)
    return found


def test_readers_go_on_while_a_migration_waits_for_a_long_one(behind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrating, "LOCK_TIMEOUT_MS", 100)
    monkeypatch.setattr(migrating, "PAUSE", 0.05)
    tries: list[Any] = []
    once = migrating._once  # noqa: SLF001

    def counted(*arguments: Any) -> None:
        tries.append(arguments)
        once(*arguments)

    monkeypatch.setattr(migrating, "_once", counted)
    with psycopg.connect(behind) as long_reader, psycopg.connect(behind, autocommit=True) as reader:
        long_reader.execute("SELECT count(*) FROM engagement_partner")
        reader.execute("SET statement_timeout = '20s'")
        thread = threading.Thread(target=migrate, args=(behind,))
        thread.start()
        while len(tries) < 4:
            reader.execute("SELECT count(*) FROM engagement_partner")
        assert thread.is_alive()
        long_reader.rollback()
        thread.join(60)
        assert not thread.is_alive()
    with psycopg.connect(behind) as connection:
        assert connection.execute("SELECT to_regclass('calendar') IS NOT NULL").fetchone() == (True,)


def test_a_migration_that_never_gets_its_turn_changes_nothing(behind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrating, "LOCK_TIMEOUT_MS", 50)
    monkeypatch.setattr(migrating, "PAUSE", 0)
    monkeypatch.setattr(migrating, "TRIES", 2)
    with psycopg.connect(behind) as writer:
        writer.execute("LOCK TABLE engagement_partner IN SHARE ROW EXCLUSIVE MODE")
        before = writer.execute("SELECT version_num FROM alembic_version").fetchone()
        with pytest.raises(migrating.OperationalError, match="lock timeout"):
            migrate(behind)
        assert writer.execute("SELECT version_num FROM alembic_version").fetchone() == before
