"""A register that tells a receiver of changes."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hooking import LOCAL, register_of

from app.feeds.courier import Courier
from support.client import Api
from support.days import one_day  # noqa: F401 - a fixture
from support.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def hooked(serve: Callable[..., Api]) -> Api:
    """A contributor of a register whose webhooks may lead to this machine; nothing is told by itself."""
    return serve(**LOCAL)


@pytest.fixture
def courier(hooked: Api) -> Courier:
    """A courier that works when it is told to: `courier.round()`."""
    return Courier(register_of(hooked))


@pytest.fixture
def hook(hooked: Api, receiver: Receiver) -> Callable[..., Any]:
    """`hook(clearance="RESTRICTED")` is a webhook that leads to the receiver, with its secret."""

    def made(**changes: Any) -> Any:
        usual = {"title": "Planning board", "url": receiver.url, "clearance": "RESTRICTED", "nationality": "NZ"}
        return hooked.as_("administrator").make("/webhooks", usual | changes)

    return made
