"""The audit trail: the ledger itself, for those who must show what happened."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import or_, select
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.visible import visible
from app.access.work import Work
from app.core import cursor as cursors
from app.core.fields import Line, Moment, RecordId
from app.core.query import PageQuery
from app.crud import ledger
from app.crud.answers import listed
from app.crud.asking import from_address, place_of
from app.crud.listing import Page
from app.crud.operations import Noun, Operation, add
from app.crud.schemas import PageEnvelope
from app.errors import Fault, Invalid

ORDER = "-at"
_LEDGER = ledger.LEDGER


class AuditQuery(PageQuery):
    """What the audit trail can be asked."""

    record: RecordId | None = None
    """The record that was changed."""

    record_type: Line | None = None
    """The type of record: `visit`, `token`."""

    actor: Line | None = None
    """Who."""

    action: Line | None = None
    """What was done."""

    request: Line | None = None
    """The request that it was part of."""

    since: Moment | None = None
    """At this instant or later."""

    until: Moment | None = None
    """Before this instant."""


class AuditEntry(ledger.HistoryEntry):
    """One entry of the ledger."""

    record_type: str
    """What was changed."""

    record_id: str
    """Which one."""

    hash: str
    """The entry's hash, which holds the one before it in place."""


class AuditPage(PageEnvelope):
    """A page of the audit trail, the newest first."""

    items: Annotated[list[AuditEntry], Field(description="The entries of this page, the newest first.")]


_EQUAL = {
    "record": "record_id",
    "record_type": "record_type",
    "actor": "actor",
    "action": "action",
    "request": "request_id",
}


def audit(work: Work, request: Request) -> Response:
    query = from_address(AuditQuery, request)
    statement = (
        select(_LEDGER)
        .where(or_(_LEDGER.c.marking_id.is_(None), visible(_LEDGER, work.markings)))
        .order_by(_LEDGER.c.seq.desc())
        .limit(query.limit + 1)
    )
    for name, column in _EQUAL.items():
        if (value := getattr(query, name)) is not None:
            statement = statement.where(_LEDGER.c[column] == value)
    if query.since is not None:
        statement = statement.where(_LEDGER.c.at >= query.since)
    if query.until is not None:
        statement = statement.where(_LEDGER.c.at < query.until)
    if query.cursor is not None:
        statement = statement.where(_LEDGER.c.seq < _place(work, query.cursor))
    rows: Any = work.session.execute(statement).mappings().all()
    items = [_entry(work, row).model_dump_json() for row in rows[: query.limit]]
    following = None
    if len(rows) > query.limit:
        last = rows[query.limit - 1]
        following = cursors.encode(ORDER, [str(last["record_id"]), last["version"]])
    return listed(work, request, Page(items, following, None))


def _entry(work: Work, row: Any) -> AuditEntry:
    own = {"record_type": row["record_type"], "record_id": str(row["record_id"]), "hash": bytes(row["hash"]).hex()}
    return AuditEntry(**ledger.shown(work, row), **own)


def _place(work: Work, cursor: str) -> int:
    record_id, version = place_of(cursor, ORDER, [UUID, int])
    seq = ledger.place_of(work, record_id, version)
    if seq is None:
        raise Invalid(faults=[Fault("Cannot go on from here", "cursor", parameter="cursor")])
    return seq


def add_audit(router: APIRouter) -> None:
    """Puts the audit trail on a router."""
    operation = Operation(
        "list", "GET", "", audit, Action.AUDIT,
        summary="The audit trail",
        description="Every entry of the ledger that the caller may see, the newest first: who did what, when and why.",
        answer=AuditPage,
        query=AuditQuery,
    )  # fmt: skip
    add(router, Noun("Audit", "audit"), operation, "/audit")
