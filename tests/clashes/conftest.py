"""A day that the register takes for today, and engagements to clash."""

from collections.abc import Callable
from typing import Any

import pytest

from support.client import Api
from support.days import on  # noqa: F401 - a fixture
from support.documents import Documents


@pytest.fixture
def minister(api: Api) -> str:
    """Somebody who is wanted everywhere."""
    return api.make("/people", {"name": "Somebody of Ours"})["id"]  # type: ignore[no-any-return]


@pytest.fixture
def visit(api: Api, documents: Documents, minister: str) -> Callable[..., Any]:
    """`visit("2027-03-16", "JP", "Tokyo")` is a visit of the minister."""

    def made(day: str, country: str, city: str | None = None, **changes: Any) -> Any:
        place = {"country": country, "city": city, "partners": [country], "starts_on": day, "ends_on": day}
        usual = {"principal": minister, "principal_office": None, **place}
        return api.make("/visits", documents.of("visits", **usual | changes))

    return made
