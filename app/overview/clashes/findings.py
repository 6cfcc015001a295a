"""What a rule has found, and in which order findings are told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from app.core.workingdays import Holiday
from app.models.choices import ClashSeverity
from app.overview.clashes.snapshot import Happening, Presence, Quiet, Seat, Snapshot

ClashCode = Literal[
    "person_twice",
    "delegation_twice",
    "travel_time",
    "partner_holiday",
    "post_busy",
    "partner_saturation",
    "blackout",
]


class DayOff(NamedTuple):
    """A public holiday of a country."""

    country: str
    holiday: Holiday


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that does not go well together."""

    code: ClashCode
    severity: ClashSeverity
    detail: str
    starts_on: date
    ends_on: date
    engagements: tuple[Happening, ...]
    people: tuple[Presence, ...] = ()
    """Whom it is about: the only one, or each of a delegation; as they stand at either engagement."""

    seats: tuple[Seat, ...] = ()
    """The office that it is about, as it stands at either engagement."""

    partner: str | None = None
    post: str | None = None
    day_off: DayOff | None = None
    blackout: Quiet | None = None

    @property
    def person(self) -> Presence | None:
        """The one person that it is about."""
        return self.people[0] if len({each.person for each in self.people}) == 1 else None

    @property
    def order(self) -> tuple[date, str, tuple[str, ...], str]:
        return self.starts_on, self.code, tuple(each.reference or "" for each in self.engagements), self.detail

    def within(self, first: date, last: date) -> bool:
        """Whether it is about a day of a period."""
        return self.starts_on <= last and self.ends_on >= first


Rule = Callable[[Snapshot], Iterator[Finding]]
"""A rule looks at a snapshot and at nothing else. It may raise TooMany when it has found enough."""


class TooMany(Exception):  # noqa: N818 - no error: what was found before stands
    """There is more to look at than one answer is worth."""
