"""Attaché coverage: which country to which we are accredited for defence has nobody, now or after a tour ends."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.work import Work
from app.core.calendar import months_after
from app.core.fields import Code, Day, RecordId, Representation
from app.core.query import Asked, Many
from app.crud.answers import computed
from app.crud.asking import from_address
from app.crud.operations import Noun, Operation, add
from app.models import Accreditation, Partner, Post
from app.network.holders import Holding, OfficeHeld, Tour, offices_at, tours

Coverage = Literal["covered", "ends", "vacant", "unknown"]
NOUN = Noun("Posts", "attaches")


class AttacheQuery(Asked):
    """What the coverage can be asked."""

    on: Day | None = None
    """The day; today if not given."""

    within: Annotated[int, Field(strict=True, ge=0, le=60)] = 12
    """How many months ahead a tour that ends without a successor counts as a gap."""

    partner: Many[Code] = []
    """Countries or institutions to which we are accredited; all if not given."""

    coverage: Many[Coverage] = []
    """Only those that stand so: `covered`, `ends`, `vacant`, `unknown`."""


class PostCovering(Representation):
    """A post that is accredited for defence, and who holds offices there."""

    id: RecordId
    """The post."""

    name: str
    """What it is called."""

    city: str
    """Where it is."""

    country: str
    """The country that it stands in."""

    offices: list[OfficeHeld]
    """The offices there, with their holders; none are known where this is empty."""


class PartnerCovered(Representation):
    """A country or institution to which we are accredited for defence."""

    partner: str
    """Its code."""

    name: str
    """What it is called."""

    coverage: Coverage
    """`covered`; `ends`: a tour ends within the months asked for and nobody follows; `vacant`: offices, and nobody in
    them; `unknown`: no office at any post is recorded."""

    gap_from: date | None
    """The first day with nobody; null: there is none within the months asked for."""

    gap_until: date | None
    """The last day with nobody, where somebody is to come; null: nobody is."""

    posts: list[PostCovering]
    """The posts that cover it."""


class AttacheCoverage(Representation):
    """Attaché coverage of all that we are accredited to."""

    on: date
    """The day that was asked for."""

    until: date
    """The last day that was looked at."""

    items: list[PartnerCovered]
    """By name."""

    marking: str
    """The marking of the answer."""


def gap(terms: Iterable[Holding], on: date, until: date) -> tuple[date | None, date | None]:
    """The first days between two with nobody in office: from when, and until when if somebody is to come."""
    free = on
    for term in sorted(terms, key=lambda each: each.starts_on):
        if term.starts_on > free:
            return (free, term.starts_on - timedelta(days=1)) if free <= until else (None, None)
        if term.ends_on is None:
            return None, None
        free = max(free, term.ends_on + timedelta(days=1))
    return (free, None) if free <= until else (None, None)


def coverage_of(terms: Sequence[Holding], offices: int, on: date, until: date) -> tuple[Coverage, Any, Any]:
    """How a country stands, and the days with nobody."""
    start, end = gap(terms, on, until)
    if not offices:
        return "unknown", None, None
    if start is None:
        return "covered", None, None
    return ("vacant" if start == on else "ends"), start, end


def accredited(work: Work, codes: Sequence[str]) -> list[Any]:
    """Every accreditation for defence, with the post and the partner. By the partner's name."""
    statement = (
        select(Accreditation.partner, Partner.name.label("partner_name"), Post.id, Post.name, Post.city, Post.country)
        .join(Post, Post.id == Accreditation.post_id)
        .join(Partner, Partner.code == Accreditation.partner)
        .where(Accreditation.kind == "defence", Post.archived.is_(False))
        .order_by(Partner.name, Post.name)
    )
    if codes:
        statement = statement.where(Accreditation.partner.in_(codes))
    return list(work.session.execute(statement))


def covered(work: Work, query: AttacheQuery) -> AttacheCoverage:
    """The coverage that a query asks for: three statements, however many posts there are."""
    on = query.on or work.today
    until = months_after(on, query.within)
    rows = accredited(work, query.partner)
    offices = offices_at(work, {str(row.id) for row in rows})
    held = tours(work, {office.id for each in offices.values() for office in each}, on)
    found: dict[str, PartnerCovered] = {}
    for code in dict.fromkeys(row.partner for row in rows):
        posts = [row for row in rows if row.partner == code]
        ids = [office.id for row in posts for office in offices.get(str(row.id), ())]
        terms = [Holding(each.starts_on, each.ends_on) for one in ids for each in held.get(one, ())]
        coverage, start, end = coverage_of(terms, len(ids), on, until)
        found[code] = PartnerCovered(
            partner=code,
            name=posts[0].partner_name,
            coverage=coverage,
            gap_from=start,
            gap_until=end,
            posts=[_post(row, offices.get(str(row.id), ()), held, on) for row in posts],
        )
    items = [each for each in found.values() if not query.coverage or each.coverage in query.coverage]
    return AttacheCoverage(on=on, until=until, items=items, marking=work.banner())


def _post(row: Any, offices: Iterable[Any], held: dict[str, list[Tour]], on: date) -> PostCovering:
    return PostCovering(
        id=str(row.id),
        name=row.name,
        city=row.city,
        country=row.country,
        offices=[OfficeHeld.of(office, held.get(office.id, []), on) for office in offices],
    )


def endpoint(work: Work, request: Request) -> Response:
    return computed(work, request, covered(work, from_address(AttacheQuery, request)))


def add_attaches(router: APIRouter) -> None:
    """Puts the operation on a router."""
    operation = Operation(
        "list", "GET", "/attaches", endpoint, Action.READ,
        summary="Attaché coverage",
        description="Each country and institution to which a post is accredited for defence: which posts and offices "
        "cover it, who holds them and until when, who comes next, and from when nobody does.",
        answer=AttacheCoverage,
        query=AttacheQuery,
    )  # fmt: skip
    add(router, NOUN, operation, "/coverage")
