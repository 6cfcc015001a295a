"""Visits: one of our principals goes abroad, or a partner's comes to us."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select

from app.access.work import Work
from app.core.fields import Document, Headcount, Line, Moment, Prose, RecordId, References, TimeZone
from app.core.ids import as_id
from app.core.query import Equals, Many
from app.crud.resource import RESOURCES, Resource
from app.engagements.asking import SORTS, EngagementQuery
from app.engagements.belonging import remark_belongings
from app.engagements.consequences import follow
from app.engagements.engagement import CHILDREN, RULES, EngagementFields, EngagementRead, prepare
from app.errors import Fault
from app.models import Office, Person, Post, Visit
from app.models.choices import Direction


class ItineraryItem(Document):
    """One step of a visit's programme."""

    starts_at: Moment | None = None
    """When it begins; null while that is open."""

    ends_at: Moment | None = None
    """When it ends."""

    timezone: TimeZone | None = None
    """The time zone of the place, where it is not the visit's."""

    place: Line | None = None
    """Where."""

    activity: Line | None = None
    """What."""


class VisitFields(EngagementFields):
    """Somebody goes, or somebody comes."""

    direction: Direction
    """`inbound`: they come to us; `outbound`: we go to them."""

    principal: Annotated[RecordId, References(Person.id)] | None = None
    """The person whose visit it is."""

    principal_office: Line | None = None
    """The office in which they visit: an office's id, or its title."""

    purpose: Prose | None = None
    """What the visit is for."""

    delegation_size: Headcount | None = None
    """How many people travel."""

    itinerary: Annotated[list[ItineraryItem], Field(max_length=500)] = []
    """The programme, step by step."""

    post: Annotated[RecordId, References(Post.id)] | None = None
    """The post that looks after the visit."""


class VisitQuery(EngagementQuery):
    """What a list of visits can be asked."""

    direction: Annotated[Many[Direction], Equals(Visit.direction, common=True)] = []
    """Whether they come or we go."""


def itinerary_in_order(values: Mapping[str, Any]) -> Iterator[Fault]:
    """No step ends before it begins."""
    for index, item in enumerate(values.get("itinerary") or []):
        if item["starts_at"] and item["ends_at"] and item["ends_at"] < item["starts_at"]:
            yield Fault("Must not be before starts_at", "before_start", pointer=f"/itinerary/{index}/ends_at")


def known_office(work: Work, values: Mapping[str, Any], _record: Visit | None, _parent: None) -> Iterable[Fault]:
    """An office that is given by its id must exist."""
    office = as_id(values.get("principal_office") or "")
    if office and work.session.scalar(select(Office.id).where(Office.id == office)) is None:
        yield Fault(f"There is no office {office}", "unknown_reference", pointer="/principal_office")


VISITS = RESOURCES.add(
    Resource(
        path="visits",
        noun="visit",
        name="Visit",
        tag="Engagements",
        model=Visit,
        fields=VisitFields,
        extra=EngagementRead,
        query=VisitQuery,
        sorts=SORTS,
        default_sort="-starts_on",
        key=Visit.reference,
        rules=(*RULES, itinerary_in_order),
        children=CHILDREN,
        prepare=prepare,
        after=follow,
        remarked=remark_belongings,
        check=known_office,
        example={
            "title": "Chief of Defence Force visit to Tonga",
            "direction": "outbound",
            "starts_on": "2026-12-01",
            "ends_on": "2026-12-03",
            "country": "TO",
            "city": "Nuku'alofa",
            "lead": "defence_force",
            "level": "principal",
            "partners": ["TO"],
            "principal_office": "Chief of Defence Force",
            "purpose": "Talks with His Majesty's Armed Forces on maritime training",
        },
    )
)
