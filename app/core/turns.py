"""Whose turn it is to work in a thread: so many at a time, so many who wait, and nobody for longer than it is worth.

Under more load than a process can carry a queue only grows, until everybody waits for answers that nobody wants any
more. So whoever would be too far back in it is told at once to come later, and what is begun is answered in time.
"""

import math
from collections.abc import Callable
from typing import TypeVar

import anyio
from anyio.to_thread import run_sync

from app.errors import Unavailable
from app.telemetry.metrics import TURNED_AWAY

T = TypeVar("T")

COME_LATER = {"Retry-After": "1"}


class Turns:
    """The turns of one process."""

    def __init__(self, at_a_time: int, most_waiting: int, seconds: float) -> None:
        self.most_waiting = most_waiting
        self.seconds = seconds
        self.waiting = 0
        self._turns = anyio.CapacityLimiter(at_a_time)
        self._threads = anyio.CapacityLimiter(math.inf)  # who has a turn waits for nothing else

    async def work(self, function: Callable[..., T], *arguments: object) -> T:
        """Does something in a thread when its turn comes. Raises Unavailable if that would be too late."""
        if self.waiting >= self.most_waiting:
            raise self._come_later("So many others wait already that this would be answered too late.")
        self.waiting += 1
        try:
            with anyio.fail_after(self.seconds):
                await self._turns.acquire()
        except TimeoutError:
            raise self._come_later(f"It was not its turn within {self.seconds:g} seconds.") from None
        finally:
            self.waiting -= 1
        try:
            return await run_sync(function, *arguments, limiter=self._threads)
        finally:
            self._turns.release()

    def _come_later(self, why: str) -> Unavailable:
        TURNED_AWAY.inc()
        return Unavailable(f"{why} Nothing of the request was kept.", headers=COME_LATER)
