"""Targets of priorities: how engagement stands against each, found without reading all that serves the priority."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Subquery, null, or_, select, union_all

from app.access.work import Work
from app.core.columns import table_of
from app.core.fields import Representation
from app.models import Priority, PriorityTarget
from app.models.choices import Cadence, Level
from app.overview import serving
from app.overview.cadence.seeking import Near, Seek, at_least, near, nearest
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


def for_partners(work: Work, until: date, *wanted: ColumnElement[bool]) -> list[Target]:
    """The targets that name partners or regions, by priority and in its order. One statement.

    Of a region, the nearest engagements of each of its partners are found.
    """
    place = serving.PARTNER
    belongs = or_(
        place.c.code == TARGET.c.partner, place.c.region == TARGET.c.region, place.c.subregion == TARGET.c.region
    )
    columns = (TARGET.c[name] for name in ("position", "partner", "region", "cadence_months", "level"))
    scope = (
        select(PRIORITY.c.code, PRIORITY.c.title, place.c.code.label("with"), *columns)
        .select_from(TARGET.join(PRIORITY, PRIORITY.c.id == TARGET.c.priority_id).join(place, belongs))
        .where(*IN_FORCE, *wanted)
        .subquery("scope")
    )
    links = serving.WITH
    tied = (links.c.partner == scope.c["with"], _serves(links, scope), at_least(scope.c.level))
    return _targets(nearest(work, scope, Seek(links, tied), until))


def _serves(links: Any, scope: Subquery) -> ColumnElement[bool]:
    served = serving.SERVES
    tie = select(served.c.priority).where(served.c.engagement_id == links.c.engagement_id)
    return tie.where(served.c.priority == scope.c.code).correlate(links, scope).exists()


def _targets(rows: Iterable[Any]) -> list[Target]:
    """The targets that rows are of; several rows may be of one."""
    found: dict[tuple[str, int], Target] = {}
    for row in sorted(rows, key=lambda each: (each.code, each.position)):
        target = found.setdefault(
            (row.code, row.position),
            Target(row.code, row.title, row.partner, row.region, row.cadence_months, row.level, []),
        )
        target.nearest.extend(_both(row))
    return list(found.values())


class Whole(NamedTuple):
    """The nearest engagements that serve a priority, and its target for engagement as a whole, if it has one."""

    last: Near | None
    next: Near | None
    target: Target | None


def as_a_whole(work: Work, until: date, *wanted: ColumnElement[bool]) -> dict[str, Whole]:
    """By priority: the nearest engagements that serve it, at any level and as its own target asks. One statement."""
    own = [PRIORITY.c.code, PRIORITY.c.title, PRIORITY.c.target_cadence_months.label("cadence_months")]
    asked = (
        select(*own, PRIORITY.c.target_level.label("level"), PRIORITY.c.code.label("target"))
        .where(*wanted, PRIORITY.c.target_cadence_months.is_not(None))
    )  # fmt: skip
    scope = union_all(asked, select(*own, null(), null()).where(*wanted)).subquery("scope")
    links = serving.SERVES
    tied = (links.c.priority == scope.c.code, at_least(scope.c.level))
    rows = nearest(work, scope, Seek(links, tied), until)
    targets = {row.code: _of_whole(row) for row in rows if row.target is not None}
    return {
        row.code: Whole(near(row, "last"), near(row, "next"), targets.get(row.code))
        for row in rows
        if row.target is None
    }


def _of_whole(row: Any) -> Target:
    return Target(row.code, row.title, None, None, row.cadence_months, row.level, list(_both(row)))


def _both(row: Any) -> Iterator[Near]:
    """What a row has found on both sides of today."""
    yield from (each for each in (near(row, "last"), near(row, "next")) if each is not None)


def shown(targets: Iterable[Target], today: date) -> set[tuple[str, int | None]]:
    """The engagements whose days targets tell, each with its marking."""
    found: set[tuple[str, int | None]] = set()
    for each in targets:
        standing = each.standing(today)
        named = {one.id for one in (standing.last, standing.next) if one is not None}
        found |= {(one.id, one.marking_id) for one in each.nearest if one.id in named}
    return found
