"""`tracker serve` as an operator runs it: a process of its own, whose standard error is its log."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.processes import ending, port_of

MAIN = "from app.cli import main; main()"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Serving:
    """A process that serves."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def lines(self) -> list[dict[str, Any]]:
        """Its log, every line of which is JSON."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def told(self, event: str) -> list[dict[str, Any]]:
        return [each for each in self.lines() if event in each["event"]]

    def eventually(self, found: Callable[[], Any], seconds: float = 15) -> Any:
        deadline = time.monotonic() + seconds
        while not (what := found()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert what, self.log.read_text()
        return what

    def stop(self, seconds: float = 30) -> int:
        """Tells it to stop, and waits; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)


def started(url: str, folder: Path, log: Any, *options: str, **settings: str) -> subprocess.Popen[bytes]:
    """A process of `tracker serve` that begins."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    environment |= {"TRACKER_DATABASE_URL": url, "PYTHONPATH": str(ROOT), **settings}
    command = [sys.executable, "-c", MAIN, "serve", "--port", "0", *options]
    return subprocess.Popen(command, stderr=log, stdout=log, env=environment, cwd=folder)


@contextmanager
def serving(url: str, folder: Path, *options: str, **settings: str) -> Iterator[Serving]:
    """A process that serves, until the block ends or it is told to stop."""
    log = folder / "log"
    with (
        log.open("wb") as output,
        started(url, folder, output, *options, **settings) as process,
        ending(process, 30),
    ):
        yield Serving(process, log, port_of(log, process, 90))
