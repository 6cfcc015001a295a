"""Moves of records between the states of a lifecycle."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.work import LONGEST_REASON, Work
from app.core.derive import body_of
from app.core.documents import examined
from app.core.fields import Document, Prose
from app.core.lifecycle import Lifecycle
from app.crud import store
from app.crud.answers import written
from app.crud.asking import no_parameters
from app.crud.operations import Operation
from app.crud.resource import Resource
from app.crud.router import for_change
from app.errors import Conflict, Fault, Forbidden, Invalid

Reason = Annotated[Prose, Field(max_length=LONGEST_REASON)]
"""Why a record is moved."""


def check_move(work: Work, lifecycle: Lifecycle, state: str, to: str, reason: str | None) -> None:
    """Raises what stands against a move.

    Conflict where the state does not allow it, Forbidden where it is not for the caller's role, Invalid where it needs
    a reason and has none.
    """
    way = lifecycle.find(state, to)
    if way is None:
        allowed = ", ".join(lifecycle.allowed(state)) or "nothing"
        raise Conflict(
            f"From {state} it can go to {allowed}, not to {to}.",
            faults=[Fault(f"Is not allowed from {state}", "transition", pointer="/to")],
        )
    if work.actor.role not in way.roles:
        raise Forbidden(f"To move it to {to} is for the roles: {', '.join(sorted(way.roles))}.")
    if way.reason and not reason:
        raise Invalid.at("/reason", f"Is needed for {to}", "required")


def transition(
    resource: Resource,
    asks: type[Document],
    move: Callable[..., None],
    *,
    state: str = "state",
    called: Callable[[str], str] = lambda _: "transition",
    **told: Any,
) -> Operation:
    """The operation that moves a record: by a body `asks` with `to` and `reason`, whose values `move` is given.

    `state` is the field that says where the record stands, `called` what the ledger calls a move to a state; what is
    told of it are the summary, description and example of an `Operation`.
    """
    body = body_of(asks)

    def endpoint(work: Work, request: Request, id: str, document: body) -> Response:  # type: ignore[valid-type]  # noqa: A002
        no_parameters(request)
        record = for_change(work, resource, request, id)
        store.check_present(record)
        wanted = examined(asks, document)
        to = wanted["to"]
        work.reason = wanted["reason"] or work.reason
        with store.changing(work, record, called(to), **{state: [getattr(record, state), to]}):
            move(work, record, **wanted)
        return written(work, request, resource, record, created=False)

    return Operation("transition", "POST", "/{id}/transitions", endpoint, Action.WRITE, answer=resource, **told)
