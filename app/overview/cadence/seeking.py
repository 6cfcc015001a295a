"""The nearest engagements on either side of today, found by walking an index of links from today outwards.

A roll-up of all engagements with a partner costs with their number. Here each is looked at only until one will do, so
that what a partner or target costs depends on how long one has to look, and hardly on how large the register is.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, FromClause, ScalarSelect, Select, Subquery, case, or_, select

from app.access.work import Work
from app.core.calendar import first_day
from app.engagements.engagements import KINDS
from app.models.choices import Status
from app.overview import serving
from app.overview.hits import API
from app.overview.standing import ENGAGEMENT, LEVELS, EngagementAt, held, to_come


class Meeting(EngagementAt):
    """An engagement with somebody, in short, with where it can be read."""

    status: Status
    """Where it stands."""

    ends_on: date | None
    """Its last day; null: it has no end yet."""

    address: str
    """Where it can be read."""


COLUMNS = (
    "id",
    "reference",
    "kind",
    "title",
    "level",
    "status",
    "starts_on",
    "ends_on",
    "date_precision",
    "marking_id",
)
NOUNS = {each.constants["kind"]: each.path for each in KINDS}
SIDES = {"last": "done", "next": "planned"}
"""What lies on either side of today, and what `Standing` calls it."""


def address(kind: str, reference: str) -> str:
    """Where an engagement can be read."""
    return f"{API}/{NOUNS[kind]}/{reference}"


class Near(NamedTuple):
    """An engagement that was found on one side of today."""

    time: str
    id: str
    reference: str
    kind: Any
    title: str
    level: Any
    status: Any
    starts_on: date
    ends_on: date | None
    date_precision: Any
    marking_id: int

    @property
    def address(self) -> str:
        return address(self.kind, self.reference)


class Walk(NamedTuple):
    """Where the walks end that look for what was held, and begin that look for what is to come."""

    held_until: date
    """The last day on which something began that was held: today, unless of a later one somebody said so already."""

    to_come_from: date
    """The first day of something to come: tomorrow, unless what is planned for this month or year has no day yet."""


def around(work: Work) -> Walk:
    """How far the walks go. One statement."""
    begins, there = ENGAGEMENT.c.starts_on, serving.there(work)
    later = select(begins).where(begins > work.today, there).order_by(begins.desc()).limit(1)
    # Each by itself, so that the index by state and day is walked, where there is next to nothing after today.
    said = (later.where(ENGAGEMENT.c.status == each).scalar_subquery() for each in ("in_progress", "completed"))
    this_year = begins.between(first_day(work.today, "year"), work.today)
    vague = select(begins).where(this_year, to_come(work.today), there).order_by(begins).limit(1)
    *ends, begin = work.session.execute(select(*said, vague.scalar_subquery())).one()
    held_until = max((day for day in ends if day is not None), default=work.today)
    return Walk(held_until, begin or work.today + timedelta(days=1))


def at_least(level: Any) -> ColumnElement[bool]:
    """The condition that an engagement is as high as a level, given as a column; as one that is empty asks, any."""
    ranks = {each: place for place, each in enumerate(LEVELS)}
    return or_(level.is_(None), case(ranks, value=ENGAGEMENT.c.level) <= case(ranks, value=level))


def exactly(level: Any) -> ColumnElement[bool]:
    """The same of just that level."""
    return or_(level.is_(None), ENGAGEMENT.c.level == level)


def there_is(tie: Select[Any]) -> ColumnElement[bool]:
    """The condition that a statement finds something, asked of one link after the other as they are walked.

    PostgreSQL would take EXISTS for a join, collect all that there is on both sides, and sort it.
    """
    return tie.limit(1).scalar_subquery().is_not(None)


class Seek(NamedTuple):
    """Through which links a row of a scope is looked for, and what must hold of the engagement."""

    links: FromClause
    """Link rows, walked by their day."""

    tied: Sequence[ColumnElement[bool]]
    """What ties a link and its engagement to a row of the scope."""

    beside: FromClause | None = None
    """Links joined with engagements and what else the conditions ask about; links with engagements if not given."""


def nearest(work: Work, scope: Subquery | CTE, seek: Seek, walk: Walk, *, following: bool = True) -> list[Any]:
    """Each row of a scope with the nearest engagement on either side of today. One statement.

    Rows have the scope's columns, and `last_…` and `next_…` for each of COLUMNS.
    """
    sides = ("last", "next") if following else ("last",)
    ids = [_found(work, scope, seek, walk, side).label(side) for side in sides]
    # Once for each row: joined to what it finds in the same breath, it would be looked for again and again.
    found = select(scope, *ids).cte("found").prefix_with("MATERIALIZED")
    columns: list[Any] = [each for each in found.c if each.key not in sides]
    source: FromClause = found
    for side in sides:
        one = ENGAGEMENT.alias(f"{side}_one")
        source = source.outerjoin(one, one.c.id == found.c[side])
        columns += [one.c[name].label(f"{side}_{name}") for name in COLUMNS]
    return list(work.session.execute(select(*columns).select_from(source)))


def _found(work: Work, scope: FromClause, seek: Seek, walk: Walk, side: str) -> ScalarSelect[Any]:
    """The id of the nearest engagement on one side of today."""
    links = seek.links
    day, tie = links.c.starts_on, links.c.engagement_id
    source = seek.beside if seek.beside is not None else links.join(ENGAGEMENT, ENGAGEMENT.c.id == tie)
    statement = select(tie).select_from(source).where(*seek.tied, serving.there(work)).limit(1)
    if side == "last":
        statement = statement.where(held(work.today), day <= walk.held_until).order_by(day.desc(), tie.desc())
    else:
        statement = statement.where(to_come(work.today), day >= walk.to_come_from).order_by(day, tie)
    return statement.correlate(scope).scalar_subquery()


def met(found: Near | None) -> Meeting | None:
    """An engagement as it is answered."""
    return None if found is None else Meeting.model_validate(found)


def near(row: Any, side: str) -> Near | None:
    """What a row has found on one side of today."""
    if getattr(row, f"{side}_id") is None:
        return None
    values = {name: getattr(row, f"{side}_{name}") for name in COLUMNS}
    return Near(time=SIDES[side], **(values | {"id": str(values["id"])}))
