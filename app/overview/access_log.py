"""The access log, for those who must show who saw what."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, and_, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from starlette.requests import Request
from starlette.responses import Response

from app.access.access_log import Event
from app.access.permissions import Action
from app.access.work import Work
from app.core import cursor as cursors
from app.core import docstrings
from app.core.columns import table_of
from app.core.fields import Line, Moment, RecordId
from app.core.query import PageQuery
from app.crud.answers import listed
from app.crud.asking import from_address, place_of
from app.crud.listing import Page
from app.crud.operations import Noun, Operation, add
from app.crud.schemas import PageEnvelope
from app.models import AccessEntry
from app.models.choices import Classification

ORDER = "-at,-id"
_LOG = table_of(AccessEntry)


class AccessLogQuery(PageQuery):
    """What the access log can be asked."""

    event: Event | None = None
    """What happened."""

    actor: Line | None = None
    """Who: the name of the token or person."""

    record: RecordId | None = None
    """The record that was seen."""

    since: Moment | None = None
    """At this instant or later."""

    until: Moment | None = None
    """Before this instant."""


class AccessLogEntry(BaseModel):
    """One event of the access log."""

    model_config = ConfigDict(json_schema_extra=docstrings.tell)

    id: str
    """The entry's own id."""

    at: Moment
    """When."""

    event: Event
    """What happened: records were read or exported, a sign-in failed, an act was refused."""

    actor: str | None
    """Who: the name of the token or person; null where nobody is known."""

    actor_id: str | None
    """The id of the token or person; null for the operator at the command line too."""

    address: str | None
    """The address that the request came from."""

    request_id: str
    """The request; entries of one request share it."""

    method: str | None
    """The request's method; null at the command line."""

    operation: str
    """What was asked for, without any value: `/api/v1/visits/{id}`."""

    record_type: str | None
    """What was seen."""

    record_ids: list[str] | None
    """Which ones, of those that are classified so high that it is logged."""

    classification: Classification | None
    """How each of them was classified."""

    detail: str | None
    """What else is to be known."""


class AccessLogPage(PageEnvelope):
    """A page of the access log, the newest first."""

    items: Annotated[list[AccessLogEntry], Field(description="The entries of this page, the newest first.")]


def access_log(work: Work, request: Request) -> Response:
    query = from_address(AccessLogQuery, request)
    statement = (
        select(_LOG)
        .where(*_conditions(work, query))
        .order_by(_LOG.c.at.desc(), _LOG.c.id.desc())
        .limit(query.limit + 1)
    )
    rows: Any = work.session.execute(statement).mappings().all()
    items = [_entry(work, row).model_dump_json() for row in rows[: query.limit]]
    following = None
    if len(rows) > query.limit:
        last = rows[query.limit - 1]
        following = cursors.encode(ORDER, [last["at"], str(last["id"])])
    return listed(work, request, Page(items, following, None))


def _conditions(work: Work, query: AccessLogQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [or_(_LOG.c.marking_id.is_(None), work.visible(_LOG))]
    if query.event is not None:
        found.append(_LOG.c.event == query.event.value)
    if query.actor is not None:
        found.append(_LOG.c.actor == query.actor)
    if query.record is not None:
        found.append(_names(query.record, sqlite=work.register.database.is_sqlite))
    if query.since is not None:
        found.append(_LOG.c.at >= query.since)
    if query.until is not None:
        found.append(_LOG.c.at < query.until)
    if query.cursor is not None:
        at, last = place_of(query.cursor, ORDER, [datetime, UUID])
        found.append(or_(_LOG.c.at < at, and_(_LOG.c.at == at, _LOG.c.id < last)))
    return found


def _names(record: str, *, sqlite: bool) -> ColumnElement[bool]:
    """The condition that an entry names a record."""
    if sqlite:
        each = func.json_each(_LOG.c.record_ids).table_valued("value")
        return select(literal(1)).select_from(each).where(each.c.value == record).exists()
    return cast(_LOG.c.record_ids, JSONB).contains([record])


def _entry(work: Work, row: Any) -> AccessLogEntry:
    named = {name: row[name] for name in AccessLogEntry.model_fields if name in row}
    for name in ("id", "actor_id"):
        named[name] = None if row[name] is None else str(row[name])
    marking = row["marking_id"]
    return AccessLogEntry(**named, classification=None if marking is None else work.mark(marking).classification)


def add_access_log(router: APIRouter) -> None:
    """Puts the access log on a router."""
    operation = Operation(
        "list", "GET", "", access_log, Action.AUDIT,
        summary="The access log",
        description="Who read or took out what is classified high, whose sign-in failed, who was refused: the newest "
        "first, of what the caller may see.",
        answer=AccessLogPage,
        query=AccessLogQuery,
    )  # fmt: skip
    add(router, Noun("Audit", "access_log"), operation, "/access-log")
