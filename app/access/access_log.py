"""The access log, the ledger's twin: who read what is classified high, and who was turned away."""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import insert

from app.access.actor import Actor
from app.access.known_markings import Markings
from app.access.markings import RANK
from app.core.ids import new_id
from app.db import Database, retried
from app.models import AccessEntry
from app.models.choices import Classification
from app.telemetry.metrics import ACCESS_LOG_FAILURES

MOST_IDS = 200
"""How many records one entry names; of more there are more entries."""


class Event(StrEnum):
    """What the access log tells of."""

    READ = "read"
    EXPORT = "export"
    SIGN_IN_FAILED = "sign_in_failed"
    REFUSED = "refused"


class Sight(NamedTuple):
    """A record that somebody was shown, as it was marked."""

    record_type: str
    record_id: str
    marking_id: int


@dataclass(frozen=True, slots=True)
class Access:
    """One event on its way into the access log."""

    event: Event
    actor: Actor | None
    request_id: str
    operation: str
    """The address with its parameters' names, never their values, or the command."""

    method: str | None = None
    address: str | None = None
    seen: Sequence[Sight] = ()
    detail: str | None = None


@dataclass(slots=True)
class Ticket:
    """Entries that wait to be written, and what became of them."""

    rows: list[dict[str, Any]]
    settled: bool = False
    error: Exception | None = None


class AccessLog:
    """The access log of a register."""

    def __init__(self, database: Database, reads_from: Classification) -> None:
        self.database = database
        self.reads_from = reads_from
        self.rationed = Rationed()
        self._wanted: dict[tuple[int, ...], frozenset[int]] = {}
        self._queue: list[Ticket] = []
        self._queueing, self._writing = threading.Lock(), threading.Lock()

    def wanted(self, markings: Markings, visible: tuple[int, ...]) -> frozenset[int]:
        """Of the markings that a caller may see, those whose reading is entered."""
        known = self._wanted.get(visible)
        if known is None:
            known = self._wanted[visible] = frozenset(
                each
                for each in visible
                if markings.knows(each) and RANK[markings.mark(each).classification] >= RANK[self.reads_from]
            )
        return known

    def forget(self) -> None:
        """To be called when markings are read anew."""
        self._wanted = {}

    def enter(self, access: Access) -> None:
        """Enters an event, in a transaction apart from what it tells of.

        Raises SQLAlchemyError if that cannot be, Unavailable if others were always faster to take the file.

        There is one entry for each type and marking of the records seen: so whoever reads the log later may see all
        records that an entry names, or none and not the entry either.
        """
        mine = Ticket(list(_rows(access, datetime.now(UTC))))
        with self._queueing:
            self._queue.append(mine)
        with self._writing:
            # Whoever comes first writes for all who wait: many who read at once wait for one disk, once.
            if not mine.settled:
                self._write()
        if mine.error is not None:
            raise mine.error

    def _write(self) -> None:
        with self._queueing:
            due, self._queue = self._queue, []
        error: Exception | None = None
        try:
            self._keep([row for each in due for row in each.rows])
        except Exception as found:  # noqa: BLE001 - whatever it was, nobody may take theirs for written
            error = found
            ACCESS_LOG_FAILURES.inc(sum(len(each.rows) for each in due))
        for each in due:
            each.error, each.settled = error, True

    @retried
    def _keep(self, rows: list[dict[str, Any]]) -> None:
        with self.database.write() as connection:
            connection.execute(insert(AccessEntry), rows)


def _rows(access: Access, now: datetime) -> Iterator[dict[str, Any]]:
    actor = access.actor
    common = {
        "at": now,
        "event": access.event.value,
        "actor": None if actor is None else actor.name,
        "actor_id": None if actor is None else actor.id,
        "address": access.address,
        "request_id": access.request_id,
        "method": access.method,
        "operation": access.operation,
        "detail": access.detail,
    }
    groups: dict[tuple[str | None, int | None], list[str]] = {}
    for sight in access.seen:
        groups.setdefault((sight.record_type, sight.marking_id), []).append(sight.record_id)
    for (record_type, marking_id), found in (groups or {(None, None): []}).items():
        for ids in _parts(dict.fromkeys(found)) if found else [None]:
            yield common | {
                "id": new_id(),
                "record_type": record_type,
                "marking_id": marking_id,
                "record_ids": ids,
            }


def _parts(ids: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while part := list(islice(rest, MOST_IDS)):
        yield part


RATIONED_MOST = 10
"""Entries of one address or caller in a minute, where anybody could cause as many as they like."""

RATIONED_SECONDS = 60.0
RATIONED_KEYS = 200
"""Addresses and callers that are told apart; those beyond share one ration, so that the disk cannot be filled."""


@dataclass(slots=True)
class Ration:
    """What is left to one address or caller."""

    since: float
    entered: int = 0
    left_out: int = 0


@dataclass
class Rationed:
    """At most so many entries a minute from each address or caller. Those beyond are counted and told in the next."""

    rations: dict[str, Ration] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admit(self, key: str) -> int | None:
        """How many were left out before this one, or None if it is to be left out itself."""
        now = time.monotonic()
        with self._lock:
            ration = self._ration(key, now)
            if now - ration.since >= RATIONED_SECONDS:
                ration.since, ration.entered = now, 0
            if ration.entered >= RATIONED_MOST:
                ration.left_out += 1
                return None
            ration.entered += 1
            told, ration.left_out = ration.left_out, 0
            return told

    def _ration(self, key: str, now: float) -> Ration:
        if key not in self.rations and len(self.rations) >= RATIONED_KEYS:
            over = [
                each
                for each, ration in self.rations.items()
                if now - ration.since >= RATIONED_SECONDS and not ration.left_out
            ]
            for each in over:
                del self.rations[each]
            if not over:
                key = ""
        return self.rations.setdefault(key, Ration(now))
