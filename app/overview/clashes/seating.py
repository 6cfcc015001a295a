"""Offices at an engagement: in which one a visit is made, and which ones those who take part hold."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from app.core.ids import as_id
from app.core.words import fold
from app.models.choices import Direction
from app.overview.clashes.snapshot import Seat


class OfficeSeen(NamedTuple):
    """What there is to know of an office. One that says no partner is our own."""

    id: str
    title: str
    partner: str | None

    def seat(self, home: str, person: str | None = None) -> Seat:
        """The office at an engagement, with who is there in it."""
        return Seat((self.partner or home, fold(self.title)), self.title, person, self.id)


class Principal(NamedTuple):
    """Whose visit it is: a person, an office by its id or by its title, or both."""

    person: str | None = None
    name: str | None = None
    office: str | None = None
    direction: Direction | None = None


def seats_at(
    principal: Principal, partners: Sequence[str], people: Iterable[Any], offices: Mapping[str, OfficeSeen], home: str
) -> tuple[Seat, ...]:
    """The offices at an engagement, each once; with who is there in it, if anybody is named."""
    found: dict[tuple[str, str], Seat] = {}
    for seat in (
        *_seat_of_visit(principal, partners, offices, home),
        *(_seat_of(each, home) for each in people if each.office is not None),
    ):
        if seat.holder_of not in found or found[seat.holder_of].person is None:
            found[seat.holder_of] = seat
    return tuple(found.values())


def _seat_of_visit(
    principal: Principal, partners: Sequence[str], offices: Mapping[str, OfficeSeen], home: str
) -> Iterator[Seat]:
    if not principal.office:
        return
    office = offices.get(as_id(principal.office) or "")
    # A title alone says nothing of whose it is: there are many Ministers of Defence.
    guests = partners if principal.direction == "inbound" else (home,)
    if office is not None:
        yield office.seat(home, principal.person)
    elif len(guests) == 1:
        yield Seat((guests[0], fold(principal.office)), principal.office, principal.person)


def _seat_of(participant: Any, home: str) -> Seat:
    office = OfficeSeen(str(participant.office), participant.office_title, participant.office_of)
    seat = office.seat(home, str(participant.person))
    return seat._replace(record=str(participant.id), marking=participant.marking_id)
