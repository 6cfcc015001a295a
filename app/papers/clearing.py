"""Transitions of briefings: submitted, cleared by somebody else, or sent back with a comment."""

from fastapi import APIRouter
from sqlalchemy import func, select

from app.access.permissions import Action, require
from app.access.work import Work
from app.core.fields import Document
from app.crud.authors import wrote
from app.crud.ledger import LEDGER
from app.crud.moving import Reason, check_move, transition
from app.crud.operations import add, noun_of
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

    reason: Reason | None = None
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
    operation = transition(
        BRIEFINGS, BriefingTransitionRequest, move,
        called=lambda to: CLEARING if to == "cleared" else "transition",
        summary="Move a briefing to another state",
        description="Submits it, clears it, or sends it back as a draft with a comment. It is cleared by approvers and "
        "administrators, and never by somebody who has written any of it since it was last cleared.",
        example={"to": "submitted"},
    )  # fmt: skip
    add(router, noun_of(BRIEFINGS), operation, f"/{BRIEFINGS.path}")
