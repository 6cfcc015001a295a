"""`tracker serve` in a process of its own, that is killed and served again."""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from multiprocessing import forkserver
from pathlib import Path
from typing import Protocol

from support.processes import LISTENS

ROOT = Path(__file__).parents[2]
TRACKER = ("-c", "from app.cli import main; main()")
USUAL = {
    "TRACKER_RATE_LIMIT": "0",
    "TRACKER_WRONG_TOKEN_LIMIT": "0",
    "TRACKER_WEBHOOKS": "false",
    "PYTHONPATH": str(ROOT),
}
PATIENCE = 120.0
"""Seconds after which something is taken to be stuck: long, since a machine may have much else to do."""

LOADED = multiprocessing.get_context("forkserver")
"""Where processes come from that have all modules already. To load them takes longer than all else in a round."""

LOADED.set_forkserver_preload(["loaded"])


def environment(url: str, **settings: str) -> dict[str, str]:
    """The environment of a command of the register."""
    return os.environ | USUAL | {"TRACKER_DATABASE_URL": url} | settings


class Process(Protocol):
    """What a victim needs of its process."""

    pid: int

    def poll(self) -> int | None: ...
    def send_signal(self, number: int, /) -> None: ...
    def wait(self, timeout: float | None = None, /) -> int: ...


class Forked:
    """The command in a process forked from one that has loaded its modules."""

    def __init__(self, surroundings: dict[str, str], directory: Path, log: Path) -> None:
        _ensure_loaded()
        self._process = LOADED.Process(target=_serve, args=(surroundings, directory, log), daemon=True)
        self._process.start()
        self.pid = int(self._process.pid or 0)

    def poll(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int, /) -> None:
        os.kill(self.pid, number)

    def wait(self, timeout: float | None = None, /) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("tracker serve", timeout or 0)
        return self._process.exitcode


def _ensure_loaded() -> None:
    """Starts the process that has loaded all, if it does not run. It finds modules by the environment alone."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(map(str, (ROOT, ROOT / "tests", Path(__file__).parent)))
    try:
        forkserver.ensure_running()
    finally:
        del os.environ["PYTHONPATH"]
        if before is not None:
            os.environ["PYTHONPATH"] = before


def _serve(surroundings: dict[str, str], directory: Path, log: Path) -> None:
    """In the new process: what the shell and the interpreter do before the command begins."""
    os.environ.clear()
    os.environ.update(surroundings)
    os.chdir(directory)
    with log.open("ab") as output:
        for standard in (1, 2):
            os.dup2(output.fileno(), standard)
    tempfile.tempdir = None  # as it was said to the process before
    sys.argv = ["tracker", "serve", "--port", "0"]
    from loaded import command  # noqa: PLC0415 - there alone

    command()


class Victim:
    """A served register. Each start takes a port that is free, so that no other program can be in its way.

    With `LD_PRELOAD` among its settings it is a program of its own, since that is heeded as a program begins.
    """

    def __init__(self, url: str, directory: Path, **settings: str) -> None:
        self.url = url
        self.directory = directory
        self.log = directory / "log"
        self.environment = environment(url, TRACKER_ATTACHMENT_STORE=str(directory / "attachments")) | settings
        self.port = 0
        self._process: Process | None = None

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> Process:
        assert self._process is not None
        return self._process

    def start(self) -> None:
        """Serves. Returns when it listens."""
        before = self.log.stat().st_size if self.log.exists() else 0
        self._process = self._begun()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            said = self.log.read_bytes()[before:].decode() if self.log.exists() else ""
            if found := LISTENS.search(said):
                self.port = int(found[1])
                return
            time.sleep(0.02)
        self.stop()
        raise AssertionError(f"It does not serve: {self._process.poll()}\n{self.log.read_text()}")

    def _begun(self) -> Process:
        if "LD_PRELOAD" not in self.environment:
            return Forked(self.environment, self.directory, self.log)
        with self.log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, *TRACKER, "serve", "--port", "0"],
                stdout=output,
                stderr=output,
                env=self.environment,
                cwd=self.directory,
            )

    def kill(self) -> None:
        """Ends it in the midst of what it does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def stop(self) -> None:
        """Ends it as an operator does, whatever state it is in."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()
                raise

    def open_files(self) -> int:
        """How many files and connections the process has open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))
