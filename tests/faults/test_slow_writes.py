"""A disk that writes slowly, by the kernel's help: writes take their time, none is lost or refused, and reads go on."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from disks import NoDiskError, SlowDisk, move_log
from reckoning import Account, reckon
from rounds import WHO
from sqlalchemy import make_url
from victim import Victim
from writers import Caller, Crew

from app.config import Settings
from support.databases import filled
from support.postgres import find_or_start

WRITES = 20
"""A second: an old disk, with others at work on it."""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other accounts can reach."""
    folder = Path(tempfile.mkdtemp(prefix="tracker-faults-slow-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def disk(place: Path) -> Iterator[SlowDisk]:
    try:
        made = SlowDisk(place / "disk", megabytes=160)
    except NoDiskError as error:
        pytest.skip(str(error))
    made.folder.chmod(0o755)
    yield made
    made.close()


def written_slowly(victim: Victim, secret: str, disk: SlowDisk, processes: Callable[[], list[int]]) -> Account:
    """Writers at work while the disk is slow, and after."""
    crew = Crew(victim.root, secret, number=3, seed=7)
    crew.until_acknowledged(3)
    disk.slow(processes(), writes=WRITES)
    crew.until_acknowledged(6)
    assert disk.held_up()
    with Caller(victim.root, secret) as caller:
        assert caller.get("/visits", limit=200)["items"] is not None
    disk.fast()
    crew.until_acknowledged(6)
    account, memories = Account(), crew.stop()
    with Caller(victim.root, secret) as caller:
        reckon(account, memories, caller, victim.url)
    return account


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True, scope="session")
def test_under_sqlite(settings: Settings, secret: str, disk: SlowDisk, serve_in: Callable[..., Victim]) -> None:
    with (
        closing(sqlite3.connect(str(make_url(settings.database_url).database))) as original,
        closing(sqlite3.connect(disk.folder / "register.db")) as copy,
    ):
        original.backup(copy)
    victim = serve_in(f"sqlite:///{disk.folder}/register.db")
    account = written_slowly(victim, secret, disk, lambda: [victim.process.pid])
    victim.stop()
    assert account.faultless, account
    assert account.unanswered == 0


def test_under_the_log_of_postgresql(disk: SlowDisk, serve_in: Callable[..., Victim]) -> None:
    with ExitStack() as stack:
        server = find_or_start(Path(tempfile.mkdtemp(prefix="tracker-faults-pg-")), durable=True)
        stack.callback(server.stop)
        move_log(server, disk.folder / "pg_wal")
        template = filled(server.create_database("faults"))
        victim = serve_in(template.url)
        account = written_slowly(victim, template.secrets[WHO], disk, server.processes)  # type: ignore[index]
        victim.stop()
    assert account.faultless, account
    assert account.unanswered == 0
