"""Reads on streaming replicas of PostgreSQL, which never answer what is older than the primary was when asked.

A replica follows the primary a little behind. Before a read goes to one, the primary is asked who calls and how far the
ledger goes; a replica that has not come that far is passed over. So whoever has just written, or was told of somebody
else's writing, finds it, whichever process and replica they meet. Whatever is wrong with a replica costs no more than
that the primary answers.
"""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from app.errors import Unavailable
from app.postgres import driver_error, is_lost, is_pooled
from app.telemetry.metrics import REPLICA_READS

log = logging.getLogger("tracker")

HEAD = "SELECT seq FROM ledger_head WHERE id = 1"

SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds until a replica that failed is tried again; they double each time. One request tries, no more."""

GAVE_WAY = ("40001", "40P01", "25006")
"""SQLSTATEs of what another server would do: a conflict with what is being replayed, and a write on a replica."""


class Unfit(Exception):  # noqa: N818 - not an error: the primary answers
    """A replica cannot answer this now."""


class Replica:
    """One address at which the register can be read."""

    def __init__(self, name: str, engine: Engine) -> None:
        self.name = name
        self.engine = engine
        self.failures = 0
        self.not_before = 0.0

    @property
    def is_failing(self) -> bool:
        return self.failures > 0

    @contextmanager
    def at(self, head: int) -> Iterator[Connection]:
        """A connection to it, if it has all of the ledger up to an entry. Raises Unfit."""
        try:
            with self.engine.connect() as connection:
                if not _has(connection, head):
                    REPLICA_READS.labels("behind").inc()
                    raise Unfit
                self._works()
                yield connection
                REPLICA_READS.labels("answered").inc()
        except (DBAPIError, Unavailable) as error:
            cause = driver_error(error)
            if cause is None:
                raise
            if is_lost(cause):
                self._failed(cause)
            elif cause.sqlstate not in GAVE_WAY:
                raise
            raise Unfit from error

    def _works(self) -> None:
        if self.failures:
            log.info("replica %s answers again", self.name)
            self.failures, self.not_before = 0, 0.0

    def _failed(self, error: BaseException) -> None:
        REPLICA_READS.labels("lost").inc()
        if not self.failures:
            log.warning("replica %s does not answer: %s", self.name, type(error).__name__)
        self.failures += 1
        self.pause()

    def pause(self) -> None:
        self.not_before = time.monotonic() + min(LONGEST_PAUSE, SHORTEST_PAUSE * 2.0**self.failures)


class Replicas:
    """The replicas of a register, which take turns."""

    def __init__(self, replicas: Sequence[Replica] = ()) -> None:
        self.all = tuple(replicas)
        self._turn = 0
        self._lock = threading.Lock()

    def next(self) -> Replica | None:
        """The one whose turn it is, of those that answer; None if none does."""
        if not self.all:
            return None
        now = time.monotonic()
        with self._lock:
            for step in range(len(self.all)):
                chosen = self.all[(self._turn + step) % len(self.all)]
                if chosen.not_before <= now:
                    self._turn += step + 1
                    if chosen.is_failing:
                        chosen.pause()  # this request tries it; the others wait for what comes of that
                    return chosen
        return None

    def close(self) -> None:
        for each in self.all:
            each.engine.dispose()


def _has(connection: Any, head: int) -> bool:
    """Whether a replica has an entry of the ledger. A connection to a server remembers how far that had come."""
    if connection.info.get("ledger_head", -1) >= head:
        return True
    cursor = connection.connection.cursor()
    try:
        row = cursor.execute(HEAD).fetchone()
    except connection.dialect.dbapi.Error as error:
        raise Unavailable from error
    finally:
        cursor.close()
    found = -1 if row is None else int(row[0])
    if not is_pooled(connection):  # a pooler may lead to another server next time
        connection.info["ledger_head"] = found
    return found >= head
