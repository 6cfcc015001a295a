"""Transitions of commitments: kept, broken, taken back, replaced by another, or opened again."""

from datetime import date

from fastapi import APIRouter

from app.access.work import Work
from app.core.fields import Day, Document
from app.crud.moving import Reason, check_move, transition
from app.crud.operations import add, noun_of
from app.errors import Invalid
from app.followup.commitments import COMMITMENTS
from app.models import Commitment
from app.models.choices import CommitmentStatus
from app.models.lifecycle import PROMISING


class CommitmentTransitionRequest(Document):
    """A move of a commitment to another state."""

    to: CommitmentStatus
    """The state to go to; one of `allowed_transitions`."""

    reason: Reason | None = None
    """Why; needed for broken and withdrawn, and to open it again."""

    on: Day | None = None
    """The day on which it ceased to be open; today if not given."""


def move(work: Work, commitment: Commitment, to: str, reason: str | None, on: date | None) -> None:
    """Moves a commitment. Raises Conflict or Invalid."""
    check_move(work, PROMISING, commitment.status, to, reason)
    if on is not None and to == "open":
        raise Invalid.at("/on", "Is given for what is still open", "still_open")
    closed_on = None if to == "open" else on or work.today
    if closed_on is not None and not (commitment.made_on or closed_on) <= closed_on <= work.today:
        raise Invalid.at("/on", "Must be between made_on and today", "date_range")
    commitment.status, commitment.closed_on = to, closed_on


def add_commitment_transitions(router: APIRouter) -> None:
    """Puts the operation on a router."""
    operation = transition(
        COMMITMENTS, CommitmentTransitionRequest, move, state="status",
        summary="Move a commitment to another state",
        description="Says that it was kept, broken, withdrawn or superseded, or opens it again. Where it can go stands "
        "in `allowed_transitions`.",
        example={"to": "kept"},
    )  # fmt: skip
    add(router, noun_of(COMMITMENTS), operation, f"/{COMMITMENTS.path}")
