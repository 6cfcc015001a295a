"""Guards: what must hold of an engagement before it makes certain moves of its lifecycle."""

from collections.abc import Callable, Mapping
from typing import Any

from app.access.work import Work
from app.engagements.covering import covering, route_for
from app.errors import Conflict, Fault
from app.models.lifecycle import APPROVED

APPROVAL_DUE = "Needs an approval that is granted for what it is now"


def approved(work: Work, engagement: Any) -> None:
    """Where a route asks for approval, one is granted and covers the engagement as it is. Raises Conflict."""
    route = route_for(work, engagement)
    if route is not None and covering(work, engagement) is None:
        raise Conflict(
            f"Engagements like this one go by the route {route.title!r}: ask for approval, and wait until it is "
            "granted.",
            faults=[Fault(APPROVAL_DUE, "approval", pointer="/to")],
        )


GUARDS: Mapping[str, Callable[[Work, Any], None]] = {APPROVED: approved}
