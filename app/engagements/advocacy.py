"""Positions at an engagement: which of our lines are to be put there, which were, and how the partner took them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from sqlalchemy import select

from app.access.fields import MarkedFields, MarkedRead
from app.access.markings import marking_faults
from app.access.work import Work
from app.core.columns import table_of
from app.core.fields import CreateOnly, Prose, RecordId, References
from app.core.query import Equals, ListQuery, Many
from app.crud.belonging import effective_marking, touch_owner
from app.crud.resource import RESOURCES, Parent, Resource
from app.engagements.engagements import ENGAGEMENTS
from app.errors import Fault
from app.models import Advocacy, Engagement, Position
from app.models.choices import PositionUse, Reaction


class AdvocacyFields(MarkedFields):
    """One of our positions at an engagement."""

    position: Annotated[RecordId, CreateOnly("another entry"), References(Position.id, covered=True)]
    """The position."""

    use: PositionUse = "planned"
    """Whether it is to be put there, was put, or was not raised after all."""

    reaction: Reaction | None = None
    """How the partner took it; only of what was advocated."""

    reaction_note: Prose | None = None
    """What the partner said to it; Markdown."""

    note: Prose | None = None
    """When and by whom it is to be put, and anything else worth knowing."""


class AdvocacyRead(MarkedRead):
    """What only the register says of a position at an engagement."""

    engagement_id: RecordId
    """The engagement."""


class AdvocacyQuery(ListQuery):
    """What the list of positions at an engagement can be asked."""

    position: Annotated[Many[RecordId], Equals(Advocacy.position)] = []
    """The position."""

    use: Annotated[Many[PositionUse], Equals(Advocacy.use)] = []
    """Whether it is planned, was advocated, or was not raised."""

    reaction: Annotated[Many[Reaction], Equals(Advocacy.reaction)] = []
    """How the partner took it."""


def reaction_to_something(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Nobody reacts to what they have not heard."""
    for name in ("reaction", "reaction_note"):
        if values.get(name) and values.get("use", "advocated") != "advocated":
            yield Fault("Is said only of what was advocated", "only_with", pointer=f"/{name}")


_ADVOCACY = table_of(Advocacy)


def once_and_in_time(
    work: Work, values: Mapping[str, Any], record: Advocacy | None, parent: Engagement | None
) -> Iterable[Fault]:
    """A position stands once at an engagement, as far as the caller may know, and is put no sooner than that begins."""
    engagement = parent
    if engagement is None and record is not None:
        engagement = work.session.get_one(Engagement, record.engagement_id)
    if engagement is None:
        return
    use = values.get("use", "planned")
    if use != "planned" and (record is None or record.use != use) and work.today < engagement.starts_on:
        yield Fault(f"The engagement begins on {engagement.starts_on}", "before_start", pointer="/use")
    if record is None and "position" in values:
        known = select(Advocacy.id).where(
            Advocacy.engagement_id == engagement.id,
            Advocacy.position == values["position"],
            work.visible(_ADVOCACY),
        )
        if work.session.scalar(known.limit(1)) is not None:
            yield Fault("Stands there already, or did and was withdrawn", "duplicate", pointer="/position")


ADVOCACY = RESOURCES.add(
    Resource(
        path="advocacy",
        below_as="positions",
        noun="advocacy",
        plural_noun="positions at an engagement",
        name="Advocacy",
        tag="Positions",
        model=Advocacy,
        fields=AdvocacyFields,
        extra=AdvocacyRead,
        query=AdvocacyQuery,
        sorts=(Advocacy.created_at, Advocacy.use, Advocacy.updated_at),
        default_sort="created_at",
        rules=(reaction_to_something, marking_faults),
        check=once_and_in_time,
        after=touch_owner,
        marking_of=effective_marking,
        titles=("note",),
        parent=Parent(ENGAGEMENTS, Advocacy.engagement_id, "engagement"),
        example={
            "position": "0190163d-8694-739b-aea5-966c26f8ad91",
            "use": "planned",
            "note": "Under item 3 of the agenda.",
        },
    )
)
