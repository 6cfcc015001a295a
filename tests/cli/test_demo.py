"""`tracker demo`: from nothing to a register that answers, as a newcomer meets it."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2 as httpx
import pytest

Start = Callable[..., "Running"]
REPOSITORY = str(Path(__file__).parents[2])


class Running:
    """A demonstration in a process of its own."""

    def __init__(self, directory: Path, *options: str) -> None:
        self.errors = directory / "errors.txt"
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from app.cli import main; main()", "demo", *options],
                cwd=directory,
                env=os.environ | {"PYTHONPATH": REPOSITORY, "TRACKER_DATABASE_URL": "sqlite:///must/not/be/used.db"},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self.said = ""

    def ready(self) -> "Running":
        """Waits for the last line of the welcome, and for the first answer."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if line.startswith("  curl"):
                break
        else:
            pytest.fail(f"{self.said}\n{self.errors.read_text()}")
        deadline = time.monotonic() + 60
        while httpx.get(f"{self.root}/livez", timeout=60).status_code != 200:
            assert time.monotonic() < deadline
        return self

    @property
    def root(self) -> str:
        return self.said.split()[4]

    def token(self, role: str) -> str:
        return next(line.split()[1] for line in self.said.splitlines() if line.startswith(f"  {role} "))

    def status_of(self, role: str, path: str = "/api/v1/visits", *, token: str = "") -> int:
        headers = {"authorization": f"Bearer {token or self.token(role)}"}
        return httpx.get(f"{self.root}{path}", headers=headers, timeout=60).status_code

    def stop(self, *, by: int = signal.SIGINT) -> int:
        if self.process.poll() is None:
            self.process.send_signal(by)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return self.process.wait(60)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Start]:
    started: list[Running] = []

    def start(*options: str, port: str = "0") -> Running:
        started.append(Running(tmp_path, "--port", port, *options))
        return started[-1]

    yield start
    for each in started:
        each.stop()


def test_a_newcomer_finds_what_they_look_for(demo: Start, tmp_path: Path) -> None:
    running = demo().ready()
    roles = ("reader", "contributor", "approver", "administrator", "auditor")
    assert [running.status_of(role) for role in roles] == [200] * 5
    assert running.status_of("reader", "/docs") == 200
    assert running.status_of("reader", "/") == 200
    curl = running.said.splitlines()[-1].strip()
    command, *arguments = shlex.split(curl)
    assert command == "curl"
    answer = httpx.get(arguments[-1], headers=dict([arguments[2].split(": ", 1)]), timeout=60)
    assert {each["external_ref"] for each in answer.json()["items"]} == {"ENG-111", "ENG-120"}
    assert "server" not in answer.headers
    assert running.stop() == 0
    assert (tmp_path / "var" / "demo.db").exists()
    assert running.errors.read_text() == ""


def test_a_second_start_goes_on_with_new_tokens(demo: Start) -> None:
    first = demo().ready()
    old = first.token("contributor")
    made = httpx.post(
        f"{first.root}/api/v1/visits",
        headers={"authorization": f"Bearer {old}"},
        json={"title": "Mine", "starts_on": "2026-01-01", "direction": "inbound", "partners": ["AU"]},
        timeout=60,
    )
    assert made.status_code == 201
    first.stop()
    second = demo().ready()
    assert second.status_of("", token=old) == 401
    assert second.status_of("reader", f"/api/v1/visits/{made.json()['id']}") == 200
    second.stop()
    third = demo("--fresh").ready()
    assert third.status_of("reader", f"/api/v1/visits/{made.json()['id']}") == 404


def test_a_port_in_use_is_told_before_anything_is_done(demo: Start, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        running = demo(port=str(other.getsockname()[1]))
        assert running.stop(by=0) == 1
        assert "Cannot listen at 127.0.0.1" in running.errors.read_text()
    assert not (tmp_path / "var").exists()


def test_fresh_removes_demonstrations_only(demo: Start, tmp_path: Path) -> None:
    precious = tmp_path / "register.db"
    precious.write_bytes(b"precious")
    running = demo("--fresh", "--database-url", f"sqlite:///{precious}")
    assert running.stop(by=0) == 1
    assert "was not made by `tracker demo`" in running.errors.read_text()
    assert precious.read_bytes() == b"precious"
    running = demo("--fresh", "--database-url", "postgresql://u:hidden@127.0.0.1:1/x")
    assert running.stop(by=0) == 1
    assert "is not one" in running.errors.read_text()
    assert "hidden" not in running.errors.read_text()
