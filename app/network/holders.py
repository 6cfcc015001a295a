"""Who holds the offices at posts: now, until when, and who comes next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Self

from sqlalchemy import or_, select

from app.access.work import Work
from app.core.fields import RecordId, Representation
from app.models import Appointment, Office, Person


class Holding(NamedTuple):
    """Days in which an office is held; without end while nobody knows of one."""

    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class OfficeAt:
    """An office at a post."""

    id: str
    title: str
    post: str


class Tour(Representation):
    """Somebody's time in an office."""

    person: RecordId
    """Who."""

    name: str
    """What they are called."""

    rank: str | None
    """Rank or form of address."""

    starts_on: date
    """Their first day."""

    ends_on: date | None
    """Their last day; null while nobody knows of one."""

    acting: bool
    """Whether they hold it for somebody else meanwhile."""


class OfficeHeld(Representation):
    """An office, its holder and who comes next."""

    id: RecordId
    """The office."""

    title: str
    """What it is called."""

    holder: Tour | None
    """Who holds it on the day; null: nobody."""

    next: Tour | None
    """Who comes next; null: nobody is known."""

    @classmethod
    def of(cls, office: Any, held: Sequence[Tour], on: date) -> Self:
        now = [each for each in held if each.starts_on <= on]
        later = [each for each in held if each.starts_on > on]
        return cls(
            id=str(office.id),
            title=office.title,
            holder=min(now, key=lambda each: (each.acting, -each.starts_on.toordinal()), default=None),
            next=min(later, key=lambda each: (each.starts_on, each.acting), default=None),
        )


def offices_at(work: Work, posts: Collection[str]) -> dict[str, list[OfficeAt]]:
    """Our own offices at posts."""
    home = work.register.settings.home_country
    statement = (
        select(Office.id, Office.title, Office.post)
        .where(
            Office.post.in_(sorted(posts)),
            Office.archived.is_(False),
            or_(Office.partner.is_(None), Office.partner == home),
        )
        .order_by(Office.title, Office.id)
    )
    found: dict[str, list[OfficeAt]] = {}
    for row in work.session.execute(statement):
        found.setdefault(str(row.post), []).append(OfficeAt(str(row.id), row.title, str(row.post)))
    return found


def tours(work: Work, offices: Collection[str], since: date) -> dict[str, list[Tour]]:
    """Who holds offices on a day or later, office by office."""
    statement = (
        select(Appointment, Person.id.label("person_id"), Person.name, Person.rank)
        .join(Person, Person.id == Appointment.person)
        .where(
            Appointment.office.in_(sorted(offices)),
            Appointment.archived.is_(False),
            or_(Appointment.ends_on.is_(None), Appointment.ends_on >= since),
        )
        .order_by(Appointment.starts_on, Appointment.id)
    )
    found: dict[str, list[Tour]] = {}
    for appointment, person, name, rank in work.session.execute(statement):
        found.setdefault(str(appointment.office), []).append(
            Tour(
                person=str(person),
                name=name,
                rank=rank,
                starts_on=appointment.starts_on,
                ends_on=appointment.ends_on,
                acting=appointment.acting,
            )
        )
    return found
