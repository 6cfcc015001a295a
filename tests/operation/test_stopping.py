"""Told to stop, a process answers what is under way, lets a balancer see it, and ends with status 0."""

import signal
import socket
import time
from pathlib import Path

import httpx2 as httpx
import pytest

from app.config import Settings
from support.client import PREFIX
from support.command import Serving, serving
from support.databases import Databases
from support.problems import problem

BODY = b'{"title": "Talks", "direction": "outbound", "starts_on": "2027-03-01", "partners": ["AU"]}'


def begun(served: Serving, secret: str) -> socket.socket:
    """A request of which half has been sent."""
    slow = socket.create_connection(("127.0.0.1", served.port), 20)
    head = f"POST {PREFIX}/visits HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {secret}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
    slow.sendall(head.encode() + BODY[:30])
    time.sleep(0.5)  # until it is under way
    return slow


def closed(served: Serving) -> bool:
    """Whether it takes no connection any more."""
    try:
        return httpx.get(f"{served.root}/livez").status_code != 200
    except httpx.TransportError:
        return True


@pytest.fixture
def secret(source: Databases) -> str:
    return source.template.secrets["contributor", "RESTRICTED", "NZ"]


def test_what_is_under_way_is_answered_and_kept(settings: Settings, secret: str, tmp_path: Path) -> None:
    quiet = {"TRACKER_DRAIN_SECONDS": "2", "TRACKER_LOG_FORMAT": "text", "TRACKER_LOG_REQUESTS": "false"}
    with serving(settings.database_url, tmp_path, **quiet) as served, begun(served, secret) as slow:
        assert httpx.get(f"{served.root}/readyz").json()["status"] == "ready"
        served.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert "told to stop" in problem(httpx.get(f"{served.root}/readyz"), 503)["detail"]
        known = {"authorization": f"Bearer {secret}"}
        assert httpx.get(f"{served.root}{PREFIX}/visits", headers=known).status_code == 200, "it still answers"
        served.eventually(lambda: closed(served))
        slow.sendall(BODY[30:])
        answer = slow.recv(65536).decode()
        assert answer.startswith("HTTP/1.1 201"), answer
        assert served.process.wait(30) == 0
    said = (tmp_path / "log").read_text()
    assert "[info" in said
    assert "answered" not in said
    (tmp_path / "after").mkdir()
    location = next(line for line in answer.splitlines() if line.lower().startswith("location: ")).split(": ")[1]
    with serving(settings.database_url, tmp_path / "after", TRACKER_STOP_SECONDS="1") as served:
        assert httpx.get(served.root + location, headers=known).json()["title"] == "Talks"
        with begun(served, secret) as never:
            assert served.stop() == 0, "it does not wait for ever"
            assert b"503 Service Unavailable" in never.recv(65536)
