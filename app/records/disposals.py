"""Disposals: what is due, who proposes that it go, and who else approves. `tracker disposal run` carries them out."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response

from app.access.ledger import Change
from app.access.markings import highest
from app.access.permissions import Action
from app.access.work import Work
from app.core import cursor as cursors
from app.core.columns import table_of
from app.core.derive import body_of
from app.core.documents import examined
from app.core.ids import as_id, new_id
from app.core.query import PageQuery
from app.crud.answers import JSON, listed
from app.crud.asking import from_address, no_parameters, place_of
from app.crud.listing import Page
from app.crud.operations import Noun, Operation, add
from app.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from app.models import Disposal, DisposalRecord, RetentionClass
from app.models.choices import DisposalState
from app.records.disposal_documents import (
    DisposalDecision,
    DisposalPage,
    DisposalRead,
    DisposalRequest,
    DisposedRecord,
    DuePage,
    DueQuery,
    DueRecord,
)
from app.records.due import ENGAGEMENT, classes, due, held, may_go, proposed

NOUN = "disposal"
ORDER = "-id"
_DISPOSAL = table_of(Disposal)


def list_due(work: Work, request: Request) -> Response:
    query = from_address(DueQuery, request)
    wanted = work.session.scalar(select(RetentionClass).where(RetentionClass.slug == query.retention_class))
    if wanted is None:
        raise Invalid(faults=[Fault("There is no such class", "unknown_reference", parameter="retention_class")])
    columns = [ENGAGEMENT.c[name] for name in (*DueRecord.model_fields, "marking_id")]
    statement = (
        select(*columns)
        .where(work.visible(ENGAGEMENT), due(work, wanted, classes(work)))
        .order_by(ENGAGEMENT.c.id)
        .limit(query.limit + 1)
    )
    if query.cursor is not None:
        (last,) = place_of(query.cursor, "id", [UUID])
        statement = statement.where(ENGAGEMENT.c.id > str(last))
    found = work.session.execute(statement).all()
    shown = found[: query.limit]
    work.holds("engagement", ((row.id, row.marking_id) for row in shown))
    following = cursors.encode("id", [str(shown[-1].id)]) if len(found) > query.limit else None
    items = [DueRecord.model_validate(row).model_dump_json() for row in shown]
    return listed(work, request, Page(items, following, None))


def list_disposals(work: Work, request: Request) -> Response:
    query = from_address(PageQuery, request)
    statement = select(Disposal).where(work.visible(_DISPOSAL)).order_by(_DISPOSAL.c.id.desc()).limit(query.limit + 1)
    if query.cursor is not None:
        (last,) = place_of(query.cursor, ORDER, [UUID])
        statement = statement.where(_DISPOSAL.c.id < str(last))
    found = work.session.scalars(statement).all()
    shown = found[: query.limit]
    following = cursors.encode(ORDER, [shown[-1].id]) if len(found) > query.limit else None
    return listed(work, request, Page([represented(work, each) for each in shown], following, None))


def represented(work: Work, disposal: Disposal) -> str:
    """A disposal as clients read it."""
    named = {name: getattr(disposal, name) for name in DisposalRead.model_fields if name != "records"}
    records = [DisposedRecord.model_validate(each) for each in records_of(work, disposal)]
    return DisposalRead(**named, records=records).model_dump_json()


def records_of(work: Work, disposal: Disposal) -> Sequence[DisposalRecord]:
    """The records that a disposal names."""
    statement = select(DisposalRecord).where(DisposalRecord.disposal_id == disposal.id)
    return work.session.scalars(statement.order_by(DisposalRecord.record_id)).all()


def find(work: Work, key: str, *, lock: bool = False) -> Disposal:
    """A disposal that exists for the caller: for those only who may see all its records. Raises NotFound."""
    statement = select(Disposal).where(Disposal.id == as_id(key), work.visible(_DISPOSAL))
    found = work.session.scalar(statement.with_for_update() if lock else statement) if as_id(key) else None
    if found is None:
        raise NotFound("There is no such disposal.")
    return found


def read_disposal(work: Work, request: Request, id: str) -> Response:  # noqa: A002 - the contract's word
    no_parameters(request)
    return Response(represented(work, find(work, id)), media_type=JSON)


def propose(work: Work, request: Request, document: body_of(DisposalRequest)) -> Response:  # type: ignore[valid-type]
    no_parameters(request)
    wanted = examined(DisposalRequest, document)
    values = wanted
    under = work.session.scalar(select(RetentionClass).where(RetentionClass.slug == values["retention_class"]))
    if under is None or under.archived:
        raise Invalid.at("/retention_class", "There is no such class in force", "unknown_reference")
    found = _due_records(work, under, values["records"])
    disposal = Disposal(
        id=new_id(), version=1, state="proposed", retention_class=under.slug, action=under.action,
        authority=under.authority, reason=values["reason"], proposed_at=work.now, proposed_by=work.actor.name,
        proposed_by_id=work.actor.id,
        marking_id=work.marking_row(highest([work.mark(row.marking_id) for row in found])).id,
    )  # fmt: skip
    work.session.add(disposal)
    work.session.flush()
    for row in found:
        work.session.add(DisposalRecord(disposal_id=disposal.id, record_id=str(row.id), reference=row.reference))
    work.session.flush()
    text = represented(work, disposal)
    _tell(work, disposal, "propose", text, {"state": [None, "proposed"], "records": [None, values["records"]]})
    headers = {"Location": f"{request.scope['path']}/{disposal.id}"}
    return Response(text, status_code=201, media_type=JSON, headers=headers)


def _due_records(work: Work, under: RetentionClass, ids: list[str]) -> list[Any]:
    """The engagements of these ids, locked. Raises Invalid with a fault for each that may not go."""
    in_force = classes(work)
    statement = select(
        ENGAGEMENT.c.id,
        ENGAGEMENT.c.reference,
        ENGAGEMENT.c.marking_id,
        may_go(work, under, in_force).label("over"),
        held().label("held"),
        proposed().label("proposed"),
    ).where(ENGAGEMENT.c.id.in_(ids), work.visible(ENGAGEMENT))
    rows = {str(row.id): row for row in work.session.execute(statement.with_for_update())}
    faults = []
    for place, each in enumerate(ids):
        pointer, row = f"/records/{place}", rows.get(each)
        if each in ids[:place]:
            faults.append(Fault("Stands twice", "duplicate", pointer=pointer))
        elif row is None:
            faults.append(Fault("There is no such engagement", "unknown_reference", pointer=pointer))
        elif row.held:
            faults.append(Fault("A legal hold is on it", "on_hold", pointer=pointer))
        elif not row.over:
            faults.append(Fault("Is not due under this class and all others that cover it", "not_due", pointer=pointer))
        elif row.proposed:
            faults.append(Fault("Is named by another disposal that is under way", "taken", pointer=pointer))
    if faults:
        raise Invalid(faults=faults)
    return [rows[each] for each in ids]


def _decision(state: DisposalState, action: str) -> Any:
    """The endpoint by which another administrator approves or rejects."""
    body = body_of(DisposalDecision)

    def endpoint(work: Work, request: Request, id: str, document: body) -> Response:  # type: ignore[valid-type]  # noqa: A002
        no_parameters(request)
        disposal = find(work, id, lock=True)
        if work.actor.id == disposal.proposed_by_id or work.actor.name == disposal.proposed_by:
            raise Forbidden("Who proposed a disposal does not decide on it: another administrator does.")
        wanted = examined(DisposalDecision, document)
        if disposal.state != "proposed":
            raise Conflict(f"The disposal is {disposal.state} already.")
        if state == "approved":
            _still_due(work, disposal)
        disposal.state, disposal.version = state, disposal.version + 1
        disposal.decided_at, disposal.decided_by, disposal.decided_by_id = work.now, work.actor.name, work.actor.id
        work.session.flush()
        text = represented(work, disposal)
        work.reason = work.reason or wanted["reason"]
        _tell(work, disposal, action, text, {"state": ["proposed", state]})
        return Response(text, media_type=JSON)

    return endpoint


def _still_due(work: Work, disposal: Disposal) -> None:
    """Raises Conflict if a record may not go any more: something has changed since it was proposed."""
    under = work.session.scalars(select(RetentionClass).where(RetentionClass.slug == disposal.retention_class)).one()
    ids = [each.record_id for each in records_of(work, disposal)]
    statement = select(ENGAGEMENT.c.id).where(ENGAGEMENT.c.id.in_(ids), may_go(work, under, classes(work)))
    left = {str(each) for each in work.session.scalars(statement.with_for_update())}
    if set(ids) - left:
        raise Conflict(f"{len(set(ids) - left)} of its records are on hold or not due any more.")


def _tell(work: Work, disposal: Disposal, action: str, text: str, changes: dict[str, Any]) -> None:
    work.changes.append(Change(action, NOUN, disposal.id, disposal.version, disposal.marking_id, None, changes, text))


def add_disposals(router: APIRouter) -> None:
    """Puts disposals on a router."""
    noun, base = Noun("Records keeping", "disposal"), "/disposals"
    operations = (
        Operation(
            "list", "GET", "", list_disposals, Action.AUDIT,
            summary="List disposals",
            description="The newest first, of those whose every record the caller may see.",
            answer=DisposalPage,
            query=PageQuery,
        ),
        Operation(
            "list_due_for", "GET", "/due", list_due, Action.AUDIT,
            summary="What is due for disposal",
            description="Engagements whose time is over under a class and all others that cover them, that nothing "
            "holds, and whose disposal nobody has proposed yet.",
            answer=DuePage,
            query=DueQuery,
        ),
        Operation(
            "read", "GET", "/{id}", read_disposal, Action.AUDIT,
            summary="Read a disposal",
            description="With the records that it names, and when each was disposed of.",
            answer=DisposalRead,
        ),
        Operation(
            "propose", "POST", "", propose, Action.ADMINISTER,
            summary="Propose a disposal",
            description="Names records that are due. Nothing happens to them before another administrator approves.",
            answer=DisposalRead, status=201,
            example={
                "retention_class": "engagements-general",
                "records": ["0190163d-8694-739b-aea5-966c26f8ad91"],
                "reason": "Yearly review",
            },
        ),
        Operation(
            "approve", "POST", "/{id}/approve", _decision("approved", "approve"), Action.ADMINISTER,
            summary="Approve a disposal",
            description="By another administrator than the one who proposed it. `tracker disposal run` carries it out.",
            answer=DisposalRead,
            example={"reason": "Checked against the schedule"},
        ),
        Operation(
            "reject", "POST", "/{id}/reject", _decision("rejected", "reject"), Action.ADMINISTER,
            summary="Reject a disposal",
            description="By another administrator than the one who proposed it. Its records may be proposed again.",
            answer=DisposalRead,
            example={"reason": "Needed for the official history"},
        ),
    )  # fmt: skip
    for operation in operations:
        add(router, noun, operation, base)
