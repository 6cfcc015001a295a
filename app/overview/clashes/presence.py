"""A person, or a delegation, in two places at one time."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.models.choices import ClashSeverity
from app.overview.clashes.findings import ClashCode, Finding
from app.overview.clashes.pairing import by_person, on_one_day, shared
from app.overview.clashes.snapshot import Happening, Measures, Presence, Seat, Snapshot

DELEGATION = 3
"""So many people at the same two engagements are a delegation, and told of once."""

SAME_DAY_HOURS = 12
"""A way that can be gone on the day on which one engagement ends and the next begins."""

NAMED = 2


class Judgement(NamedTuple):
    """How grave it is, and what speaks for its being less."""

    severity: ClashSeverity
    because: str = ""


def judged(one: Happening, other: Happening, measures: Measures) -> Judgement:
    """How sure it is that nobody can be at both: a clash, or no more than a warning."""
    if one.apart_from(other) == "unknown":
        return Judgement("warning")
    if not (one.throughout and other.throughout):
        return Judgement("warning", f" One of them lasts {max(one.days, other.days)} days.")
    if one.by_clock and other.by_clock and one.days == other.days == 1:
        return Judgement("clash")
    if one.country == other.country:
        return Judgement("warning", " Both are in one country.")
    if one.ends_on == other.starts_on and (one.days > 1 or other.days > 1):
        way = measures.hours_between(one, other)
        if way is not None and way <= SAME_DAY_HOURS:
            return Judgement("warning", f" One ends as the other begins; the way takes about {hours(way)}.")
    return Judgement("clash")


def person_twice(snapshot: Snapshot) -> Iterator[Finding]:
    """A person takes part in two engagements that are at one time and not at one place."""
    for one, other, found in _people_at_both(snapshot):
        if len(found) < DELEGATION:
            for each in found:
                yield _finding("person_twice", f"{each[0].name} is", one, other, snapshot.measures, people=each)


def delegation_twice(snapshot: Snapshot) -> Iterator[Finding]:
    """Several people of one delegation are in two places; or an office is, whoever comes in it."""
    for one, other, found in _people_at_both(snapshot):
        if len(found) >= DELEGATION:
            who = f"{names([each for each, _ in found])} are"
            people = tuple(presence for each in found for presence in each)
            yield _finding("delegation_twice", who, one, other, snapshot.measures, people=people)
    for one, other, seats in shared(snapshot.exact(), _seats, on_one_day):
        if not _clash(one, other) or {each.person for each in one.people} & {each.person for each in other.people}:
            continue
        for mine, theirs in seats.values():
            # Two people of one office can be in two places; that nobody is named may mean the same one.
            if mine.person is None or theirs.person is None:
                who = f"The {mine.title} is"
                yield _finding("delegation_twice", who, one, other, snapshot.measures, seats=(mine, theirs))


def _people_at_both(snapshot: Snapshot) -> Iterator[tuple[Happening, Happening, list[tuple[Presence, Presence]]]]:
    for one, other, people in shared(snapshot.exact(), by_person, on_one_day):
        if _clash(one, other):
            yield one, other, sorted(people.values(), key=lambda each: (each[0].name, each[0].person))


def _seats(happening: Happening) -> Iterator[tuple[tuple[str, str], Seat]]:
    return ((each.holder_of, each) for each in happening.seats)


def _clash(one: Happening, other: Happening) -> bool:
    return one.at_once_with(other) and one.apart_from(other) != "same"


def _finding(
    code: ClashCode,
    who: str,
    one: Happening,
    other: Happening,
    measures: Measures,
    *,
    people: tuple[Presence, ...] = (),
    seats: tuple[Seat, ...] = (),
) -> Finding:
    # Of two that are at once by the clock alone, on either side of the date line, the days are next to each other.
    first, last = sorted((max(one.starts_on, other.starts_on), min(one.ends_on, other.ends_on)))
    judgement = judged(one, other, measures)
    return Finding(
        code=code,
        severity=judgement.severity,
        detail=f"{who} expected at {one.named} {one.where} and at {other.named} {other.where}.{judgement.because}",
        starts_on=first,
        ends_on=last,
        engagements=(one, other),
        people=people,
        seats=seats,
    )


def names(people: Sequence[Presence]) -> str:
    """Some people in a sentence."""
    told = ", ".join(each.name for each in people[:NAMED])
    more = len(people) - NAMED
    return told if more < 1 else f"{told} and {more} other{'s' if more > 1 else ''}"


def hours(number: float) -> str:
    """Some hours in a sentence."""
    whole = round(number)
    return f"{whole} hour" if whole == 1 else f"{whole} hours"
