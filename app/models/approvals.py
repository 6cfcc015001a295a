"""Approvals of engagements: by which offices, in which order; what each decided, and who stands in for whom."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.columns import Base, Id, Instant, Json, Record
from app.models.marked import Marked


class ApprovalRoute(Record):
    """Which offices approve engagements of a level, in their order."""

    __tablename__ = "approval_route"
    __table_args__ = (
        Index("uq_approval_route_external_ref", "external_ref", unique=True),
        Index("ix_approval_route_level", "level", "active"),
    )

    title: Mapped[str] = mapped_column(String(200), index=True)
    description: Mapped[str | None] = mapped_column(Text)
    level: Mapped[str] = mapped_column(String(20))
    lead: Mapped[str | None] = mapped_column(String(20), comment="NULL: whoever leads")
    kind: Mapped[str | None] = mapped_column(String(20), comment="NULL: of any kind")
    active: Mapped[bool] = mapped_column(comment="Whether engagements must go this way now")
    steps: Mapped[list[dict[str, Any]]] = mapped_column(Json, comment="Offices in their order")


class Approval(Marked, Record):
    """What was asked of the offices of a route about one engagement, and what became of it."""

    __tablename__ = "approval"
    __table_args__ = (
        Index("uq_approval_external_ref", "external_ref", "marking_id", unique=True),
        Index("ix_approval_engagement", "engagement", "id"),
        Index("ix_approval_state", "state", "created_at", "id"),
        Index("ix_approval_office", "office", "created_at", "id"),
    )

    engagement: Mapped[str] = mapped_column(Id, ForeignKey("engagement.id"))
    route: Mapped[str] = mapped_column(Id, ForeignKey("approval_route.id"))
    state: Mapped[str] = mapped_column(String(20))
    office: Mapped[str | None] = mapped_column(
        Id, ForeignKey("office.id"), comment="Whose decision it waits for; NULL: nobody's any more"
    )
    content: Mapped[dict[str, Any]] = mapped_column(Json, comment="What approval is asked for, as it was then")
    changed: Mapped[list[str]] = mapped_column(Json, comment="What of that reads otherwise by now")
    note: Mapped[str | None] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(200), comment="Name of the token or user")
    asked_by_id: Mapped[str | None] = mapped_column(Id, comment="Id of the token or user")
    asked_by_user: Mapped[str | None] = mapped_column(Id, ForeignKey("account.id"))
    asked_by_person: Mapped[str | None] = mapped_column(Id, comment="As it was then, whoever is merged later")
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    steps: Mapped[list["ApprovalStep"]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="ApprovalStep.position"
    )

    @property
    def waiting_for(self) -> str | None:
        return self.office


class ApprovalStep(Base):
    """What one office decides about an approval."""

    __tablename__ = "approval_step"
    __table_args__ = (Index("ix_approval_step_office", "office", "approval_id"),)

    approval_id: Mapped[str] = mapped_column(Id, ForeignKey("approval.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="From 1")
    office: Mapped[str] = mapped_column(Id, ForeignKey("office.id"))
    title: Mapped[str] = mapped_column(String(200), comment="What the step is called")
    decision: Mapped[str | None] = mapped_column(String(20), comment="NULL: none yet")
    comment: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(String(200), comment="Name of the token or user")
    decided_by_id: Mapped[str | None] = mapped_column(Id, comment="Id of the token or user")
    person: Mapped[str | None] = mapped_column(Id, comment="Who decided; as it was then, whoever is merged later")
    on_behalf_of: Mapped[str | None] = mapped_column(
        Id, comment="The holder in whose place that was, likewise; NULL: the holder themself"
    )
    delegation: Mapped[str | None] = mapped_column(Id, ForeignKey("delegation.id"))


class Delegation(Record):
    """Somebody decides in the place of an office's holder for some days."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="dates"),
        Index("uq_delegation_external_ref", "external_ref", unique=True),
        Index("ix_delegation_office", "office", "starts_on"),
        Index("ix_delegation_person", "person", "starts_on"),
    )

    office: Mapped[str] = mapped_column(Id, ForeignKey("office.id"))
    person: Mapped[str] = mapped_column(Id, ForeignKey("person.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    note: Mapped[str | None] = mapped_column(Text)
