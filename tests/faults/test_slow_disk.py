"""Somebody else holds what a write needs: it waits, is refused with 503 if that takes too long, and reads go on.

What a register sees of a slow disk is this: locks that are held for long, and (see test_killed_database.py) a database
that does not answer. A disk that is slow indeed takes the kernel's help: test_slow_writes.py.
"""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager

import psycopg
import pytest
from sqlalchemy import make_url
from victim import Victim

from app.config import Settings
from support.client import Api
from support.documents import Documents
from support.problems import problem

Holding = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def holding(settings: Settings, kind: str) -> Holding:
    """Gives a block in which nobody else can write to the register."""

    @contextmanager
    def sqlite() -> Iterator[None]:
        path = str(make_url(settings.database_url).database)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")

    @contextmanager
    def postgresql() -> Iterator[None]:
        with psycopg.connect(settings.database_url) as connection:
            connection.execute("SELECT * FROM ledger_head FOR UPDATE")
            yield

    return sqlite if kind == "sqlite" else postgresql


def test_a_write_waits_and_reads_go_on(victim: Victim, over_http: Callable[[Victim], Api], holding: Holding) -> None:
    api = over_http(victim)
    documents = Documents(api)
    before = documents.visit()
    with ThreadPoolExecutor(1) as pool:
        with holding():
            waiting = pool.submit(documents.visit)
            assert api.read(f"/visits/{before['id']}") == before
            assert not waiting.done()
        assert waiting.result()["version"] == 1
    assert len(api.items("/visits")) == 2


def test_a_write_that_would_wait_too_long_is_refused_and_nothing_of_it_is_kept(
    settings: Settings, serve_in: Callable[..., Victim], over_http: Callable[[Victim], Api], holding: Holding
) -> None:
    api = over_http(serve_in(settings.database_url, TRACKER_BUSY_TIMEOUT_MS="400"))
    documents = Documents(api)
    documents.visit()
    with holding():
        answer = api.failing().post("/visits", documents.of("visits"))
        problem(answer, 503)
        assert int(answer.headers["retry-after"]) > 0
        assert len(api.items("/visits")) == 1
    documents.visit()
    assert len(api.items("/visits")) == 2
