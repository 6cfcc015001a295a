"""`/load`: how much lies ahead, week by week."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import func, or_, select
from starlette.requests import Request
from starlette.responses import Response

from app.access.accesses import off_the_loop
from app.access.permissions import Action
from app.access.work import Work
from app.core.derive import made
from app.core.fields import LAST_DAY, Representation
from app.core.query import Asked
from app.crud.answers import computed
from app.crud.asking import from_address
from app.crud.operations import Noun, Operation, add
from app.errors import Fault, Invalid
from app.overview import serving
from app.overview.cadence.periods import DAYS, WEEK, monday, week_name, weeks
from app.overview.standing import ENGAGEMENT

MOST = 104
"""How many weeks an answer holds at the most."""

CALLED_OFF = ("postponed", "cancelled")
NOUN = Noun("Cadence", "load")

Weeks = Annotated[int, Field(strict=True, ge=1, le=MOST)]

LoadQuery: Any = made(
    "LoadQuery",
    Asked,
    "Of which weeks the load is asked.",
    DAYS | {"weeks": (Weeks, Field(default=26, description="How many weeks, where no last day is given."))},
)


class LoadByKind(Representation):
    """Engagements by kind."""

    bilateral_talks: int
    """Bilateral talks."""

    visit: int
    """Visits."""

    dialogue: int
    """Dialogues."""

    exercise: int
    """Exercises."""

    deployment: int
    """Deployments."""


class LoadByLevel(Representation):
    """Engagements by level."""

    ministerial: int
    """Of ministers."""

    principal: int
    """Of principals."""

    senior_officials: int
    """Of senior officials."""

    working: int
    """At working level."""

    none: int
    """Of no level."""


class WeekLoad(Representation):
    """What a week holds."""

    week: str
    """The week by ISO 8601: `2026-W49`."""

    starts_on: date
    """Its Monday."""

    engagements: int
    """Engagements that are under way at some time in it."""

    by_kind: LoadByKind
    """The same by kind."""

    by_level: LoadByLevel
    """The same by level."""

    days: int
    """Their days in it, taken together: a visit of three days and one of two are five."""


class Load(Representation):
    """What lies ahead, as far as the caller may know."""

    items: list[WeekLoad]
    """The weeks in their order, those that hold nothing too."""

    vague: int
    """Engagements of that time whose days are not known yet: to the month, the quarter or the year. No week holds them,
    as far as they are not under way already."""

    marking: str
    """The banner of the answer: the highest marking of what it is made of."""


class Span(NamedTuple):
    """Engagements of the same days, kind and level."""

    starts_on: date
    ends_on: date | None
    kind: str
    level: str | None
    number: int


def days_in(first: date, last: date, span: Span) -> int:
    """How many days of a span lie between two days."""
    ends_on = span.ends_on or LAST_DAY
    return max(0, (min(last, ends_on) - max(first, span.starts_on)).days + 1)


def spread(spans: Iterable[Span], mondays: list[date]) -> list[WeekLoad]:
    """What each week holds of some spans."""
    totals: list[dict[str, int]] = [{} for _ in mondays]
    for span in spans:
        for place in _touched(span, mondays):
            first, total = mondays[place], totals[place]
            days = days_in(first, first + WEEK - timedelta(days=1), span)
            for name, number in (("engagements", 1), ("days", days), (span.kind, 1), (span.level or "none", 1)):
                total[name] = total.get(name, 0) + number * span.number
    return [_week(first, total) for first, total in zip(mondays, totals, strict=True)]


def _touched(span: Span, mondays: list[date]) -> Iterator[int]:
    """The places of the weeks in which a span lies, at least in part."""
    begins = max(0, (monday(span.starts_on) - mondays[0]) // WEEK)
    ends = (span.ends_on - mondays[0]) // WEEK if span.ends_on is not None else len(mondays) - 1
    yield from range(begins, min(ends, len(mondays) - 1) + 1)


def _week(first: date, total: dict[str, int]) -> WeekLoad:
    by_kind, by_level = (
        {name: total.get(name, 0) for name in model.model_fields} for model in (LoadByKind, LoadByLevel)
    )
    return WeekLoad(
        week=week_name(first),
        starts_on=first,
        engagements=total.get("engagements", 0),
        by_kind=LoadByKind(**by_kind),
        by_level=LoadByLevel(**by_level),
        days=total.get("days", 0),
    )


def mondays_of(query: Any, today: date) -> list[date]:
    """The weeks that a query asks for. Raises Invalid."""
    first = getattr(query, "from") or today
    if query.to is None:
        last = min(monday(first) + (query.weeks - 1) * WEEK, LAST_DAY)
        return list(weeks(first, last))
    if "weeks" in query.model_fields_set:
        raise Invalid(faults=[Fault("Is given as well as to", "one_of", parameter="weeks")])
    if query.to < first:
        raise Invalid(faults=[Fault("Must not be before from", "before_start", parameter="to")])
    if query.to - monday(first) >= MOST * WEEK:
        raise Invalid(faults=[Fault(f"Must be within {MOST} weeks of from", "date_range", parameter="to")])
    return list(weeks(first, query.to))


def engagements(work: Work, first: date, last: date) -> list[Any]:
    """What is under way between two days, and not called off, by days, kind and level. One statement."""
    names = ("starts_on", "ends_on", "kind", "level", "status", "date_precision", "marking_id")
    columns = [ENGAGEMENT.c[name] for name in names]
    ends_on = ENGAGEMENT.c.ends_on
    statement = select(*columns, func.count().label("number")).where(
        serving.there(work),
        ENGAGEMENT.c.status.not_in(CALLED_OFF),
        ENGAGEMENT.c.starts_on <= last,
        or_(ends_on >= first, ends_on.is_(None)),
    )
    return list(work.session.execute(statement.group_by(*columns)))


def is_vague(row: Any) -> bool:
    """Whether nobody knows yet in which week it is. What is under way is there, however vaguely it began."""
    return row.date_precision != "day" and row.status in ("proposed", "planned", "confirmed")


def load(work: Work, request: Request) -> Response:
    off_the_loop(request)
    mondays = mondays_of(from_address(LoadQuery, request), work.today)
    rows = engagements(work, mondays[0], mondays[-1] + WEEK - timedelta(days=1))
    work.shows(row.marking_id for row in rows)
    spans = (Span(row.starts_on, row.ends_on, row.kind, row.level, row.number) for row in rows if not is_vague(row))
    answer = Load(
        items=spread(spans, mondays),
        vague=sum(row.number for row in rows if is_vague(row)),
        marking=work.banner(),
    )
    return computed(work, request, answer)


def add_load(router: APIRouter) -> None:
    """Puts the load on a router."""
    operation = Operation(
        "list", "GET", "/load", load, Action.READ,
        summary="How much lies ahead, week by week",
        description="Engagements that are under way in each week, by kind and level, and how many days they take. What "
        "is postponed or cancelled does not count. Made of what the caller may see.",
        answer=Load,
        query=LoadQuery,
    )  # fmt: skip
    add(router, NOUN, operation, "")
