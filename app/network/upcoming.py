"""What is to come with some partners, and what is promised between them and us."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select

from app.access.work import Work
from app.core.columns import table_of
from app.core.fields import RecordId, Representation
from app.models import Commitment, Engagement, EngagementPartner, Office, Visit
from app.models.choices import Kind, Level, Side, Status

ENGAGEMENT = table_of(Engagement)
LINK = table_of(EngagementPartner)
VISIT = table_of(Visit)
COMMITMENT = table_of(Commitment)


class EngagementShort(Representation):
    """An engagement, in short."""

    id: RecordId
    """Its id."""

    reference: str
    """The number to quote."""

    kind: Kind
    """Which kind it is."""

    title: str
    """What it is called."""

    status: Status
    """Where it stands."""

    level: Level | None
    """How high it is."""

    starts_on: date
    """The first day."""

    ends_on: date | None
    """The last day; null: open-ended."""

    country: str | None
    """Where it happens."""

    partners: list[str]
    """Those of the partners asked for that take part."""

    looked_after: bool
    """Whether it is a visit that the post looks after."""


class OpenCommitment(Representation):
    """A promise that is still open."""

    id: RecordId
    """Its id."""

    title: str
    """The promise in a few words."""

    partner: str
    """The partner that it was made to, or by."""

    owed_by: Side
    """Who owes it."""

    owner_office: RecordId | None
    """The office that sees to it."""

    owner_title: str | None
    """What that is called."""

    due_on: date | None
    """When it falls due."""

    overdue: bool
    """Whether that day has passed."""

    engagement: RecordId | None
    """The engagement at which it was made."""


def upcoming(
    work: Work, post: str, partners: Sequence[str], on: date, until: date, *, most: int
) -> list[EngagementShort]:
    """What is under way on a day or begins until another, with partners or looked after by a post."""
    with_them = select(LINK.c.engagement_id).where(LINK.c.partner.in_(partners), LINK.c.starts_on <= until)
    columns = [
        ENGAGEMENT.c[name] for name in ("id", "marking_id", *EngagementShort.model_fields) if name in ENGAGEMENT.c
    ]
    statement = (
        select(*columns, VISIT.c.post)
        .select_from(ENGAGEMENT.outerjoin(VISIT, VISIT.c.id == ENGAGEMENT.c.id))
        .where(
            work.visible(ENGAGEMENT),
            ENGAGEMENT.c.archived.is_(False),
            ENGAGEMENT.c.status != "cancelled",
            ENGAGEMENT.c.starts_on <= until,
            or_(ENGAGEMENT.c.ends_on.is_(None), ENGAGEMENT.c.ends_on >= on),
            or_(ENGAGEMENT.c.id.in_(with_them), VISIT.c.post == post),
        )
        .order_by(ENGAGEMENT.c.starts_on, ENGAGEMENT.c.id)
        .limit(most)
    )
    rows = work.session.execute(statement).mappings().all()
    work.holds("engagement", ((row["id"], row["marking_id"]) for row in rows))
    taking_part: dict[str, list[str]] = {}
    links = select(LINK.c.engagement_id, LINK.c.partner).where(
        LINK.c.engagement_id.in_([row["id"] for row in rows]), LINK.c.partner.in_(partners)
    )
    for engagement, partner in work.session.execute(links.order_by(LINK.c.position)):
        taking_part.setdefault(str(engagement), []).append(partner)
    return [
        EngagementShort(
            **{name: row[name] for name in EngagementShort.model_fields if name in row and name != "id"},
            id=str(row["id"]),
            partners=taking_part.get(str(row["id"]), []),
            looked_after=row["post"] is not None and str(row["post"]) == post,
        )
        for row in rows
    ]


def promised(work: Work, partners: Sequence[str]) -> Select[Any]:
    """What either side has promised and not kept yet: what is due first before what nobody has set a day for."""
    return (
        select(COMMITMENT, Office.title.label("owner_title"))
        .select_from(COMMITMENT.outerjoin(table_of(Office), table_of(Office).c.id == COMMITMENT.c.owner_office))
        .where(
            work.visible(COMMITMENT),
            COMMITMENT.c.archived.is_(False),
            COMMITMENT.c.status == "open",
            COMMITMENT.c.partner.in_(partners),
        )
        .order_by(func.coalesce(COMMITMENT.c.due_on, date.max), COMMITMENT.c.id)
    )


def open_commitments(work: Work, partners: Sequence[str], *, most: int) -> list[OpenCommitment]:
    """The commitments that are still open with some partners, in their order."""
    rows = work.session.execute(promised(work, partners).limit(most)).mappings().all()
    work.holds("commitment", ((row["id"], row["marking_id"]) for row in rows))
    return [
        OpenCommitment(
            id=str(row["id"]),
            title=row["title"],
            partner=row["partner"],
            owed_by=row["owed_by"],
            owner_office=None if row["owner_office"] is None else str(row["owner_office"]),
            owner_title=row["owner_title"],
            due_on=row["due_on"],
            overdue=row["due_on"] is not None and row["due_on"] < work.today,
            engagement=None if row["engagement"] is None else str(row["engagement"]),
        )
        for row in rows
    ]
