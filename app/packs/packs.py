"""Packs that are kept: what was given to those who meet partners, as it was, and who has read it."""

from typing import Annotated

from pydantic import Field

from app.access.fields import MarkedRead
from app.core.fields import Day, Document, Moment, Prose, RecordId, Representation
from app.core.query import Equals, ListQuery, Many
from app.crud.belonging import effective_marking
from app.crud.resource import RESOURCES, Children, Parent, Resource
from app.engagements.engagements import ENGAGEMENTS
from app.models import Pack
from app.models.choices import Classification, PackState


class PackFields(Document):
    """A pack that is kept as it was made."""

    note: Prose | None = None
    """For whom it is, and why it was made; Markdown."""


class AcknowledgementRead(Representation):
    """Somebody who has read a pack."""

    by: str
    """Who: the name of the account."""

    at: Moment
    """When they said so."""


class PackRead(MarkedRead):
    """What only the register says of a pack."""

    classification: Classification
    """The highest of what is in it."""

    endorsements: list[str]
    """All of what is in it."""

    releasable_to: list[str]
    """Those to whom all of it may be released."""

    need_to_know: list[str]
    """All groups of what is in it."""

    engagement_id: RecordId
    """The engagement."""

    state: PackState
    """`draft`, or `cleared` by somebody else than made it."""

    as_of: Day
    """The day at home that it tells of."""

    made_by: str
    """Who made it: the name of the account."""

    cleared_at: Moment | None
    """When it was cleared; null while it is not."""

    cleared_by: str | None
    """Who cleared it."""

    sha256: str = Field(min_length=64, max_length=64)
    """The hash of its content, as it was answered in JSON when it was made."""

    acknowledgements: list[AcknowledgementRead]
    """Who has read it, in order."""


class PackListQuery(ListQuery):
    """What the list of an engagement's packs can be asked."""

    state: Annotated[Many[PackState], Equals(Pack.state)] = []
    """Whether it is a draft, or cleared."""


PACKS = RESOURCES.add(
    Resource(
        path="packs",
        noun="pack",
        name="Pack",
        tag="Packs",
        model=Pack,
        fields=PackFields,
        extra=PackRead,
        query=PackListQuery,
        sorts=(Pack.created_at, Pack.updated_at),
        default_sort="-created_at",
        children={"acknowledgements": Children(Pack.acknowledgements, lambda _place, row: row)},
        by_acts=True,
        marking_of=effective_marking,
        titles=(),
        parent=Parent(ENGAGEMENTS, Pack.engagement_id, "engagement"),
        example={"note": "For the minister, with the folder of the visit."},
    )
)
