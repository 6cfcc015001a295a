"""How long it takes until a register is ready, beside a process that only loads FastAPI and SQLAlchemy.

uv run python benchmarks/start.py
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from urllib.error import URLError
from urllib.request import urlopen

from servers import ROOT, STOP_TIMEOUT, cpu_seconds, free_port

ROUNDS = 3
TRACKER = str(Path(sys.executable).with_name("tracker"))


def importing() -> tuple[float, float]:
    """Seconds until both libraries are loaded, and seconds of a processor."""
    began = time.monotonic()
    told = subprocess.run(
        [sys.executable, "-c", "import fastapi, sqlalchemy, time; print(time.process_time())"],
        capture_output=True,
        text=True,
        check=True,
    )
    return time.monotonic() - began, float(told.stdout)


def starting(environment: dict[str, str]) -> tuple[float, float]:
    """Seconds until a register answers that it is ready, and seconds of a processor."""
    port = free_port()
    began = time.monotonic()
    process = subprocess.Popen([TRACKER, "serve", "--port", str(port)], cwd=ROOT, env=environment)
    try:
        while not ready(port):
            if process.poll() is not None:
                raise SystemExit("The register has ended instead of serving.")
            time.sleep(0.01)
        return time.monotonic() - began, cpu_seconds([process.pid]) or 0.0
    finally:
        process.terminate()
        process.wait(STOP_TIMEOUT)


def ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, ConnectionError):
        return False


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="start-") as folder:
        settings = {"TRACKER_DATABASE_URL": f"sqlite:///{folder}/register.db", "TRACKER_LOG_LEVEL": "warning"}
        environment = os.environ | settings
        subprocess.run([TRACKER, "migrate"], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        measures: dict[str, Callable[[], tuple[float, float]]] = {
            "import": importing,
            "ready": lambda: starting(environment),
        }
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in measures}
        for _ in range(ROUNDS):
            for name, measure in measures.items():
                found[name].append(measure())
    print("| | import | ready | times |\n|---|--:|--:|--:|")
    for place, what in enumerate(("seconds", "seconds of a processor")):
        less, more = (median(each[place] for each in found[name]) for name in ("import", "ready"))
        print(f"| {what} | {less:.2f} | {more:.2f} | {more / less:.1f} |")


if __name__ == "__main__":
    main()
