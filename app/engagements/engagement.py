"""Engagement: one interaction, planned or held. What all five kinds have in common."""

import secrets
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Self, get_args

from pydantic import Field, model_validator
from sqlalchemy import select

from app.access.fields import MarkedFields, MarkedRead
from app.access.markings import marking_faults
from app.access.work import Work
from app.core.documents import Rule, days_in_order
from app.core.fields import (
    Code,
    Country,
    CreateOnly,
    Day,
    Document,
    Flag,
    Line,
    Moment,
    Prose,
    References,
    Slug,
    TimeZone,
    Title,
    bare,
)
from app.crud.resource import Children
from app.engagements.covering import route_for
from app.engagements.reporting import expect_report
from app.errors import Fault, Invalid
from app.models import (
    Engagement,
    EngagementPartner,
    EngagementPriority,
    EngagementTag,
    Partner,
    Priority,
    Series,
)
from app.models.choices import (
    DatePrecision,
    Kind,
    Lead,
    Level,
    PartnerRole,
    ReasonCode,
    Status,
)

PREFIXES = {
    "bilateral_talks": "BIL",
    "visit": "VIS",
    "dialogue": "DIA",
    "exercise": "EXE",
    "deployment": "DEP",
}


class EngagementPartnerItem(Document):
    """A partner at the engagement, and its part in it."""

    partner: Annotated[Code, References(Partner.code)]
    """The partner's code: ISO 3166-1 alpha-2, or an institution's abbreviation."""

    role: PartnerRole = "participant"
    """Its part: host, co-host, participant or observer."""


class ContributionItem(Document):
    """Something that our forces bring."""

    unit: Line | None = None
    """The unit, ship or contingent."""

    service: Line | None = None
    """Navy, Army, Air Force or joint."""

    platform: Line | None = None
    """Ships, aircraft, vehicles."""

    personnel: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] | None = None
    """How many people."""


Contributions = Annotated[list[ContributionItem], Field(max_length=200)]


class EngagementFields(MarkedFields):
    """What can be written of any engagement."""

    title: Title
    """What it is called."""

    summary: Prose | None = None
    """What it is about; Markdown."""

    status: Annotated[Status, CreateOnly("POST …/transitions")] = "planned"
    """Where it stands. May be given at creation; later it changes by `…/transitions`."""

    starts_on: Day
    """The first day, as the place's calendar has it."""

    ends_on: Day | None = None
    """The last day; the first if not given."""

    date_precision: DatePrecision = "day"
    """How exact the dates are: plans start vague."""

    starts_at: Moment | None = None
    """When it begins by the clock."""

    ends_at: Moment | None = None
    """When it ends by the clock."""

    timezone: Annotated[TimeZone, Field(examples=["Pacific/Auckland"])] | None = None
    """The time zone of the place."""

    country: Annotated[Country, References(Partner.code)] | None = None
    """Where it happens, ISO 3166-1 alpha-2."""

    city: Line | None = None
    """The city or town."""

    venue: Line | None = None
    """The building, base or ship."""

    lead: Lead | None = None
    """Who leads it on our side."""

    level: Level | None = None
    """How high the meeting is."""

    series: Annotated[Slug, References(Series.slug)] | None = None
    """What it is an edition of."""

    edition: Line | None = None
    """Which edition: `2026`, `11th`."""

    partners: Annotated[
        list[Annotated[EngagementPartnerItem, bare("partner", Code, EngagementPartnerItem)]],
        Field(max_length=250),
    ] = []
    """Who takes part, in order; a bare code is taken as a participant. At least one, except a deployment."""

    priorities: Annotated[list[Annotated[Code, References(Priority.code)]], Field(max_length=50)] = []
    """The priorities that it serves."""

    tags: Annotated[list[Annotated[Line, Field(min_length=1, max_length=80)]], Field(max_length=50)] = []
    """Words that desks group engagements by."""

    report_expected: Flag = True
    """Whether a report is to follow it."""

    @model_validator(mode="after")
    def _one_day(self) -> Self:
        """What has no last day ends on its first."""
        if self.ends_on is None:
            self.ends_on = self.starts_on
        return self


