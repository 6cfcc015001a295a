"""Exports that are taken piece by piece."""

from collections.abc import Iterator

import pytest
from taking import Take, Taking

from support.client import Api, Apps


@pytest.fixture
def taking(api: Api, apps: Apps) -> Iterator[Take]:
    """`taking(path)` begins an export of the caller's; whoever has not left does so in the end."""
    begun: list[Taking] = []

    def begin(path: str, caller: Api | None = None) -> Taking:
        asking = caller or api
        app = asking.client._transport.app  # type: ignore[attr-defined]  # noqa: SLF001 - whichever it is served by
        begun.append(Taking(app, apps.portal, str(asking.secret), path))
        return begun[-1]

    yield begin
    for each in begun:
        each.leave()
