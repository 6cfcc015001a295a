"""The acts on a calendar: making one, revoking it, and what its secret address answers."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.access.accesses import log_export, off_the_loop
from app.access.markings import RANK
from app.access.permissions import Action
from app.access.work import Work
from app.core.columns import instant_text
from app.core.derive import body_of
from app.core.documents import examined
from app.crud import store
from app.crud.answers import JSON, base_address, etag
from app.crud.asking import no_parameters
from app.crud.operations import Operation, add, noun_of
from app.crud.polling import polled
from app.crud.router import for_change, operations
from app.crud.saving import saved_filter
from app.crud.schemas import issued_model
from app.engagements.scheduling import SCHEDULED, list_query
from app.errors import Fault, Invalid
from app.exchange.icalendar.calendars import CALENDARS, CalendarAsked, CalendarFilter
from app.exchange.icalendar.files import ICS, Titled
from app.exchange.icalendar.schedule import MOST, answer, found, usual_days
from app.exchange.icalendar.secrets import admits
from app.models import Calendar

ISSUED = issued_model(
    CALENDARS, "address", "address", "The secret address, to be given to the program that subscribes."
)


def create(work: Work, request: Request, document: body_of(CalendarAsked)) -> Response:  # type: ignore[valid-type]
    no_parameters(request)
    given = examined(CalendarAsked, document)
    record = store.create(work, CALENDARS, _whole(work, given, document))
    headers = {"ETag": etag(record.version), "Cache-Control": "no-store"}
    headers["Location"] = f"{base_address(request)}/{record.id}"
    told = json.loads(record.representation) | {"address": f"{base_address(request)}/feed/{record.secret}.ics"}
    return Response(json.dumps(told, ensure_ascii=False), 201, headers, media_type=JSON)


def _whole(work: Work, values: Mapping[str, Any], document: Any) -> dict[str, Any]:
    """A calendar in full: what a saved filter gives, and what the document says besides."""
    said = {name: value for name, value in document.items() if name != "saved" and value is not None}
    if values["saved"] is None:
        return said
    if "filter" in said:
        raise Invalid(faults=[Fault("The saved filter says that already", "one_of", "/filter")])
    kept = saved_filter(work, SCHEDULED, values["saved"])
    if kept is None:
        detail = f"There is no saved filter {values['saved']!r} for engagements"
        raise Invalid.at("/saved", detail, "unknown_reference")
    mark = work.mark(kept.marking_id)
    if any((mark.endorsements, mark.releasable_to, mark.need_to_know)) or (
        RANK[mark.classification] > RANK[values["ceiling"]]
    ):
        raise Invalid.at("/saved", "Is marked higher than the calendar may be", "above_ceiling")
    filters = {name: value for name, value in kept.query.items() if name in CalendarFilter.model.model_fields}
    return {"title": kept.title, "filter": filters} | said


def revoke(work: Work, request: Request, id: str) -> Response:  # noqa: A002 - the contract's word
    no_parameters(request)
    calendar = for_change(work, CALENDARS, request, id)
    if calendar.revoked_at is None:
        with store.changing(work, calendar, "revoke", revoked_at=[None, instant_text(work.now)]):
            calendar.revoked_at = work.now
    return Response(status_code=204)


def feed(work: Work, request: Request, secret: str) -> Response:  # noqa: ARG001 - it has said who asks
    off_the_loop(request)
    no_parameters(request)

    def read() -> Response:
        calendar = work.session.get_one(Calendar, work.actor.calendar)
        query = list_query(work, {**calendar.filter, "mine": calendar.mine})
        told = answer(work, request, found(work, query, *usual_days(work)), Titled(calendar.title, None))
        if work.seen and told.status_code == 200:  # noqa: PLR2004 - told in full
            log_export(request, work)
        work.seen.clear()  # entered with the export, or not told
        return told

    return polled(work, request, read)


def add_calendars(router: APIRouter) -> None:
    """Puts the operations on a router."""
    acts = (
        Operation(
            "create", "POST", "", create, Action.KEEP,
            summary="Make a calendar",
            description="Answers its `address`, this once: whoever knows it may read the calendar, without a token. "
            "It holds what its owner may see at that moment, up to `ceiling`, and nothing that is endorsed, released "
            "to some only, or for those who need to know. It takes no `Idempotency-Key`, since an answer with a "
            "secret is not kept to be given again.",
            answer=ISSUED, status=201, example=CALENDARS.example, secret=True,
        ),
        Operation(
            "revoke", "DELETE", "/{id}", revoke, Action.KEEP,
            summary="Revoke a calendar",
            description="Its address ends at once and for good. It stays in the list.",
            answer=None, status=204, errors=(412, 428),
        ),
        Operation(
            "feed", "GET", "/feed/{secret}.ics", feed, Action.READ,
            summary="What a calendar holds",
            description="A calendar file (RFC 5545, RFC 7986) from 90 days ago to 365 days ahead, of at most "
            f"{MOST:,} engagements. Of an address that is wrong, revoked or past its end, or whose owner is let in no "
            "more, nothing is told but that it is none.",
            answer=None, media=(ICS,), admits=admits,
        ),
    )  # fmt: skip
    usual = [each for each in operations(CALENDARS) if each.verb in ("list", "query", "read", "patch")]
    for operation in (*usual, *acts):
        add(router, noun_of(CALENDARS), operation, f"/{CALENDARS.path}")
