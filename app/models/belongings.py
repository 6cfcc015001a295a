"""What belongs to an engagement: who was there, what it should achieve, what was said, and what came of it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.columns import Base, Id, Instant, Json, Record
from app.models.lifecycle import REPORTING
from app.models.marked import Marked


class Participant(Marked, Record):
    """A person at an engagement, with the office they held on that day."""

    __tablename__ = "participant"
    __table_args__ = (
        UniqueConstraint("engagement_id", "person", "marking_id"),
        ForeignKeyConstraint(
            ["engagement_id", "starts_on"],
            ["engagement.id", "engagement.starts_on"],
            onupdate="CASCADE",
            name="fk_participant_engagement",
        ),
        Index("ix_participant_person", "person", "starts_on", "engagement_id"),
        Index("ix_participant_office", "office", "starts_on", "engagement_id"),
        Index("uq_participant_external_ref", "external_ref", "marking_id", unique=True),
    )

    engagement_id: Mapped[str] = mapped_column(Id)
    starts_on: Mapped[date] = mapped_column(comment="The engagement's own, kept so by the foreign key")
    person: Mapped[str] = mapped_column(Id, ForeignKey("person.id"))
    side: Mapped[str] = mapped_column(String(10))
    role: Mapped[str | None] = mapped_column(String(200))
    office: Mapped[str | None] = mapped_column(Id, ForeignKey("office.id"))
    office_title: Mapped[str | None] = mapped_column(String(200), comment="As it was on that day")
    organisation: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(Text)


class Report(Marked, Record):
    """What came of an engagement."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("engagement_id", "marking_id"),
        Index("uq_report_external_ref", "external_ref", "marking_id", unique=True),
    )

    engagement_id: Mapped[str] = mapped_column(Id, ForeignKey("engagement.id"))
    state: Mapped[str] = mapped_column(String(20))
    tone: Mapped[str | None] = mapped_column(String(20))
    summary: Mapped[str | None] = mapped_column(Text)
    outcomes: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    submitted_by: Mapped[str | None] = mapped_column(String(200), comment="The name of the account")

    @property
    def allowed_transitions(self) -> list[str]:
        return REPORTING.allowed(self.state)


class Objective(Marked, Record):
    """What one engagement should achieve, and afterwards whether it did."""

    __tablename__ = "objective"
    __table_args__ = (
        Index("ix_objective_engagement_id", "engagement_id"),
        Index("uq_objective_external_ref", "external_ref", "marking_id", unique=True),
    )

    engagement_id: Mapped[str] = mapped_column(Id, ForeignKey("engagement.id"))
    position: Mapped[int | None] = mapped_column(comment="Its place among the objectives of the engagement")
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(Text)
    measure: Mapped[str | None] = mapped_column(Text, comment="How one would know")
    target: Mapped[str | None] = mapped_column(String(200))
    assessment: Mapped[str | None] = mapped_column(String(20))
    evidence: Mapped[str | None] = mapped_column(Text)
    assessed_on: Mapped[date | None]

    priority_links: Mapped[list["ObjectivePriority"]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="ObjectivePriority.position"
    )

    @property
    def priorities(self) -> list[str]:
        return [link.priority for link in self.priority_links]


class ObjectivePriority(Base):
    """A priority that an objective serves."""

    __tablename__ = "objective_priority"
    VALUE = "priority"
    __table_args__ = (Index("ix_objective_priority_priority", "priority", "objective_id"),)

    objective_id: Mapped[str] = mapped_column(Id, ForeignKey("objective.id", ondelete="CASCADE"), primary_key=True)
    priority: Mapped[str] = mapped_column(ForeignKey("priority.code"), primary_key=True)
    position: Mapped[int] = mapped_column(comment="Lists keep the order in which they were given")


class Advocacy(Marked, Record):
    """One of our positions at an engagement: meant to be put there, or put, and how the partner took it."""

    __tablename__ = "advocacy"
    __table_args__ = (
        UniqueConstraint("engagement_id", "position", "marking_id"),
        Index("ix_advocacy_position", "position", "engagement_id"),
        Index("ix_advocacy_use", "use", "engagement_id"),
        Index("uq_advocacy_external_ref", "external_ref", "marking_id", unique=True),
    )

    engagement_id: Mapped[str] = mapped_column(Id, ForeignKey("engagement.id"))
    position: Mapped[str] = mapped_column(Id, ForeignKey("position.id"))
    use: Mapped[str] = mapped_column(String(20))
    reaction: Mapped[str | None] = mapped_column(String(20))
    reaction_note: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


class InteroperabilityClaim(Marked, Record):
    """What an exercise proved that we can do with a partner."""

    __tablename__ = "interoperability_claim"
    __table_args__ = (
        *(
            Index(f"ix_interoperability_claim_{name}", name, "proved_on", "id")
            for name in ("exercise", "partner", "domain")
        ),
        *(Index(f"ix_interoperability_claim_{name}", name, "id") for name in ("proved_on", "created_at", "updated_at")),
        Index("uq_interoperability_claim_external_ref", "external_ref", "marking_id", unique=True),
    )

    exercise: Mapped[str] = mapped_column(Id, ForeignKey("exercise.id"))
    partner: Mapped[str] = mapped_column(ForeignKey("partner.code"))
    domain: Mapped[str] = mapped_column(String(20))
    capability: Mapped[str] = mapped_column(String(200))
    level: Mapped[str] = mapped_column(String(20))
    evidence: Mapped[str] = mapped_column(Text)
    proved_on: Mapped[date]
    note: Mapped[str | None] = mapped_column(Text)
