"""Watching the connections of a database: how many are in use, and how long work waits for one."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.pool import QueuePool

from app.telemetry.metrics import CONNECTIONS, WAITS


def watch(engine: Engine, name: str) -> None:
    """Counts the connections that are taken from an engine's pool, and measures waits for one."""
    in_use = CONNECTIONS.labels(name)

    @event.listens_for(engine, "checkout")
    def taken(*_: Any) -> None:
        in_use.inc()

    @event.listens_for(engine, "checkin")
    def given_back(*_: Any) -> None:
        in_use.dec()

    if isinstance(engine.pool, QueuePool):
        engine.pool._do_get = _timed(engine.pool, name)  # type: ignore[method-assign]  # noqa: SLF001 - see below


def _timed(pool: QueuePool, name: str) -> Callable[[], Any]:
    """The pool's own way to a connection, which its events do not tell of, timed where it has to wait."""
    get, most, waits = pool._do_get, pool.size() + pool._max_overflow, WAITS.labels(name)  # noqa: SLF001

    def timed() -> Any:
        if pool.checkedin() or pool.checkedout() < most:
            return get()
        began = time.perf_counter()
        try:
            return get()
        finally:
            waits.observe(time.perf_counter() - began)

    return timed


class Turn:
    """A lock that measures how long those wait for it who have to wait."""

    def __init__(self, name: str) -> None:
        self._lock = threading.Lock()
        self._waits = WAITS.labels(name)

    def __enter__(self) -> None:
        if self._lock.acquire(blocking=False):
            return
        began = time.perf_counter()
        self._lock.acquire()
        self._waits.observe(time.perf_counter() - began)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._lock.release()
