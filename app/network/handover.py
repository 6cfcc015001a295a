"""The hand-over pack of a post: to whom it is accredited, what is to come, what is promised, whom to know."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response

from app.access.accesses import log_export, off_the_loop
from app.access.permissions import Action
from app.access.work import Work
from app.core.calendar import months_after
from app.core.fields import Day, RecordId, Representation
from app.core.query import Asked
from app.crud import store
from app.crud.answers import computed
from app.crud.asking import from_address
from app.crud.operations import Operation, add, noun_of
from app.models import Accreditation, Partner, Post
from app.models.choices import AccreditationKind
from app.network.contacts import Contact, PartnerOffice, contacts, partner_offices
from app.network.holders import OfficeHeld, offices_at, tours
from app.network.upcoming import EngagementShort, OpenCommitment, open_commitments, upcoming
from app.posts.posts import POSTS

MOST = 200
"""Entries of one part of a pack: what is longer is asked for in the lists."""


class HandoverQuery(Asked):
    """What a hand-over pack can be asked."""

    on: Day | None = None
    """The day of the hand-over; today if not given."""

    months: Annotated[int, Field(strict=True, ge=1, le=24)] = 6
    """How many months ahead it looks."""


class AccreditedTo(Representation):
    """A country or institution to which the post is accredited."""

    partner: str
    """Its code."""

    name: str
    """What it is called."""

    kinds: list[AccreditationKind]
    """`diplomatic`, `defence`, or both."""


class Handover(Representation):
    """All that whoever comes to a post has to know."""

    post: RecordId
    """The post."""

    name: str
    """What it is called."""

    city: str
    """Where it is."""

    country: str
    """The country that it stands in."""

    on: date
    """The day of the hand-over."""

    until: date
    """How far it looks ahead."""

    accredited: list[AccreditedTo]
    """To whom the post is accredited, in the post's order."""

    offices: list[OfficeHeld]
    """Our offices at the post, with their holders."""

    engagements: list[EngagementShort]
    """What is under way or to come with them, or is looked after by the post; the next first."""

    commitments: list[OpenCommitment]
    """What either side has promised and not kept yet, what is due first."""

    contacts: list[Contact]
    """Their people whom we have met in the last three years, those met last first."""

    partner_offices: list[PartnerOffice]
    """Their offices, with those who hold them."""

    cut_off: list[str]
    """The parts that hold more than stands here: ask the lists for all."""

    marking: str
    """The marking of the pack: the highest of what is in it."""


def accredited(work: Work, post: Post) -> list[AccreditedTo]:
    """To whom a post is accredited."""
    statement = (
        select(Accreditation.partner, Accreditation.kind, Partner.name)
        .join(Partner, Partner.code == Accreditation.partner)
        .where(Accreditation.post_id == post.id)
        .order_by(Accreditation.position)
    )
    kinds: dict[tuple[str, str], list[Any]] = {}
    for code, kind, name in work.session.execute(statement):
        kinds.setdefault((code, name), []).append(kind)
    return [AccreditedTo(partner=code, name=name, kinds=found) for (code, name), found in kinds.items()]


def handover(work: Work, post: Post, query: HandoverQuery) -> Handover:
    """The pack of a post: a number of statements that does not grow with what is in it."""
    on = query.on or work.today
    until = months_after(on, query.months)
    partners = accredited(work, post)
    codes = [each.partner for each in partners]
    offices = offices_at(work, {post.id}).get(post.id, [])
    held = tours(work, {each.id for each in offices}, on)
    parts: dict[str, Sequence[Any]] = {
        "engagements": upcoming(work, post.id, codes, on, until, most=MOST + 1),
        "commitments": open_commitments(work, codes, most=MOST + 1),
        "contacts": contacts(work, codes, on, most=MOST + 1),
        "partner_offices": partner_offices(work, codes, on, most=MOST + 1),
    }
    return Handover(
        post=post.id,
        name=post.name,
        city=post.city,
        country=post.country,
        on=on,
        until=until,
        accredited=partners,
        offices=[OfficeHeld.of(each, held.get(each.id, []), on) for each in offices],
        **{name: list(part[:MOST]) for name, part in parts.items()},
        cut_off=[name for name, part in parts.items() if len(part) > MOST],
        marking=work.banner(),
    )


def endpoint(work: Work, request: Request, id: str) -> Response:  # noqa: A002 - the contract's word
    off_the_loop(request)
    query = from_address(HandoverQuery, request)
    pack = handover(work, store.find(work, POSTS, id), query)
    log_export(request, work, f"hand-over pack of {pack.name}")
    work.seen.clear()  # entered with the export
    return computed(work, request, pack)


def add_handover(router: APIRouter) -> None:
    """Puts the operation on a router."""
    operation = Operation(
        "handover", "GET", "/{id}/handover", endpoint, Action.READ,
        summary="The hand-over pack of a post",
        description="For whoever comes to a post: to whom it is accredited, who holds its offices, what is to come, "
        "what was promised and is still open, and whom to know. Entered in the access log as an export.",
        answer=Handover,
        query=HandoverQuery,
    )  # fmt: skip
    add(router, noun_of(POSTS), operation, f"/{POSTS.path}")
