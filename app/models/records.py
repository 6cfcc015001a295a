"""Records keeping: how long records are kept, what stops their disposal, and what was proposed and approved."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Base, Id, Instant, Json, Record


class RetentionClass(Record):
    """How long records of some types are kept, on whose authority, and what happens to them then."""

    __tablename__ = "retention_class"
    __table_args__ = (Index("uq_retention_class_external_ref", "external_ref", unique=True),)

    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(200), index=True)
    description: Mapped[str | None] = mapped_column(Text)
    applies_to: Mapped[list[str]] = mapped_column(Json, comment="Kinds of engagement")
    retain_years: Mapped[int]
    counted_from: Mapped[str] = mapped_column(String(20))
    authority: Mapped[str] = mapped_column(String(200), comment="The disposal authority, and its class there")
    action: Mapped[str] = mapped_column(String(20))
    on_hold: Mapped[bool] = mapped_column(comment="Nothing that it applies to is disposed of")


class LegalHold(Base):
    """A record that must not be disposed of, whatever its class says, until the hold is lifted."""

    __tablename__ = "legal_hold"
    __table_args__ = (Index("ix_legal_hold_record_id", "record_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    record_id: Mapped[str] = mapped_column(Id)
    reason: Mapped[str] = mapped_column(String(500))
    placed_at: Mapped[datetime] = mapped_column(Instant)
    placed_by: Mapped[str] = mapped_column(String(200))
    lifted_at: Mapped[datetime | None] = mapped_column(Instant)
    lifted_by: Mapped[str | None] = mapped_column(String(200))


class Disposal(Base):
    """Records that are to be disposed of: proposed by one administrator, approved by another, then carried out."""

    __tablename__ = "disposal"
    __table_args__ = (Index("ix_disposal_state", "state", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(20))
    retention_class: Mapped[str] = mapped_column(ForeignKey("retention_class.slug"))
    action: Mapped[str] = mapped_column(String(20), comment="As the class said when it was proposed")
    authority: Mapped[str] = mapped_column(String(200), comment="As the class said when it was proposed")
    reason: Mapped[str] = mapped_column(String(500))
    marking_id: Mapped[int] = mapped_column(ForeignKey("marking.id"), comment="The highest of its records")
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    proposed_by: Mapped[str] = mapped_column(String(200))
    proposed_by_id: Mapped[str | None] = mapped_column(Id)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(String(200))
    decided_by_id: Mapped[str | None] = mapped_column(Id)


class DisposalRecord(Base):
    """A record that a disposal names."""

    __tablename__ = "disposal_record"
    __table_args__ = (Index("ix_disposal_record_record_id", "record_id"),)

    disposal_id: Mapped[str] = mapped_column(ForeignKey("disposal.id"), primary_key=True)
    record_id: Mapped[str] = mapped_column(Id, primary_key=True)
    reference: Mapped[str] = mapped_column(String(20))
    done_at: Mapped[datetime | None] = mapped_column(Instant)
