"""Blackouts: days in which nothing is to be arranged, such as before an election or over the summer."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import or_, select

from app.access.fields import MarkedFields, MarkedRead
from app.access.markings import marking_faults
from app.access.work import Work
from app.core.documents import days_in_order
from app.core.fields import Code, Country, Day, Line, Prose, References, Title
from app.core.query import AtLeast, AtMost, Equals, ListQuery, Many
from app.core.search import FullText
from app.crud.resource import RESOURCES, Resource
from app.errors import Fault
from app.models import Blackout, Partner
from app.models.choices import BlackoutSeverity, Lead, Level


class BlackoutFields(MarkedFields):
    """Days in which nothing is to be arranged. Whatever it says of an engagement must hold of one that it stops."""

    title: Annotated[Title, Field(examples=["Summer close-down"])]
    """What it is called."""

    starts_on: Day
    """The first day."""

    ends_on: Day
    """The last day."""

    partner: Annotated[Code, References(Partner.code)] | None = None
    """Only with this partner."""

    region: Line | None = None
    """Only with partners of this region or sub-region."""

    country: Annotated[Country, References(Partner.code)] | None = None
    """Only in this country."""

    lead: Lead | None = None
    """Only what is so led."""

    level: Level | None = None
    """Only at this level."""

    severity: BlackoutSeverity = "warning"
    """What an engagement in these days is: a `warning`, or a `clash` where there is no exception."""

    reason: Line | None = None
    """Why, in a few words; told with every clash."""

    note: Prose | None = None
    """Anything else worth knowing; Markdown."""


class BlackoutQuery(ListQuery):
    """What the list of blackouts can be asked."""

    q: Annotated[Annotated[str, Field(max_length=500)] | None, FullText()] = None
    """Words to find."""

    partner: Annotated[Many[Code], Equals(Blackout.partner)] = []
    """The partner that it is about."""

    region: Annotated[Many[Line], Equals(Blackout.region)] = []
    """The region that it is about."""

    country: Annotated[Many[Country], Equals(Blackout.country)] = []
    """The country that it is about."""

    severity: Annotated[Many[BlackoutSeverity], Equals(Blackout.severity)] = []
    """Whether an engagement in these days is a warning or a clash."""

    during_from: Annotated[Day | None, AtLeast(Blackout.ends_on)] = None
    """With `during_to`: has a day between the two."""

    during_to: Annotated[Day | None, AtMost(Blackout.starts_on)] = None
    """With `during_from`: has a day between the two."""


def known_region(work: Work, values: Mapping[str, Any], _record: Blackout | None, _parent: None) -> Iterable[Fault]:
    """A region is one that some partner belongs to."""
    region = values.get("region")
    if region is None:
        return
    known = select(Partner.id).where(or_(Partner.region == region, Partner.subregion == region)).limit(1)
    if work.session.scalar(known) is None:
        yield Fault(f"No partner belongs to {region}", "unknown_reference", pointer="/region")


BLACKOUTS = RESOURCES.add(
    Resource(
        path="blackouts",
        noun="blackout",
        name="Blackout",
        tag="Clashes",
        model=Blackout,
        fields=BlackoutFields,
        extra=MarkedRead,
        query=BlackoutQuery,
        sorts=(Blackout.starts_on, Blackout.ends_on, Blackout.updated_at, Blackout.created_at),
        default_sort="starts_on",
        rules=(days_in_order, marking_faults),
        check=known_region,
        example={
            "title": "Summer close-down",
            "starts_on": "2026-12-21",
            "ends_on": "2027-01-08",
            "lead": "ministry",
            "reason": "Offices are closed",
        },
    )
)
