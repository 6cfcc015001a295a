"""A day that the register takes for today, so that what depends on it can be told beforehand."""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.access.work import Work

TODAY = "2027-03-15"
"""A Monday."""

AT_HOME = datetime.now(ZoneInfo("Pacific/Auckland")).date()
"""The day on which the tests began."""


@pytest.fixture(autouse=True)
def one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays the same day, also where midnight at home falls into the tests. For folders whose conftest imports it."""
    monkeypatch.setattr(Work, "today", AT_HOME)


@pytest.fixture(autouse=True)
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`on("2027-04-01")` makes that day today; it is TODAY to begin with. For the folders whose conftest imports it."""

    def set_day(day: str) -> None:
        monkeypatch.setattr(Work, "today", date.fromisoformat(day))

    set_day(TODAY)
    return set_day
