"""Clearance of positions: somebody who did not write it says that it is what we say."""

from typing import Annotated, Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.work import Work
from app.core.derive import body_of
from app.core.documents import examine
from app.core.fields import Day, Document, RecordId, References
from app.crud import store
from app.crud.answers import written
from app.crud.asking import no_parameters
from app.crud.authors import wrote
from app.crud.operations import Operation, add, noun_of
from app.errors import Conflict, Fault, Forbidden, Invalid
from app.followup.positions import POSITIONS
from app.models import Office, Position


class ClearanceRequest(Document):
    """That a position is cleared."""

    office: Annotated[RecordId, References(Office.id)]
    """The office that clears it."""

    on: Day | None = None
    """The day on which it did; today if not given, and never later."""


def _position(work: Work, request: Request, key: str) -> Position:
    """The position to be cleared or not, locked."""
    no_parameters(request)
    position: Position = store.find(work, POSITIONS, key, lock=True)
    store.check_precondition(work, position, request.headers.get("if-match"))
    store.check_present(position)
    return position


def clear(work: Work, request: Request, id: str, document: body_of(ClearanceRequest)) -> Response:  # type: ignore[valid-type]  # noqa: A002
    position = _position(work, request, id)
    if wrote(work, position):
        raise Forbidden("Who wrote a position does not clear it: somebody else does.")
    wanted = examine(ClearanceRequest, document)
    faults, day = list(wanted.faults), wanted.values.get("on") or work.today
    office = wanted.values.get("office")
    if office is not None and work.session.get(Office, office) is None:
        faults.append(Fault(f"There is no office {office}", "unknown_reference", pointer="/office"))
    if day > work.today:
        faults.append(Fault("Must not be after today", "in_future", pointer="/on"))
    if faults:
        raise Invalid(faults=faults)
    if position.cleared_on is not None:
        raise Conflict(f"The position was cleared on {position.cleared_on} already.")
    changes: dict[str, Any] = {"cleared_by": [None, office], "cleared_on": [None, day.isoformat()]}
    with store.changing(work, position, "clear", **changes):
        position.cleared_by, position.cleared_on = office, day
    return written(work, request, POSITIONS, position, created=False)


def unclear(work: Work, request: Request, id: str) -> Response:  # noqa: A002 - the contract's word
    position = _position(work, request, id)
    if position.cleared_on is not None:
        changes = {
            "cleared_by": [position.cleared_by, None],
            "cleared_on": [position.cleared_on.isoformat(), None],
        }
        with store.changing(work, position, "unclear", **changes):
            position.cleared_by = position.cleared_on = None
    return written(work, request, POSITIONS, position, created=False)


def add_clearance(router: APIRouter) -> None:
    """Puts the operations on a router."""
    operations = (
        Operation(
            "clear", "POST", "/{id}/clearance", clear, Action.CLEAR,
            summary="Clear a position",
            description="Nobody clears what they wrote themselves. A change to what it says, to whom, or that lets "
            "it last longer takes the clearance back.",
            answer=POSITIONS, example={"office": "0190163d-8694-739b-aea5-966c26f8ad91", "on": "2026-07-01"},
        ),
        Operation(
            "unclear", "DELETE", "/{id}/clearance", unclear, Action.CLEAR,
            summary="Take the clearance of a position back",
            description="The position stays, and is not cleared any more.",
            answer=POSITIONS,
        ),
    )  # fmt: skip
    for operation in operations:
        add(router, noun_of(POSITIONS), operation, f"/{POSITIONS.path}")
