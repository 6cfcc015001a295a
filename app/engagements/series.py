"""Series: what recurs, such as the Shangri-La Dialogue or RIMPAC; an engagement may be one edition of it."""

from typing import Annotated

from pydantic import Field

from app.core.fields import Code, CreateOnly, Prose, RecordFields, RecordRead, References, Slug, Title
from app.core.query import Equals, ListQuery, Many
from app.core.search import FullText
from app.crud.resource import RESOURCES, Resource
from app.models import Partner, Series
from app.models.choices import Kind


class SeriesFields(RecordFields):
    """What recurs."""

    slug: Annotated[Slug, CreateOnly("a new series"), Field(examples=["shangri-la-dialogue"])]
    """Its name in addresses; never changes."""

    name: Title
    """What it is called."""

    kind: Kind | None = None
    """The kind of its editions, if they are always of one."""

    organiser: Annotated[Code, References(Partner.code)] | None = None
    """The partner that holds it."""

    cadence_months: Annotated[int, Field(strict=True, ge=1, le=240)] | None = None
    """How many months usually lie between two editions."""

    note: Prose | None = None
    """Anything else worth knowing; Markdown."""


class SeriesQuery(ListQuery):
    """What the list of series can be asked."""

    q: Annotated[Annotated[str, Field(max_length=500)] | None, FullText()] = None
    """Words to find."""

    kind: Annotated[Many[Kind], Equals(Series.kind)] = []
    """The kind of its editions."""

    organiser: Annotated[Many[Code], Equals(Series.organiser)] = []
    """The partner that holds it."""


SERIES = RESOURCES.add(
    Resource(
        path="series",
        noun="series",
        plural_noun="series",
        name="Series",
        tag="Series",
        model=Series,
        fields=SeriesFields,
        extra=RecordRead,
        query=SeriesQuery,
        sorts=(Series.name, Series.slug, Series.updated_at, Series.created_at),
        default_sort="name",
        key=Series.slug,
        titles=("name",),
        example={
            "slug": "pacific-endeavour",
            "name": "Pacific Endeavour",
            "kind": "exercise",
            "cadence_months": 12,
        },
    )
)
