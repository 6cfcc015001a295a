"""A day that the register takes for today, so that what depends on it can be told beforehand."""

from collections.abc import Callable
from typing import Any

import pytest

from support.days import on  # noqa: F401 - a fixture
from support.documents import Documents


@pytest.fixture
def meet(documents: Documents) -> Callable[..., Any]:
    """`meet("2027-01-10", "AU", path="dialogues", level="working")` records an engagement of one day."""

    def made(starts_on: str, *partners: Any, path: str = "visits", **changes: Any) -> Any:
        usual = {"level": None, "priorities": [], "status": "planned", "ends_on": starts_on, "country": None}
        return documents.make(path, starts_on=starts_on, partners=list(partners), **usual | changes)

    return made
