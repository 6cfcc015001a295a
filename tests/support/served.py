"""The register served by uvicorn in a process of its own, on a port that is free."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.processes import ending, port_of

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
        ending(process, 10),
    ):
        yield process, port_of(log, process, 60)
