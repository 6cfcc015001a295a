"""The database of the register: one engine, transactions for reading and for writing."""

import logging
import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.errors import Unavailable
from app.postgres import postgresql_engine, still_open
from app.readers import Readers
from app.replicas import Replica, Replicas
from app.telemetry.metrics import RETRIES
from app.telemetry.pools import Turn, watch

log = logging.getLogger("tracker")

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # an answered write survives loss of power, not only of the process
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-65536",
    "PRAGMA mmap_size=2147418112",  # the most that SQLite maps; beyond it a page costs a system call
)


TRIES = 4
"""How often at most a unit of work is done, where the database gives way to somebody else each time."""

LOOKED_AT_ONCE_MS = 10
"""Milliseconds in which SQLite looks some four times whether a file that somebody else writes to is free."""

PAUSE = 0.05
"""Seconds before the second try, at most; they double each time."""

GAVE_WAY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, "40001", "40P01", "23505")
"""What SQLite says of a file that somebody else holds; and PostgreSQL's SQLSTATEs for what would do in another order:
a serialization failure, a deadlock; and a value taken.

What is unique is looked for before it is written, so a value is taken only by somebody who wrote at the same moment:
the next try finds it, and says so in so many words or, of what the register draws itself, draws another.
"""

UNTOLD = (
    "The database was lost while it kept the request, before it said whether it did. Look, or send it again with the "
    "same Idempotency-Key."
)
"""What is said of a COMMIT without an answer: nobody knows."""

DISK_FULL = (sqlite3.SQLITE_FULL, "53100")
"""How the two databases say it."""

INLINE_STEPS = 50_000
"""Steps of SQLite's virtual machine, about two milliseconds, that a read may take on the event loop."""

INLINE_LOOKS = 10
"""How often it is looked at meanwhile."""

INLINE_CACHE = 262_144
"""Kibibytes that the reader on the event loop keeps of what SQLite does not map; it answers nearly all reads.

Of a file of several gigabytes the others' 64 MiB hold too little of what is asked again.
"""


def database_url(text: str) -> URL:
    """The address as SQLAlchemy wants it: PostgreSQL always through psycopg 3."""
    url = make_url(text)
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


