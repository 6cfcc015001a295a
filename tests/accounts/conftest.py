"""Administrators, and an identity provider to sign in with."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.client import Api
from support.issuer import AUDIENCE, Issuer, running


@pytest.fixture
def admin(api: Api) -> Api:
    """An administrator, cleared to RESTRICTED, a New Zealander, of no need-to-know group."""
    return api.as_("administrator")


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """An identity provider with one key, `first`."""
    with running() as made:
        yield made


@pytest.fixture
def provided(issuer: Issuer, serve: Callable[..., Api]) -> Callable[..., Api]:
    """`provided()` serves the register to those whom the provider vouches for; the caller has an API token still."""

    def serving(**changes: Any) -> Api:
        usual = {"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE, "oidc_jwks": issuer.jwks}
        return serve(**(usual | changes))

    return serving
