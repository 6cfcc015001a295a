"""Time zones as iCalendar has them: each zone that events use, with every change of its clocks in their years.

The library makes them too, but tells by the wrong clock when summer time begins, and passes over changes that soon are
taken back, as in Morocco.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from icalendar import Timezone

KEPT = 1_024
"""Zones with their years that a process keeps."""

_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)


@lru_cache(maxsize=KEPT)
def zone_of(name: str, first_year: int, last_year: int) -> "Timezone":
    """The `VTIMEZONE` of a zone, good from the first day of one year to the last of another, and a year around them."""
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard  # noqa: PLC0415 - as for the file

    zone = ZoneInfo(name)
    first, last = datetime(first_year - 1, 1, 1, tzinfo=UTC), datetime(last_year + 2, 1, 1, tzinfo=UTC)
    before = _offset(first, zone)
    parts: dict[tuple[timedelta, timedelta, str, bool], list[datetime]] = {}
    for at in (first, *changes(zone, first, last)):
        local = at.astimezone(zone)
        after = _offset(at, zone)
        key = before, after, local.tzname() or name, bool(local.dst())
        # By the clock as it was before (RFC 5545, 3.6.5).
        parts.setdefault(key, []).append((at + before).replace(tzinfo=None))
        before = after
    told = Timezone()
    told.add("tzid", name)
    for (old, new, called, summer), begins in parts.items():
        part = TimezoneDaylight() if summer else TimezoneStandard()
        part.add("dtstart", begins[0])
        part.add("tzoffsetfrom", old)
        part.add("tzoffsetto", new)
        part.add("tzname", called)
        if begins[1:]:
            part.add("rdate", begins[1:])
        told.add_component(part)
    return told


def changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """Every instant of a span at which a zone's clocks are set, to the second."""
    while first < last:
        following = first + _DAY
        if _offset(first, zone) != _offset(following, zone):
            yield _between(zone, first, following)
        first = following


def _between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second of a day at which a zone's clocks go as they do at its end."""
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        before, after = (before, middle) if _offset(middle, zone) == _offset(after, zone) else (middle, after)
    return after


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)
