"""The matrix of interoperability: with whom we can do what, by domain, and how long ago that was shown."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, get_args

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Select, func, select
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.work import Work
from app.core.calendar import months_after
from app.core.columns import table_of
from app.core.derive import without_default
from app.core.fields import Code, RecordId, Representation
from app.core.query import Asked, Many
from app.crud.answers import computed
from app.crud.asking import from_address
from app.crud.operations import Operation, add, noun_of
from app.engagements.interoperability import INTEROPERABILITY
from app.models import Engagement, InteroperabilityClaim
from app.models.choices import Domain, Proof

WEIGHT: dict[Proof, float] = {"demonstrated": 1.0, "partly": 0.5, "not": 0.0}
MOST = 2_000
"""How many capabilities an answer holds at the most."""

DOMAINS: tuple[Domain, ...] = get_args(Domain)
CLAIM = table_of(InteroperabilityClaim)
ENGAGEMENT = table_of(Engagement)

Place = tuple[str, Domain]
"""A cell: a partner and a domain."""


class MatrixQuery(Asked):
    """What the matrix can be asked."""

    partner: Many[Code] = Field(default=[], json_schema_extra=without_default)
    """Only these partners."""

    domain: Many[Domain] = Field(default=[], json_schema_extra=without_default)
    """Only these domains."""


class Capability(Representation):
    """What the newest claim says of one capability."""

    capability: str
    """What we can do together."""

    level: Proof
    """How far it was shown."""

    proved_on: date
    """When."""

    strength: Annotated[float, Field(ge=0, le=1)]
    """What is left of it today: 1.0 when it was just demonstrated, 0 when it has faded or was shown not to work."""

    claim: RecordId
    """The claim, at `/interoperability/{id}`."""

    exercise: RecordId
    """The exercise that showed it."""


class Cell(Representation):
    """What we can do with one partner in one domain."""

    partner: str
    """The partner's code."""

    domain: Domain
    """The domain."""

    strength: Annotated[float, Field(ge=0, le=1)]
    """The strongest of its capabilities."""

    newest_on: date
    """When anything was shown last."""

    claims: int
    """How many claims there are, the older ones of each capability too."""

    capabilities: list[Capability]
    """Each capability as it was shown last, the strongest first."""


class Matrix(Representation):
    """With whom we can do what, as far as the caller may know."""

    cells: list[Cell]
    """One for each partner and domain of which anything was shown, by partner, then by domain."""

    fades_months: int
    """After how many months a claim has faded: a setting of the installation."""

    complete: bool
    """Whether this is all; an answer holds 2,000 capabilities at the most."""

    as_of: date
    """The day at home that strengths are told of."""

    marking: str
    """The banner of the answer: the highest marking of what it is made of."""


def strength(level: Proof, proved_on: date, today: date, fades_months: int) -> float:
    """What is left of a claim on a day: evenly less from the day on which it was shown."""
    end = months_after(proved_on, fades_months)
    left = (end - today).days / max(1, (end - proved_on).days)
    return round(WEIGHT[level] * min(1.0, max(0.0, left)), 2)


def wanted(work: Work, query: MatrixQuery) -> Select[Any]:
    """The claims that the matrix is made of."""
    statement = (
        select()
        .select_from(CLAIM.join(ENGAGEMENT, ENGAGEMENT.c.id == CLAIM.c.exercise))
        .where(
            *(each.c.archived.is_(False) for each in (CLAIM, ENGAGEMENT)),
            *(work.visible(each) for each in (CLAIM, ENGAGEMENT)),
        )
    )
    if query.partner:
        statement = statement.where(CLAIM.c.partner.in_(query.partner))
    return statement.where(CLAIM.c.domain.in_(query.domain)) if query.domain else statement


def numbers(work: Work, query: MatrixQuery) -> dict[Place, int]:
    """How many claims each cell has."""
    found: dict[Place, int] = {}
    groups = (CLAIM.c.partner, CLAIM.c.domain, CLAIM.c.marking_id, ENGAGEMENT.c.marking_id)
    statement = wanted(work, query).add_columns(*groups, func.count()).group_by(*groups)
    for partner, domain, own, above, number in work.session.execute(statement):
        found[partner, domain] = found.get((partner, domain), 0) + number
        work.shows((own, above))
    return found


def newest(work: Work, query: MatrixQuery) -> list[Any]:
    """Of each capability with each partner, the newest claim."""
    columns = ("id", "partner", "domain", "capability", "level", "proved_on", "exercise", "marking_id")
    same = (CLAIM.c.partner, CLAIM.c.domain, func.lower(CLAIM.c.capability))
    place = func.row_number().over(partition_by=same, order_by=(CLAIM.c.proved_on.desc(), CLAIM.c.id.desc()))
    ranked = wanted(work, query).add_columns(*(CLAIM.c[name] for name in columns), place.label("place")).subquery()
    ordered = (
        select(ranked)
        .where(ranked.c.place == 1)
        .order_by(ranked.c.partner, ranked.c.proved_on.desc(), ranked.c.id.desc())
    )
    return list(work.session.execute(ordered.limit(MOST + 1)))


def cells(rows: Iterable[Any], claims: Mapping[Place, int], today: date, fades_months: int) -> list[Cell]:
    """The cells that the newest claims make."""
    found: dict[Place, dict[str, Capability]] = {}
    for row in rows:
        capability = Capability(
            capability=row.capability,
            level=row.level,
            proved_on=row.proved_on,
            strength=strength(row.level, row.proved_on, today, fades_months),
            claim=str(row.id),
            exercise=str(row.exercise),
        )
        # The newest comes first; the database may not know that letters with accents have capitals.
        found.setdefault((row.partner, row.domain), {}).setdefault(row.capability.casefold(), capability)
    made = [
        Cell(
            partner=partner,
            domain=domain,
            strength=max(each.strength for each in capabilities.values()),
            newest_on=max(each.proved_on for each in capabilities.values()),
            claims=claims[partner, domain],
            capabilities=sorted(capabilities.values(), key=lambda each: (-each.strength, each.capability)),
        )
        for (partner, domain), capabilities in found.items()
    ]
    return sorted(made, key=lambda each: (each.partner, DOMAINS.index(each.domain)))


def matrix(work: Work, request: Request) -> Response:
    query = from_address(MatrixQuery, request)
    fades_months = work.register.settings.interoperability_fades_months
    rows = newest(work, query)
    shown = rows[:MOST]
    work.holds(INTEROPERABILITY.noun, ((row.id, row.marking_id) for row in shown))
    answer = Matrix(
        cells=cells(shown, numbers(work, query), work.today, fades_months),
        fades_months=fades_months,
        complete=len(rows) <= MOST,
        as_of=work.today,
        marking=work.banner(),
    )
    return computed(work, request, answer)


def add_matrix(router: APIRouter) -> None:
    """Puts the matrix on a router."""
    operation = Operation(
        "matrix", "GET", "/matrix", matrix, Action.READ,
        summary="With whom we can do what",
        description="Partner by domain: what exercises have shown, each capability as it was shown last, and what is "
        "left of it today. Made of what the caller may see.",
        answer=Matrix,
        query=MatrixQuery,
    )  # fmt: skip
    add(router, noun_of(INTEROPERABILITY), operation, f"/{INTEROPERABILITY.path}")
