"""People, the offices that outlive their holders, and who held which from when to when."""

from datetime import date

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, and_, or_
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Id, Record
from app.models.mergeable import Mergeable


class Person(Mergeable, Record):
    """Somebody who takes part in engagements, on either side."""

    __tablename__ = "person"
    __table_args__ = (Index("uq_person_external_ref", "external_ref", unique=True),)

    name: Mapped[str] = mapped_column(String(200), index=True)
    rank: Mapped[str | None] = mapped_column(String(200), comment="Rank or form of address")
    service: Mapped[str | None] = mapped_column(String(20))
    partner: Mapped[str | None] = mapped_column(
        ForeignKey("partner.code"), index=True, comment="The state or institution they serve"
    )
    organisation: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    biography: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(Text)


class Office(Record):
    """A job that outlives its holder: Secretary of Defence, defence attaché Tokyo."""

    __tablename__ = "office"
    __table_args__ = (Index("uq_office_external_ref", "external_ref", unique=True),)

    title: Mapped[str] = mapped_column(String(200), index=True)
    partner: Mapped[str | None] = mapped_column(ForeignKey("partner.code"), index=True, comment="Whose office it is")
    organisation: Mapped[str | None] = mapped_column(String(200))
    level: Mapped[str | None] = mapped_column(String(20))
    post: Mapped[str | None] = mapped_column(Id, ForeignKey("post.id"), index=True)
    note: Mapped[str | None] = mapped_column(Text)


class Appointment(Record):
    """Who held which office from when to when."""

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),
        Index("uq_appointment_external_ref", "external_ref", unique=True),
        Index("ix_appointment_office_starts_on", "office", "starts_on"),
        Index("ix_appointment_person_starts_on", "person", "starts_on"),
    )

    person: Mapped[str] = mapped_column(Id, ForeignKey("person.id"))
    office: Mapped[str] = mapped_column(Id, ForeignKey("office.id"))
    starts_on: Mapped[date] = mapped_column(index=True)
    ends_on: Mapped[date | None] = mapped_column(comment="The last day; NULL: still held")
    acting: Mapped[bool]
    concurrent: Mapped[bool] = mapped_column(comment="Said on purpose: the office has another holder at the time")
    note: Mapped[str | None] = mapped_column(Text)

    @classmethod
    def held_on(cls, day: date) -> ColumnElement[bool]:
        """The condition that an appointment holds on a day."""
        return and_(cls.archived.is_(False), cls.starts_on <= day, or_(cls.ends_on.is_(None), cls.ends_on >= day))
