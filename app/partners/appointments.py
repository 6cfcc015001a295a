"""Appointments: who held which office from when to when."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any

from sqlalchemy import or_, select

from app.access.work import Work
from app.core.documents import days_in_order
from app.core.fields import Day, Flag, Prose, RecordFields, RecordId, RecordRead, References
from app.core.query import AtLeast, AtMost, Equals, ListQuery, Many
from app.crud.resource import RESOURCES, Resource
from app.errors import Fault
from app.models import Appointment, Office, Person


class AppointmentFields(RecordFields):
    """Who held which office from when to when."""

    person: Annotated[RecordId, References(Person.id)]
    """Who."""

    office: Annotated[RecordId, References(Office.id)]
    """Which office."""

    starts_on: Day
    """The first day."""

    ends_on: Day | None = None
    """The last day; null while it lasts."""

    acting: Flag = False
    """Whether the office is held for somebody else meanwhile."""

    concurrent: Flag = False
    """Said on purpose: another one holds the office in the same days, as in a hand-over."""

    note: Prose | None = None
    """Anything else worth knowing."""


class AppointmentQuery(ListQuery):
    """What the list of appointments can be asked."""

    person: Annotated[Many[RecordId], Equals(Appointment.person)] = []
    """Who."""

    office: Annotated[Many[RecordId], Equals(Appointment.office)] = []
    """Which office."""

    during_from: Annotated[Day | None, AtLeast(Appointment.ends_on, open_ended=True)] = None
    """With `during_to`: held at some time between the two days."""

    during_to: Annotated[Day | None, AtMost(Appointment.starts_on)] = None
    """With `during_from`: held at some time between the two days. The same day twice: who held it then?"""


def one_holder(work: Work, values: Mapping[str, Any], record: Appointment | None, _parent: None) -> Iterable[Fault]:
    """An office has one holder at a time, unless it is said to be on purpose."""
    if values.get("concurrent", True) or "office" not in values or "starts_on" not in values:
        return
    # Two who appoint at the same moment must see each other: whoever comes second waits here.
    work.session.execute(select(Office.id).where(Office.id == values["office"]).with_for_update())
    other = work.session.scalar(_overlapping(values, record))
    if other is not None:
        until = other.ends_on or "today and on"
        yield Fault(
            f"Another appointment to this office runs from {other.starts_on} to {until}; "
            "say `concurrent` if that is so on purpose",
            "overlap",
            pointer="/starts_on",
        )


def _overlapping(values: Mapping[str, Any], record: Appointment | None) -> Any:
    last: date = values.get("ends_on") or date.max
    statement = select(Appointment).where(
        Appointment.office == values["office"],
        Appointment.archived.is_(False),
        Appointment.concurrent.is_(False),
        Appointment.starts_on <= last,
        or_(Appointment.ends_on.is_(None), Appointment.ends_on >= values["starts_on"]),
    )
    return statement if record is None else statement.where(Appointment.id != record.id)


APPOINTMENTS = RESOURCES.add(
    Resource(
        path="appointments",
        noun="appointment",
        name="Appointment",
        tag="People and offices",
        model=Appointment,
        fields=AppointmentFields,
        extra=RecordRead,
        query=AppointmentQuery,
        sorts=(Appointment.starts_on, Appointment.updated_at, Appointment.created_at),
        default_sort="-starts_on",
        rules=(days_in_order,),
        check=one_holder,
        titles=(),
        example={
            "person": "0190163d-8694-739b-aea5-966c26f8ad91",
            "office": "0190163d-8694-739b-aea5-966c26f8ad92",
            "starts_on": "2024-06-28",
        },
    )
)
