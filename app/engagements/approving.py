"""The acts of an approval: to ask for it, to decide a step of it, to withdraw it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.persons import person_of
from app.access.work import LONGEST_REASON, Work
from app.core.columns import table_of
from app.core.derive import Later, body_of
from app.core.documents import examined
from app.core.fields import Document, Prose
from app.core.ids import as_id
from app.crud import store
from app.crud.answers import written
from app.crud.asking import from_address, no_parameters
from app.crud.operations import Operation, add, noun_of
from app.crud.reading import stored
from app.crud.resource import RESOURCES, Resource
from app.crud.router import page_of
from app.crud.schemas import page_model
from app.engagements.approvals import APPROVALS, ApprovalFields
from app.engagements.covering import content_of, covering, route_for
from app.engagements.deciding import asker, authority, caller, check_four_eyes
from app.engagements.engagements import ENGAGEMENTS
from app.errors import Conflict, Fault, Forbidden
from app.models import Approval, ApprovalStep
from app.models.choices import Decision

ASKED_WHILE = ("proposed", "planned", "confirmed", "postponed")
CLOSED_BY = {"return": "returned", "decline": "declined"}


class DecisionRequest(Document):
    """What an office decides."""

    decision: Decision
    """`approve` hands it to the next step, or grants it with the last; `return` asks for more work; `decline` ends
    it."""

    comment: Prose | None = None
    """What there is to say; needed to return or decline."""

    step: Annotated[int, Field(strict=True, ge=1, le=20)] | None = None
    """The step that is meant, so that a decision never falls on another one."""


class WithdrawalRequest(Document):
    """Why approval is not asked for any more."""

    comment: Annotated[Prose, Field(max_length=LONGEST_REASON)] | None = None
    """Why; kept in the history."""


def said_why(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Whoever sends something back says what is missing."""
    if values.get("decision") in CLOSED_BY and "comment" in values and not values["comment"]:
        yield Fault(f"Is needed to {values['decision']}", "required", pointer="/comment")


def ask(work: Work, engagement: Any, note: str | None) -> Approval:
    """Asks the offices of an engagement's route for approval. Raises Conflict where that is not due."""
    if engagement.status not in ASKED_WHILE:
        raise Conflict(f"It is {engagement.status}: there is nothing left to approve.")
    route = route_for(work, engagement)
    if route is None:
        raise Conflict("No route asks for approval of engagements like this one.")
    _check_none_yet(work, engagement)
    steps = [ApprovalStep(position=place, **each) for place, each in enumerate(route.steps, 1)]
    actor = work.actor
    approval = Approval(
        engagement=engagement.id, route=route.id, state="open", office=steps[0].office, changed=[], note=note,
        content={"reference": engagement.reference} | content_of(engagement), steps=steps,
        asked_by=actor.name, asked_by_id=actor.id, asked_by_user=actor.user, asked_by_person=person_of(work),
        marking_id=engagement.marking_id, marked_as=engagement.marked_as,
    )  # fmt: skip
    return store.enter(work, approval, state=[None, "open"], engagement=[None, engagement.id])  # type: ignore[no-any-return]


def _check_none_yet(work: Work, engagement: Any) -> None:
    statement = select(Approval.id).where(Approval.engagement == engagement.id, Approval.state == "open")
    if (known := work.session.scalar(statement)) is not None:
        raise Conflict(f"Approval is asked for already, as {known}. Withdraw that, to ask anew.")
    if (known := covering(work, engagement)) is not None:
        raise Conflict(f"Approval is granted already, as {known}, and covers the engagement as it is.")


def _locked(work: Work, key: str) -> tuple[Any, Any]:
    """An approval and its engagement, both locked, in the order in which whoever changes an engagement locks them."""
    table = table_of(Approval)
    statement = select(table.c.engagement).where(table.c.id == as_id(key), work.visible(table))
    about = work.session.scalar(statement) if as_id(key) else None
    if about is None:
        raise store.not_found(APPROVALS)
    found = store.find(work, ENGAGEMENTS, str(about), lock=True)
    engagement = store.find(work, RESOURCES.of(found), found.id)
    return store.find(work, APPROVALS, key, lock=True), engagement


def decide(work: Work, approval: Any, engagement: Any, values: Mapping[str, Any]) -> None:
    """Decides the step that an approval waits at. Raises Conflict where it waits at none, Forbidden for others."""
    if approval.state != "open":
        raise Conflict(f"The approval is {approval.state} already.")
    store.check_present(engagement)
    step = next(each for each in approval.steps if each.decision is None)
    if values["step"] not in (None, step.position):
        raise Conflict(
            f"The approval waits at step {step.position}.",
            faults=[Fault(f"It waits at step {step.position}", "step", pointer="/step")],
        )
    by = authority(work, approval, step)
    check_four_eyes(work, approval, by)
    decision, comment = values["decision"], values["comment"] or None
    if decision == "approve" and approval.changed:
        raise Conflict(
            f"The engagement has changed since approval was asked for ({', '.join(approval.changed)}): return it, and "
            "let it be asked for anew.",
            faults=[Fault("Is not what approval was asked for", "approval", pointer="/decision")],
        )
    following = next((each for each in approval.steps if each.position > step.position), None)
    state = CLOSED_BY.get(decision) or ("open" if following is not None else "granted")
    told: dict[str, Any] = {"step": [None, step.position], "decision": [None, decision], "comment": [None, comment]}
    if state != "open":
        told["state"] = ["open", state]
    with store.changing(work, approval, decision, **told):
        step.decision, step.comment, step.decided_at = decision, comment, work.now
        step.decided_by, step.decided_by_id = work.actor.name, work.actor.id
        step.person, step.on_behalf_of, step.delegation = by.person, by.on_behalf_of, by.delegation
        _settle(work, approval, state, following)


