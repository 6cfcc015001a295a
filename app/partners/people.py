"""People: those who take part in engagements, on either side."""

from typing import Annotated

from pydantic import Field

from app.core.fields import Code, Email, Line, Prose, RecordFields, RecordRead, References, Title
from app.core.query import Equals, ListQuery, Many
from app.core.search import FullText
from app.crud.resource import RESOURCES, Resource
from app.models import Partner, Person
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


PEOPLE = RESOURCES.add(
    Resource(
        path="people",
        noun="person",
        plural_noun="people",
        name="Person",
        tag="People and offices",
        model=Person,
        fields=PersonFields,
        extra=RecordRead,
        query=PersonQuery,
        sorts=(Person.name, Person.updated_at, Person.created_at),
        default_sort="name",
        titles=("name",),
        example={"name": "Tony Davies", "rank": "Air Marshal", "service": "air_force", "partner": "NZ"},
    )
)
