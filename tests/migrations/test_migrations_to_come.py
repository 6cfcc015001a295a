"""Migrations that are yet to be written: one that fails leaves nothing behind, and one may rebuild any table."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from app import migrating
from app.access.register import Register
from app.db import Database
from app.migrating import SCRIPTS, migrate
from support.client import Api
from support.documents import Documents

Coming = Callable[[str, str], None]


@pytest.fixture
def coming(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Coming:
    """`coming(upgrade, downgrade)` adds one more migration, in a folder that is this test's own."""

    def add(upgrade: str, downgrade: str = "pass") -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(SCRIPTS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        monkeypatch.setattr(migrating, "SCRIPTS", folder)
        head = migrating.ScriptDirectory.from_config(migrating.config()).get_current_head()
        (folder / "versions" / "29990101_yet_to_come.py").write_text(
            '"""yet to come."""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
            f'revision = "yet_to_come"\ndown_revision = "{head}"\n\n\n'
            f"def upgrade():\n{_indented(upgrade)}\n\n\ndef downgrade():\n{_indented(downgrade)}\n"
        )

    return add


def _indented(lines: str) -> str:
    return "\n".join(f"    {line}" for line in lines.strip().splitlines())


def state(url: str) -> dict[str, Any]:
    """The tables of a database with their columns and rows, and its revision."""
    database = Database(url)
    try:
        with database.reader.connect() as connection:
            seen = inspect(connection)
            found: dict[str, Any] = {
                name: (
                    sorted((each["name"], str(each["type"])) for each in seen.get_columns(name)),
                    connection.scalar(text(f'SELECT count(*) FROM "{name}"')),
                )
                for name in seen.get_table_names()
            }
            if "alembic_version" in found:
                found["revision"] = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return found
    finally:
        database.close()


HALF_WAY = """
op.create_table("half_way", sa.Column("id", sa.Integer, primary_key=True))
op.execute("INSERT INTO half_way (id) VALUES (1)")
op.add_column("person", sa.Column("shoe_size", sa.Integer))
op.execute("UPDATE person SET archived = archived, name = 'Nobody'")
op.execute("DELETE FROM ledger_head")
raise RuntimeError("half way")
"""


def test_a_migration_that_fails_half_way_leaves_nothing_behind(empty_database: str, coming: Coming) -> None:
    migrate(empty_database)
    before = state(empty_database)
    coming(HALF_WAY, "pass")
    with pytest.raises(RuntimeError, match="half way"):
        migrate(empty_database)
    assert state(empty_database) == before


def test_where_one_of_several_migrations_fails_none_is_done(empty_database: str, coming: Coming) -> None:
    coming(HALF_WAY, "pass")
    with pytest.raises(RuntimeError, match="half way"):
        migrate(empty_database)
    assert state(empty_database) == {}


def test_a_way_back_that_fails_half_way_leaves_nothing_behind(empty_database: str, coming: Coming) -> None:
    migrate(empty_database)
    before_it = state(empty_database)["revision"]
    coming('op.create_table("new", sa.Column("id", sa.Integer, primary_key=True))', f'op.drop_table("new")\n{HALF_WAY}')
    migrate(empty_database)
    before = state(empty_database)
    for target in ("base", before_it):
        with pytest.raises(RuntimeError, match="half way"):
            migrate(empty_database, to=target)
        assert state(empty_database) == before


def test_a_migration_that_succeeds_after_one_that_failed(empty_database: str, coming: Coming, tmp_path: Path) -> None:
    coming(HALF_WAY, "pass")
    with pytest.raises(RuntimeError, match="half way"):
        migrate(empty_database)
    shutil.rmtree(tmp_path / "migrations")
    coming('op.create_table("whole", sa.Column("id", sa.Integer, primary_key=True))', 'op.drop_table("whole")')
    migrate(empty_database)
    assert "whole" in state(empty_database)


@pytest.mark.parametrize("table", ["partner", "engagement", "marking"])
def test_a_table_that_others_refer_to_can_be_rebuilt_with_records_in_it(
    table: str, register: Register, documents: Documents, api: Api, coming: Coming
) -> None:
    visit = documents.visit(partners=["AU", "TO"], tags=["a"], classification="SENSITIVE")
    documents.make("appointments")
    api.make(f"/visits/{visit['id']}/participants", documents.of("participants"))
    url = str(register.settings.database_url)
    before = state(url)
    how = "always" if register.database.is_sqlite else "auto"
    recreated = f'with op.batch_alter_table("{table}", recreate="{how}") as batch:'
    coming(
        f'{recreated}\n    batch.add_column(sa.Column("extra", sa.Text, nullable=True))',
        f'{recreated}\n    batch.drop_column("extra")',
    )
    migrate(url)
    during = state(url)
    assert ("extra", "TEXT") in during[table][0]
    assert {name: each[1] for name, each in during.items() if name != "revision"} == {
        name: each[1] for name, each in before.items() if name != "revision"
    }
    register.database.reads.drop()
    register.database.reader.dispose()
    assert api.read(f"/visits/{visit['id']}")["partners"] == [
        {"partner": "AU", "role": "participant"},
        {"partner": "TO", "role": "participant"},
    ]
    migrate(url, to=before["revision"])
    assert state(url) == before
