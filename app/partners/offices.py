"""Offices: jobs that outlive their holders, such as Secretary of Defence, or defence attaché Tokyo."""

from typing import Annotated

from pydantic import Field

from app.core.fields import Code, Line, Prose, RecordFields, RecordId, RecordRead, References, Title
from app.core.query import Equals, ListQuery, Many
from app.core.search import FullText
from app.crud.resource import RESOURCES, Resource
from app.models import Office, Partner, Post
from app.models.choices import Level


class OfficeFields(RecordFields):
    """A job that outlives its holder."""

    title: Title
    """What it is called."""

    partner: Annotated[Code, References(Partner.code)] | None = None
    """Whose office it is; the home country for our own."""

    organisation: Line | None = None
    """The ministry or force that it belongs to."""

    level: Level | None = None
    """How high it is."""

    post: Annotated[RecordId, References(Post.id)] | None = None
    """The post where it is held, for attachés and advisers."""

    note: Prose | None = None
    """Anything else worth knowing."""


class OfficeQuery(ListQuery):
    """What the list of offices can be asked."""

    q: Annotated[Annotated[str, Field(max_length=500)] | None, FullText()] = None
    """Words to find."""

    partner: Annotated[Many[Code], Equals(Office.partner)] = []
    """Whose office it is."""

    level: Annotated[Many[Level], Equals(Office.level)] = []
    """How high it is."""

    post: Annotated[Many[RecordId], Equals(Office.post)] = []
    """The post where it is held."""


OFFICES = RESOURCES.add(
    Resource(
        path="offices",
        noun="office",
        name="Office",
        tag="People and offices",
        model=Office,
        fields=OfficeFields,
        extra=RecordRead,
        query=OfficeQuery,
        sorts=(Office.title, Office.updated_at, Office.created_at),
        default_sort="title",
        example={"title": "Chief of Defence Force", "partner": "NZ", "level": "principal"},
    )
)
