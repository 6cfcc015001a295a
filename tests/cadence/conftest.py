"""A day that the register takes for today, so that what depends on it can be told beforehand."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from app.access.work import Work
from support.documents import Documents

TODAY = "2027-03-15"


@pytest.fixture(autouse=True)
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`on("2027-04-01")` makes that day today; it is TODAY, a Monday, to begin with."""

    def set_day(day: str) -> None:
        monkeypatch.setattr(Work, "today", date.fromisoformat(day))

    set_day(TODAY)
    return set_day


@pytest.fixture
def meet(documents: Documents) -> Callable[..., Any]:
    """`meet("2027-01-10", "AU", path="dialogues", level="working")` records an engagement of one day."""

    def made(starts_on: str, *partners: Any, path: str = "visits", **changes: Any) -> Any:
        usual = {"level": None, "priorities": [], "status": "planned", "ends_on": starts_on, "country": None}
        return documents.make(path, starts_on=starts_on, partners=list(partners), **usual | changes)

    return made
