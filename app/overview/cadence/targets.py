"""Targets of priorities: how engagement stands against each, found without reading all that serves the priority."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Subquery, literal, null, or_, select, union_all

from app.access.work import Work
from app.core.columns import table_of
from app.core.fields import Representation
from app.models import Priority, PriorityTarget
from app.models.choices import Cadence, Level
from app.overview import serving
from app.overview.cadence.seeking import Near, Seek, Walk, at_least, near, nearest, there_is
from app.overview.standing import Standing

PRIORITY, TARGET = table_of(Priority), table_of(PriorityTarget)
IN_FORCE = (PRIORITY.c.archived.is_(False), PRIORITY.c.status != "superseded")
"""The conditions under which targets of a priority count."""

WORST_FIRST: tuple[Cadence, ...] = ("overdue", "none", "due", "on_track")
BEHIND: tuple[Cadence, ...] = ("overdue", "none")
"""Standings of which something should have happened by now."""


def worst(standings: Iterable[Cadence]) -> Cadence | None:
    """The standing that somebody has to look at first; None of none."""
    return min(standings, key=WORST_FIRST.index, default=None)


class CadenceTarget(Representation):
    """How often a priority calls for engagement, and how that stands."""

    cadence_months: int
    """How often, in months."""

    level: Level | None
    """At what level at least; null: any."""

    last_on: date | None
    """The first day of the last engagement that counts; null if there was none."""

    next_on: date | None
    """The first day of the next one that is planned and counts; null if there is none."""

    due_on: date | None
    """The last day on which the next one would still be in time; null if none was held."""

    standing: Cadence
    """`overdue`, `due`, `on_track` or `none`, as of progress."""


class PartnerTarget(CadenceTarget):
    """How often a priority calls for engagement with a partner, and how that stands."""

    priority: str
    """The priority's code."""

    title: str
    """The priority in a few words."""


class PriorityTargetStanding(CadenceTarget):
    """How often a priority calls for engagement with a partner, a region, or at all, and how that stands."""

    partner: str | None
    """The partner; null of a region, and of the priority as a whole."""

    region: str | None
    """The region or sub-region, anybody of which counts."""


class Target(NamedTuple):
    """What a priority calls for, and the nearest engagements that count for it."""

    priority: str
    title: str
    partner: str | None
    region: str | None
    position: int
    """Its place among those of the priority."""

    months: int
    level: Level | None
    nearest: list[Near]

    def standing(self, today: date) -> Standing:
        return Standing.of(self.months, self.level, self.nearest, today)

    def told(self, today: date) -> dict[str, Any]:
        """The fields of a `CadenceTarget`."""
        standing = self.standing(today)
        return {
            "cadence_months": self.months,
            "level": self.level,
            "last_on": None if standing.last is None else standing.last.starts_on,
            "next_on": None if standing.next is None else standing.next.starts_on,
            "due_on": standing.due_on,
            "standing": standing.standing,
        }


def for_partners(work: Work, walk: Walk, *wanted: ColumnElement[bool]) -> list[Target]:
    """The targets that name partners, by priority and in its order. One statement."""
    scope = _scope(TARGET.c.partner.is_not(None), *wanted)
    links = serving.WITH
    tied = (links.c.partner == scope.c.partner, _serves(links, scope), at_least(scope.c.level))
    return _targets(nearest(work, scope, Seek(links, tied), walk))


def for_regions(work: Work, walk: Walk, *wanted: ColumnElement[bool]) -> list[Target]:
    """The targets that name regions, likewise. What serves the priority is walked, since a region has many partners."""
    scope = _scope(TARGET.c.region.is_not(None), *wanted)
    links = serving.SERVES
    tied = (links.c.priority == scope.c.code, _with_region(links, scope), at_least(scope.c.level))
    return _targets(nearest(work, scope, Seek(links, tied), walk))


def _scope(*wanted: ColumnElement[bool]) -> Subquery:
    columns = (TARGET.c[name] for name in ("position", "partner", "region", "cadence_months", "level"))
    tied = TARGET.join(PRIORITY, PRIORITY.c.id == TARGET.c.priority_id)
    statement = select(PRIORITY.c.code, PRIORITY.c.title, *columns).select_from(tied)
    return statement.where(*IN_FORCE, *wanted).subquery("scope")


def _serves(links: Any, scope: Subquery) -> ColumnElement[bool]:
    served = serving.SERVES
    tie = select(served.c.priority).where(served.c.engagement_id == links.c.engagement_id)
    return there_is(tie.where(served.c.priority == scope.c.code).correlate(links, scope))


def _with_region(links: Any, scope: Subquery) -> ColumnElement[bool]:
    taking, place = serving.WITH, serving.PARTNER
    tie = select(taking.c.partner).select_from(taking.join(place, place.c.code == taking.c.partner))
    belongs = or_(place.c.region == scope.c.region, place.c.subregion == scope.c.region)
    return there_is(tie.where(taking.c.engagement_id == links.c.engagement_id, belongs).correlate(links, scope))


def _targets(rows: Iterable[Any]) -> list[Target]:
    ordered = sorted(rows, key=lambda each: (each.code, each.position))
    return [_target(row, partner=row.partner, region=row.region) for row in ordered]


def _target(row: Any, *, partner: str | None = None, region: str | None = None) -> Target:
    found = [each for each in (near(row, "last"), near(row, "next")) if each is not None]
    return Target(row.code, row.title, partner, region, row.position, row.cadence_months, row.level, found)


class Whole(NamedTuple):
    """The nearest engagements that serve a priority, and its target for engagement as a whole, if it has one."""

    last: Near | None
    next: Near | None
    target: Target | None


def as_a_whole(work: Work, walk: Walk, *wanted: ColumnElement[bool]) -> dict[str, Whole]:
    """By priority: the nearest engagements that serve it, at any level and as its own target asks. One statement."""
    months = PRIORITY.c.target_cadence_months.label("cadence_months")
    own = [PRIORITY.c.code, PRIORITY.c.title, months, literal(-1).label("position")]
    asked = (
        select(*own, PRIORITY.c.target_level.label("level"), PRIORITY.c.code.label("target"))
        .where(*wanted, PRIORITY.c.target_cadence_months.is_not(None))
    )  # fmt: skip
    scope = union_all(asked, select(*own, null(), null()).where(*wanted)).subquery("scope")
    links = serving.SERVES
    tied = (links.c.priority == scope.c.code, at_least(scope.c.level))
    rows = nearest(work, scope, Seek(links, tied), walk)
    targets = {row.code: _target(row) for row in rows if row.target is not None}
    return {
        row.code: Whole(near(row, "last"), near(row, "next"), targets.get(row.code))
        for row in rows
        if row.target is None
    }


def shown(targets: Iterable[Target], today: date) -> set[tuple[str, int | None]]:
    """The engagements whose days targets tell, each with its marking."""
    found: set[tuple[str, int | None]] = set()
    for each in targets:
        standing = each.standing(today)
        named = {one.id for one in (standing.last, standing.next) if one is not None}
        found |= {(one.id, one.marking_id) for one in each.nearest if one.id in named}
    return found
