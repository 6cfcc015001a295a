"""`GET /schedule`: a day, a week or a month of engagements, day by day, with the holidays in the way."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.work import Work
from app.core.calendar import first_day, last_day
from app.core.derive import Later, made, without_default
from app.core.fields import FIRST_DAY, LAST_DAY, Day, RecordId, Representation
from app.core.query import Asked
from app.crud.answers import base_address, computed
from app.crud.asking import from_address
from app.crud.operations import Noun, Operation, add
from app.engagements.engagements import KINDS
from app.engagements.reporting import days_off
from app.engagements.scheduling import SCHEDULED, list_query, parameters_of, scheduled
from app.models.choices import DatePrecision, Kind, Lead, Level, Status

MOST = 500
"""Engagements that one answer tells of."""

View = Literal["day", "week", "month"]
CalendarDay = date
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NOUN = Noun("Schedule", "schedule")
_PATHS: dict[str, str] = {each.constants["kind"]: each.path for each in KINDS}

ScheduleQuery = Later(
    lambda: made(
        "ScheduleQuery",
        Asked,
        "Which days are asked for, and which engagements.",
        {
            "view": (View, Field("week", description="How much: a day, a week from Monday to Sunday, a month.")),
            "on": (
                Day | None,
                Field(None, description="A day in it; today if not given.", json_schema_extra=without_default),
            ),
            **parameters_of("archived", "saved", "mine"),
        },
        SCHEDULED.list_query,
    )
)


class ScheduledEngagement(Representation):
    """An engagement as a calendar shows it."""

    id: RecordId
    """Its id."""

    kind: Kind
    """Which kind it is."""

    reference: str
    """The number to quote."""

    title: str
    """What it is called."""

    status: Status
    """Where it stands."""

    level: Level | None
    """How high the meeting is."""

    lead: Lead | None
    """Who leads it on our side."""

    starts_on: date
    """The first day."""

    ends_on: date | None
    """The last day; null: open-ended."""

    starts_at: datetime | None
    """When it begins by the clock."""

    ends_at: datetime | None
    """When it ends by the clock."""

    timezone: str | None
    """The time zone of the place."""

    date_precision: DatePrecision
    """How exact the dates are."""

    country: str | None
    """Where it happens."""

    city: str | None
    """The city or town."""

    partners: list[str]
    """Who takes part, by code."""

    marking: str
    """Its own marking."""

    address: str
    """Where it can be read."""


class ScheduleHoliday(Representation):
    """A public holiday at home, or where one of the engagements takes place."""

    country: str
    """Whose, ISO 3166-1 alpha-2."""

    name: str
    """What it is called."""


class ScheduleDay(Representation):
    """One day."""

    date: CalendarDay
    """Which."""

    weekday: Weekday
    """The day of the week."""

    engagements: list[ScheduledEngagement]
    """What is under way: first what lasts all day or goes on, then what begins by the clock, in its order."""

    holidays: list[ScheduleHoliday]
    """Public holidays of home, and of the countries where the engagements of the answer take place."""


Schedule: Any = made(
    "Schedule",
    Representation,
    "Engagements, day by day.",
    {
        "view": (View, Field(description="How much it is.")),
        "from": (date, Field(description="The first day.")),
        "to": (date, Field(description="The last day.")),
        "days": (list[ScheduleDay], Field(description="Every day of it, in order.")),
        "unplaced": (
            list[ScheduledEngagement],
            Field(description="What may fall into it: only its month, quarter or year is known."),
        ),
        "more": (bool, Field(description=f"Whether there are others: {MOST} are told, those that begin first.")),
        "previous": (str | None, Field(description="The address of what comes before.")),
        "next": (str | None, Field(description="The address of what comes after.")),
        "marking": (str, Field(description="The highest marking of what it holds.")),
    },
)


def span(view: View, on: date) -> tuple[date, date]:
    """The first and the last day of a view. Weeks go from Monday to Sunday (ISO 8601)."""
    if view == "day":
        return on, on
    if view == "week":
        monday = on - timedelta(days=on.weekday())
        return monday, monday + timedelta(days=6)
    return first_day(on, "month"), last_day(on, "month")


def entry(record: dict[str, Any], root: str) -> ScheduledEngagement:
    """What a calendar shows of a record."""
    told = {name: record[name] for name in ScheduledEngagement.model_fields if name in record}
    told["partners"] = [each["partner"] for each in record["partners"]]
    return ScheduledEngagement(**told, address=f"{root}/{_PATHS[record['kind']]}/{record['id']}")


def stands_on(entries: Sequence[ScheduledEngagement], day: date) -> list[ScheduledEngagement]:
    """What is under way on a day, in the order of that day."""
    there = [each for each in entries if each.starts_on <= day and (each.ends_on is None or day <= each.ends_on)]
    return sorted(there, key=lambda each: _place(each, day))


def _place(each: ScheduledEngagement, day: date) -> tuple[float, date, str]:
    begins = each.starts_at.timestamp() if each.starts_at is not None and each.starts_on == day else float("-inf")
    return begins, each.starts_on, each.id


def holidays(
    work: Work, entries: Sequence[ScheduledEngagement], first: date, last: date
) -> dict[date, list[ScheduleHoliday]]:
    """Public holidays of home and of where engagements take place, by day."""
    home = work.register.settings.home_country
    found: dict[date, list[ScheduleHoliday]] = {}
    for country in (home, *sorted({each.country for each in entries if each.country} - {home})):
        for each in days_off(work, country, first, last):
            found.setdefault(each.day, []).append(ScheduleHoliday(country=country, name=each.name))
    return found


def days_between(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def another(request: Request, on: date) -> str | None:
    """The address of the same view of another day, where the register has such days."""
    if not FIRST_DAY <= on <= LAST_DAY:
        return None
    query = quote(request.scope["query_string"], safe="%&=+!$'()*,;:@/?")
    kept = [each for each in query.split("&") if each and not each.startswith("on=")]
    return f"{base_address(request)}?{'&'.join([*kept, f'on={on}'])}"


def endpoint(work: Work, request: Request) -> Response:
    query = from_address(ScheduleQuery.model, request)
    first, last = span(query.view, query.on or work.today)
    found = scheduled(work, list_query(work, query), first, last, most=MOST)
    root = base_address(request).removesuffix("/schedule")
    entries = [entry(each, root) for each in found.records]
    placed = [each for each in entries if each.date_precision == "day"]
    off = holidays(work, entries, first, last)
    days = [
        ScheduleDay(
            date=day, weekday=WEEKDAYS[day.weekday()], engagements=stands_on(placed, day), holidays=off.get(day, [])
        )
        for day in days_between(first, last)
    ]
    answer = {
        "view": query.view, "from": first, "to": last, "days": days,
        "unplaced": [each for each in entries if each.date_precision != "day"], "more": found.more,
        "previous": another(request, first - timedelta(days=1)), "next": another(request, last + timedelta(days=1)),
        "marking": work.banner(),
    }  # fmt: skip
    return computed(work, request, Schedule(**answer))


def add_schedule(router: APIRouter) -> None:
    """Puts the operation on a router."""
    operation = Operation(
        "read", "GET", "", endpoint, Action.READ,
        summary="A day, a week or a month of engagements",
        description="Each engagement stands on each of its days. What has no day yet stands apart, in `unplaced`. "
        f"At most {MOST} engagements are told, those that begin first; `more` says whether there are others.",
        answer=Schedule, query=ScheduleQuery,
    )  # fmt: skip
    add(router, NOUN, operation, "/schedule")
