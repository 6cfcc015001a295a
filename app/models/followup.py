"""Aims of engagement and, later, what followed from it."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Id, Record
from app.models.lifecycle import PROMISING
from app.models.marked import Marked


class Priority(Record):
    """A stated aim of engagement, with the cadence and level it calls for."""

    __tablename__ = "priority"
    __table_args__ = (Index("uq_priority_external_ref", "external_ref", unique=True),)

    code: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(Text)
    theme: Mapped[str | None] = mapped_column(String(200), index=True)
    status: Mapped[str] = mapped_column(String(20), index=True)
    target_cadence_months: Mapped[int | None]
    target_level: Mapped[str | None] = mapped_column(String(20))
    source_document: Mapped[str | None] = mapped_column(String(200))
    source_year: Mapped[int | None]
    source: Mapped[str | None] = mapped_column(Text)


class Commitment(Marked, Record):
    """What either side promised the other."""

    __tablename__ = "commitment"
    __table_args__ = (
        CheckConstraint("closed_on IS NULL OR status <> 'open'", name="closed"),
        *(Index(f"ix_commitment_{name}", name, "status", "due_on", "id") for name in ("partner", "owner_office")),
        Index("ix_commitment_engagement", "engagement"),
        Index("ix_commitment_status", "status", "due_on", "id"),
        *(Index(f"ix_commitment_{name}", name, "id") for name in ("due_on", "updated_at")),
        Index("uq_commitment_external_ref", "external_ref", "marking_id", unique=True),
    )

    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(Text)
    partner: Mapped[str] = mapped_column(ForeignKey("partner.code"))
    owed_by: Mapped[str] = mapped_column(String(10))
    owner_office: Mapped[str | None] = mapped_column(Id, ForeignKey("office.id"))
    engagement: Mapped[str | None] = mapped_column(Id, ForeignKey("engagement.id"), comment="Where it was made")
    priority: Mapped[str | None] = mapped_column(ForeignKey("priority.code"))
    made_on: Mapped[date | None]
    due_on: Mapped[date | None]
    status: Mapped[str] = mapped_column(String(20))
    closed_on: Mapped[date | None] = mapped_column(comment="When it ceased to be open; NULL: it is open, or not known")

    @property
    def allowed_transitions(self) -> list[str]:
        return PROMISING.allowed(self.status)
