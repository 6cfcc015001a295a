"""Who is not to see what."""

from collections.abc import Callable

import pytest
from scene import CALLERS, Scene

from support.client import Api
from support.days import one_day  # noqa: F401 - a fixture
from support.documents import Documents


@pytest.fixture(params=CALLERS)
def scene(request: pytest.FixtureRequest, api: Api, documents: Documents, holder: Callable[..., Api]) -> Scene:
    caller, marking = CALLERS[request.param]
    hider = holder(role="contributor", groups=marking.get("need_to_know", []))
    made = Scene(api, hider, documents, caller, api.as_(*caller), marking)
    made.show()
    return made
