"""One SQLite file and two processes that write: whoever comes now and then gets a turn beside one that never pauses."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from app.db import Database

WITHOUT_A_PAUSE = """
import sqlite3, sys, time
file = sqlite3.connect(sys.argv[1], timeout=60, isolation_level=None)
while True:
    file.execute("BEGIN IMMEDIATE")
    file.execute("INSERT INTO writes VALUES ('theirs')")
    print(flush=True)
    time.sleep(0.012)
    file.execute("COMMIT")
    time.sleep(0.001)
"""


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[str]:
    """The address of a file that another process writes to, one transaction after the other."""
    path = tmp_path / "busy.db"
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("CREATE TABLE writes (whose TEXT)")
    command = [sys.executable, "-c", WITHOUT_A_PAUSE, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        yield f"sqlite:///{path}"
        other.kill()


def write(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO writes VALUES ('ours')")


def ours(database: Database) -> int:
    with database.reader.connect() as connection:
        (number,) = connection.exec_driver_sql("SELECT count(*) FROM writes WHERE whose = 'ours'").one()
        return int(number)


def test_a_write_gets_its_turn(busy: str) -> None:
    database = Database(busy, busy_timeout_ms=1_600)
    for _ in range(20):
        write(database)
        time.sleep(0.05)  # the other one is at it again
    assert ours(database) == 20
    database.close()


def test_a_write_that_never_gets_its_turn_says_so(busy: str) -> None:
    database = Database(busy, busy_timeout_ms=100)
    with closing(sqlite3.connect(str(database.url.database), timeout=60, isolation_level=None)) as file:
        file.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="database is locked"):
            write(database)
    assert ours(database) == 0
    database.close()
