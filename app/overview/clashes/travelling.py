"""A person who cannot come in time from one engagement to the next."""

from collections.abc import Iterator
from datetime import timedelta

from app.overview.clashes.findings import Finding
from app.overview.clashes.pairing import by_person, shared
from app.overview.clashes.presence import hours, names
from app.overview.clashes.snapshot import Happening, Measures, Presence, Snapshot

HOUR = timedelta(hours=1)
A_DAY = timedelta(days=1)


def travel_time(snapshot: Snapshot) -> Iterator[Finding]:
    """Between two engagements of a person there is less time than the way takes."""
    measures = snapshot.measures
    # Days are those of the places, so that the calendars of two may be a day apart.
    reach = A_DAY + timedelta(days=-(-measures.longest_way // A_DAY))

    def near(earlier: Happening, later: Happening) -> bool:
        return earlier.ends_on + reach >= later.starts_on

    for one, other, people in shared(snapshot.exact(), by_person, near):
        earlier, later = sorted((one, other), key=lambda each: each.begins)
        way = too_long(earlier, later, measures)
        if way is not None:
            going = sorted((each for each, _ in people.values()), key=lambda each: (each.name, each.person))
            yield Finding(
                code="travel_time",
                severity="warning",
                detail=_told(going, earlier, later, way),
                starts_on=min(earlier.ends_on, later.starts_on),
                ends_on=max(earlier.ends_on, later.starts_on),
                engagements=(earlier, later),
                people=tuple(presence for each in people.values() for presence in each),
            )


def too_long(earlier: Happening, later: Happening, measures: Measures) -> float | None:
    """The hours that the way between two engagements takes, if there are fewer; None where they are enough.

    Those that are at one time are not told of here, and those at one place need no way. Of what lasts for weeks nobody
    knows when they leave or come.
    """
    if earlier.at_once_with(later) or earlier.apart_from(later) != "elsewhere":
        return None
    if not (earlier.throughout and later.throughout):
        return None
    way = measures.hours_between(earlier, later)
    return way if way is not None and later.begins - earlier.is_over < way * HOUR else None


def _told(going: list[Presence], earlier: Happening, later: Happening, way: float) -> str:
    left = max(timedelta(), later.begins - earlier.is_over) / HOUR
    has = "has" if len(going) == 1 else "have"
    return (
        f"{names(going)} {has} {hours(left)} from {earlier.named} {earlier.where} to {later.named} {later.where}, "
        f"which takes about {hours(way)}."
    )
