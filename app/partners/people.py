"""People: those who take part in engagements, on either side."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field
from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from app.access.work import Work
from app.core.fields import Code, Email, Line, MergeableRead, Prose, RecordFields, References, Title
from app.core.query import Equals, ListQuery, Many
from app.core.search import FullText
from app.crud.resource import RESOURCES, Resource
from app.errors import Fault
from app.models import Appointment, Partner, Person
from app.models.choices import Service


class PersonFields(RecordFields):
    """Somebody who takes part in engagements."""

    name: Title
    """The name as one addresses it."""

    rank: Line | None = None
    """Rank or form of address: Air Marshal, Hon."""

    service: Service | None = None
    """Navy, army, air force, joint, or civilian."""

    partner: Annotated[Code, References(Partner.code)] | None = None
    """The state or institution that they serve; the home country for our own people."""

    organisation: Line | None = None
    """The ministry, force or company."""

    email: Email | None = None
    """Where to write."""

    phone: Annotated[Line, Field(max_length=40)] | None = None
    """Where to call."""

    biography: Prose | None = None
    """Who they are; Markdown."""

    source: Prose | None = None
    """Where this was found."""


class PersonQuery(ListQuery):
    """What the list of people can be asked."""

    q: Annotated[Annotated[str, Field(max_length=500)] | None, FullText()] = None
    """Words to find."""

    partner: Annotated[Many[Code], Equals(Person.partner)] = []
    """The state or institution that they serve."""

    service: Annotated[Many[Service], Equals(Person.service)] = []
    """Their service."""


def one_appointment_each(work: Work, merged: Person, remaining: Person) -> Iterator[Fault]:
    """Nobody holds one office twice in the same days."""
    one, other = aliased(Appointment), aliased(Appointment)
    alike = and_(
        one.office == other.office,
        one.starts_on <= func.coalesce(other.ends_on, date.max),
        other.starts_on <= func.coalesce(one.ends_on, date.max),
    )
    found = select(one, other).where(
        one.person == merged.id, other.person == remaining.id, one.archived.is_(False), other.archived.is_(False), alike
    )
    for mine, theirs in work.session.execute(found.order_by(one.starts_on, one.id)):
        detail = (
            f"The appointments {mine.id} (from {mine.starts_on}) and {theirs.id} (from {theirs.starts_on}) to one "
            "office run at the same time: end or withdraw one of them first"
        )
        yield Fault(detail, "overlap", pointer="/into")


PEOPLE = RESOURCES.add(
    Resource(
        path="people",
        noun="person",
        plural_noun="people",
        name="Person",
        tag="People and offices",
        model=Person,
        fields=PersonFields,
        extra=MergeableRead,
        query=PersonQuery,
        sorts=(Person.name, Person.updated_at, Person.created_at),
        default_sort="name",
        mergeable=one_appointment_each,
        titles=("name",),
        example={"name": "Tony Davies", "rank": "Air Marshal", "service": "air_force", "partner": "NZ"},
    )
)
