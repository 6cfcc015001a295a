"""Transitions: how an engagement moves from one state to the next."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.work import Work
from app.core.derive import body_of
from app.core.documents import examine
from app.core.fields import Document, Prose
from app.crud import store
from app.crud.answers import written
from app.crud.asking import no_parameters
from app.crud.operations import Operation, add, noun_of
from app.crud.resource import RESOURCES, Resource
from app.errors import Conflict, Fault, Invalid
from app.models.choices import Status
from app.models.lifecycle import LIFECYCLE


class TransitionRequest(Document):
    """A move of an engagement to another state."""

    to: Status
    """The state to go to; one of `allowed_transitions`."""

    reason: Annotated[Prose, Field(max_length=500)] | None = None
    """Why; needed to postpone or cancel."""


def move(engagement: Any, to: str, reason: str | None) -> None:
    """Moves an engagement. Raises Conflict where its state does not allow that, Invalid without a due reason."""
    if to not in engagement.allowed_transitions:
        allowed = ", ".join(engagement.allowed_transitions) or "nothing"
        raise Conflict(
            f"From {engagement.status} it can go to {allowed}, not to {to}.",
            faults=[Fault(f"Is not allowed from {engagement.status}", "transition", pointer="/to")],
        )
    if to in LIFECYCLE.reason_for and not reason:
        raise Invalid(faults=[Fault(f"Is needed for {to}", "required", pointer="/reason")])
    engagement.status = to


def add_transitions(router: APIRouter, resource: Resource) -> None:
    """Puts the operation on a router, below one kind of engagement or below all."""
    body = body_of(TransitionRequest)

    def endpoint(work: Work, request: Request, id: str, document: body) -> Response:  # type: ignore[valid-type]  # noqa: A002
        no_parameters(request)
        found = store.find(work, resource, id, lock=True)
        engagement = store.find(work, RESOURCES.of(found), found.id)
        store.check_precondition(work, engagement, request.headers.get("if-match"))
        store.check_present(engagement)
        wanted = examine(TransitionRequest, document)
        if wanted.faults:
            raise Invalid(faults=wanted.faults)
        work.reason = wanted.values["reason"]
        with store.changing(work, engagement, "transition"):
            move(engagement, **wanted.values)
        return written(work, request, resource, engagement, created=False)

    operation = Operation(
        "transition", "POST", "/{id}/transitions", endpoint, Action.WRITE,
        summary=f"Move {resource.article} to another state",
        description="Where it can go from its present state stands in `allowed_transitions`.",
        answer=resource.answer,
        example={"to": "confirmed"},
    )  # fmt: skip
    add(router, noun_of(resource), operation, f"/{resource.path}")
