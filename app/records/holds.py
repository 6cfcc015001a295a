"""Legal holds: a record stays, whatever its class says, until the hold is lifted."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import or_, select
from starlette.requests import Request
from starlette.responses import Response

from app.access.ledger import Change
from app.access.permissions import Action
from app.access.work import Work
from app.core import cursor as cursors
from app.core.columns import table_of
from app.core.derive import body_of
from app.core.documents import examined
from app.core.fields import Document, Moment, RecordId, Representation, Title
from app.core.ids import as_id, new_id
from app.core.query import PageQuery
from app.crud.answers import JSON, listed
from app.crud.asking import from_address, no_parameters, place_of
from app.crud.ledger import DIRECTORY
from app.crud.listing import Page
from app.crud.operations import Noun, Operation, add
from app.crud.schemas import PageEnvelope
from app.errors import Conflict, Invalid, NotFound
from app.models import Engagement, LegalHold
from app.records.due import ENGAGEMENT, holds_on

NOUN = "legal hold"
ORDER = "-id"


class HoldRequest(Document):
    """A record that must stay."""

    record: RecordId
    """The engagement."""

    reason: Annotated[Title, Field(max_length=200)]
    """Why: the case, the inquiry, the request."""


class Hold(Representation):
    """A legal hold."""

    id: str
    """Its id."""

    record_id: str
    """The engagement that must stay."""

    reason: str
    """Why."""

    placed_at: Moment
    """Since when."""

    placed_by: str
    """Who placed it."""

    lifted_at: Moment | None
    """When it was lifted; null while it holds."""

    lifted_by: str | None
    """Who lifted it."""


class HoldPage(PageEnvelope):
    """A page of legal holds, the newest first."""

    items: Annotated[list[Hold], Field(description="The holds of this page, the newest first.")]


_HOLD = table_of(LegalHold)


def _visible(work: Work) -> Any:
    """Holds on records that exist for the caller, with those records' directory entries."""
    seen = or_(DIRECTORY.c.marking_id.is_(None), work.visible(DIRECTORY))
    return select(LegalHold).join(DIRECTORY, DIRECTORY.c.record_id == _HOLD.c.record_id).where(seen)


def list_holds(work: Work, request: Request) -> Response:
    query = from_address(PageQuery, request)
    statement = _visible(work).order_by(_HOLD.c.id.desc()).limit(query.limit + 1)
    if query.cursor is not None:
        (last,) = place_of(query.cursor, ORDER, [UUID])
        statement = statement.where(_HOLD.c.id < last)
    found = work.session.scalars(statement).all()
    shown = found[: query.limit]
    following = cursors.encode(ORDER, [shown[-1].id]) if len(found) > query.limit else None
    return listed(work, request, Page([Hold.model_validate(each).model_dump_json() for each in shown], following, None))


def place_hold(work: Work, request: Request, document: body_of(HoldRequest)) -> Response:  # type: ignore[valid-type]
    no_parameters(request)
    wanted = examined(HoldRequest, document)
    record_id = wanted["record"]
    statement = select(Engagement.id, Engagement.marking_id).where(Engagement.id == record_id, work.visible(ENGAGEMENT))
    found = work.session.execute(statement.with_for_update()).first()
    if found is None:
        raise Invalid.at("/record", "There is no such engagement", "unknown_reference")
    if holds_on(work, record_id):
        raise Conflict("The engagement is on hold already.")
    hold = LegalHold(
        id=new_id(), record_id=record_id, reason=wanted["reason"], placed_at=work.now, placed_by=work.actor.name
    )
    work.session.add(hold)
    work.session.flush()
    _tell(work, hold, "place", found.marking_id, {"reason": [None, hold.reason]})
    return Response(Hold.model_validate(hold).model_dump_json(), status_code=201, media_type=JSON)


def lift_hold(work: Work, request: Request, id: str) -> Response:  # noqa: A002 - the contract's word
    no_parameters(request)
    statement = _visible(work).add_columns(DIRECTORY.c.marking_id).where(_HOLD.c.id == as_id(id))
    found = work.session.execute(statement.with_for_update(of=_HOLD)).first() if as_id(id) else None
    if found is None:
        raise NotFound("There is no such hold.")
    hold, marking_id = found
    if hold.lifted_at is None:
        hold.lifted_at, hold.lifted_by = work.now, work.actor.name
        _tell(work, hold, "lift", marking_id, {"lifted": [False, True]})
    return Response(status_code=204)


def _tell(work: Work, hold: LegalHold, action: str, marking: int | None, changes: dict[str, Any]) -> None:
    """Enters what became of a hold in the ledger, under the marking of its record."""
    version, text = (1 if action == "place" else 2), Hold.model_validate(hold).model_dump_json()
    changes = {"record": hold.record_id} | changes
    work.changes.append(Change(action, NOUN, hold.id, version, marking, None, changes, text))


def add_holds(router: APIRouter) -> None:
    """Puts legal holds on a router."""
    noun, base = Noun("Records keeping", "legal_hold"), "/legal-holds"
    operations = (
        Operation(
            "list", "GET", "", list_holds, Action.AUDIT,
            summary="List legal holds",
            description="The holds on records that the caller may see, the newest first, with those that were lifted.",
            answer=HoldPage,
            query=PageQuery,
        ),
        Operation(
            "place", "POST", "", place_hold, Action.ADMINISTER,
            summary="Place a legal hold on an engagement",
            description="While it holds, the engagement is not disposed of.",
            answer=Hold, status=201,
            example={"record": "0190163d-8694-739b-aea5-966c26f8ad91", "reason": "Inquiry 2031/4"},
        ),
        Operation(
            "lift", "DELETE", "/{id}", lift_hold, Action.ADMINISTER,
            summary="Lift a legal hold",
            description="It is kept, with who placed it and who lifted it.",
            answer=None, status=204,
        ),
    )  # fmt: skip
    for operation in operations:
        add(router, noun, operation, base)
