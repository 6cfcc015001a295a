"""Priorities: stated aims of engagement, with the cadence and level they call for."""

from typing import Annotated

from pydantic import Field

from app.core.fields import Code, CreateOnly, Line, Prose, RecordFields, RecordRead, Title, Year
from app.core.query import Equals, ListQuery, Many
from app.core.search import FullText
from app.crud.resource import RESOURCES, Resource
from app.models import Priority
from app.models.choices import Level, PriorityStatus


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

    target_cadence_months: Annotated[int, Field(strict=True, ge=1, le=240)] | None = None
    """How often it calls for engagement, in months."""

    target_level: Level | None = None
    """At what level."""

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
        example={
            "code": "PRI-20",
            "title": "Maritime security with Pacific partners",
            "theme": "pacific",
            "target_cadence_months": 6,
            "target_level": "senior_officials",
        },
    )
)
