"""Lines of the log about requests that were answered: by far the most lines, so they are made and written cheaply.

They are written together, ten times a second, by a thread of their own: each write wakes whoever collects the log,
which costs more than all else about a line. A process that is killed loses those of its last tenth of a second; what
must not be lost is in the ledger and in the access log, and what goes wrong is logged at once (`logs.py`).
"""

import threading
import time
from collections import deque
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Protocol, TextIO

PAUSE = 0.1
"""Seconds for which lines are gathered."""


class Tell(Protocol):
    """Writes the line of a request. A status of 0: its client left before there was an answer."""

    def __call__(
        self, scope: Mapping[str, Any], *, method: str, route: str, status: int, duration_ms: float, caller: str | None
    ) -> None: ...


class Gathered:
    """Lines on their way to a stream."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: deque[str] = deque()
        self._due = threading.Event()
        self._writer: threading.Thread | None = None

    def add(self, line: str) -> None:
        """Adds a line, with its end."""
        self._waiting.append(line)
        if not self._due.is_set():
            self._due.set()
            if self._writer is None:
                self._writer = threading.Thread(target=self._run, name="log", daemon=True)
                self._writer.start()

    def write(self) -> None:
        """Writes what has been gathered."""
        lines = []
        while self._waiting:
            lines.append(self._waiting.popleft())
        if lines:
            self._stream.write("".join(lines))
            self._stream.flush()

    def _run(self) -> None:
        while self._due.wait():
            time.sleep(PAUSE)
            self._due.clear()
            self.write()


tell: Tell | None = None
"""Set up by `logs.configure()`; None where lines about requests are not wanted."""

_gathered: Gathered | None = None


def as_json(stream: TextIO) -> Tell:
    """Lines as JSON, by hand: a tenth of the cost of a chain of processors.

    No field needs escaping: ids and templates of addresses are of letters, digits and a few signs.
    """
    global _gathered  # noqa: PLW0603 - one log for a process, as `logging` has it
    gathered = _gathered = Gathered(stream)

    def write(
        scope: Mapping[str, Any], *, method: str, route: str, status: int, duration_ms: float, caller: str | None
    ) -> None:
        who = "null" if caller is None else f'"{caller}"'
        gathered.add(
            f'{{"timestamp": "{now()}", "level": "info", "logger": "tracker", "event": "answered", '
            f'"request_id": "{scope["request_id"]}", "trace_id": "{scope["trace"].trace_id}", '
            f'"method": "{method}", "route": "{route}", "status": {status}, '
            f'"duration_ms": {duration_ms:.2f}, "caller": {who}}}\n'
        )

    return write


def finish() -> None:
    """Writes what is left, at the end of a process."""
    if _gathered is not None:
        _gathered.write()


def now() -> str:
    """The instant in UTC, to the millisecond, as RFC 3339 has it."""
    seconds, rest = divmod(time.time_ns(), 1_000_000_000)
    return f"{_second(seconds)}.{rest // 1_000_000:03d}Z"


@lru_cache(maxsize=2)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
