"""Connections that stay taken from one read to the next, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text

from app.db import Database
from app.telemetry.metrics import CONNECTIONS
from support.databases import Databases


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, all_databases: dict[str, Databases], tmp_path: Path) -> Iterator[Database]:
    with all_databases[request.param].copy() as url:
        database = Database(url, threads=2)
        yield database
        database.close()


def in_use() -> float:
    return next(each.value for each in CONNECTIONS.labels("reader").collect()[0].samples)


def test_the_last_one_used_is_used_next(database: Database) -> None:
    with database.reads.connect() as first, database.reads.connect() as second:
        assert first is not second
    with database.reads.connect() as again:
        assert again is first, "it was given back last"
    with database.reads.connect() as once_more:
        assert once_more is first
    assert database.reader.pool.checkedout() == 2  # type: ignore[attr-defined]


def test_no_more_are_kept_than_there_are_threads(database: Database) -> None:
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(database.reads.connect())
    assert database.reader.pool.checkedout() == 2  # type: ignore[attr-defined]


def test_one_that_was_left_in_the_middle_of_something_is_cleaned(database: Database) -> None:
    with database.reads.connect() as connection:
        connection.execute(text("SELECT 1"))  # begins a transaction, as SQLAlchemy does
    assert connection.closed
    with pytest.raises(KeyError), database.reads.connect() as connection:
        raise KeyError
    assert connection.closed
    assert database.reader.pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_one_that_the_server_has_ended_is_not_used_again(database: Database) -> None:
    with database.reads.connect() as connection:
        number = connection.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr]
    with database.reader.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:number, 5000)"), {"number": number})
    with database.reads.connect() as anew:
        assert anew is not connection
        assert anew.scalar(text("SELECT 1")) == 1
    assert connection.closed


def test_many_threads_share_them(database: Database) -> None:
    before, together = in_use(), Barrier(4)
    done: list[int] = []

    def read(_: int) -> None:
        mine: Any
        together.wait()
        for _ in range(50):
            with database.reads.connect() as mine:
                cursor = mine.connection.cursor()
                cursor.execute("SELECT count(*) FROM engagement")
                assert cursor.fetchone()[0] >= 0
                cursor.close()
        done.append(50)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(read, range(4)))
    assert done == [50] * 4
    assert in_use() == before, "what waits is not in use"
    assert database.reader.pool.checkedout() <= 2  # type: ignore[attr-defined]


def test_none_is_left_when_the_register_closes(database: Database) -> None:
    with database.reads.connect() as kept:
        pass
    database.reads.close()
    assert kept.closed
    assert database.reader.pool.checkedout() == 0  # type: ignore[attr-defined]
