"""Who is not to see what."""

import pytest
from scene import CALLERS, Scene

from support.client import Api
from support.documents import Documents


@pytest.fixture(params=CALLERS)
def scene(request: pytest.FixtureRequest, api: Api, documents: Documents) -> Scene:
    caller, marking = CALLERS[request.param]
    made = Scene(api, documents, caller, api.as_(*caller), marking)
    made.show()
    return made
