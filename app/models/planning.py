"""What planning has to keep clear of."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Record
from app.models.marked import Marked


class Blackout(Marked, Record):
    """Days in which nothing is to be arranged: everywhere, or with some, somewhere, at some level."""

    __tablename__ = "blackout"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="dates"),
        Index("ix_blackout_partner", "partner", "starts_on", "id"),
        *(Index(f"ix_blackout_{name}", name, "id") for name in ("starts_on", "ends_on", "created_at", "updated_at")),
        Index("uq_blackout_external_ref", "external_ref", "marking_id", unique=True),
    )

    title: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    partner: Mapped[str | None] = mapped_column(ForeignKey("partner.code"), comment="NULL: with whomever")
    region: Mapped[str | None] = mapped_column(String(200), comment="A region or sub-region of partners; NULL: any")
    country: Mapped[str | None] = mapped_column(String(2), comment="Where it would happen; NULL: wherever")
    lead: Mapped[str | None] = mapped_column(String(20), comment="NULL: whoever leads")
    level: Mapped[str | None] = mapped_column(String(20), comment="NULL: at any level")
    severity: Mapped[str] = mapped_column(String(20), comment="What an engagement within it is: a warning, or a clash")
    reason: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(Text)
