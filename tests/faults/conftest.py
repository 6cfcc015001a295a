"""Registers that are served for real, to be done harm to."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2 as httpx
import pytest
from rounds import WHO
from victim import Victim

from app.config import Settings
from support.client import Api
from support.databases import Databases


@pytest.fixture
def secret(source: Databases) -> str:
    """The token of a desk officer."""
    return source.template.secrets[WHO]  # type: ignore[index]


@pytest.fixture
def serve_in(tmp_path: Path) -> Iterator[Callable[..., Victim]]:
    """`serve_in(url, TRACKER_…="…")` serves a register in a process of its own."""
    with ExitStack() as stack:

        def serving(url: str, **settings: str) -> Victim:
            victim = Victim(url, tmp_path, **settings)
            stack.callback(victim.stop)
            victim.start()
            return victim

        yield serving


@pytest.fixture
def victim(settings: Settings, serve_in: Callable[..., Victim]) -> Victim:
    """A served register."""
    return serve_in(settings.database_url)


@pytest.fixture
def over_http(source: Databases, secret: str) -> Iterator[Callable[[Victim], Api]]:
    """`over_http(victim)` is the API as a desk officer uses it, over a connection."""
    with ExitStack() as stack:

        def connected(victim: Victim) -> Api:
            client = stack.enter_context(httpx.Client(base_url=victim.root, timeout=60))
            return Api(client, source.template.secrets, secret)

        yield connected
