"""Whom to know at partners: people whom we have met, and who holds their offices."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from app.access.work import Work
from app.core.calendar import months_after
from app.core.columns import table_of
from app.core.fields import RecordId, Representation
from app.models import Appointment, Engagement, Office, Participant, Person

BACK = 36
"""Months for which a meeting counts."""

ENGAGEMENT = table_of(Engagement)
PARTICIPANT = table_of(Participant)


class Contact(Representation):
    """Somebody whom we have met."""

    person: RecordId
    """Who."""

    name: str
    """What they are called."""

    rank: str | None
    """Rank or form of address."""

    partner: str
    """The state or institution that they serve."""

    organisation: str | None
    """The organisation that they belong to."""

    email: str | None
    """An address to write to."""

    phone: str | None
    """A number to call."""

    office_title: str | None
    """The office in which they were met last."""

    met_at: RecordId
    """The engagement at which they were met last, of those that the caller may know of."""

    met_reference: str
    """Its number."""

    met_on: date
    """Its first day."""


class PartnerOffice(Representation):
    """An office of a partner's, and who holds it."""

    office: RecordId
    """The office."""

    title: str
    """What it is called."""

    partner: str
    """Whose it is."""

    person: RecordId
    """Who holds it."""

    name: str
    """What they are called."""

    rank: str | None
    """Rank or form of address."""

    since: date
    """Their first day in it."""

    until: date | None
    """Their last day in it; null while nobody knows of one."""


def contacts(work: Work, partners: Sequence[str], on: date, *, most: int) -> list[Contact]:
    """People of partners who were met in the last years, each with the last time, those met last first."""
    newest = func.row_number().over(
        partition_by=PARTICIPANT.c.person, order_by=(ENGAGEMENT.c.starts_on.desc(), PARTICIPANT.c.id.desc())
    )
    met = (
        select(
            PARTICIPANT.c.id,
            PARTICIPANT.c.marking_id,
            PARTICIPANT.c.person,
            PARTICIPANT.c.office_title,
            ENGAGEMENT.c.id.label("engagement"),
            ENGAGEMENT.c.marking_id.label("engagement_marking"),
            ENGAGEMENT.c.reference,
            ENGAGEMENT.c.starts_on,
            newest.label("place"),
        )
        .join(ENGAGEMENT, ENGAGEMENT.c.id == PARTICIPANT.c.engagement_id)
        .join(Person, Person.id == PARTICIPANT.c.person)
        .where(
            Person.partner.in_(partners),
            Person.archived.is_(False),
            PARTICIPANT.c.side == "partner",
            PARTICIPANT.c.archived.is_(False),
            work.visible(PARTICIPANT),
            ENGAGEMENT.c.archived.is_(False),
            ENGAGEMENT.c.status.not_in(("proposed", "postponed", "cancelled")),
            work.visible(ENGAGEMENT),
            ENGAGEMENT.c.starts_on <= on,
            ENGAGEMENT.c.starts_on >= months_after(on, -BACK),
        )
        .subquery()
    )
    statement = (
        select(met, Person.name, Person.rank, Person.partner, Person.organisation, Person.email, Person.phone)
        .join(Person, Person.id == met.c.person)
        .where(met.c.place == 1)
        .order_by(met.c.starts_on.desc(), Person.name, met.c.id)
        .limit(most)
    )
    rows = work.session.execute(statement).all()
    work.holds("participant", ((row.id, row.marking_id) for row in rows))
    work.holds("engagement", ((row.engagement, row.engagement_marking) for row in rows))
    return [
        Contact(
            person=str(row.person),
            name=row.name,
            rank=row.rank,
            partner=row.partner,
            organisation=row.organisation,
            email=row.email,
            phone=row.phone,
            office_title=row.office_title,
            met_at=str(row.engagement),
            met_reference=row.reference,
            met_on=row.starts_on,
        )
        for row in rows
    ]


def partner_offices(work: Work, partners: Sequence[str], on: date, *, most: int) -> list[PartnerOffice]:
    """Who holds the offices of partners on a day."""
    statement = (
        select(Office.id, Office.title, Office.partner, Person.id.label("person"), Person.name, Person.rank)
        .add_columns(Appointment.starts_on, Appointment.ends_on)
        .join(Appointment, Appointment.office == Office.id)
        .join(Person, Person.id == Appointment.person)
        .where(Office.partner.in_(partners), Office.archived.is_(False), Appointment.held_on(on))
        .order_by(Office.partner, Office.title, Appointment.acting, Appointment.id)
        .limit(most)
    )
    return [
        PartnerOffice(
            office=str(row.id),
            title=row.title,
            partner=row.partner,
            person=str(row.person),
            name=row.name,
            rank=row.rank,
            since=row.starts_on,
            until=row.ends_on,
        )
        for row in work.session.execute(statement)
    ]
