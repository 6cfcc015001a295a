"""Participants: who is at an engagement, on which side, with the office they hold on that day."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Select, select

from app.access.fields import MarkedFields, MarkedRead
from app.access.markings import marking_faults
from app.access.work import Work
from app.core.columns import table_of
from app.core.fields import CreateOnly, Line, Prose, RecordId, References
from app.core.query import Equals, ListQuery, Many
from app.crud.belonging import effective_marking, touch_owner
from app.crud.resource import RESOURCES, Parent, Resource
from app.engagements.engagements import ENGAGEMENTS
from app.errors import Fault
from app.models import Appointment, Engagement, Office, Participant, Person
from app.models.choices import Side


class ParticipantFields(MarkedFields):
    """Somebody at an engagement."""

    person: Annotated[RecordId, CreateOnly("another participant"), References(Person.id)]
    """Who."""

    side: Side = "partner"
    """Ours (`home`) or theirs (`partner`)."""

    role: Annotated[Line | None, Field(examples=["head of delegation"])] = None
    """What they do there."""

    office: Annotated[RecordId, References(Office.id)] | None = None
    """The office they hold on that day; found among their appointments if not given."""

    office_title: Line | None = None
    """The office's title as it was on that day; kept when people and titles move on."""

    organisation: Line | None = None
    """The organisation they come from."""

    note: Prose | None = None
    """Anything else worth knowing."""


class ParticipantRead(MarkedRead):
    """What only the register says of a participant."""

    engagement_id: RecordId
    """The engagement."""


class ParticipantQuery(ListQuery):
    """What the list of participants can be asked."""

    side: Annotated[Many[Side], Equals(Participant.side)] = []
    """Ours or theirs."""

    person: Annotated[Many[RecordId], Equals(Participant.person)] = []
    """Who."""

    office: Annotated[Many[RecordId], Equals(Participant.office)] = []
    """The office they hold."""


def held_office(work: Work, record: Participant, values: Mapping[str, Any]) -> None:
    """Puts down the office that the person holds on the engagement's first day, unless it was said."""
    engagement = work.session.get_one(Engagement, record.engagement_id)
    record.starts_on = engagement.starts_on
    if record.office is None and record.office_title is None and record.version == 0:
        record.office = work.session.scalar(
            select(Appointment.office)
            .where(Appointment.person == values["person"], Appointment.held_on(engagement.starts_on))
            .order_by(Appointment.acting, Appointment.starts_on.desc())
            .limit(1)
        )
    if record.office is not None and record.office_title is None:
        office = work.session.get_one(Office, record.office)
        record.office_title = office.title
        record.organisation = record.organisation or office.organisation


def once_each(
    work: Work, values: Mapping[str, Any], record: Participant | None, parent: Engagement | None
) -> Iterable[Fault]:
    """Nobody is at an engagement twice, as far as the caller may know."""
    if record is not None or parent is None or "person" not in values:
        return
    people = table_of(Participant)
    known = select(Participant.id).where(
        Participant.engagement_id == parent.id, Participant.person == values["person"], work.visible(people)
    )
    if work.session.scalar(known) is not None:
        yield Fault("Takes part already, or did and was withdrawn", "duplicate", pointer="/person")


def taking_part(work: Work) -> Select[Any]:
    """Participants with the names and ranks of the people, of those that the caller may know of, in order of entry."""
    table = table_of(Participant)
    return (
        select(table, Person.name, Person.rank)
        .join(Person, Person.id == table.c.person)
        .where(table.c.archived.is_(False), work.visible(table))
        .order_by(table.c.created_at, table.c.id)
    )


PARTICIPANTS = RESOURCES.add(
    Resource(
        path="participants",
        noun="participant",
        name="Participant",
        tag="Participants",
        model=Participant,
        fields=ParticipantFields,
        extra=ParticipantRead,
        query=ParticipantQuery,
        sorts=(Participant.created_at, Participant.side, Participant.updated_at),
        default_sort="created_at",
        rules=(marking_faults,),
        prepare=held_office,
        check=once_each,
        after=touch_owner,
        marking_of=effective_marking,
        titles=("office_title",),
        parent=Parent(ENGAGEMENTS, Participant.engagement_id, "engagement"),
        example={
            "person": "0190163d-8694-739b-aea5-966c26f8ad91",
            "side": "partner",
            "role": "head of delegation",
        },
    )
)
