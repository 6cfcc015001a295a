"""The database of the register: one engine, transactions for reading and for writing."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # an answered write survives loss of power, not only of the process
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-65536",
    "PRAGMA mmap_size=2147418112",  # the most that SQLite maps; beyond it a page costs a system call
)


INLINE_STEPS = 50_000
"""Steps of SQLite's virtual machine, about two milliseconds, that a read may take on the event loop."""


def database_url(text: str) -> URL:
    """The address as SQLAlchemy wants it: PostgreSQL always through psycopg 3."""
    url = make_url(text)
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


class Database:
    """An open register. Leaving `write()` commits, or undoes all.

    Readers and writers have connections of their own: reads need no transaction around their one statement
    (a round trip saved on PostgreSQL) and may later go to replicas; writes take their lock at once. `role` is what they
    work as on PostgreSQL, if not as who signs in.
    """

    def __init__(self, url: str, *, threads: int = 8, busy_timeout_ms: int = 10_000, role: str = "") -> None:
        self.url = database_url(url)
        self.role = role
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        make = self._sqlite if self.is_sqlite else self._postgresql
        self.reader = make(threads, busy_timeout_ms, reads=True)
        self.writer = make(threads, busy_timeout_ms, reads=False)
        self.inline = self._inline(busy_timeout_ms) if self.is_sqlite else None
        # SQLite has one writer at a time. Waiting in a queue here is fair and cheap; its own busy handler
        # sleeps and guesses, and under many writers some would starve.
        self._turn = threading.Lock() if self.is_sqlite else nullcontext()

    def _sqlite(self, threads: int, busy_timeout_ms: int, *, reads: bool) -> Engine:
        engine = create_engine(
            self.url,
            pool_size=threads,
            max_overflow=2,
            connect_args={"check_same_thread": False, "timeout": busy_timeout_ms / 1000},
        )

        @event.listens_for(engine, "do_connect")
        def make_private(_dialect: Any, _record: Any, arguments: Any, _named: Any) -> None:
            # Whoever can read the file can read the register: it is its owner's alone (NZISM 20.4.4).
            path = Path(arguments[0])
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch(mode=0o600)

        @event.listens_for(engine, "connect")
        def prepare(connection: sqlite3.Connection, _record: Any) -> None:
            connection.isolation_level = None  # we say BEGIN ourselves, see below
            for pragma in SQLITE_PRAGMAS:
                connection.execute(pragma)

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            # A write transaction takes its lock at once: one that reads first and writes later would fail
            # with "database is locked" as soon as another one wrote in between.
            connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

        return engine

    def _inline(self, busy_timeout_ms: int) -> Engine:
        """One more reader, for the event loop's own thread, whose statements are cut off when they become long."""
        engine = self._sqlite(1, busy_timeout_ms, reads=True)

        @event.listens_for(engine, "connect")
        def bound(connection: sqlite3.Connection, _record: Any) -> None:
            connection.set_progress_handler(lambda: 1, INLINE_STEPS)

        return engine

    def _postgresql(self, threads: int, busy_timeout_ms: int, *, reads: bool) -> Engine:
        options = f"-c timezone=UTC -c lock_timeout={busy_timeout_ms} -c statement_timeout=60000"
        if self.role:
            options += f" -c role={self.role}"
        return create_engine(
            self.url,
            isolation_level="AUTOCOMMIT" if reads else "READ COMMITTED",
            pool_size=threads,
            max_overflow=2,
            connect_args={"options": options},
        )

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is kept whole when the block ends, or not at all."""
        with self._turn, self.writer.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        self.reader.dispose()
        if self.inline is not None:
            self.inline.dispose()
        self.writer.dispose()
