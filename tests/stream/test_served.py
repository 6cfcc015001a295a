"""The stream through a real server and real sockets, with writers in other processes."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from app.config import Settings
from support.client import Api
from support.databases import Databases
from support.documents import Documents
from support.events import Event, Parser
from support.served import served


@dataclass(frozen=True)
class Server:
    """A served register."""

    process: subprocess.Popen[bytes]
    log: Path
    root: str
    secret: str

    @property
    def known(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.secret}"}

    @contextmanager
    def follow(self, **headers: str) -> Iterator[tuple[Parser, Iterator[Event]]]:
        """What comes of a stream, read with an ordinary client."""
        parser = Parser()
        with httpx.stream(
            "GET", f"{self.root}/changes/stream", headers=self.known | headers, timeout=httpx.Timeout(20)
        ) as answer:
            assert answer.status_code == 200, answer.read()
            chunks = answer.iter_text()
            while parser.retry is None:
                assert list(parser.feed(next(chunks))) == []
            yield parser, (event for chunk in chunks for event in parser.feed(chunk))

    def make(self, document: Any) -> Any:
        answer = httpx.post(f"{self.root}/visits", json=document, headers=self.known, timeout=20)
        assert answer.status_code == 201, answer.text
        return answer.json()


@pytest.fixture
def server(settings: Settings, source: Databases, tmp_path: Path) -> Iterator[Server]:
    log = tmp_path / "log"
    with served(settings.database_url, log) as (process, port):
        secret = source.template.secrets["contributor", "RESTRICTED", "NZ"]
        yield Server(process, log, f"http://127.0.0.1:{port}/api/v1", secret)


def test_changes_of_this_process_and_of_others_come_at_once_and_go_on_after_a_break(
    server: Server, api: Api, documents: Documents
) -> None:
    document = documents.of("visits")
    with server.follow() as (parser, events):
        own = server.make(document)
        assert next(events).id == f"{own['id']}.1"
        before = time.monotonic()
        other = documents.visit()  # by the application in this process
        event = next(events)
        assert time.monotonic() - before < 5
        assert json.loads(event.data)["record"] == other
    missed = [server.make(document)["id"] for _ in range(3)]
    with server.follow(**{"Last-Event-ID": parser.last_id}) as (_, events):
        assert [next(events).id for _ in range(3)] == [f"{each}.1" for each in missed]
    # A caller may have four streams: those that were broken off do not count for long.
    for _ in range(8):
        with server.follow():
            pass


def test_the_server_stops_at_once_though_streams_are_open(server: Server) -> None:
    def to_the_end() -> list[Event]:
        with server.follow() as (_, events):
            waiting.append(1)
            return list(events)

    waiting: list[int] = []
    with ThreadPoolExecutor(3) as pool:
        streams = [pool.submit(to_the_end) for _ in range(3)]
        while len(waiting) < 3:
            time.sleep(0.02)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(5) in (0, -signal.SIGTERM)
        assert [each.result(5) for each in streams] == [[], [], []]
    log = server.log.read_text()
    assert "Finished server process" in log
    assert "Traceback" not in log
    assert "ERROR" not in log


def test_an_interrupt_stops_it_too(server: Server) -> None:
    with server.follow() as (_, events):
        server.process.send_signal(signal.SIGINT)
        assert list(events) == []
    server.process.wait(5)
    assert "ERROR" not in server.log.read_text()
