"""Where a position was put, or is to be: at which engagements, and how partners took it."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import and_, or_, select
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.work import Work
from app.core import cursor as cursors
from app.core.columns import table_of
from app.core.fields import RecordId, Representation
from app.core.query import PageQuery
from app.crud.answers import listed
from app.crud.asking import from_address, place_of
from app.crud.listing import Page
from app.crud.operations import Operation, add, noun_of
from app.crud.reading import stored
from app.crud.schemas import PageEnvelope
from app.followup.positions import POSITIONS
from app.models import Advocacy, EngagementPartner
from app.models.choices import PositionUse, Reaction
from app.overview.standing import ENGAGEMENT, EngagementAt

ADVOCACY = table_of(Advocacy)
ORDER = "-starts_on,-id"


class UseRead(Representation):
    """A position at an engagement."""

    id: RecordId
    """The id of its entry at the engagement."""

    engagement: EngagementAt
    """The engagement."""

    partners: list[str]
    """Who takes part there."""

    use: PositionUse
    """Whether it is to be put there, was put, or was not raised after all."""

    reaction: Reaction | None
    """How the partner took it."""

    reaction_note: str | None
    """What the partner said to it."""


class UsePage(PageEnvelope):
    """A page of engagements at which a position is put, the newest first."""

    items: Annotated[list[UseRead], Field(description="Where it is put, the newest engagement first.")]


def uses(work: Work, request: Request, id: str) -> Response:  # noqa: A002 - the contract's word
    query = from_address(PageQuery, request)
    position = stored(work, POSITIONS, id).id
    statement = (
        select(
            ADVOCACY.c.id.label("use_id"),
            ADVOCACY.c.marking_id.label("use_marking"),
            *(ADVOCACY.c[name] for name in ("use", "reaction", "reaction_note")),
            *(ENGAGEMENT.c[name] for name in (*EngagementAt.model_fields, "marking_id")),
        )
        .select_from(ADVOCACY.join(ENGAGEMENT, ENGAGEMENT.c.id == ADVOCACY.c.engagement_id))
        .where(
            ADVOCACY.c.position == position,
            *(each.c.archived.is_(False) for each in (ADVOCACY, ENGAGEMENT)),
            *(work.visible(each) for each in (ADVOCACY, ENGAGEMENT)),
        )
        .order_by(ENGAGEMENT.c.starts_on.desc(), ADVOCACY.c.id.desc())
        .limit(query.limit + 1)
    )
    if query.cursor is not None:
        day, last = place_of(query.cursor, ORDER, [date, UUID])
        at = ENGAGEMENT.c.starts_on
        statement = statement.where(or_(at < day, and_(at == day, ADVOCACY.c.id < str(last))))
    found = work.session.execute(statement).all()
    shown = found[: query.limit]
    work.holds("engagement", {(str(row.id), row.marking_id) for row in shown})
    work.holds("advocacy", {(str(row.use_id), row.use_marking) for row in shown})
    following = None
    if len(found) > query.limit:
        following = cursors.encode(ORDER, [shown[-1].starts_on, str(shown[-1].use_id)])
    partners = _partners(work, [str(row.id) for row in shown])
    items = [_item(row, partners).model_dump_json() for row in shown]
    return listed(work, request, Page(items, following, None))


def _partners(work: Work, engagements: list[str]) -> dict[str, list[str]]:
    """The partners at engagements that the caller may see, in order."""
    links = table_of(EngagementPartner)
    found: dict[str, list[str]] = {}
    if engagements:
        statement = select(links.c.engagement_id, links.c.partner).where(links.c.engagement_id.in_(engagements))
        for engagement, partner in work.session.execute(statement.order_by(links.c.position)):
            found.setdefault(str(engagement), []).append(partner)
    return found


def _item(row: Any, partners: dict[str, list[str]]) -> UseRead:
    return UseRead(
        id=str(row.use_id),
        engagement=EngagementAt.model_validate(row),
        partners=partners.get(str(row.id), []),
        use=row.use,
        reaction=row.reaction,
        reaction_note=row.reaction_note,
    )


def add_position_uses(router: APIRouter) -> None:
    """Puts the uses of positions on a router."""
    operation = Operation(
        "uses", "GET", "/{id}/uses", uses, Action.READ,
        summary="Where a position is put, and how it was taken",
        description="The engagements at which it is to be put, was put, or was not raised, the newest first.",
        answer=UsePage,
        query=PageQuery,
    )  # fmt: skip
    add(router, noun_of(POSITIONS), operation, f"/{POSITIONS.path}")
