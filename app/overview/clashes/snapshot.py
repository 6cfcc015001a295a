"""What the rules look at: the engagements of a period as the caller may see them, and nothing that has to be asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.core.calendar import last_day
from app.models.choices import BlackoutSeverity, DatePrecision, Kind
from app.overview.clashes.places import FARTHEST_KM, Apart, Spot, apart, kilometres, spot

LONGEST = timedelta(days=62)
"""What lasts longer, such as most deployments, says nothing of where somebody is on a day."""

FORTNIGHT = 14
"""Of what lasts more days than that nobody need be there on each."""

MORNING, EVENING = time(9), time(17)
"""When a day begins and ends that has no clock times, at the place."""


class Presence(NamedTuple):
    """Somebody at an engagement: who takes part, or whose visit it is."""

    person: str
    name: str
    record: str | None = None
    """The participant; None: it stands in the visit itself."""

    marking: int | None = None


class Seat(NamedTuple):
    """An office at an engagement, and who is there in it, if anybody is named."""

    holder_of: tuple[str, str]
    """Whose it is, and its title as titles are compared."""

    title: str
    person: str | None
    office: str | None = None
    record: str | None = None
    marking: int | None = None


@dataclass(frozen=True, slots=True)
class Happening:
    """An engagement, as far as it can be in the way of others."""

    id: str | None
    """None: it is not recorded yet."""

    kind: Kind
    reference: str | None
    title: str
    starts_on: date
    ends_on: date
    precision: DatePrecision = "day"
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    timezone: str | None = None
    country: str | None = None
    city: str | None = None
    lead: str | None = None
    level: str | None = None
    post: str | None = None
    partners: tuple[str, ...] = ()
    people: tuple[Presence, ...] = ()
    seats: tuple[Seat, ...] = ()
    marking: int | None = None

    @property
    def exact(self) -> bool:
        """Whether it is known on which days it is, and these are so few that those who take part are there."""
        return self.precision == "day" and self.days <= LONGEST.days

    @property
    def throughout(self) -> bool:
        """Whether those who take part are there on each of its days."""
        return self.days <= FORTNIGHT

    @property
    def last_day(self) -> date:
        """The last day on which it may be."""
        return last_day(self.ends_on, self.precision)

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1

    @property
    def by_clock(self) -> tuple[datetime, datetime] | None:
        """From when to when, where both are known. What ends when it begins says no more than when it begins."""
        if self.starts_at is None or self.ends_at is None or self.starts_at == self.ends_at:
            return None
        return self.starts_at, self.ends_at

    @property
    def spot(self) -> Spot | None:
        return spot(self.country, self.city, self.timezone)

    @property
    def begins(self) -> datetime:
        """When somebody has to be there: by the clock, or in the morning of the first day."""
        return self.starts_at or self._there(self.starts_on, MORNING)

    @property
    def is_over(self) -> datetime:
        """When they can leave: by the clock, or in the evening of the last day."""
        return self.ends_at or max(self.begins, self._there(self.ends_on, EVENING))

    def _there(self, day: date, hour: time) -> datetime:
        zone = self.timezone or (self.spot.zone if self.spot else None)
        return datetime.combine(day, hour, ZoneInfo(zone) if zone else UTC)

    @property
    def named(self) -> str:
        """What it is called in a sentence."""
        return self.reference or "this engagement"

    @property
    def where(self) -> str:
        """Where it is, in a sentence."""
        if self.country is None:
            return "at a place that is not recorded"
        return f"in {self.city} ({self.country})" if self.city else f"in {self.country}"

    def apart_from(self, other: "Happening") -> Apart:
        return apart((self.country, self.city), (other.country, other.city))

    def at_once_with(self, other: "Happening") -> bool:
        """Whether the two are at one time: by the clock where both have clock times, else on one day."""
        mine, theirs = self.by_clock, other.by_clock
        if mine and theirs:
            return mine[0] < theirs[1] and theirs[0] < mine[1]
        return self.starts_on <= other.ends_on and other.starts_on <= self.ends_on


@dataclass(frozen=True, slots=True)
class Quiet:
    """A blackout."""

    id: str
    title: str
    starts_on: date
    ends_on: date
    severity: BlackoutSeverity
    reason: str | None = None
    partner: str | None = None
    region: str | None = None
    country: str | None = None
    lead: str | None = None
    level: str | None = None
    marking: int | None = None


class PartnerSeen(NamedTuple):
    """What there is to know of a partner."""

    name: str
    partner_type: str
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measures:
    """What counts as too much, as the installation has set it."""

    home: str = "NZ"
    partner_week: int = 3
    """With so many engagements in seven days a partner is still at ease."""

    travel_kmh: int = 750
    travel_hours: int = 3
    """What any way takes besides."""

    def hours_between(self, one: Happening, other: Happening) -> float | None:
        """How long the way between two engagements takes; None where either place is not known."""
        here, there = one.spot, other.spot
        if one.country is None or other.country is None or here is None or there is None:
            return None
        return self.travel_hours + kilometres(here, there) / self.travel_kmh

    @property
    def margin(self) -> timedelta:
        """How far around a period one has to look, so that its clashes are all seen: a week, or the longest way."""
        return timedelta(days=max(7, self.longest_way.days + 2))

    @property
    def longest_way(self) -> timedelta:
        return timedelta(hours=self.travel_hours + FARTHEST_KM / self.travel_kmh)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A period, as the caller may see it."""

    happenings: tuple[Happening, ...]
    """In the order of their first days."""

    partners: Mapping[str, PartnerSeen] = field(default_factory=dict)
    posts: Mapping[str, str] = field(default_factory=dict)
    blackouts: tuple[Quiet, ...] = ()
    measures: Measures = Measures()

    def exact(self) -> Iterator[Happening]:
        """Those of which the days are known."""
        return (each for each in self.happenings if each.exact)
