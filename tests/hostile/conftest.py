"""The register as somebody meets it who means it no good."""

import httpx2 as httpx
import pytest
from wire import Wire

from support.client import Api, Apps


@pytest.fixture
def wire(client: httpx.Client, api: Api, apps: Apps) -> Wire:
    """The register's application, by raw requests of a contributor."""
    assert api.secret is not None
    return Wire(client.app, apps.portal, api.secret)  # type: ignore[attr-defined]
