"""A day that the register takes for today, and engagements to clash."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from app.access.work import Work
from support.client import Api
from support.documents import Documents

TODAY = "2027-03-15"


@pytest.fixture(autouse=True)
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`on("2027-04-01")` makes that day today; it is TODAY to begin with."""

    def set_day(day: str) -> None:
        monkeypatch.setattr(Work, "today", date.fromisoformat(day))

    set_day(TODAY)
    return set_day


@pytest.fixture
def minister(api: Api) -> str:
    """Somebody who is wanted everywhere."""
    return api.make("/people", {"name": "Aroha Ngata"})["id"]  # type: ignore[no-any-return]


@pytest.fixture
def visit(api: Api, documents: Documents, minister: str) -> Callable[..., Any]:
    """`visit("2027-03-16", "JP", "Tokyo")` is a visit of the minister."""

    def made(day: str, country: str, city: str | None = None, **changes: Any) -> Any:
        place = {"country": country, "city": city, "partners": [country], "starts_on": day, "ends_on": day}
        usual = {"principal": minister, "principal_office": None, **place}
        return api.make("/visits", documents.of("visits", **usual | changes))

    return made
