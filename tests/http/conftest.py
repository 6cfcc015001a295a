"""A register full of engagements for tests that only ask."""

from collections.abc import Iterator

import pytest

from support.client import Api, Apps
from support.databases import Databases
from support.days import one_day  # noqa: F401 - a fixture
from support.documents import Documents
from support.world import World, fill


@pytest.fixture(scope="session")
def busy(source: Databases, apps: Apps) -> Iterator[tuple[Api, World]]:
    """A register of 120 engagements, one for all tests that only read."""
    with apps.own(source) as api:
        yield api, fill(Documents(api))
