"""A visit's itinerary in local times, with the delegation and the post that looks after it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.work import Work
from app.core.fields import Moment, RecordId, Representation
from app.core.ids import as_id
from app.crud import store
from app.crud.answers import computed
from app.crud.asking import no_parameters
from app.crud.operations import Operation, add, noun_of
from app.engagements.participants import taking_part
from app.engagements.visits import VISITS
from app.models import Office, Participant, Person, Post, Visit
from app.models.choices import Direction, Side

Concern = Literal["no_time", "no_time_zone", "out_of_order", "overlap", "outside_dates"]


class Step(Representation):
    """One step of the programme."""

    starts_at: Moment | None
    """When it begins; null while that is open."""

    ends_at: Moment | None
    """When it ends."""

    timezone: str
    """The time zone of the place: the step's own, else the visit's, else that at home."""

    local_date: date | None
    """The day that it is there when it begins."""

    local_start: str | None
    """The time that it is there when it begins: `09:30`."""

    local_end: str | None
    """The time that it is there when it ends."""

    utc_offset: str | None
    """How far that is from UTC: `+13:00`."""

    home_start: str | None
    """When it begins by the clock at home: `2026-12-02 10:30`."""

    place: str | None
    """Where."""

    activity: str | None
    """What."""


class Warned(Representation):
    """Something about the programme that looks wrong. None of it stands in anybody's way."""

    code: Concern
    """What looks wrong."""

    step: int
    """Which step, counted from 0."""

    detail: str
    """In words."""


class Delegate(Representation):
    """Somebody who takes part."""

    person: RecordId
    """Who."""

    name: str
    """What they are called."""

    rank: str | None
    """Rank or form of address."""

    side: Side
    """Ours (`home`) or theirs (`partner`)."""

    role: str | None
    """What they do there."""

    office_title: str | None
    """The office's title as it was on that day."""

    organisation: str | None
    """The organisation they come from."""


class HostingPost(Representation):
    """The post that looks after the visit."""

    id: RecordId
    """The post."""

    name: str
    """What it is called."""

    city: str
    """Where it is."""

    country: str
    """The country that it stands in."""


class Principal(Representation):
    """Whose visit it is."""

    person: RecordId | None
    """Who; null where only the office is known."""

    name: str | None
    """What they are called."""

    rank: str | None
    """Rank or form of address."""

    office: str | None
    """The office in which they visit."""


class Itinerary(Representation):
    """A visit's programme, ready to be carried."""

    visit: RecordId
    """The visit."""

    reference: str
    """The number to quote."""

    title: str
    """What it is called."""

    direction: Direction
    """Whether they come or we go."""

    starts_on: date
    """The first day."""

    ends_on: date
    """The last day."""

    country: str | None
    """Where it happens."""

    city: str | None
    """The city or town."""

    principal: Principal | None
    """Whose visit it is."""

    post: HostingPost | None
    """The post that looks after it."""

    steps: list[Step]
    """The programme, in the order in which it was entered."""

    delegation: list[Delegate]
    """Who travels: those of the visiting side whom the caller may know of, in the order of entry."""

    counterparts: list[Delegate]
    """Whom they meet, of those whom the caller may know of."""

    delegation_size: int | None
    """How many people travel, as it was entered."""

    warnings: list[Warned]
    """What looks wrong about the programme."""

    marking: str
    """The marking of the answer: the highest of what is in it."""


def local(moment: datetime | None, zone: str) -> datetime | None:
    """A moment by the clock of a place."""
    return None if moment is None else moment.astimezone(ZoneInfo(zone))


def moment_of(text: str | None) -> datetime | None:
    """A moment as an item of the itinerary keeps it."""
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def step_of(item: dict[str, Any], usual: str, home: str) -> Step:
    """A step of the programme in local times."""
    starts_at, ends_at = moment_of(item.get("starts_at")), moment_of(item.get("ends_at"))
    zone = item.get("timezone") or usual
    start, end, at_home = local(starts_at, zone), local(ends_at, zone), local(starts_at, home)
    return Step(
        starts_at=starts_at,
        ends_at=ends_at,
        timezone=zone,
        local_date=None if start is None else start.date(),
        local_start=None if start is None else f"{start:%H:%M}",
        local_end=None if end is None else f"{end:%H:%M}",
        utc_offset=None if start is None else start.isoformat()[-6:],
        home_start=None if at_home is None else f"{at_home:%Y-%m-%d %H:%M}",
        place=item.get("place"),
        activity=item.get("activity"),
    )


