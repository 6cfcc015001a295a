"""Servers and the load client as processes of ours: started, waited for, ended. No others are touched."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
APPLICATIONS = {
    "ours": ("app.process:application", "--factory"),
    "bare": ("bare:app",),
    "plain": ("plain:app",),
    "without visible()": ("without:visible", "--factory"),
    "without ledger": ("without:ledger", "--factory"),
}
START_TIMEOUT, STOP_TIMEOUT, PATIENCE = 60.0, 10.0, 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children(pid: int) -> list[int]:
    """The processes that a process has started, and theirs."""
    try:
        own = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [each for child in map(int, own) for each in (child, *children(child))]


def cpu_seconds(pids: list[int]) -> float | None:
    """What processes have used of a processor; None where they cannot be looked at, as on another system than Linux."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


class Server:
    """An application under uvicorn, in one process unless more `workers` are asked for."""

    def __init__(self, name: str, url: str, markings: str, workers: int = 1) -> None:
        self.name, self.port, self.workers = name, free_port(), workers
        environment = {
            "TRACKER_DATABASE_URL": url,
            "TRACKER_RATE_LIMIT": "0",
            "TRACKER_LOG_LEVEL": "warning",
            "TRACKER_LOG_REQUESTS": "false",
            "BENCH_DATABASE_URL": url,
            "BENCH_MARKINGS": markings,
            "PGAPPNAME": name,  # so that the database's processes can be told apart
            "PYTHONPATH": f"{ROOT}{os.pathsep}{HERE}",
        }
        self.process = self.start(os.environ | environment)

    def start(self, environment: dict[str, str]) -> subprocess.Popen[Any]:
        what = [*APPLICATIONS[self.name], "--port", str(self.port)]
        command = [sys.executable, "-m", "uvicorn", *what, "--no-access-log", "--log-level", "warning"]
        if self.workers > 1:
            command = [sys.executable, str(HERE / "several.py"), *what, "--workers", str(self.workers)]
        return subprocess.Popen(command, cwd=ROOT, env=environment)

    def wait(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        raise SystemExit(f"The server {self.name} did not start.")

    def cpu_seconds(self) -> float | None:
        """What its processes have used of a processor, which other work on the machine disturbs little."""
        return cpu_seconds([self.process.pid, *children(self.process.pid)])

    def resident(self) -> int:
        """The bytes of memory that its processes have at the moment. Linux only."""
        pids = [self.process.pid, *children(self.process.pid)]
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
        return pages * os.sysconf("SC_PAGE_SIZE")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_TIMEOUT)


@contextmanager
def running(names: list[str], url: str, markings: str, workers: int = 1) -> Iterator[dict[str, Server]]:
    """Servers of one database."""
    with started({name: partial(Server, name, url, markings, workers) for name in names}) as servers:
        yield servers


@contextmanager
def started(makers: Mapping[str, Callable[[], Server]]) -> Iterator[dict[str, Server]]:
    """Servers by their names, made one after the other, waited for, and ended whatever happens."""
    servers: dict[str, Server] = {}
    try:
        for name, make in makers.items():
            servers[name] = make()
        for server in servers.values():
            server.wait()
        yield servers
    finally:
        for server in servers.values():
            server.stop()


class Client:
    """The load client."""

    def __init__(self, connections: int) -> None:
        self.connections = connections
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "client.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def burst(
        self,
        server: Server,
        requests: list[Any],
        seconds: float,
        headers: dict[str, str],
        *,
        skip: int = 0,
        rate: float | None = None,
    ) -> dict[str, Any]:
        """One burst of requests, and how it went: as many as are answered, or `rate` each second."""
        job = {
            "port": server.port,
            "connections": self.connections,
            "seconds": seconds,
            "patience": PATIENCE,
            "headers": headers,
            "requests": requests,
            "skip": skip,
            "rate": rate,
        }
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        before = server.cpu_seconds()
        result: dict[str, Any] = json.loads(self.process.stdout.readline())
        after = server.cpu_seconds()
        if before is not None and after is not None and result.get("latencies"):
            result["cpu_ms"] = (after - before) * 1000 / len(result["latencies"])
        return result

    def stop(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        try:
            self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
