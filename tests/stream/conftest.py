"""Following the feed of changes in this process."""

from collections.abc import Iterator

import pytest

from app.overview import following as machine
from support.client import Api, Apps
from support.events import Follow, Following


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks and checks come faster than in earnest, so that tests need not wait."""
    monkeypatch.setattr(machine, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(machine, "CHECK_EVERY", 0.2)


@pytest.fixture
def follow(api: Api, apps: Apps, brisk: None) -> Iterator[Follow]:
    """`follow(api, last_event_id=…)` opens a stream of a caller; all are left in the end."""
    opened: list[Following] = []

    def start(caller: Api | None = None, **asked: str) -> Following:
        asking = caller or api
        app = asking.client._transport.app  # type: ignore[attr-defined]  # noqa: SLF001 - whichever it is served by
        opened.append(Following(app, apps.portal, str(asking.secret), **asked))
        return opened[-1]

    yield start
    for each in opened:
        each.leave()
