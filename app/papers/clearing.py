"""Transitions of briefings: submitted, cleared by somebody else, or sent back with a comment."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import func, select
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action, require
from app.access.work import LONGEST_REASON, Work
from app.core.derive import body_of
from app.core.documents import examine
from app.core.fields import Document, Prose
from app.crud import store
from app.crud.answers import written
from app.crud.asking import no_parameters
from app.crud.authors import wrote
from app.crud.ledger import LEDGER
from app.crud.moving import check_move
from app.crud.operations import Operation, add, noun_of
from app.crud.router import for_change
from app.errors import Forbidden, Invalid
from app.models import Briefing
from app.models.choices import BriefingState
from app.models.lifecycle import BRIEFING
from app.papers.briefings import BRIEFINGS

CLEARING = "clear"
"""What the ledger calls it when a paper is cleared."""


class BriefingTransitionRequest(Document):
    """A move of a briefing to another state."""

    to: BriefingState
    """The state to go to; one of `allowed_transitions`."""

    reason: Annotated[Prose, Field(max_length=LONGEST_REASON)] | None = None
    """The comment with which it goes back; needed for `draft`."""


def last_clearance(work: Work, briefing: Briefing) -> int:
    """The version in which a paper was last cleared; 0 if it never was."""
    statement = select(func.max(LEDGER.c.version)).where(LEDGER.c.record_id == briefing.id, LEDGER.c.action == CLEARING)
    with work.beyond():
        return work.session.scalar(statement) or 0


def move(work: Work, briefing: Briefing, to: str, reason: str | None) -> None:
    """Moves a briefing. Raises Conflict, Forbidden or Invalid."""
    check_move(work, BRIEFING, briefing.state, to, reason)
    if to == "submitted" and not briefing.body:
        raise Invalid.at("/body", "Is needed before it is submitted", "required")
    if to == "cleared":
        require(work.actor, Action.CLEAR)
        if wrote(work, briefing, after=last_clearance(work, briefing)):
            raise Forbidden("Who wrote a briefing does not clear it: somebody else does.")
    briefing.state = to
    briefing.cleared_at, briefing.cleared_by = (work.now, work.actor.name) if to == "cleared" else (None, None)


def add_briefing_transitions(router: APIRouter) -> None:
    """Puts the operation on a router."""
    body = body_of(BriefingTransitionRequest)

    def endpoint(work: Work, request: Request, id: str, document: body) -> Response:  # type: ignore[valid-type]  # noqa: A002
        no_parameters(request)
        briefing = for_change(work, BRIEFINGS, request, id)
        store.check_present(briefing)
        wanted = examine(BriefingTransitionRequest, document)
        if wanted.faults:
            raise Invalid(faults=wanted.faults)
        work.reason = wanted.values["reason"] or work.reason
        to = wanted.values["to"]
        changes: dict[str, Any] = {"state": [briefing.state, to]}
        with store.changing(work, briefing, CLEARING if to == "cleared" else "transition", **changes):
            move(work, briefing, to, wanted.values["reason"])
        return written(work, request, BRIEFINGS, briefing, created=False)

    operation = Operation(
        "transition", "POST", "/{id}/transitions", endpoint, Action.WRITE,
        summary="Move a briefing to another state",
        description="Submits it, clears it, or sends it back as a draft with a comment. It is cleared by approvers and "
        "administrators, and never by somebody who has written any of it since it was last cleared.",
        answer=BRIEFINGS.read,
        example={"to": "submitted"},
    )  # fmt: skip
    add(router, noun_of(BRIEFINGS), operation, f"/{BRIEFINGS.path}")