class Database:
    """An open register. Leaving `write()` commits, or undoes all.

    Readers and writers have connections of their own: reads need no transaction around their one statement (a round
    trip saved on PostgreSQL) and may go to `replicas`; writes take their lock at once. Of PostgreSQL: `role` is what
    they work as, if not as who signs in; `pooled` says that a pooler in transaction mode stands before it. `spare`
    connections are there for what does not work in the threads of requests.
    """

    def __init__(
        self,
        url: str,
        *,
        threads: int = 8,
        busy_timeout_ms: int = 10_000,
        role: str = "",
        spare: int = 2,
        pooled: bool = False,
        replicas: Sequence[str] = (),
    ) -> None:
        self.url = database_url(url)
        self.spare = spare
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        make = self._sqlite if self.is_sqlite else partial(self._postgresql, role=role, pooled=pooled)
        self.reader = make(threads, busy_timeout_ms, reads=True)
        self.writer = make(threads, busy_timeout_ms, reads=False)
        self.replicas = Replicas(
            [
                Replica(
                    f"{number} of {len(replicas)}",
                    self._postgresql(
                        threads, busy_timeout_ms, reads=True, role=role, pooled=pooled, replica=database_url(each)
                    ),
                )
                for number, each in enumerate(replicas, 1)
            ]
        )
        self.inline = self._inline(busy_timeout_ms) if self.is_sqlite else None
        self.reads = Readers(self.reader, "reader", most=0 if pooled else threads, fit=still_open)
        """Connections for the reads of requests."""

        self.short_reads = None if self.inline is None else Readers(self.inline, "inline", most=1, fit=from_the_start)
        """The same for those on the event loop."""

        # SQLite has one writer at a time. Waiting in a queue here is fair and cheap; its own busy handler
        # sleeps and guesses, and under many writers some would starve.
        self._turn = Turn("turn to write") if self.is_sqlite else nullcontext()
        for name in ("reader", "writer", "inline"):
            if (engine := getattr(self, name)) is not None:
                watch(engine, name)
        for each in self.replicas.all:
            watch(each.engine, "replica")

    def _sqlite(self, threads: int, busy_timeout_ms: int, *, reads: bool) -> Engine:
        # A write that finds the file busy is tried again, so that all its tries together wait that long.
        patience = busy_timeout_ms / 1000 / (1 if reads else TRIES)
        engine = create_engine(
            self.url,
            pool_size=threads,
            max_overflow=self.spare,
            hide_parameters=True,  # errors are logged, and values are what is in records
            connect_args={"check_same_thread": False, "timeout": patience},
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
            if not reads:
                connection.execute(f"PRAGMA busy_timeout={LOOKED_AT_ONCE_MS}")  # `take_file` has the patience

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            if reads:
                connection.exec_driver_sql("BEGIN")
            else:
                take_file(connection, patience)

        return engine

    def _inline(self, busy_timeout_ms: int) -> Engine:
        """One more reader, for the event loop's own thread, whose statements are cut off when they become long."""
        engine = self._sqlite(1, busy_timeout_ms, reads=True)

        @event.listens_for(engine, "connect")
        def bound(connection: sqlite3.Connection, record: Any) -> None:
            # SQLite counts the steps of a statement over all its runs, so one alone would end a short read now and
            # then: the handler is called often, and counts its calls since the connection was last taken.
            def step() -> bool:
                record.info["looks"] += 1
                return bool(record.info["looks"] > INLINE_LOOKS)

            record.info["looks"] = 0
            connection.set_progress_handler(step, INLINE_STEPS // INLINE_LOOKS)
            connection.execute(f"PRAGMA cache_size=-{INLINE_CACHE}")

        @event.listens_for(engine, "checkout")
        def anew(_connection: sqlite3.Connection, record: Any, _proxy: Any) -> None:
            record.info["looks"] = 0

        return engine

    def _postgresql(
        self, threads: int, busy_timeout_ms: int, *, reads: bool, replica: URL | None = None, **session: Any
    ) -> Engine:
        return postgresql_engine(
            replica or self.url,
            reads=reads,
            threads=threads,
            spare=self.spare,
            busy_timeout_ms=busy_timeout_ms,
            replica=replica is not None,
            **session,
        )

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is kept whole when the block ends, or not at all.

        Where the database was lost before it said which, the error that is raised has the detail `UNTOLD`.
        """
        worked = False
        try:
            with self._turn, self.writer.connect() as connection, connection.begin():
                yield connection
                worked = True
        except DBAPIError as error:
            if worked and error.connection_invalidated:
                error.add_detail(UNTOLD)
            raise

    def close(self) -> None:
        self.reads.close()
        if self.short_reads is not None:
            self.short_reads.close()
        self.reader.dispose()
        if self.inline is not None:
            self.inline.dispose()
        self.writer.dispose()
        self.replicas.close()


def take_file(connection: Connection, seconds: float) -> None:
    """Begins a transaction that writes to an SQLite file, as soon as nobody else does. Raises OperationalError.

    It takes its lock at once: one that reads first and writes later would fail with "database is locked" as soon as
    another one wrote in between. A process that writes without a pause leaves the file to others for moments only, and
    SQLite itself would soon look no more than ten times a second.
    """
    driver: Any = connection.connection.driver_connection
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                break
        else:
            return
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # raises what is in the way


def from_the_start(connection: Connection) -> bool:
    """Has the steps of the next read on the event loop counted from zero."""
    connection.info["looks"] = 0
    return True


P = ParamSpec("P")
T = TypeVar("T")


def retried(work: Callable[P, T]) -> Callable[P, T]:
    """Makes a function that is one whole transaction try again, from its beginning, where the database gave way.

    Of two who wait for each other the database lets one fail, through no fault of theirs; and another process may
    hold an SQLite file for a while. After some tries it raises Unavailable; nothing was kept then.
    """

    @wraps(work)
    def trying(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(1, TRIES + 1):
            try:
                return work(*args, **kwargs)
            except (DBAPIError, Unavailable) as error:
                if not gave_way(error) or (attempt == TRIES and isinstance(error, IntegrityError)):
                    raise
                if attempt == TRIES:
                    detail = "Others were always faster to take what this needs. Nothing of the request was kept."
                    raise Unavailable(detail, headers={"Retry-After": "2"}) from error
                RETRIES.inc()
                log.info("the database gave way to somebody else; trying again", extra={"attempt": attempt})
            time.sleep(random.uniform(0.2, 1) * PAUSE * 2**attempt)  # noqa: S311 - so that two do not meet again
        raise AssertionError  # pragma: no cover - the last try returns or raises

    return trying


def gave_way(error: BaseException) -> bool:
    """Whether an error says that the same may well succeed when it is done again."""
    return failure(error) in GAVE_WAY


def disk_full(error: DBAPIError) -> bool:
    """Whether an error says that there was no room to keep something."""
    return failure(error) in DISK_FULL


def failure(error: BaseException) -> int | str | None:
    """What the driver says is wrong: SQLite's primary result code, or PostgreSQL's SQLSTATE; None if neither."""
    cause = getattr(error, "orig", None) or error.__cause__
    if isinstance(cause, sqlite3.OperationalError):
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF
    return getattr(cause, "sqlstate", None)
