"""Findings on positions: planned to be put when they are not our line, and two lines on one subject at a time."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import ColumnElement, Table, and_, case, func, or_, select
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.work import Work
from app.core.columns import table_of
from app.core.fields import Code, RecordId, Representation
from app.core.query import Asked
from app.crud.answers import computed
from app.crud.asking import from_address
from app.crud.operations import Operation, add, noun_of
from app.followup.positions import POSITIONS, supersedes_on
from app.models import Advocacy, EngagementPartner, Position
from app.overview.standing import ENGAGEMENT, EngagementAt

MOST = 200
"""How many planned uses, and how many pairs, an answer holds at the most."""

FindingCode = Literal["withdrawn", "not_begun", "expired", "expires_during", "superseded", "uncleared", "conflict"]

POSITION = table_of(Position)
ADVOCACY = table_of(Advocacy)
OPEN = ("proposed", "planned", "confirmed", "in_progress")


class FindingsQuery(Asked):
    """What findings can be asked."""

    engagement: RecordId | None = None
    """Only of positions that are planned for this engagement."""

    partner: Annotated[Code | None, Field(examples=["AU"])] = None
    """Only of engagements with this partner, and of positions to it."""


class PositionAt(Representation):
    """A position, in short."""

    id: RecordId
    """Its id."""

    subject: str
    """What it is about."""

    partner: str | None
    """To whom; null for our line to all."""

    valid_from: date
    """The first day on which it is our line."""

    valid_until: date | None
    """The last day."""

    cleared_on: date | None
    """When it was cleared."""


class Finding(Representation):
    """Something that a desk has to settle."""

    code: FindingCode
    """What it is: the position that is planned is withdrawn, has not begun, has expired by then, expires during the
    engagement, is superseded by then, or is not cleared; or two positions are in conflict."""

    detail: str
    """The same as a sentence."""

    on: date
    """The day from which it matters."""

    positions: list[PositionAt]
    """The position; of a conflict, both; of one that is superseded, the later one too."""

    engagement: EngagementAt | None
    """The engagement for which it is planned; null of a conflict."""


class Findings(Representation):
    """What a desk has to settle, as far as the caller may know."""

    items: list[Finding]
    """The findings: of planned uses, the next engagement first, then conflicts by subject."""

    complete: bool
    """Whether these are all; an answer tells of 200 planned uses and of 200 conflicts at the most."""

    as_of: date
    """The day at home that they are told of."""

    marking: str
    """The banner of the answer: the highest marking of what it is made of."""


def _of(table: Any, prefix: str) -> list[Any]:
    return [table.c[name].label(f"{prefix}_{name}") for name in (*PositionAt.model_fields, "marking_id")]


def _read(row: Any, prefix: str) -> PositionAt:
    return PositionAt(**{name: getattr(row, f"{prefix}_{name}") for name in PositionAt.model_fields})


def with_partner(code: str) -> ColumnElement[bool]:
    """The condition that a partner takes part in an engagement."""
    links = table_of(EngagementPartner)
    return ENGAGEMENT.c.id.in_(select(links.c.engagement_id).where(links.c.partner == code))


def planned(work: Work, query: FindingsQuery) -> list[Any]:
    """Planned uses at engagements that are not over, of positions that are not our line then."""
    later: Table = POSITION.alias("later")  # type: ignore[assignment]
    day, end = ENGAGEMENT.c.starts_on, func.coalesce(ENGAGEMENT.c.ends_on, ENGAGEMENT.c.starts_on)
    superseded = supersedes_on(work.visible(later), POSITION, later, day)
    last = POSITION.c.valid_until
    statement = (
        select(
            ADVOCACY.c.id.label("use_id"),
            ADVOCACY.c.marking_id.label("use_marking"),
            *_of(POSITION, "own"),
            POSITION.c.archived.label("withdrawn"),
            *_of(later, "later"),
            *(ENGAGEMENT.c[name] for name in (*EngagementAt.model_fields, "ends_on", "marking_id")),
        )
        .select_from(
            ADVOCACY.join(ENGAGEMENT, ENGAGEMENT.c.id == ADVOCACY.c.engagement_id)
            .join(POSITION, POSITION.c.id == ADVOCACY.c.position)
            .outerjoin(later, superseded)
        )
        .where(
            ADVOCACY.c.use == "planned",
            *(each.c.archived.is_(False) for each in (ADVOCACY, ENGAGEMENT)),
            *(work.visible(each) for each in (ADVOCACY, ENGAGEMENT, POSITION)),
            ENGAGEMENT.c.status.in_(OPEN),
            end >= work.today,
            or_(
                POSITION.c.archived,
                POSITION.c.valid_from > day,
                last < end,
                POSITION.c.cleared_on.is_(None),
                later.c.id.is_not(None),
            ),
        )
        .order_by(day, ADVOCACY.c.id, later.c.valid_from)
        .limit(MOST + 1)
    )
    if query.engagement is not None:
        statement = statement.where(ENGAGEMENT.c.id == query.engagement)
    if query.partner is not None:
        statement = statement.where(with_partner(query.partner))
    return list(work.session.execute(statement))


def of_use(row: Any) -> Iterator[Finding]:
    """What is wrong with one planned use."""
    own = _read(row, "own")
    at = EngagementAt.model_validate(row)
    begins = f"{at.reference} begins on {at.starts_on}"
    end = row.ends_on or at.starts_on

    def found(code: FindingCode, what: str, *more: PositionAt) -> Finding:
        detail = f"“{own.subject}” {what}"
        return Finding(code=code, detail=detail, on=at.starts_on, positions=[own, *more], engagement=at)

    if row.withdrawn:
        yield found("withdrawn", f"is withdrawn, and {begins}.")
    if own.valid_from > at.starts_on:
        yield found("not_begun", f"is our line from {own.valid_from} only, and {begins}.")
    if own.valid_until is not None and own.valid_until < at.starts_on:
        yield found("expired", f"is our line until {own.valid_until}, and {begins}.")
    elif own.valid_until is not None and own.valid_until < end:
        yield found("expires_during", f"is our line until {own.valid_until}, and {at.reference} ends on {end}.")
    if row.later_id is not None:
        later = _read(row, "later")
        yield found("superseded", f"is superseded from {later.valid_from} on, and {begins}.", later)
    if own.cleared_on is None:
        yield found("uncleared", f"is not cleared, and {begins}.")


def conflicts(work: Work, query: FindingsQuery) -> list[Any]:
    """Pairs of positions on one subject to the same partner at the same time, now or to come.

    Where one has been superseded by the time at which the other begins, they are no such pair.
    """
    one: Table = POSITION.alias("one")  # type: ignore[assignment]
    two: Table = POSITION.alias("two")  # type: ignore[assignment]
    begins = case((one.c.valid_from > two.c.valid_from, one.c.valid_from), else_=two.c.valid_from)
    statement = (
        select(*_of(one, "one"), *_of(two, "two"), begins.label("begins"))
        .select_from(one.join(two, and_(one.c.subject_key == two.c.subject_key, one.c.id < two.c.id)))
        .where(
            or_(one.c.partner == two.c.partner, and_(one.c.partner.is_(None), two.c.partner.is_(None))),
            *(each.c.archived.is_(False) for each in (one, two)),
            *(work.visible(each) for each in (one, two)),
            *(
                or_(each.c.valid_until.is_(None), each.c.valid_until >= limit)
                for each in (one, two)
                for limit in (work.today, begins)
            ),
            func.coalesce(one.c.supersedes != two.c.id, True),
            func.coalesce(two.c.supersedes != one.c.id, True),
            *(~_superseded(work, each, begins) for each in (one, two)),
        )
        .order_by(one.c.subject_key, begins, one.c.id, two.c.id)
        .limit(MOST + 1)
    )
    if query.partner is not None:
        statement = statement.where(one.c.partner == query.partner)
    return list(work.session.execute(statement))


def _superseded(work: Work, own: Any, day: Any) -> ColumnElement[bool]:
    later: Any = POSITION.alias(f"after_{own.name}")
    return (
        select(later.c.id).where(supersedes_on(work.visible(later), own, later, day)).correlate_except(later).exists()
    )


def of_pair(row: Any) -> Finding:
    """Two lines on one subject."""
    whom = f" to {row.one_partner}" if row.one_partner else ""
    detail = f"From {row.begins} on there are two positions on “{row.one_subject}”{whom}; neither supersedes the other."
    return Finding(
        code="conflict", detail=detail, on=row.begins, positions=[_read(row, "one"), _read(row, "two")], engagement=None
    )


def findings(work: Work, request: Request) -> Response:
    query = from_address(FindingsQuery, request)
    uses = planned(work, query)
    # Several may have superseded one position, as a caller sees who may see more than others: the first will do.
    once = {row.use_id: row for row in reversed(uses[:MOST])}
    kept = sorted(once.values(), key=lambda row: (row.starts_on, str(row.use_id)))
    pairs = conflicts(work, query) if query.engagement is None else []
    items = [finding for row in kept for finding in of_use(row)] + [of_pair(row) for row in pairs[:MOST]]
    _tell(work, kept, pairs[:MOST])
    complete = max(len(uses), len(pairs)) <= MOST
    answer = Findings(items=items, complete=complete, as_of=work.today, marking=work.banner())
    return computed(work, request, answer)


def _tell(work: Work, uses: list[Any], pairs: list[Any]) -> None:
    """Notes what the answer holds."""
    work.holds("engagement", {(str(row.id), row.marking_id) for row in uses})
    work.holds("advocacy", {(str(row.use_id), row.use_marking) for row in uses})
    positions = {(str(row.own_id), row.own_marking_id) for row in uses}
    positions |= {(str(row.later_id), row.later_marking_id) for row in uses if row.later_id is not None}
    for side in ("one", "two"):
        positions |= {(str(getattr(row, f"{side}_id")), getattr(row, f"{side}_marking_id")) for row in pairs}
    work.holds("position", positions)


def add_position_findings(router: APIRouter) -> None:
    """Puts findings on a router."""
    operation = Operation(
        "findings", "GET", "/findings", findings, Action.READ,
        summary="What has to be settled about positions",
        description="Positions that are planned to be put at an engagement that is not over, and are not our cleared "
        "line then; and two positions on one subject to the same partner at the same time, of which neither "
        "supersedes the other. Made of what the caller may see.",
        answer=Findings,
        query=FindingsQuery,
    )  # fmt: skip
    add(router, noun_of(POSITIONS), operation, f"/{POSITIONS.path}")
