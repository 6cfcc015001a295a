"""Posts abroad and the countries and institutions they are accredited to."""

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.columns import Base, Id, Record


class Post(Record):
    """An embassy, high commission, consulate-general or mission."""

    __tablename__ = "post"
    __table_args__ = (Index("uq_post_external_ref", "external_ref", unique=True),)

    name: Mapped[str] = mapped_column(String(200), index=True)
    post_type: Mapped[str] = mapped_column(String(20), index=True)
    city: Mapped[str] = mapped_column(String(200))
    country: Mapped[str] = mapped_column(String(2), index=True)
    has_defence_staff: Mapped[bool | None] = mapped_column(comment="NULL: not known")
    defence_role: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(Text)

    accreditations: Mapped[list["Accreditation"]] = relationship(
        cascade="all, delete-orphan",
        lazy="raise",
        order_by="Accreditation.position",
    )


class Accreditation(Base):
    """To whom a post speaks: in diplomacy at large, or for defence."""

    __tablename__ = "accreditation"
    __table_args__ = (Index("ix_accreditation_partner", "partner"),)

    post_id: Mapped[str] = mapped_column(Id, ForeignKey("post.id"), primary_key=True)
    partner: Mapped[str] = mapped_column(ForeignKey("partner.code"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    position: Mapped[int]
