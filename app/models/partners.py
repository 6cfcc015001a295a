"""Partners: states and institutions with which there is a defence relationship, and memberships."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.columns import Base, Id, Json, Record
from app.models.mergeable import Mergeable


class Partner(Mergeable, Record):
    """A state or an organisation, named by its code. A code never changes."""

    __tablename__ = "partner"
    __table_args__ = (Index("uq_partner_external_ref", "external_ref", unique=True),)
    __mapper_args__ = {"polymorphic_on": "partner_type", "polymorphic_abstract": True}

    code: Mapped[str] = mapped_column(String(20), unique=True, comment="ISO 3166-1 alpha-2, or an abbreviation")
    partner_type: Mapped[str] = mapped_column(String(20), index=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    official_name: Mapped[str | None] = mapped_column(String(200))
    aliases: Mapped[list[str]] = mapped_column(Json)
    region: Mapped[str | None] = mapped_column(String(200), index=True, comment="Continental region")
    subregion: Mapped[str | None] = mapped_column(String(200), index=True, comment="UN M49 sub-region")
    note: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(Text)


class CountryPartner(Partner):
    __mapper_args__ = {"polymorphic_identity": "country"}


class Institution(Partner):
    """An organisation or arrangement, with dated memberships."""

    __mapper_args__ = {"polymorphic_identity": "institution"}

    institution_kind: Mapped[str | None] = mapped_column(String(20), use_existing_column=True)
    founded: Mapped[int | None] = mapped_column(use_existing_column=True)
    active: Mapped[bool | None] = mapped_column(use_existing_column=True)
    home_status: Mapped[str | None] = mapped_column(Text, comment="Our own standing in it")
    home_since: Mapped[int | None] = mapped_column(use_existing_column=True)
    members_note: Mapped[str | None] = mapped_column(Text)

    members: Mapped[list["Membership"]] = relationship(
        cascade="all, delete-orphan",
        lazy="raise",
        order_by="Membership.position",
        foreign_keys="Membership.institution_id",
    )


class Membership(Base):
    """Who belongs to an institution, as what, and from when to when."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("until IS NULL OR since IS NULL OR until >= since", name="dates"),
        Index("ix_membership_partner", "partner"),
    )

    institution_id: Mapped[str] = mapped_column(Id, ForeignKey("partner.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    partner: Mapped[str | None] = mapped_column(ForeignKey("partner.code"))
    name: Mapped[str | None] = mapped_column(String(200), comment="A member that is no partner of ours")
    role: Mapped[str] = mapped_column(String(20))
    since: Mapped[date | None]
    until: Mapped[date | None]
