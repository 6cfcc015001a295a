"""Asking what may hang: a database, a bucket, a disk. Whoever asks has an answer in a bounded time."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Bounded(Generic[T]):
    """A question that one thread at a time asks, however many want to know, and whose answer is good for a while.

    A thread that hangs is left to itself, and no second one is sent after it: it ends with the process.
    """

    def __init__(self, ask: Callable[[], T], *, seconds: float, good_for: float = 0) -> None:
        self._ask = ask
        self._seconds = seconds
        self._good_for = good_for
        self._lock = threading.Lock()
        self._asked: Future[T] | None = None
        self._until = 0.0

    def wait(self) -> T:
        """The answer, in a thread. Raises TimeoutError, or what asking raises."""
        return self._answer().result(self._seconds)

    async def answer(self) -> T:
        """The same on the event loop."""
        return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self._answer())), self._seconds)

    def _answer(self) -> Future[T]:
        with self._lock:
            if self._asked is not None and (not self._asked.done() or time.monotonic() < self._until):
                return self._asked
            self._asked = asked = Future[T]()
            threading.Thread(target=self._find_out, args=(asked,), name="asking", daemon=True).start()
        return asked

    def _find_out(self, asked: Future[T]) -> None:
        asked.set_running_or_notify_cancel()
        try:
            found = self._ask()
        except BaseException as error:  # noqa: BLE001 - it is raised where it was asked
            asked.set_exception(error)
        else:
            self._until = time.monotonic() + self._good_for
            asked.set_result(found)
