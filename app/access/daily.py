"""What follows from the day: done once a day by each process, before it answers, since there is no scheduler.

Whoever asks first on a day waits for it, and a process that was asleep catches up when it is asked again. Where it
cannot be done, because the database takes no writes just now, requests are answered all the same, and it is tried
again a little later.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from app.errors import Problem

if TYPE_CHECKING:
    from app.access.register import Register

log = logging.getLogger("tracker")

Task = Callable[["Register", date], bool]
"""Does what a day brings, and tells whether all of it is done."""

MORE_AFTER = 5.0
"""Seconds after which what was too much at once goes on."""

AGAIN_AFTER = 30.0
"""Seconds after which what failed is tried again."""

PATIENCE = 2.0
"""Seconds that others wait while one catches up."""


class Daily:
    """How far a process has caught up with the days."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self.done: date | None = None
        self.not_before = 0.0
        self.left = False
        """Whether only the rest of a day is to be done, for which nobody but who does it need wait."""

        self._turn = threading.Lock()

    def is_behind(self, day: date) -> bool:
        """Whether the day brings something that is not done yet. Every request asks; it costs nothing."""
        return self.done != day and bool(self.tasks) and time.monotonic() >= self.not_before

    def catch_up(self, register: "Register", day: date) -> None:
        """Does what the day brings. Never fails: what cannot be done is left for later."""
        if not self._turn.acquire(timeout=0 if self.left else PATIENCE):
            return
        try:
            if self.is_behind(day):
                self._do(register, day)
        finally:
            self._turn.release()

    def _do(self, register: "Register", day: date) -> None:
        try:
            finished = [task(register, day) for task in self.tasks]
            self.left = not all(finished)
            if not self.left:
                self.done = day
            else:
                self.not_before = time.monotonic() + MORE_AFTER
        except (SQLAlchemyError, Problem):
            log.warning("the register cannot catch up with the day now; it is tried again", exc_info=True)
            self.not_before = time.monotonic() + AGAIN_AFTER