def _settle(work: Work, approval: Any, state: str, following: ApprovalStep | None = None) -> None:
    """Hands an approval on to the next office, or closes it."""
    approval.state = state
    approval.office = following.office if state == "open" and following is not None else None
    approval.closed_at = None if state == "open" else work.now


def _deciding(work: Work, request: Request, id: str, document: body_of(DecisionRequest)) -> Response:  # type: ignore[valid-type]  # noqa: A002
    no_parameters(request)
    approval, engagement = _locked(work, id)
    store.check_precondition(work, approval, request.headers.get("if-match"))
    decide(work, approval, engagement, examined(DecisionRequest, document, said_why))
    return written(work, request, APPROVALS, approval, created=False)


def _withdrawing(work: Work, request: Request, id: str, document: body_of(WithdrawalRequest)) -> Response:  # type: ignore[valid-type]  # noqa: A002
    no_parameters(request)
    approval, _ = _locked(work, id)
    store.check_precondition(work, approval, request.headers.get("if-match"))
    comment = examined(WithdrawalRequest, document)["comment"]
    if work.actor.role != "administrator" and not caller(work).is_also(asker(work, approval)):
        raise Forbidden("Only who asked for approval, or an administrator, withdraws it.")
    if approval.state != "open":
        raise Conflict(f"The approval is {approval.state} already.")
    work.reason = comment or work.reason
    with store.changing(work, approval, "withdraw", state=["open", "withdrawn"]):
        _settle(work, approval, "withdrawn")
    return written(work, request, APPROVALS, approval, created=False)


def add_approval_acts(router: APIRouter) -> None:
    """Puts what is done with an approval on a router."""
    operations = (
        Operation(
            "decide", "POST", "/{id}/decisions", _deciding, Action.APPROVE,
            summary="Decide a step of an approval",
            description="For who holds the office that it waits for, today, or stands in for them by a delegation. "
            "Nobody decides on what they asked for or wrote last themselves.",
            answer=APPROVALS, errors=(412, 428),
            example={"decision": "approve", "comment": "Subject to the usual travel advice", "step": 1},
        ),
        Operation(
            "withdraw", "POST", "/{id}/withdrawal", _withdrawing, Action.WRITE,
            summary="Withdraw a request for approval",
            description="By who asked, while it is open.",
            answer=APPROVALS, body_optional=True,
            example={"comment": "The visit moves to March"},
        ),
    )  # fmt: skip
    for each in operations:
        add(router, noun_of(APPROVALS), each, f"/{APPROVALS.path}")


def add_approvals(router: APIRouter, resource: Resource) -> None:
    """Puts what is asked of an engagement's approvals on a router, below one kind of engagement or below all."""
    body = body_of(ApprovalFields)

    def asked(work: Work, request: Request, id: str, document: body) -> Response:  # type: ignore[valid-type]  # noqa: A002
        no_parameters(request)
        found = store.find(work, resource, id, lock=True)
        engagement = store.find(work, RESOURCES.of(found), found.id)
        store.check_present(engagement)
        approval = ask(work, engagement, examined(ApprovalFields, document)["note"])
        return written(work, request, APPROVALS, approval, created=True)

    def listed(work: Work, request: Request, id: str) -> Response:  # noqa: A002
        query = from_address(APPROVALS.list_query, request)
        engagement = stored(work, resource, id).id
        return page_of(work, APPROVALS, query.model_copy(update={"engagement": [engagement]}), request)

    operations = (
        Operation(
            "list_approvals_of", "GET", "/{id}/approvals", listed, Action.READ,
            summary=f"List the approvals of {resource.article}",
            description="The newest first.",
            answer=Later(partial(page_model, APPROVALS)), query=Later(lambda: APPROVALS.list_query),
        ),
        Operation(
            "ask_approval_of", "POST", "/{id}/approvals", asked, Action.WRITE,
            summary=f"Ask for approval of {resource.article}",
            description="Goes to the offices of the active route for its level, in their order. Each decides by "
            "`/approvals/{id}/decisions`.",
            answer=APPROVALS, status=201, body_optional=True, example=dict(APPROVALS.example),
        ),
    )  # fmt: skip
    for each in operations:
        add(router, replace(noun_of(resource), tag=APPROVALS.tag), each, f"/{resource.path}")
