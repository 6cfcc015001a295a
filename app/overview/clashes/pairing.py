"""Which of many engagements are at the same time, of each who takes part."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import timedelta
from typing import TypeVar

from app.overview.clashes.findings import TooMany
from app.overview.clashes.snapshot import Happening, Presence

Key = TypeVar("Key", bound=Hashable)
Kept = TypeVar("Kept")

A_DAY = timedelta(days=1)
LOOKS = 200_000
"""Pairs that are looked at. A register in which one person is everywhere would have more than anybody reads."""


def shared(
    happenings: Iterable[Happening],
    held: Callable[[Happening], Iterable[tuple[Key, Kept]]],
    near: Callable[[Happening, Happening], bool],
) -> Iterator[tuple[Happening, Happening, dict[Key, tuple[Kept, Kept]]]]:
    """Pairs of engagements that hold something in common, each with what that is; the earlier one first.

    Engagements come in the order of their first days. `near` tells whether an earlier one may still be in the way of
    a later one: as soon as it is not, it is in the way of none that follow.
    """
    present: dict[Key, list[tuple[Happening, Kept]]] = defaultdict(list)
    looks = 0
    for later in happenings:
        common: dict[int, tuple[Happening, dict[Key, tuple[Kept, Kept]]]] = {}
        for key, mine in held(later):
            present[key] = [each for each in present[key] if near(each[0], later)]
            for earlier, theirs in present[key]:
                looks += 1
                if looks > LOOKS:
                    raise TooMany
                if earlier is not later:
                    common.setdefault(id(earlier), (earlier, {}))[1].setdefault(key, (theirs, mine))
            present[key].append((later, mine))
        yield from ((earlier, later, keys) for earlier, keys in common.values())


def on_one_day(earlier: Happening, later: Happening) -> bool:
    """Whether an engagement may still last when a later one begins: on either side of the date line, the day after."""
    return earlier.ends_on + A_DAY >= later.starts_on


def by_person(happening: Happening) -> Iterator[tuple[str, Presence]]:
    """Everybody at an engagement."""
    return ((each.person, each) for each in happening.people)
