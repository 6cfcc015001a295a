"""Who is not to see what."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from scene import CALLERS, Scene

from app.access.work import Work
from support.client import Api
from support.databases import settings_for
from support.documents import Documents


@pytest.fixture(autouse=True)
def one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays the same day: at midnight much of what is told changes, whoever may see it."""
    home = ZoneInfo(settings_for("sqlite:///never-opened.db").home_timezone)
    monkeypatch.setattr(Work, "today", datetime.now(home).date())


@pytest.fixture(params=CALLERS)
def scene(request: pytest.FixtureRequest, api: Api, documents: Documents, holder: Callable[..., Api]) -> Scene:
    caller, marking = CALLERS[request.param]
    hider = holder(role="contributor", groups=marking.get("need_to_know", []))
    made = Scene(api, hider, documents, caller, api.as_(*caller), marking)
    made.show()
    return made
