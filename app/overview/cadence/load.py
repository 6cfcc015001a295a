"""`/load`: how much lies ahead, week by week."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import ColumnElement, Date, Select, and_, case, cast, func, literal, null, select, union_all
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
from app.models.lifecycle import CALLED_OFF
from app.overview import serving
from app.overview.cadence.periods import DAYS, WEEK, monday, week_name, weeks
from app.overview.standing import ENGAGEMENT

MOST = 104
"""How many weeks an answer holds at the most."""

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


class Edge(NamedTuple):
    """Engagements of one kind and level that begin on a day, end on it, or are under way when the first week begins."""

    what: str
    day: date | None
    kind: str
    level: str | None
    number: int


def spread(edges: Iterable[Edge], mondays: Sequence[date]) -> list[WeekLoad]:
    """What each week holds: what was there when it began, with what begins in it."""
    first, length = mondays[0], len(mondays)
    there: Counter[str] = Counter()
    begun, over = ([Counter[str]() for _ in mondays] for _ in range(2))
    by_day = [0] * (7 * length + 1)
    for edge in edges:
        names = dict.fromkeys(("engagements", edge.kind, edge.level or "none"), edge.number)
        place = 0 if edge.day is None else (edge.day - first).days
        if edge.what == "ends":
            over[place // 7].update(names)
            by_day[place + 1] -= edge.number
        else:
            (there if edge.what == "runs" else begun[place // 7]).update(names)
            by_day[place] += edge.number
    days, weeks_held = list(accumulate(by_day)), []
    for place, begins in enumerate(mondays):
        there.update(begun[place])
        weeks_held.append(_week(begins, there, sum(days[7 * place : 7 * place + 7])))
        there.subtract(over[place])
    return weeks_held


def _week(first: date, held: Mapping[str, int], days: int) -> WeekLoad:
    return WeekLoad(
        week=week_name(first),
        starts_on=first,
        engagements=held["engagements"],
        by_kind=LoadByKind(**{name: held[name] for name in LoadByKind.model_fields}),
        by_level=LoadByLevel(**{name: held[name] for name in LoadByLevel.model_fields}),
        days=days,
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


def edges(work: Work, first: date, last: date) -> list[Any]:
    """What is under way between two days and not called off, by where it begins and ends. One statement.

    So there are no more rows than days, kinds, levels and markings make, however many engagements there are.
    """
    begins, ends = ENGAGEMENT.c.starts_on, ENGAGEMENT.c.ends_on
    no_day = cast(null(), Date)
    parts = (
        # With both its bounds told, SQLite looks days up in their index rather than walk all that ever began.
        _edge(work, "runs", no_day, begins < first, ends.between(first, LAST_DAY)),
        _edge(work, "runs", no_day, begins < first, ends.is_(None)),
        _edge(work, "begins", begins, begins.between(first, last)),
        _edge(work, "ends", ends, ends.between(first, last)),
    )
    return list(work.session.execute(union_all(*parts)))


def _edge(work: Work, what: str, day: ColumnElement[Any], *wanted: ColumnElement[bool]) -> Select[Any]:
    columns = [ENGAGEMENT.c[name] for name in ("kind", "level", "marking_id")]
    told = (literal(what).label("what"), day.label("day"), case((_vague(), 1), else_=0).label("vague"), *columns)
    statement = select(*told, func.count().label("number")).where(
        serving.there(work), ENGAGEMENT.c.status.not_in(CALLED_OFF), *wanted
    )
    return statement.group_by("day", "vague", *columns)


def _vague() -> ColumnElement[bool]:
    """Whether nobody knows yet in which week it is. What is under way is there, however vaguely it began."""
    return and_(ENGAGEMENT.c.date_precision != "day", ENGAGEMENT.c.status.in_(("proposed", "planned", "confirmed")))


def load(work: Work, request: Request) -> Response:
    off_the_loop(request)
    mondays = mondays_of(from_address(LoadQuery, request), work.today)
    rows = edges(work, mondays[0], mondays[-1] + WEEK - timedelta(days=1))
    work.shows(row.marking_id for row in rows)
    exact = (Edge(row.what, row.day, row.kind, row.level, row.number) for row in rows if not row.vague)
    answer = Load(
        items=spread(exact, mondays),
        vague=sum(row.number for row in rows if row.vague and row.what != "ends"),
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
