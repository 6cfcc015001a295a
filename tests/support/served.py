"""The register served by uvicorn in a process of its own, on a port that is free."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SERVE = """
import uvicorn
from app.main import create_app
uvicorn.run(create_app(), host="127.0.0.1", port=0, timeout_keep_alive=2, log_level="info")
"""


@contextmanager
def served(url: str, log: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The process and its port. What it says stands in `log`; it is told to stop at the end, if it has not yet."""
    environment = os.environ | {"TRACKER_DATABASE_URL": url, **settings}
    with (
        log.open("wb") as output,
        subprocess.Popen([sys.executable, "-c", SERVE], stderr=output, stdout=output, env=environment) as process,
    ):
        try:
            yield process, _port(log, process)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def _port(log: Path, process: subprocess.Popen[bytes]) -> int:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        _, found, rest = log.read_text().partition("running on http://127.0.0.1:")
        if found:
            return int(rest.partition(" ")[0])
        time.sleep(0.05)
    raise AssertionError(log.read_text())
