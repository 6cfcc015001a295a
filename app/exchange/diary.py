"""`GET /diary`: the engagements of a minister, or of any office or person, in a month; as it is published."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import or_, select
from starlette.requests import Request
from starlette.responses import Response

from app.access.accesses import log_export, off_the_loop
from app.access.permissions import Action
from app.access.work import Work
from app.core.columns import table_of
from app.core.fields import RecordId, Representation
from app.core.query import Asked
from app.crud.answers import computed
from app.crud.asking import from_address
from app.crud.csvfiles import CSV, csv_file, wants_csv
from app.crud.operations import Noun, Operation, add
from app.engagements.participants import taking_part
from app.errors import Fault, Invalid
from app.models import Engagement, EngagementPartner, Office, Participant, Partner, Visit

_ENGAGEMENT, _PARTICIPANT, _VISIT = table_of(Engagement), table_of(Participant), table_of(Visit)
_LINK, _PARTNER, _OFFICE = (table_of(each) for each in (EngagementPartner, Partner, Office))
NOT_HELD = ("proposed", "postponed", "cancelled")
MOST = 1_000
CalendarDay = date
COLUMNS = ("date", "until", "start", "finish", "place", "who_with", "portfolio", "title", "reference", "marking")


class DiaryQuery(Asked):
    """Whose diary is asked for, and of which month."""

    month: Annotated[str, Field(pattern="^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$", max_length=7, examples=["2024-11"])]
    """The month: `2024-11`."""

    office: RecordId | None = None
    """The office, whoever holds it; or else `person`."""

    person: RecordId | None = None
    """The person, whatever they hold; or else `office`."""

    format: Literal["json", "csv"] | None = None
    """How it is answered; what the caller accepts if not given."""


class DiaryEntry(Representation):
    """An engagement in a diary."""

    engagement: RecordId
    """Its id."""

    reference: str
    """The number to quote."""

    title: str
    """What it is called."""

    date: CalendarDay
    """The day; the first of several."""

    until: CalendarDay | None
    """The last day; null: open-ended."""

    start: str | None
    """When it begins, by the clock of the place: `09:30`."""

    finish: str | None
    """When it ends, by the clock of the place."""

    place: str | None
    """Where: venue, city, country."""

    who_with: list[str]
    """The partners, and who comes from them."""

    portfolio: str | None
    """The office held there, as it was called."""

    marking: str
    """The highest marking of what is told of it."""


class Diary(Representation):
    """The engagements of somebody in a month."""

    month: str
    """The month."""

    office: RecordId | None
    """The office whose diary it is."""

    person: RecordId | None
    """The person whose diary it is."""

    entries: list[DiaryEntry]
    """What took place, is under way or is to come, in order."""

    cut_off: bool
    """Whether there is more than stands here."""

    marking: str
    """The marking of the diary: the highest of what is in it."""


def days_of(month: str) -> tuple[date, date]:
    """The first and the last day of a month."""
    first = date.fromisoformat(f"{month}-01")
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def attended(work: Work, query: DiaryQuery) -> Sequence[Any]:
    """The engagements of the month at which the office or person was, as far as the caller may know."""
    first, last = days_of(query.month)
    who = _PARTICIPANT.c.person == query.person if query.person else _PARTICIPANT.c.office == query.office
    there = select(_PARTICIPANT.c.engagement_id).where(
        who, _PARTICIPANT.c.archived.is_(False), _PARTICIPANT.c.side == "home", work.visible(_PARTICIPANT)
    )
    principal = _VISIT.c.principal == query.person if query.person else _VISIT.c.principal_office == query.office
    statement = (
        select(_ENGAGEMENT)
        .where(
            work.visible(_ENGAGEMENT),
            _ENGAGEMENT.c.archived.is_(False),
            _ENGAGEMENT.c.status.not_in(NOT_HELD),
            _ENGAGEMENT.c.starts_on <= last,
            or_(_ENGAGEMENT.c.ends_on.is_(None), _ENGAGEMENT.c.ends_on >= first),
            or_(_ENGAGEMENT.c.id.in_(there), _ENGAGEMENT.c.id.in_(select(_VISIT.c.id).where(principal))),
        )
        .order_by(_ENGAGEMENT.c.starts_on, _ENGAGEMENT.c.starts_at, _ENGAGEMENT.c.id)
        .limit(MOST + 1)
    )
    return work.session.execute(statement).all()


def participants(work: Work, ids: Sequence[str]) -> dict[str, list[Any]]:
    """Who was there, of both sides, as far as the caller may know."""
    found: dict[str, list[Any]] = {}
    for row in work.session.execute(taking_part(work).where(_PARTICIPANT.c.engagement_id.in_(ids))):
        found.setdefault(str(row.engagement_id), []).append(row)
    return found


def partners(work: Work, ids: Sequence[str]) -> dict[str, list[str]]:
    """The names of those with whom it was."""
    statement = (
        select(_LINK.c.engagement_id, _PARTNER.c.name)
        .join(_PARTNER, _PARTNER.c.code == _LINK.c.partner)
        .where(_LINK.c.engagement_id.in_(ids))
        .order_by(_LINK.c.engagement_id, _LINK.c.position)
    )
    found: dict[str, list[str]] = {}
    for engagement, name in work.session.execute(statement):
        found.setdefault(str(engagement), []).append(name)
    return found


def diary(work: Work, query: DiaryQuery) -> Diary:
    """The diary: a number of statements that does not grow with what is in it."""
    rows = attended(work, query)
    shown = rows[:MOST]
    ids = [str(row.id) for row in shown]
    people, names = participants(work, ids), partners(work, ids)
    countries = _countries(work, {row.country for row in shown if row.country})
    own = _title(work, query.office)
    entries = []
    for row in shown:
        there = people.get(str(row.id), [])
        theirs = [each for each in there if each.side == "partner"]
        ours = [each for each in there if each.side == "home" and query.person and str(each.person) == query.person]
        told = {row.marking_id, *(each.marking_id for each in (*theirs, *ours))}
        work.holds(row.kind, ((row.id, row.marking_id),))
        work.holds("participant", ((each.id, each.marking_id) for each in (*theirs, *ours)))
        place = [row.venue, row.city, countries.get(row.country)]
        entries.append(
            DiaryEntry(
                engagement=str(row.id),
                reference=row.reference,
                title=row.title,
                date=row.starts_on,
                until=row.ends_on,
                start=_clock(work, row.starts_at, row.timezone),
                finish=_clock(work, row.ends_at, row.timezone),
                place=", ".join(each for each in place if each) or None,
                who_with=[*names.get(str(row.id), []), *(_named(each) for each in theirs)],
                portfolio=own or next((each.office_title for each in ours if each.office_title), None),
                marking=work.register.markings.banner(told, made=work.made),
            )
        )
    return Diary(
        month=query.month,
        office=query.office,
        person=query.person,
        entries=entries,
        cut_off=len(rows) > MOST,
        marking=work.banner(),
    )


def _named(participant: Any) -> str:
    return f"{participant.name} ({participant.office_title})" if participant.office_title else str(participant.name)


def _countries(work: Work, codes: set[str]) -> dict[str, str]:
    rows = work.session.execute(select(_PARTNER.c.code, _PARTNER.c.name).where(_PARTNER.c.code.in_(codes)))
    return {str(row.code): str(row.name) for row in rows}


def _title(work: Work, office: str | None) -> str | None:
    return None if office is None else work.session.scalar(select(_OFFICE.c.title).where(_OFFICE.c.id == office))


def _clock(work: Work, moment: datetime | None, zone: str | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(ZoneInfo(zone or work.register.settings.home_timezone)).strftime("%H:%M")


def endpoint(work: Work, request: Request) -> Response:
    off_the_loop(request)
    query = from_address(DiaryQuery, request)
    if (query.office is None) == (query.person is None):
        raise Invalid(faults=[Fault("Give one of `office` and `person`", "required", parameter="office")])
    found = diary(work, query)
    log_export(request, work, f"diary of {query.month}")
    work.seen.clear()  # entered with the export
    if not wants_csv(request, query.format):
        return computed(work, request, found)
    lines = [
        (
            each.date.isoformat(),
            None if each.until is None else each.until.isoformat(),
            each.start,
            each.finish,
            each.place,
            "; ".join(each.who_with),
            each.portfolio,
            each.title,
            each.reference,
            each.marking,
        )
        for each in found.entries
    ]
    return csv_file(work, f"diary-{query.month}", COLUMNS, lines)


def add_diary(router: APIRouter) -> None:
    """Puts the operation on a router."""
    operation = Operation(
        "read", "GET", "", endpoint, Action.READ,
        summary="The diary of a month",
        description="The engagements of an office or a person in a month, as ministerial diaries are published: date, "
        "start, finish, place, who with, portfolio. JSON, or CSV by `format=csv` or `Accept: text/csv`. Only what the "
        "caller may see; entered in the access log as an export.",
        answer=Diary, media=(CSV,), query=DiaryQuery,
    )  # fmt: skip
    add(router, Noun("Diary", "diary"), operation, "/diary")
