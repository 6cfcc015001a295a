"""`GET /schedule.ics`: engagements of some days as a calendar file, by any filter."""

from collections.abc import Sequence
from datetime import date, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from app.access.accesses import log_export, off_the_loop
from app.access.permissions import Action
from app.access.work import Work
from app.core.derive import Later, made, without_default
from app.core.fields import FIRST_DAY, LAST_DAY, Day
from app.core.filenames import disposition
from app.core.query import Asked, ListQuery
from app.crud.answers import BANNER, base_address, tagged
from app.crud.asking import from_address
from app.crud.operations import Noun, Operation, add
from app.crud.polling import polled
from app.engagements.scheduling import SCHEDULED, list_query, parameters_of, scheduled
from app.errors import Fault, Invalid
from app.exchange.icalendar.events import PLACED, Record, moment
from app.exchange.icalendar.files import ICS, Titled, calendar_file

MOST = 2_000
"""Engagements that one file holds."""

BACK, AHEAD = timedelta(days=90), timedelta(days=365)
NOUN = Noun("Schedule", "schedule")

CalendarFileQuery = Later(
    lambda: made(
        "CalendarFileQuery",
        Asked,
        "Which days a calendar file is about, and which engagements.",
        {
            **{
                name: (
                    Day | None,
                    Field(
                        None, description=f"The {which} day; {usual} if not given.", json_schema_extra=without_default
                    ),
                )
                for name, which, usual in (("from", "first", "90 days ago"), ("to", "last", "in 365 days"))
            },
            **parameters_of("archived", "saved", "mine"),
        },
        SCHEDULED.list_query,
    )
)


def usual_days(work: Work) -> tuple[date, date]:
    """The days that a calendar is about if nothing else is said."""
    return max(work.today - BACK, FIRST_DAY), min(work.today + AHEAD, LAST_DAY)


def days_of(work: Work, query: Any) -> tuple[date, date]:
    """The days that a query asks for. Raises Invalid."""
    first, last = usual_days(work)
    first, last = getattr(query, "from") or first, query.to or last
    if last < first:
        raise Invalid(faults=[Fault("Must not be before from", "before_start", parameter="to")])
    return first, last


def found(work: Work, query: ListQuery, first: date, last: date) -> list[Record]:
    """The engagements that have a place in a calendar. Raises Invalid if there are too many for a file."""
    everything = scheduled(work, query, first, last, most=MOST)
    if everything.more:
        detail = f"There are more than {MOST:,} engagements: ask for fewer days, or for less"
        raise Invalid(faults=[Fault(detail, "too_long", parameter="to")])
    return [each for each in everything.records if each["date_precision"] in PLACED]


def answer(work: Work, request: Request, records: Sequence[Record], about: Titled) -> Response:
    """The file, or 304 if the caller has it as it is."""
    headers = {BANNER: work.banner(), "Content-Disposition": disposition("schedule.ics")}
    if records:
        newest = max(moment(each["updated_at"]) for each in records)
        headers["Last-Modified"] = format_datetime(newest, usegmt=True)
    return tagged(request, calendar_file(work, request, records, about), headers, ICS)


def endpoint(work: Work, request: Request) -> Response:
    off_the_loop(request)

    def read() -> Response:
        query = from_address(CalendarFileQuery.model, request)
        records = found(work, list_query(work, query), *days_of(work, query))
        asked = quote(request.scope["query_string"], safe="%&=+!$'()*,;:@/?")
        source = f"{base_address(request)}?{asked}".removesuffix("?")
        told = answer(work, request, records, Titled("Engagements", source))
        if told.status_code == 200:  # noqa: PLR2004 - told in full
            log_export(request, work, "schedule as iCalendar")
        work.seen.clear()  # entered with the export, or not told
        return told

    return polled(work, request, read)


def add_calendar_file(router: APIRouter) -> None:
    """Puts the operation on a router."""
    operation = Operation(
        "export", "GET", "", endpoint, Action.READ,
        summary="Engagements as iCalendar",
        description="A calendar file (RFC 5545, RFC 7986) of the engagements that the filters find, from 90 days ago "
        f"to 365 days ahead if nothing else is said; {MOST:,} at most. Entered in the access log as an export. For "
        "programs that can send no token there are calendars.",
        answer=None, media=(ICS,), query=CalendarFileQuery,
    )  # fmt: skip
    add(router, NOUN, operation, "/schedule.ics")
