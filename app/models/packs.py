"""Packs that are kept: what was given to those who meet partners, as it was, and who has read it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.columns import Base, Id, Instant, Record
from app.models.marked import Marked


class Pack(Marked, Record):
    """A pack as it was made, marked as the highest of what is in it."""

    __tablename__ = "pack"
    __table_args__ = (
        CheckConstraint("(cleared_at IS NULL) = (state <> 'cleared')", name="cleared"),
        Index("ix_pack_engagement_id", "engagement_id", "created_at", "id"),
        Index("uq_pack_external_ref", "external_ref", "marking_id", unique=True),
    )

    engagement_id: Mapped[str] = mapped_column(Id, ForeignKey("engagement.id"))
    note: Mapped[str | None] = mapped_column(Text, comment="For whom it is, and why it was made")
    state: Mapped[str] = mapped_column(String(20))
    as_of: Mapped[date] = mapped_column(comment="The day at home that it tells of")
    made_by: Mapped[str] = mapped_column(String(200), comment="The name of the account")
    cleared_at: Mapped[datetime | None] = mapped_column(Instant)
    cleared_by: Mapped[str | None] = mapped_column(String(200), comment="The name of the account")
    sha256: Mapped[str] = mapped_column(String(64), comment="Of its content")
    content: Mapped[str] = mapped_column(Text, deferred=True, comment="All of it, as it was answered in JSON")
    document: Mapped[str] = mapped_column(Text, deferred=True, comment="All of it, as it is printed")

    acknowledgements: Mapped[list["PackAcknowledgement"]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="PackAcknowledgement.position"
    )


class PackAcknowledgement(Base):
    """Somebody who has read a pack."""

    __tablename__ = "pack_acknowledgement"

    pack_id: Mapped[str] = mapped_column(Id, ForeignKey("pack.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    by: Mapped[str] = mapped_column(String(200), comment="The name of the account")
    by_id: Mapped[str | None] = mapped_column(Id, comment="Id of the user, or of a token without one")
    at: Mapped[datetime] = mapped_column(Instant)


class PackSource(Base):
    """A record that a pack was made from, as it was then."""

    __tablename__ = "pack_source"
    __table_args__ = (Index("ix_pack_source_record_id", "record_id"),)

    pack_id: Mapped[str] = mapped_column(Id, ForeignKey("pack.id", ondelete="CASCADE"), primary_key=True)
    record_id: Mapped[str] = mapped_column(Id, primary_key=True)
    record_type: Mapped[str] = mapped_column(String(40))
    record_version: Mapped[int]
    title: Mapped[str] = mapped_column(String(200), comment="What it was called then")
