"""The conformance tests run over every resource that is registered: a new one is covered the day it exists."""

import pytest

from support.client import Api
from support.documents import Documents
from support.subject import ALL, KEYED, NAMED, WRITABLE, Subject, subject_of


@pytest.fixture(params=WRITABLE)
def subject(request: pytest.FixtureRequest, api: Api, documents: Documents) -> Subject:
    """Each resource that can be written."""
    return subject_of(request.param, api, documents)


@pytest.fixture(params=ALL)
def any_subject(request: pytest.FixtureRequest, api: Api, documents: Documents) -> Subject:
    """Each resource, those that are only read too."""
    return subject_of(request.param, api, documents)


@pytest.fixture(params=KEYED)
def keyed_subject(request: pytest.FixtureRequest, api: Api, documents: Documents) -> Subject:
    """Each resource whose records can also be addressed by a readable key."""
    return subject_of(request.param, api, documents)


@pytest.fixture(params=NAMED)
def named_subject(request: pytest.FixtureRequest, api: Api, documents: Documents) -> Subject:
    """Each resource whose records get their key from the client."""
    return subject_of(request.param, api, documents)
