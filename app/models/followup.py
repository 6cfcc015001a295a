"""Aims of engagement and, later, what followed from it."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.columns import Base, Id, Record
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

    targets: Mapped[list["PriorityTarget"]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="PriorityTarget.position"
    )


class PriorityTarget(Base):
    """How often, and at what level, a priority calls for engagement with one partner or region."""

    __tablename__ = "priority_target"
    __table_args__ = (
        CheckConstraint("(partner IS NULL) <> (region IS NULL)", name="one_of"),
        Index("ix_priority_target_partner", "partner", "priority_id"),
    )

    priority_id: Mapped[str] = mapped_column(Id, ForeignKey("priority.id"), primary_key=True)
    position: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="Lists keep the order in which they were given"
    )
    partner: Mapped[str | None] = mapped_column(ForeignKey("partner.code"))
    region: Mapped[str | None] = mapped_column(String(200), comment="A region or sub-region of partners")
    cadence_months: Mapped[int]
    level: Mapped[str | None] = mapped_column(String(20))


class Position(Marked, Record):
    """Our line on a subject: from when to when, to whom, and who cleared it."""

    __tablename__ = "position"
    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="dates"),
        CheckConstraint("(cleared_by IS NULL) = (cleared_on IS NULL)", name="cleared"),
        Index("ix_position_subject_key", "subject_key", "valid_from", "id"),
        Index("ix_position_partner", "partner", "valid_from", "id"),
        *(
            Index(f"ix_position_{name}", name, "id")
            for name in ("subject", "valid_from", "valid_until", "supersedes", "created_at", "updated_at")
        ),
        Index("uq_position_external_ref", "external_ref", "marking_id", unique=True),
    )

    subject: Mapped[str] = mapped_column(String(200))
    subject_key: Mapped[str] = mapped_column(String(600), comment="The subject as it is compared")
    line: Mapped[str] = mapped_column(Text, comment="What we say; Markdown")
    partner: Mapped[str | None] = mapped_column(ForeignKey("partner.code"), comment="NULL: our line to all")
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    supersedes: Mapped[str | None] = mapped_column(Id, ForeignKey("position.id"))
    cleared_by: Mapped[str | None] = mapped_column(Id, ForeignKey("office.id"))
    cleared_on: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(Text)


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
