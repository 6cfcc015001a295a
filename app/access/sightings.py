"""When a token or calendar was last used and a user last seen: noted in memory, and written now and then.

It is off every request's path: a write for each would make every read wait for the writers' lock.
"""

import json
import logging
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, Table, bindparam, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from app.core.columns import table_of
from app.core.fields import instant_json
from app.db import Database
from app.models import Calendar, Token, User

log = logging.getLogger("tracker")

GATHERED = 1.0
"""Seconds in which sightings are gathered before they are written together."""

PATIENCE = 10.0
"""Seconds that the end of a process waits for those that are being written."""

_SEEN = {
    "token": (table_of(Token), "last_used_at"),
    "user": (table_of(User), "last_seen_at"),
    "calendar": (table_of(Calendar), "last_used_at"),
}


class Sightings:
    """What one process has seen. Each token and user is written at most once in `every` seconds; if 0, never."""

    def __init__(self, database: Database, every: int) -> None:
        self.database = database
        self.every = every
        self._noted: dict[tuple[str, str], float] = {}
        self._waiting: dict[tuple[str, str], datetime] = {}
        self._lock = threading.Lock()
        self._come = threading.Event()
        self._end = threading.Event()
        self._writer: threading.Thread | None = None

    def note(self, what: str, record: str) -> None:
        """Notes that a `token`, `user` or `calendar` is there."""
        if not self.every:
            return
        key, now = (what, record), time.monotonic()
        if now - self._noted.get(key, -self.every) < self.every:
            return
        with self._lock:
            self._noted[key] = now
            self._waiting[key] = datetime.now(UTC)
            if self._writer is None:
                self._writer = threading.Thread(target=self._write_now_and_then, name="sightings", daemon=True)
                self._writer.start()
        self._come.set()

    def _write_now_and_then(self) -> None:
        while not self._end.is_set():
            self._come.wait()
            self._end.wait(GATHERED)
            self._come.clear()
            self.write()

    def write(self) -> None:
        """Writes what has been noted. What cannot be written is let go: it is no change of anything."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        if not waiting:
            return
        try:
            with self.database.write() as connection:
                for what, (table, column) in _SEEN.items():
                    seen = {record: at for (kind, record), at in waiting.items() if kind == what}
                    if seen:
                        _write(connection, table, column, seen)
        except SQLAlchemyError:
            log.warning("the last use of %d tokens, users and calendars could not be noted", len(waiting))

    def close(self) -> None:
        """Writes what is left and ends."""
        self._end.set()
        self._come.set()
        if self._writer is not None:
            self._writer.join(PATIENCE)
        self.write()


def _write(connection: Connection, table: Table, column: str, seen: Mapping[str, datetime]) -> None:
    """Writes when some of a table's records were seen, in the rows and in what clients read of them."""
    # In one order, so that two processes never wait for each other's rows.
    found = select(table.c.id, table.c.representation).where(table.c.id.in_(seen)).order_by(table.c.id)
    rows = [
        {"record": record, "at": seen[record], "text": text and _seen(text, column, seen[record])}
        for record, text in connection.execute(found.with_for_update())
    ]
    earlier = or_(table.c[column].is_(None), table.c[column] < bindparam("at", type_=table.c[column].type))
    statement = update(table).where(table.c.id == bindparam("record", type_=table.c.id.type), earlier)
    if rows:
        connection.execute(statement.values({column: bindparam("at"), "representation": bindparam("text")}), rows)


def _seen(representation: str, name: str, at: datetime) -> str:
    record = json.loads(representation) | {name: instant_json(at)}
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))
