"""Servers in processes of their own: where they listen, and their end."""

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LISTENS = re.compile(r"running on http://127\.0\.0\.1:(\d+)")


def port_of(log: Path, process: subprocess.Popen[bytes], seconds: float) -> int:
    """The port that a server says in its log that it listens at."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        if found := LISTENS.search(log.read_text()):
            return int(found[1])
        time.sleep(0.05)
    raise AssertionError(log.read_text())


@contextmanager
def ending(process: subprocess.Popen[bytes], seconds: float) -> Iterator[None]:
    """A block after which a process is told to stop, if it has not yet, and has so long for it."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
