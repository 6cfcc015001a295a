"""Whose turn it is to work in a thread: so many at a time, so many who wait, and nobody for longer than it is worth.

Under more load than a process can carry a queue only grows, until everybody waits for answers that nobody wants any
more. So whoever would be too far back in it is told at once to come later, and what is begun is answered in time.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

import anyio

from app.errors import Unavailable
from app.telemetry.metrics import TURNED_AWAY

T = TypeVar("T")

COME_LATER = {"Retry-After": "1"}


class Turns:
    """The turns of one process.

    Its threads are those of the standard library: `anyio.to_thread` lets the event loop go round twice before a thread
    begins, which for a read of one record is as much as all else.
    """

    def __init__(self, at_a_time: int, most_waiting: int, seconds: float) -> None:
        self.most_waiting = most_waiting
        self.seconds = seconds
        self.waiting = 0
        self._turns = anyio.CapacityLimiter(at_a_time)
        self._threads = ThreadPoolExecutor(at_a_time, "turn")

    async def work(self, function: Callable[..., T], *arguments: object) -> T:
        """Does something in a thread when its turn comes. Raises Unavailable if that would be too late."""
        try:
            self._turns.acquire_nowait()
        except anyio.WouldBlock:
            await self._wait()
        try:
            loop = asyncio.get_running_loop()
            with anyio.CancelScope(shield=True):  # a thread cannot be stopped: whoever gave it work waits for it
                done = await loop.run_in_executor(self._threads, copy_context().run, function, *arguments)
            return done  # noqa: RET504 - a return within the scope is none for mypy
        finally:
            self._turns.release()

    async def _wait(self) -> None:
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

    def close(self) -> None:
        """Ends the threads, once what they do is done. Returns then."""
        self._threads.shutdown()

    def _come_later(self, why: str) -> Unavailable:
        TURNED_AWAY.inc()
        return Unavailable(f"{why} Nothing of the request was kept.", headers=COME_LATER)
