"""Who a caller is in the register: the person that their user is linked to, and the offices that they hold."""

from sqlalchemy import select

from app.access.work import Work
from app.models import Appointment, Person, User


def person_of(work: Work, user: str | None = None) -> str | None:
    """The person that a user is, the caller's own if none is named; None where nobody has said."""
    user = user or work.actor.user
    found = None if user is None else work.session.scalar(select(User.person).where(User.id == user))
    return None if found is None else present(work, found)


def present(work: Work, person: str) -> str:
    """The person that one turned out to be, at the end of all that was merged."""
    while (onwards := work.session.scalar(select(Person.merged_into).where(Person.id == person))) is not None:
        person = str(onwards)
    return str(person)


def offices_of(work: Work, person: str) -> list[str]:
    """The offices that a person holds today."""
    held = select(Appointment.office).where(Appointment.person == person, Appointment.held_on(work.today))
    return sorted({str(each) for each in work.session.scalars(held)})


def holders_of(work: Work, office: str) -> list[str]:
    """The people who hold an office today: whoever has it for good before whoever acts."""
    held = select(Appointment.person).where(Appointment.office == office, Appointment.held_on(work.today))
    ordered = held.order_by(Appointment.acting, Appointment.starts_on.desc(), Appointment.id)
    return list(dict.fromkeys(str(each) for each in work.session.scalars(ordered)))
