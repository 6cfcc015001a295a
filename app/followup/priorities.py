"""Priorities: stated aims of engagement, with the cadence and level they call for."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select

from app.access.work import Work
from app.core.fields import (
    Code,
    CreateOnly,
    Document,
    Line,
    Prose,
    RecordFields,
    RecordRead,
    References,
    Title,
    Year,
)
from app.core.query import Equals, ListQuery, Many
from app.core.search import FullText
from app.crud.resource import RESOURCES, Children, Resource
from app.errors import Fault
from app.models import Partner, Priority, PriorityTarget
from app.models.choices import Level, PriorityStatus

Months = Annotated[int, Field(strict=True, ge=1, le=240)]


class TargetItem(Document):
    """How often a priority calls for engagement with one partner, or with somebody of one region."""

    partner: Annotated[Code, References(Partner.code)] | None = None
    """The partner; or else a region."""

    region: Annotated[Line, Field(min_length=1)] | None = None
    """A region or sub-region of partners: `Oceania`, `Melanesia`."""

    cadence_months: Months
    """How often, in months."""

    level: Level | None = None
    """At what level at least; any if not given."""


class PriorityFields(RecordFields):
    """A stated aim of engagement."""

    code: Annotated[Code, CreateOnly("a new priority"), Field(examples=["PRI-04"])]
    """Its code; never changes."""

    title: Title
    """The aim in a few words."""

    description: Prose | None = None
    """The aim in full; Markdown."""

    theme: Line | None = None
    """What it belongs to: `pacific`, `partner`."""

    status: PriorityStatus = "current"
    """Whether it is in force, being updated, or superseded."""

    target_cadence_months: Months | None = None
    """How often it calls for engagement, in months."""

    target_level: Level | None = None
    """At what level."""

    targets: Annotated[list[TargetItem], Field(max_length=250)] = []
    """How often it calls for engagement with single partners and regions."""

    source_document: Line | None = None
    """The document that states it."""

    source_year: Year | None = None
    """The year of that document."""

    source: Prose | None = None
    """Where this was found."""


class PriorityQuery(ListQuery):
    """What the list of priorities can be asked."""

    q: Annotated[Annotated[str, Field(max_length=500)] | None, FullText()] = None
    """Words to find."""

    status: Annotated[Many[PriorityStatus], Equals(Priority.status)] = []
    """Whether it is in force."""

    theme: Annotated[Many[Line], Equals(Priority.theme)] = []
    """What it belongs to."""


def partner_or_region(values: Mapping[str, Any]) -> Iterator[Fault]:
    """A target is of one partner or one region, and each stands once."""
    seen: set[tuple[str | None, str | None]] = set()
    for place, item in enumerate(values.get("targets") or []):
        named = item["partner"], item["region"]
        if (named[0] is None) == (named[1] is None):
            yield Fault("Must name a partner or a region, and not both", "one_of", pointer=f"/targets/{place}")
        elif named in seen:
            yield Fault(f"{named[0] or named[1]} stands twice", "duplicate", pointer=f"/targets/{place}")
        seen.add(named)


def known_regions(work: Work, values: Mapping[str, Any], _record: Priority | None, _parent: None) -> Iterable[Fault]:
    """A region is one that some partner belongs to."""
    regions = {item["region"] for item in values.get("targets") or [] if item["region"] is not None}
    if not regions:
        return
    known: set[str | None] = set()
    for column in (Partner.region, Partner.subregion):
        known |= set(work.session.scalars(select(column).where(column.in_(sorted(regions))).distinct()))
    for place, item in enumerate(values["targets"]):
        if item["region"] is not None and item["region"] not in known:
            detail = f"No partner belongs to {item['region']}"
            yield Fault(detail, "unknown_reference", pointer=f"/targets/{place}/region")


PRIORITIES = RESOURCES.add(
    Resource(
        path="priorities",
        noun="priority",
        plural_noun="priorities",
        name="Priority",
        tag="Priorities",
        model=Priority,
        fields=PriorityFields,
        extra=RecordRead,
        query=PriorityQuery,
        sorts=(Priority.code, Priority.title, Priority.updated_at, Priority.created_at),
        default_sort="code",
        key=Priority.code,
        rules=(partner_or_region,),
        check=known_regions,
        children={
            "targets": Children(
                Priority.targets,
                lambda place, item: PriorityTarget(**item, position=place),
                same=("partner", "region"),
            )
        },
        example={
            "code": "PRI-20",
            "title": "Maritime security with Pacific partners",
            "theme": "pacific",
            "target_cadence_months": 6,
            "target_level": "senior_officials",
            "targets": [{"partner": "FJ", "cadence_months": 12, "level": "principal"}],
        },
    )
)
