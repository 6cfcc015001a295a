"""Transitions: how an engagement moves from one state to the next."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_args

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.work import LONGEST_REASON, Work
from app.core.derive import body_of
from app.core.documents import examined
from app.core.fields import Document, Prose
from app.crud import store
from app.crud.answers import written
from app.crud.asking import no_parameters
from app.crud.operations import Operation, add, noun_of
from app.crud.resource import RESOURCES, Resource
from app.engagements.guards import GUARDS
from app.errors import Conflict, Fault, Forbidden, Invalid
from app.models.choices import ReasonCode, Status
from app.models.lifecycle import LIFECYCLE

CODES: tuple[str, ...] = get_args(ReasonCode)
Words = Annotated[Prose, Field(max_length=LONGEST_REASON)]


class TransitionRequest(Document):
    """A move of an engagement to another state."""

    to: Status
    """The state to go to; one of `allowed_transitions`."""

    reason: Words | None = None
    """Why; needed to postpone or cancel. One of the codes of `status_reason`, or words, which count as `other`."""

    comment: Words | None = None
    """What else there is to say of a reason that is given as a code."""


def said_once(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Words stand in `reason` or, beside a code, in `comment`."""
    if values.get("reason") and values.get("comment") and values["reason"] not in CODES:
        codes = ", ".join(CODES)
        yield Fault(f"Beside a comment the reason is one of: {codes}", "not_allowed", pointer="/reason")


def coded(reason: str | None, comment: str | None) -> tuple[str | None, str | None]:
    """A reason as it is kept: its code, and the words. Words alone count as `other`."""
    if not reason or reason in CODES:
        return reason or None, comment or None
    return "other", reason


def in_words(reason: str | None, comment: str | None) -> str | None:
    """A reason in one text, as histories tell it."""
    return ": ".join(each for each in (reason, comment) if each)[:LONGEST_REASON] or None


def destination(
    engagement: Any, to: str, reason: str | None = None, comment: str | None = None, *, by_calendar: bool = False
) -> dict[str, Any]:
    """What a move makes of an engagement.

    Raises Conflict where its state does not allow that, Invalid without a due reason.
    """
    way = LIFECYCLE.find(engagement.status, to)
    if way is None or not (way.by_calendar if by_calendar else way.roles):
        allowed = ", ".join(engagement.allowed_transitions) or "nothing"
        raise Conflict(
            f"From {engagement.status} it can go to {allowed}, not to {to}.",
            faults=[Fault(f"Is not allowed from {engagement.status}", "transition", pointer="/to")],
        )
    code, words = coded(reason, comment) if way.reason else (None, None)
    if way.reason and code is None:
        raise Invalid(faults=[Fault(f"Is needed for {to}", "required", pointer="/reason")])
    return {"status": to, "status_reason": code, "status_comment": words}


def move(engagement: Any, to: str, reason: str | None, comment: str | None = None) -> None:
    """Moves an engagement. Raises what destination() does."""
    _bring(engagement, destination(engagement, to, reason, comment))


def _bring(engagement: Any, after: Mapping[str, Any]) -> None:
    for name, value in after.items():
        setattr(engagement, name, value)


def permit(work: Work, engagement: Any, to: str) -> None:
    """Raises Forbidden where the move is not for the caller's role, Conflict where its condition does not hold."""
    way = LIFECYCLE.find(engagement.status, to)
    if way is None:
        return
    if work.actor.role not in way.roles:
        raise Forbidden(f"To move it to {to} is for the roles: {', '.join(sorted(way.roles))}.")
    if way.guard is not None:
        GUARDS[way.guard](work, engagement)


def make(work: Work, engagement: Any, after: Mapping[str, Any]) -> None:
    """Brings an engagement to a destination, and enters that in the ledger with the reason as it is kept."""
    before = {name: getattr(engagement, name) for name in after}
    # What the register itself says of a record is entered by hand; the status can also be written.
    told = {name: [before[name], after[name]] for name in after if name != "status" and before[name] != after[name]}
    with store.changing(work, engagement, "transition", **told):
        _bring(engagement, after)


def add_transitions(router: APIRouter, resource: Resource) -> None:
    """Puts the operation on a router, below one kind of engagement or below all."""
    body = body_of(TransitionRequest)

    def endpoint(work: Work, request: Request, id: str, document: body) -> Response:  # type: ignore[valid-type]  # noqa: A002
        no_parameters(request)
        found = store.find(work, resource, id, lock=True)
        engagement = store.find(work, RESOURCES.of(found), found.id)
        store.check_precondition(work, engagement, request.headers.get("if-match"))
        store.check_present(engagement)
        wanted = examined(TransitionRequest, document, said_once)
        to, reason, comment = (wanted[name] for name in ("to", "reason", "comment"))
        after = destination(engagement, to, reason, comment)
        permit(work, engagement, to)
        work.reason = in_words(reason, comment) or work.reason
        make(work, engagement, after)
        return written(work, request, resource, engagement, created=False)

    operation = Operation(
        "transition", "POST", "/{id}/transitions", endpoint, Action.WRITE,
        summary=f"Move {resource.article} to another state",
        description="Where it can go from its present state stands in `allowed_transitions`. To postpone or cancel "
        "takes a reason: a code, or words, which count as `other`. Where a route asks for approval, it is confirmed "
        "only once approval is granted for what it is now.",
        answer=resource,
        example={"to": "postponed", "reason": "partner_request", "comment": "Their minister is in New York that week"},
    )  # fmt: skip
    add(router, noun_of(resource), operation, f"/{resource.path}")