def warnings(steps: Sequence[Step], visit: Any) -> Iterator[Warned]:
    """What looks wrong about a programme."""
    known = [bool(item.get("timezone") or visit.timezone) for item in visit.itinerary]
    latest: Step | None = None
    for number, step in enumerate(steps):
        if step.starts_at is None:
            yield Warned(code="no_time", step=number, detail="It is open when this begins")
            continue
        if not known[number]:
            yield Warned(code="no_time_zone", step=number, detail=f"No time zone is given; told in {step.timezone}")
        assert step.local_date is not None  # noqa: S101 - it has a beginning
        if not visit.starts_on <= step.local_date <= visit.ends_on:
            yield Warned(code="outside_dates", step=number, detail="This is not within the days of the visit")
        if latest is not None and latest.starts_at is not None:
            if step.starts_at < latest.starts_at:
                yield Warned(code="out_of_order", step=number, detail="This begins before the step that precedes it")
            elif step.starts_at < (latest.ends_at or latest.starts_at):
                yield Warned(code="overlap", step=number, detail="This begins before the step that precedes it ends")
        latest = step


def delegates(work: Work, visit: Any) -> list[Delegate]:
    """Who takes part, of those whom the caller may know of."""
    rows = work.session.execute(taking_part(work).where(Participant.engagement_id == visit.id)).all()
    work.holds("participant", ((row.id, row.marking_id) for row in rows))
    return [
        Delegate(
            person=str(row.person),
            name=row.name,
            rank=row.rank,
            side=row.side,
            role=row.role,
            office_title=row.office_title,
            organisation=row.organisation,
        )
        for row in rows
    ]


def principal_of(work: Work, visit: Any) -> Principal | None:
    """Whose visit it is."""
    if visit.principal is None and not visit.principal_office:
        return None
    person = None if visit.principal is None else work.session.get_one(Person, visit.principal)
    title = visit.principal_office
    if title and as_id(title):
        title = work.session.scalar(select(Office.title).where(Office.id == as_id(title))) or title
    return Principal(
        person=None if person is None else person.id,
        name=None if person is None else person.name,
        rank=None if person is None else person.rank,
        office=title or None,
    )


def itinerary(work: Work, visit: Visit) -> Itinerary:
    """A visit's programme."""
    home = work.register.settings.home_timezone
    usual = visit.timezone or home
    steps = [step_of(item, usual, home) for item in visit.itinerary]
    everybody = delegates(work, visit)
    travels: Side = "home" if visit.direction == "outbound" else "partner"
    post = None if visit.post is None else work.session.get_one(Post, visit.post)
    work.holds("visit", ((visit.id, visit.marking_id),))
    return Itinerary(
        visit=visit.id,
        reference=visit.reference,
        title=visit.title,
        direction=visit.direction,
        starts_on=visit.starts_on,
        ends_on=visit.ends_on or visit.starts_on,
        country=visit.country,
        city=visit.city,
        principal=principal_of(work, visit),
        post=None if post is None else HostingPost.model_validate(post),
        steps=steps,
        delegation=[each for each in everybody if each.side == travels],
        counterparts=[each for each in everybody if each.side != travels],
        delegation_size=visit.delegation_size,
        warnings=list(warnings(steps, visit)),
        marking=work.banner(),
    )


def endpoint(work: Work, request: Request, id: str) -> Response:  # noqa: A002 - the contract's word
    no_parameters(request)
    return computed(work, request, itinerary(work, store.find(work, VISITS, id)))


def add_itinerary(router: APIRouter) -> None:
    """Puts the operation on a router."""
    operation = Operation(
        "itinerary", "GET", "/{id}/itinerary", endpoint, Action.READ,
        summary="A visit's itinerary",
        description="The programme in the local time of each step, who travels and whom they meet, and the post that "
        "looks after them. What looks wrong about it is told as warnings.",
        answer=Itinerary,
    )  # fmt: skip
    add(router, noun_of(VISITS), operation, f"/{VISITS.path}")
