"""Webhooks of served registers: whichever process runs delivers, and another one goes on where one was killed."""

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2 as httpx
import pytest

from app.config import Settings
from support.client import PREFIX
from support.databases import Databases
from support.receiver import Receiver
from support.served import served

ENOUGH = 12
_VISIT = {"direction": "outbound", "starts_on": "2027-03-01", "partners": ["AU"]}
ITEMS = [{"title": f"Visit {number}", **_VISIT} for number in range(ENOUGH)]


@pytest.fixture
def brisk() -> dict[str, str]:
    return {"TRACKER_WEBHOOK_ALLOWED": "127.0.0.1/32", "TRACKER_WEBHOOK_TIMEOUT_SECONDS": "1"}


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


def test_a_process_that_is_killed_leaves_nothing_untold(
    settings: Settings, source: Databases, receiver: Receiver, brisk: dict[str, str], stack: ExitStack, tmp_path: Path
) -> None:
    secret = source.template.secrets["administrator", "RESTRICTED", "NZ"]
    known = {"authorization": f"Bearer {secret}"}
    first, port = stack.enter_context(served(settings.database_url, tmp_path / "first", **brisk))
    with httpx.Client(base_url=f"http://127.0.0.1:{port}{PREFIX}", headers=known, timeout=20) as client:
        hook = client.post("/webhooks", json={"title": "Board", "url": receiver.url}).json()
        receiver.seconds = 0.2
        made = client.post("/visits/bulk", json={"items": ITEMS})
        assert made.status_code == 201, made.text
    receiver.wait_for(3)
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    killed_after = len(receiver.received)
    assert killed_after < ENOUGH
    receiver.seconds = 0
    _, port = stack.enter_context(served(settings.database_url, tmp_path / "second", **brisk))
    expected = [(each["id"], 1) for each in made.json()["items"]]
    deadline = time.monotonic() + 30
    while set(receiver.told()) != set(expected) and time.monotonic() < deadline:
        time.sleep(0.05)
    told = dict(zip(receiver.ids, receiver.told(), strict=True))
    assert list(told.values()) == expected, "each in its order, and each under one id"
    assert len(receiver.received) <= ENOUGH + 1, "at most what was under way came twice"
    for each in receiver.received:
        each.verified(hook["secret"])
    time.sleep(0.5)
    answer = httpx.get(
        f"http://127.0.0.1:{port}{PREFIX}/webhooks/{hook['id']}/deliveries", headers=known, params={"limit": 50}
    ).json()
    assert {each["state"] for each in answer["items"]} == {"delivered"}
    assert len(answer["items"]) == ENOUGH


def test_one_that_runs_already_takes_over(
    settings: Settings, source: Databases, receiver: Receiver, brisk: dict[str, str], stack: ExitStack, tmp_path: Path
) -> None:
    secret = source.template.secrets["administrator", "RESTRICTED", "NZ"]
    known = {"authorization": f"Bearer {secret}"}
    processes = [
        stack.enter_context(served(settings.database_url, tmp_path / name, **brisk)) for name in ("one", "other")
    ]
    root = f"http://127.0.0.1:{processes[0][1]}{PREFIX}"
    assert httpx.post(f"{root}/webhooks", json={"title": "Board", "url": receiver.url}, headers=known).is_success
    receiver.seconds = 0.1
    made = httpx.post(f"{root}/visits/bulk", json={"items": ITEMS}, headers=known, timeout=20).json()["items"]
    receiver.wait_for(2)
    processes[0][0].send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 30
    expected = {(each["id"], 1) for each in made}
    while set(receiver.told()) != expected and time.monotonic() < deadline:
        time.sleep(0.05)
    assert set(receiver.told()) == expected
    assert len(receiver.received) <= ENOUGH + 1
