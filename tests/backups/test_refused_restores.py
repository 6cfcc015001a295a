"""What is not whole, not ours, or not for here is refused, and nothing is restored of it."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.commands import postgres_tools
from app.commands.archive import MANIFEST
from app.commands.backup import back_up
from app.commands.opening import Refused
from app.commands.restore import restore
from app.config import Settings, get_settings
from app.migrating import migrate

Tables = Callable[[Settings], int]


@pytest.fixture
def file(copied: Settings, tmp_path: Path) -> Path:
    """A backup."""
    path = tmp_path / "register.backup"
    back_up(copied, path, with_files=False)
    return path


def rewritten(file: Path, **changes: Any) -> None:
    """Writes the file anew, with another manifest."""
    with zipfile.ZipFile(file) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    members[MANIFEST] = json.dumps(json.loads(members[MANIFEST]) | changes).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def refused(settings: Settings, file: Path, tables: Tables, why: str) -> None:
    with pytest.raises(Refused, match=why):
        restore(settings, file)
    assert tables(settings) == 0
    assert [each.name for each in file.parent.iterdir() if each.name.startswith(".")] == []


def test_damaged_files(file: Path, elsewhere: Settings, tables: Tables, tmp_path: Path) -> None:
    whole = file.read_bytes()
    middle = len(whole) // 3
    file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    refused(elsewhere, file, tables, "is damaged: .*Nothing was restored")
    for size in (0, 10, middle, len(whole) - 10):
        file.write_bytes(whole[:size])
        refused(elsewhere, file, tables, "is no backup of a register")
    file.write_bytes(whole)
    rewritten(file, parts={"database": {"sha256": "0" * 64, "size": 1}})
    refused(elsewhere, file, tables, "database is not what was written")
    rewritten(file, parts={})
    refused(elsewhere, file, tables, "its parts are not those that it names")
    rewritten(file, ledger=None)
    refused(elsewhere, file, tables, "its manifest.json cannot be read")


def test_files_that_are_not_ours_or_not_for_this_program(file: Path, elsewhere: Settings, tables: Tables) -> None:
    rewritten(file, version=2, novelty=True)
    refused(elsewhere, file, tables, "made by a newer version of this program")
    rewritten(file, version=1, revision="9999")
    refused(elsewhere, file, tables, "has the schema 9999, which this program does not know")
    rewritten(file, format="something else")
    refused(elsewhere, file, tables, "is not ours")
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("letter.txt", "Dear Secretary")
    refused(elsewhere, file, tables, "it has no manifest.json")


def test_the_other_database(file: Path, elsewhere: Settings, tables: Tables, kind: str) -> None:
    rewritten(file, database={"sqlite": "postgresql", "postgresql": "sqlite"}[kind])
    refused(elsewhere, file, tables, "cannot be restored into")


def test_a_database_that_is_not_empty(file: Path, copied: Settings, elsewhere: Settings, kind: str) -> None:
    migrate(elsewhere.database_url)
    for settings in (copied, elsewhere):
        with pytest.raises(Refused, match="already: a backup is restored"):
            restore(settings, file)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True, scope="session")
def test_what_an_sqlite_file_has_left_behind(file: Path, elsewhere: Settings, tables: Tables) -> None:
    left = Path(f"{elsewhere.database_url.removeprefix('sqlite:///')}-wal")
    left.write_bytes(b"of another database")
    refused(elsewhere, file, tables, "-wal already")
    left.unlink()


def test_no_file_is_written_over_and_none_is_left_half_written(
    file: Path, copied: Settings, elsewhere: Settings
) -> None:
    before = file.read_bytes()
    other = file.with_name("other.backup")
    with pytest.raises(FileExistsError):
        back_up(copied, file, with_files=False)
    assert file.read_bytes() == before
    with pytest.raises(Refused, match="There is no register"):
        back_up(elsewhere, other, with_files=False)
    assert [each.name for each in file.parent.iterdir() if "backup" in each.name] == [file.name]


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True, scope="session")
def test_without_the_programs_of_postgresql(
    file: Path, copied: Settings, elsewhere: Settings, tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgres_tools, "DEBIAN", tmp_path)
    other = file.with_name("other.backup")
    with pytest.raises(Refused, match=r"pg_dump of PostgreSQL \d+ or newer is needed"):
        back_up(copied, other, with_files=False)
    assert not other.exists()
    refused(elsewhere, file, tables, r"pg_restore of PostgreSQL \d+ or newer is needed")


def test_from_the_command_line(
    copied: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "register.backup"

    def run(settings: Settings, *words: str) -> Any:
        monkeypatch.setenv("TRACKER_DATABASE_URL", settings.database_url)
        monkeypatch.setenv("TRACKER_ATTACHMENT_STORE", settings.attachment_store)
        get_settings.cache_clear()
        return CliRunner().invoke(app, words)

    made = run(copied, "backup", str(file))
    assert (made.exit_code, f"Wrote {file}" in made.stderr) == (0, True)
    back = run(elsewhere, "restore", str(file))
    assert (back.exit_code, "Its ledger is whole" in back.stderr) == (0, True)
    get_settings.cache_clear()