class EngagementRead(MarkedRead):
    """What only the register says of an engagement."""

    kind: Kind
    """Which kind of engagement it is; never changes."""

    reference: str
    """The number to quote: `VIS-2026-0042`."""

    status: Status
    """Where it stands."""

    status_reason: ReasonCode | None
    """Why it is postponed or cancelled; null while it is neither, or where nobody said."""

    status_comment: str | None
    """The same in words."""

    allowed_transitions: list[Status]
    """Where it can go from here."""

    report_due_on: Day | None
    """When its report is due: some working days after its end. Null: it is open-ended, called off or only proposed,
    or none is expected."""


ROLES = get_args(PartnerRole)


def weightier(*items: Any) -> Any:
    """Of several items about one partner, the one with the greater part: a host rather than an observer."""
    return min(items, key=lambda item: ROLES.index(item["role"]))


CHILDREN = {
    "partners": Children(
        Engagement.partners, lambda place, item: EngagementPartner(**item, position=place), stronger=weightier
    ),
    "priorities": Children(
        Engagement.priority_links, lambda place, code: EngagementPriority(priority=code, position=place)
    ),
    "tags": Children(Engagement.tag_links, lambda place, tag: EngagementTag(tag=tag, position=place)),
}


def dates_in_order(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Nothing ends before it begins, by the calendar or by the clock."""
    yield from days_in_order(values)
    starts_at, ends_at = values.get("starts_at"), values.get("ends_at")
    if starts_at and ends_at and ends_at < starts_at:
        yield Fault("Must not be before starts_at", "before_start", pointer="/ends_at")
    if ends_at and not starts_at and "starts_at" in values:
        yield Fault("Is given without starts_at", "required_with", pointer="/starts_at")


def each_once(values: Mapping[str, Any]) -> Iterator[Fault]:
    """No partner, priority or tag stands twice."""
    for name in ("partners", "priorities", "tags", "domains"):
        seen: set[Any] = set()
        for index, item in enumerate(values.get(name) or []):
            key = item["partner"] if isinstance(item, dict) else item
            if key in seen:
                yield Fault(f"{key} stands twice", "duplicate", pointer=f"/{name}/{index}")
            seen.add(key)


def some_partner(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Engagement is with somebody."""
    if values.get("partners") == []:
        yield Fault("At least one partner is needed", "too_short", pointer="/partners")


RULES: tuple[Rule, ...] = (dates_in_order, each_once, some_partner, marking_faults)


def prepare(work: Work, record: Any, _values: Mapping[str, Any]) -> None:
    """Gives a new engagement its reference, and says when its report is due.

    One that lies ahead is not recorded past those who approve of it.
    """
    expect_report(work, record)
    if record.reference is None:
        record.reference = new_reference(work, record.kind, record.starts_on)
        if ahead(work, record) and route_for(work, record) is not None:
            raise Invalid.at("/status", "Needs approval first: record it as planned, and ask for it", "approval")


def ahead(work: Work, record: Any) -> bool:
    """Whether it is said to be sure and is not over yet: what is over is history."""
    over = record.ends_on is not None and record.ends_on < work.today
    return record.status in ("confirmed", "in_progress") and not over


LENGTHS = (4, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 7)
"""Digits of the numbers that are drawn for a reference: as few as are free, in one look."""


def new_reference(work: Work, kind: str, day: date) -> str:
    """A reference that is free. Numbers are drawn, not counted: a gap would tell of what one may not see."""
    numbers = [1 + secrets.randbelow(10**digits - 1) for digits in LENGTHS]
    drawn = [f"{PREFIXES[kind]}-{day.year}-{number:04d}" for number in numbers]
    with work.beyond():
        taken = {*work.session.scalars(select(Engagement.reference).where(Engagement.reference.in_(drawn)))}
    return next(each for each in drawn if each not in taken)
