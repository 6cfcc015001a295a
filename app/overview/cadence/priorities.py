"""`/coverage/priorities`: of each priority, what was held and is planned, and which of its targets are behind."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import ConfigDict, Field
from sqlalchemy import func, select
from starlette.requests import Request
from starlette.responses import Response

from app.access.accesses import off_the_loop
from app.access.permissions import Action
from app.access.work import Work
from app.core import cursor as cursors
from app.core.derive import made, without_default
from app.core.fields import Representation
from app.core.query import PageQuery, YesNo
from app.crud.answers import computed, next_address
from app.crud.asking import from_address, place_of
from app.crud.operations import Noun, Operation, add
from app.models.choices import Cadence
from app.overview import serving
from app.overview.cadence import targets as aims
from app.overview.cadence.periods import DAYS, period
from app.overview.cadence.seeking import Meeting, Walk, around, met
from app.overview.standing import ENGAGEMENT, when

ORDER = "code"
NOUN = Noun("Cadence", "priority_coverage")
AROUND = timedelta(days=365)
"""How far back and ahead is looked if nobody says."""


BEHIND = "`true`: only priorities of which a target is behind, `overdue` or `none`; `false`: only the others."
PriorityCoverageQuery: Any = made(
    "PriorityCoverageQuery",
    PageQuery,
    "What the coverage of priorities can be asked.",
    DAYS | {"behind": (YesNo | None, Field(default=None, description=BEHIND, json_schema_extra=without_default))},
)


class PriorityCovered(Representation):
    """A priority, and how engagement covers it."""

    priority: str
    """Its code."""

    title: str
    """The aim in a few words."""

    planned: int
    """Engagements of those days that serve it and are still to come."""

    held: int
    """Engagements of those days that serve it and were held, or are under way."""

    last: Meeting | None
    """The last engagement that serves it, whenever that was; null if there was none."""

    next: Meeting | None
    """The next one that is planned."""

    targets: list[aims.PriorityTargetStanding]
    """Its targets: of the priority as a whole first, if it has one, then in its own order."""

    behind: int
    """How many of them are behind: `overdue` or `none`."""

    standing: Cadence | None
    """The worst of them; null if there are none."""


class PriorityCoverage(Representation):
    """How engagement covers the priorities in force, as far as the caller may know."""

    model_config = ConfigDict(serialize_by_alias=True)

    items: list[PriorityCovered]
    """The priorities of this page, by code."""

    next: Annotated[str, Field(max_length=8000)] | None
    """The address of the next page; null at the end."""

    since: Annotated[date, Field(serialization_alias="from")]
    """The first day that is counted."""

    to: date
    """The last day that is counted."""

    marking: str
    """The banner of the answer: the highest marking of what it is made of."""


Counts = Mapping[tuple[str, str], int]
"""By priority, and whether `done` or `planned`."""


def page_of(work: Work, query: Any, behind: Sequence[str]) -> tuple[list[Any], str | None]:
    """The priorities in force that are asked for, and where the next page begins."""
    code = aims.PRIORITY.c.code
    statement = select(code, aims.PRIORITY.c.title).where(*aims.IN_FORCE)
    if query.behind is not None:
        statement = statement.where(code.in_(behind) if query.behind else code.not_in(behind))
    if query.cursor is not None:
        statement = statement.where(code > place_of(query.cursor, ORDER, [str])[0])
    rows = work.session.execute(statement.order_by(code).limit(query.limit + 1)).all()
    shown = list(rows[: query.limit])
    return shown, cursors.encode(ORDER, [shown[-1].code]) if len(rows) > query.limit else None


def counts(work: Work, codes: Sequence[str], first: date, last: date) -> Counts:
    """How many engagements that begin on some days are done and how many planned. One statement."""
    served, time = serving.SERVES, when(work.today).label("time")
    statement = (
        select(served.c.priority, time, ENGAGEMENT.c.marking_id, func.count().label("number"))
        .select_from(served.join(ENGAGEMENT, ENGAGEMENT.c.id == served.c.engagement_id))
        .where(
            served.c.priority.in_(codes),
            # Of both, which say the same, so that either can be walked by its day.
            *(table.c.starts_on.between(first, last) for table in (served, ENGAGEMENT)),
            serving.there(work),
        )
        .group_by(served.c.priority, time, ENGAGEMENT.c.marking_id)
    )
    found: dict[tuple[str, str], int] = {}
    for row in work.session.execute(statement):
        if row.time is not None:
            found[row.priority, row.time] = found.get((row.priority, row.time), 0) + row.number
            work.shows((row.marking_id,))
    return found


def targets_of(work: Work, walk: Walk, wanted: Any) -> tuple[dict[str, aims.Whole], dict[str, list[aims.Target]]]:
    """Of priorities: the nearest engagements that serve them, and all their targets in order. Three statements."""
    wholes = aims.as_a_whole(work, walk, *wanted)
    found = {code: [] if each.target is None else [each.target] for code, each in wholes.items()}
    named = [*aims.for_partners(work, walk, *wanted), *aims.for_regions(work, walk, *wanted)]
    for target in sorted(named, key=lambda each: each.position):
        found[target.priority].append(target)
    return wholes, found


def coverage(work: Work, request: Request) -> Response:
    off_the_loop(request)
    query = from_address(PriorityCoverageQuery, request)
    first, last = period(query, work.today - AROUND, work.today + AROUND)
    walk = around(work)
    behind: list[str] = []
    if query.behind is not None:
        wholes, targets = targets_of(work, walk, aims.IN_FORCE)
        behind = [code for code, each in targets.items() if _behind(work, each)]
    rows, following = page_of(work, query, behind)
    codes = [row.code for row in rows]
    if query.behind is None:
        wholes, targets = targets_of(work, walk, (*aims.IN_FORCE, aims.PRIORITY.c.code.in_(codes)))
    numbers = counts(work, codes, first, last)
    items = [_item(work, row, wholes[row.code], targets[row.code], numbers) for row in rows]
    answer = PriorityCoverage(
        items=items,
        next=None if following is None else next_address(request, following),
        since=first,
        to=last,
        marking=work.banner(),
    )
    return computed(work, request, answer)


def _behind(work: Work, targets: Sequence[aims.Target]) -> int:
    return sum(each.standing(work.today).standing in aims.BEHIND for each in targets)


def _item(work: Work, row: Any, whole: aims.Whole, targets: Sequence[aims.Target], numbers: Counts) -> PriorityCovered:
    told = [
        aims.PriorityTargetStanding(partner=each.partner, region=each.region, **each.told(work.today))
        for each in targets
    ]
    named = {(each.id, each.marking_id) for each in (whole.last, whole.next) if each is not None}
    work.holds("engagement", named | aims.shown(targets, work.today))
    return PriorityCovered(
        priority=row.code,
        title=row.title,
        planned=numbers.get((row.code, "planned"), 0),
        held=numbers.get((row.code, "done"), 0),
        last=met(whole.last),
        next=met(whole.next),
        targets=told,
        behind=sum(each.standing in aims.BEHIND for each in told),
        standing=aims.worst(each.standing for each in told),
    )


def add_priority_coverage(router: APIRouter) -> None:
    """Puts the coverage of priorities on a router."""
    operation = Operation(
        "list", "GET", "/priorities", coverage, Action.READ,
        summary="Which priorities are behind",
        description="Of each priority in force: what was held and is planned for it, what was last and comes next, and "
        "how engagement stands against its targets, today. Made of what the caller may see.",
        answer=PriorityCoverage,
        query=PriorityCoverageQuery,
    )  # fmt: skip
    add(router, NOUN, operation, "/coverage")
