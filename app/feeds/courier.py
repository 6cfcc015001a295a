"""The courier of a process: a thread that tells webhooks of changes, taking turns with the couriers of others.

Whichever process runs does it. Who holds a webhook's lease is at work for it; a process that was killed holds it no
longer than a few attempts would have taken, and another one goes on from what the database knows.
"""

import logging
import threading
import time
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from app.access.actor import system
from app.access.register import Register
from app.access.work import writing_as
from app.core.ids import new_id
from app.errors import Problem
from app.feeds.delivering import at_work, attempt, claim, forget_old, lease, next_due, pause, record, release
from app.feeds.spreading import Lost, spread
from app.models import Webhook

log = logging.getLogger("tracker")

LOOK_EVERY = 1.0
"""Seconds between two looks at the database, where this process itself has changed nothing."""

TURN = 5.0
"""Seconds for one webhook, before the others have their turn."""

AGAIN_AFTER = 5.0
PATIENCE = 10.0
"""Seconds that the end of a process waits for a delivery that is under way."""

TIDY_EVERY = 3600.0

LONGEST_REST = 60.0
"""Seconds for which a receiver that fails is let be, at most, however much is due to it: each attempt may take as long
as `webhook_timeout_seconds`, and the others wait meanwhile."""


class Rest(NamedTuple):
    """A receiver that has failed, so many times in a row, is let be until then, by the clock that only goes forward."""

    failures: int
    until: float


class Courier:
    """Delivers for one process, from `start()` to `close()`."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.id = new_id()
        self._wake = threading.Event()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._tidied: dict[str, float] = {}
        self._failing: dict[str, Rest] = {}

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        self._thread.start()
        self.register.committed.append(self.wake)

    def wake(self) -> None:
        """Tells that something has changed."""
        self._wake.set()

    def close(self) -> None:
        """Ends once the delivery that is under way has been settled."""
        self._over.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(PATIENCE + self.register.settings.webhook_timeout_seconds)

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                busy = self.round()
            except (SQLAlchemyError, Problem):
                log.warning("webhooks cannot be seen to now; it is tried again", exc_info=True)
                self._over.wait(AGAIN_AFTER)
                continue
            if not busy:
                self._wake.wait(LOOK_EVERY)
                self._wake.clear()

    def round(self) -> bool:
        """Gives every webhook that needs it a turn; tells whether there was any."""
        self.register.keep_up()
        with self.register.database.reader.connect() as connection:
            waiting = at_work(connection, self._until())
        done = False
        for hook, behind in waiting:
            if self._over.is_set():
                break
            if not self._rests(hook):
                done = self._turn(hook, behind=behind) or done
        return done

    def _turn(self, hook: str, *, behind: bool) -> bool:
        database = self.register.database
        with database.write() as connection:
            if not claim(connection, hook, self.id, self._until()):
                return False
        try:
            if behind:
                self._spread(hook)
            self._deliver(hook)
            self._tidy(hook)
        except Lost:
            return False
        finally:
            with database.write() as connection:
                release(connection, hook, self.id)
        return True

    def _until(self) -> datetime:
        return datetime.now(UTC) + lease(self.register)

    def _spread(self, hook_id: str) -> None:
        more = True
        while more and not self._over.is_set():
            with writing_as(self.register, system("webhooks"), hook_id) as work:
                more = spread(work, work.session.get_one(Webhook, hook_id), self.id)

    def _deliver(self, hook_id: str) -> None:
        """Tells what is due, until there is no more, the turn is over, or the receiver fails."""
        end = time.monotonic() + TURN
        while time.monotonic() < end and not self._over.is_set():
            due = next_due(self.register, hook_id, self.id)
            if due is None:
                return
            outcome = attempt(self.register, due)
            record(self.register, due, outcome)
            if outcome.delivered:
                self._failing.pop(hook_id, None)
            else:
                self._let_be(hook_id)
                # Neither the address nor what was sent: both may be sensitive.
                log.warning("webhook %s was not told: %s", hook_id, outcome.error or outcome.status)
                return

    def _rests(self, hook_id: str) -> bool:
        rest = self._failing.get(hook_id)
        return rest is not None and time.monotonic() < rest.until

    def _let_be(self, hook_id: str) -> None:
        """Lets a receiver be that has failed, for longer each time."""
        rest = self._failing.get(hook_id)
        failures = 1 if rest is None else rest.failures + 1
        seconds = min(pause(failures, self.register.settings.webhook_retry_seconds), LONGEST_REST)
        self._failing[hook_id] = Rest(failures, time.monotonic() + seconds)

    def _tidy(self, hook: str) -> None:
        now = time.monotonic()
        if now - self._tidied.get(hook, -TIDY_EVERY) >= TIDY_EVERY:
            self._tidied[hook] = now
            with self.register.database.write() as connection:
                forget_old(connection, hook)
