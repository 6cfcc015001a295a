"""`/cadence`: of each partner, when we last met at which level and when next, what that should be, and who is host."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import ColumnElement, literal, null, or_, select, true, tuple_, union_all
from starlette.requests import Request
from starlette.responses import Response

from app.access.accesses import off_the_loop
from app.access.permissions import Action
from app.access.work import Work
from app.core import cursor as cursors
from app.core.derive import without_default
from app.core.fields import Code, Line, Representation
from app.core.query import Many, PageQuery, YesNo
from app.crud.answers import listed
from app.crud.asking import from_address, place_of
from app.crud.listing import Page
from app.crud.operations import Noun, Operation, add
from app.crud.schemas import PageEnvelope
from app.models.choices import Cadence, Level
from app.overview import serving
from app.overview.cadence import targets as aims
from app.overview.cadence.hosting import Hosting, hosting
from app.overview.cadence.seeking import Meeting, Near, Seek, Walk, around, exactly, met, near, nearest
from app.overview.standing import LEVELS

ORDER = "name,code"
NOUN = Noun("Cadence", "cadence")


class CadenceQuery(PageQuery):
    """What cadence can be asked."""

    partner: Many[Code] = Field(default=[], json_schema_extra=without_default)
    """Only these partners."""

    region: Many[Line] = Field(default=[], json_schema_extra=without_default)
    """Only partners of these regions or sub-regions: `Oceania`, `Melanesia`."""

    level: Many[Level] = Field(default=[], json_schema_extra=without_default)
    """The levels to tell of; all if not given."""

    behind: YesNo | None = None
    """`true`: only partners of whom a target is behind, `overdue` or `none`; `false`: only the others."""


class LevelCadence(Representation):
    """When we met a partner at one level."""

    level: Level
    """The level."""

    last: Meeting | None
    """The last engagement at just that level that was held; null if there was none."""

    next: Meeting | None
    """The next one that is planned; null if there is none."""


class PartnerCadence(Representation):
    """When we met a partner, and how often we should."""

    partner: str
    """Its code."""

    name: str
    """What it is called."""

    levels: list[LevelCadence]
    """By level, from the highest."""

    last: Meeting | None
    """The last engagement with it, at whatever level or none."""

    next: Meeting | None
    """The next one that is planned."""

    targets: list[aims.PartnerTarget]
    """The targets that priorities in force have for it, by priority."""

    standing: Cadence | None
    """The worst of them; null if there are none."""

    hosting: Hosting
    """Whose turn it is to be host of talks and visits."""


class CadencePage(PageEnvelope):
    """A page of partners by name, as far as the caller may know."""

    items: Annotated[list[PartnerCadence], Field(description="The partners of this page, by name.")]


Found = dict[tuple[str, Level | None], tuple[Near | None, Near | None]]
"""By partner and level, None for any: the nearest engagements on either side of today."""


class Known(NamedTuple):
    """What is known of the partners of a page."""

    levels: Sequence[Level]
    nearest: Found
    targets: Mapping[str, list[aims.Target]]
    hosts: Mapping[str, Hosting]


def page_of(work: Work, query: CadenceQuery, behind: Sequence[str]) -> tuple[list[Any], str | None]:
    """The partners that are asked for, and where the next page begins. Home is no partner of ours."""
    place = serving.PARTNER
    wanted: list[ColumnElement[bool]] = [
        place.c.archived.is_(False), place.c.code != work.register.settings.home_country,
    ]  # fmt: skip
    if query.partner:
        wanted.append(place.c.code.in_(query.partner))
    if query.region:
        wanted.append(or_(place.c.region.in_(query.region), place.c.subregion.in_(query.region)))
    if query.behind is not None:
        wanted.append(place.c.code.in_(behind) if query.behind else place.c.code.not_in(behind))
    if query.cursor is not None:
        name, code = place_of(query.cursor, ORDER, [str, str])
        wanted.append(tuple_(place.c.name, place.c.code) > tuple_(name, code))
    statement = select(place.c.code, place.c.name).where(*wanted).order_by(place.c.name, place.c.code)
    rows = work.session.execute(statement.limit(query.limit + 1)).all()
    shown = list(rows[: query.limit])
    following = None
    if len(rows) > query.limit:
        following = cursors.encode(ORDER, [shown[-1].name, shown[-1].code])
    return shown, following


def by_level(work: Work, partners: Sequence[str], levels: Sequence[Level], walk: Walk) -> Found:
    """The nearest engagements with each partner, at each level and at any. One statement."""
    place, links = serving.PARTNER, serving.WITH
    asked = union_all(
        select(null().label("level")), *(select(literal(each).label("level")) for each in levels)
    ).subquery("asked")
    scope = (
        select(place.c.code.label("partner"), asked.c.level)
        .select_from(place.join(asked, true()))
        .where(place.c.code.in_(partners))
        .subquery("scope")
    )
    tied = (links.c.partner == scope.c.partner, exactly(scope.c.level))
    rows = nearest(work, scope, Seek(links, tied), walk)
    return {(row.partner, row.level): (near(row, "last"), near(row, "next")) for row in rows}


def by_partner(targets: list[aims.Target]) -> dict[str, list[aims.Target]]:
    """Targets by the partner that they name."""
    found: dict[str, list[aims.Target]] = {}
    for each in targets:
        if each.partner is not None:
            found.setdefault(each.partner, []).append(each)
    return found


def cadence(work: Work, request: Request) -> Response:
    off_the_loop(request)
    query = from_address(CadenceQuery, request)
    walk = around(work)
    targets: dict[str, list[aims.Target]] = {}
    behind: list[str] = []
    if query.behind is not None:
        targets = by_partner(aims.for_partners(work, walk))
        behind = [code for code, each in targets.items() if standing(work, each) in aims.BEHIND]
    rows, following = page_of(work, query, behind)
    codes = [row.code for row in rows]
    if query.behind is None:
        targets = by_partner(aims.for_partners(work, walk, aims.TARGET.c.partner.in_(codes)))
    levels = [each for each in LEVELS if not query.level or each in query.level]
    hosts, told_by = hosting(work, codes, walk)
    known = Known(levels, by_level(work, codes, levels, walk), targets, hosts)
    shown = [each for both in known.nearest.values() for each in both if each is not None] + told_by
    own = [target for code in codes for target in targets.get(code, ())]
    work.holds("engagement", {(each.id, each.marking_id) for each in shown} | aims.shown(own, work.today))
    items = [item(row, known, work.today).model_dump_json() for row in rows]
    return listed(work, request, Page(items, following, None))


def standing(work: Work, targets: list[aims.Target]) -> Cadence | None:
    return aims.worst(each.standing(work.today).standing for each in targets)


def item(row: Any, known: Known, today: date) -> PartnerCadence:
    """What is known of a partner, as it is answered."""
    nothing = (None, None)
    last, following = known.nearest.get((row.code, None), nothing)
    told = [
        aims.PartnerTarget(priority=each.priority, title=each.title, **each.told(today))
        for each in known.targets.get(row.code, ())
    ]
    return PartnerCadence(
        partner=row.code,
        name=row.name,
        levels=[
            LevelCadence(level=level, last=met(at[0]), next=met(at[1]))
            for level in known.levels
            for at in [known.nearest.get((row.code, level), nothing)]
        ],
        last=met(last),
        next=met(following),
        targets=told,
        standing=aims.worst(each.standing for each in told),
        hosting=known.hosts[row.code],
    )


def add_cadence(router: APIRouter) -> None:
    """Puts the cadence with partners on a router."""
    operation = Operation(
        "list", "GET", "/cadence", cadence, Action.READ,
        summary="Who last met whom at what level, and when next",
        description="Of each partner, by name: the last and the next engagement at each level, how engagement stands "
        "against the targets that priorities have for it, and whose turn it is to be host. Engagements count in which "
        "it takes part itself. Made of what the caller may see.",
        answer=CadencePage,
        query=CadenceQuery,
    )  # fmt: skip
    add(router, NOUN, operation, "")
