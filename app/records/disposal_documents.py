"""The documents of disposals: what is due, what is proposed, what is decided."""

from typing import Annotated

from pydantic import Field

from app.core.fields import Day, Document, Moment, RecordId, Representation, Slug, Title
from app.core.query import PageQuery
from app.crud.schemas import PageEnvelope
from app.models.choices import DisposalAction, DisposalState, Kind

MOST_RECORDS = 1_000


class DisposalRequest(Document):
    """Records that should go."""

    retention_class: Slug
    """The class under which they are due."""

    records: Annotated[list[RecordId], Field(min_length=1, max_length=MOST_RECORDS)]
    """The engagements."""

    reason: Annotated[Title, Field(max_length=200)]
    """Why now, and how it was checked."""


class DisposalDecision(Document):
    """What an administrator other than the proposer says of it."""

    reason: Annotated[Title, Field(max_length=200)]
    """How it was checked, or why not."""


class DueQuery(PageQuery):
    """Which due records are asked for."""

    retention_class: Annotated[Slug, Field(examples=["engagements-general"])]
    """The class under which they are due."""


class DueRecord(Representation):
    """An engagement whose time is over."""

    id: str
    """Its id."""

    kind: Kind
    """Which kind it is."""

    reference: str
    """Its number."""

    title: str
    """What it was."""

    starts_on: Day
    """Its first day."""

    ends_on: Day | None
    """Its last day."""


class DuePage(PageEnvelope):
    """A page of what is due, the oldest records first."""

    items: Annotated[list[DueRecord], Field(description="The engagements of this page.")]


class DisposedRecord(Representation):
    """A record that a disposal names."""

    record_id: str
    """Its id."""

    reference: str
    """Its number."""

    done_at: Moment | None
    """When it was disposed of; null if it is still there."""


class DisposalRead(Representation):
    """A disposal, as far as it is."""

    id: str
    """Its id."""

    state: DisposalState
    """Where it stands."""

    retention_class: str
    """The class under which its records are due."""

    action: DisposalAction
    """Whether they are destroyed or transferred."""

    authority: str
    """The disposal authority, as the class named it when it was proposed."""

    reason: str
    """Why it was proposed."""

    proposed_at: Moment
    """When."""

    proposed_by: str
    """By whom."""

    decided_at: Moment | None
    """When it was approved or rejected."""

    decided_by: str | None
    """By whom."""

    records: list[DisposedRecord]
    """What it names."""


class DisposalPage(PageEnvelope):
    """A page of disposals, the newest first."""

    items: Annotated[list[DisposalRead], Field(description="The disposals of this page, the newest first.")]
