"""Retention classes: how long records are kept, on whose authority, and what happens to them then."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from app.core.fields import CreateOnly, Flag, Prose, RecordFields, RecordRead, Slug, Title
from app.core.query import Equals, ListQuery, Many
from app.core.search import FullText
from app.crud.resource import RESOURCES, Resource
from app.errors import Fault
from app.models import RetentionClass
from app.models.choices import CountedFrom, DisposalAction, Kind


class RetentionClassFields(RecordFields):
    """How long records of some types are kept. None may be disposed of without the Chief Archivist's authority."""

    slug: Annotated[Slug, CreateOnly("a new class"), Field(examples=["engagements-general"])]
    """Its short name; never changes."""

    title: Title
    """What it covers, in a few words."""

    description: Prose | None = None
    """What it covers, in full; Markdown."""

    applies_to: Annotated[list[Kind], Field(min_length=1, max_length=5)]
    """The kinds of engagement that it covers."""

    retain_years: Annotated[int, Field(strict=True, ge=1, le=200)]
    """For how many years they are kept."""

    counted_from: CountedFrom
    """From when the years count: the last day, the day of recording, or the last change once it was closed."""

    authority: Title
    """The disposal authority that allows it, with the class there."""

    action: DisposalAction
    """What happens to them then."""

    on_hold: Flag = False
    """Whether nothing that it covers may be disposed of for now."""


class RetentionClassQuery(ListQuery):
    """What the list of retention classes can be asked."""

    q: Annotated[Annotated[str, Field(max_length=500)] | None, FullText()] = None
    """Words to find."""

    action: Annotated[Many[DisposalAction], Equals(RetentionClass.action)] = []
    """What happens to what it covers."""


def each_kind_once(values: Mapping[str, Any]) -> Iterator[Fault]:
    """No kind stands twice."""
    kinds = values.get("applies_to") or []
    for index, kind in enumerate(kinds):
        if kind in kinds[:index]:
            yield Fault(f"{kind} stands twice", "duplicate", pointer=f"/applies_to/{index}")


RETENTION_CLASSES = RESOURCES.add(
    Resource(
        path="retention-classes",
        noun="retention class",
        plural_noun="retention classes",
        name="RetentionClass",
        tag="Records keeping",
        model=RetentionClass,
        fields=RetentionClassFields,
        extra=RecordRead,
        query=RetentionClassQuery,
        sorts=(RetentionClass.slug, RetentionClass.title, RetentionClass.updated_at, RetentionClass.created_at),
        default_sort="slug",
        rules=(each_kind_once,),
        key=RetentionClass.slug,
        administered=True,
        example={
            "slug": "engagements-general",
            "title": "International engagement, general",
            "applies_to": ["visit", "bilateral_talks"],
            "retain_years": 10,
            "counted_from": "ends_on",
            "authority": "The agency's own disposal authority, class 4.2",
            "action": "transfer",
        },
    )
)
