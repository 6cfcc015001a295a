"""Transitions of commitments: kept, broken, taken back, replaced by another, or opened again."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.work import LONGEST_REASON, Work
from app.core.derive import body_of
from app.core.documents import examine
from app.core.fields import Day, Document, Prose
from app.crud import store
from app.crud.answers import written
from app.crud.asking import no_parameters
from app.crud.moving import check_move
from app.crud.operations import Operation, add, noun_of
from app.crud.router import for_change
from app.errors import Invalid
from app.followup.commitments import COMMITMENTS
from app.models import Commitment
from app.models.choices import CommitmentStatus
from app.models.lifecycle import PROMISING


class CommitmentTransitionRequest(Document):
    """A move of a commitment to another state."""

    to: CommitmentStatus
    """The state to go to; one of `allowed_transitions`."""

    reason: Annotated[Prose, Field(max_length=LONGEST_REASON)] | None = None
    """Why; needed for broken and withdrawn, and to open it again."""

    on: Day | None = None
    """The day on which it ceased to be open; today if not given."""


def move(work: Work, commitment: Commitment, wanted: Any) -> None:
    """Moves a commitment. Raises Conflict or Invalid."""
    to, on = wanted["to"], wanted["on"]
    check_move(work, PROMISING, commitment.status, to, wanted["reason"])
    if on is not None and to == "open":
        raise Invalid.at("/on", "Is given for what is still open", "still_open")
    if on is not None and (on > work.today or (commitment.made_on is not None and on < commitment.made_on)):
        raise Invalid.at("/on", "Must be between made_on and today", "date_range")
    commitment.status = to
    commitment.closed_on = None if to == "open" else on or work.today


def add_commitment_transitions(router: APIRouter) -> None:
    """Puts the operation on a router."""
    body = body_of(CommitmentTransitionRequest)

    def endpoint(work: Work, request: Request, id: str, document: body) -> Response:  # type: ignore[valid-type]  # noqa: A002
        no_parameters(request)
        commitment = for_change(work, COMMITMENTS, request, id)
        store.check_present(commitment)
        wanted = examine(CommitmentTransitionRequest, document)
        if wanted.faults:
            raise Invalid(faults=wanted.faults)
        work.reason = wanted.values["reason"] or work.reason
        with store.changing(work, commitment, "transition"):
            move(work, commitment, wanted.values)
        return written(work, request, COMMITMENTS, commitment, created=False)

    operation = Operation(
        "transition", "POST", "/{id}/transitions", endpoint, Action.WRITE,
        summary="Move a commitment to another state",
        description="Says that it was kept, broken, withdrawn or superseded, or opens it again. Where it can go stands "
        "in `allowed_transitions`.",
        answer=COMMITMENTS.read,
        example={"to": "kept"},
    )  # fmt: skip
    add(router, noun_of(COMMITMENTS), operation, f"/{COMMITMENTS.path}")
