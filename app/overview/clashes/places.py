"""Where engagements are, as far as their records tell, and how long the way between two of them is.

Zones and coordinates are those of the IANA time zone database, which names for each zone one city in one country. A
rule of thumb is all that planning needs: an engagement's own time zone makes it better.
"""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt
from typing import Literal, NamedTuple

from app.core.words import words

EARTH_KM = 6_371
FARTHEST_KM = 20_040
"""Half of the way around: no two places are farther apart."""

SHORTEST_NAME = 4
"""Letters from which on the beginning of a city's name stands for it: Washington, Washington DC."""

SEATS = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "FM": "Pacific/Pohnpei",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}
"""The zone nearest to the seat of government, where it is not the first that the database names for a country."""

Apart = Literal["same", "elsewhere", "unknown"]


class Spot(NamedTuple):
    """A city that stands for all around it."""

    zone: str
    country: str
    latitude: float
    longitude: float


def apart(one: tuple[str | None, str | None], other: tuple[str | None, str | None]) -> Apart:
    """Whether two places, each a country and a city, are one. A city that nobody has named is not elsewhere."""
    if one[0] is None or other[0] is None:
        return "unknown"
    if one[0] != other[0]:
        return "elsewhere"
    first, second = _name(one[1]), _name(other[1])
    if not first or not second or first == second:
        return "same"
    shorter, longer = sorted((first, second), key=len)
    return "same" if len(shorter) >= SHORTEST_NAME and longer.startswith(shorter) else "elsewhere"


@lru_cache(maxsize=4_096)
def _name(city: str | None) -> str:
    return "".join(words(city or ""))


@lru_cache(maxsize=4_096)
def spot(country: str | None, city: str | None, timezone: str | None) -> Spot | None:
    """The city that stands for a place: of its time zone, else of its own name, else of its country."""
    by_zone, by_country = _atlas()
    own = by_zone.get(timezone or "")
    if own is not None and country in (None, own.country):
        return own
    if country is None:
        return None
    known = by_country.get(country, {})
    return known.get(_name(city)) or by_zone.get(SEATS.get(country, "")) or next(iter(known.values()), None)


@cache
def _atlas() -> tuple[Mapping[str, Spot], Mapping[str, Mapping[str, Spot]]]:
    """Every city of the time zone database: by its zone, and for each country by its name."""
    by_zone: dict[str, Spot] = {}
    by_country: dict[str, dict[str, Spot]] = {}
    for each in _cities():
        by_zone[each.zone] = each
        by_country.setdefault(each.country, {})[_name(each.zone.rpartition("/")[2].replace("_", " "))] = each
    return by_zone, by_country


def _cities() -> Iterator[Spot]:
    for line in files("tzdata.zoneinfo").joinpath("zone.tab").read_text("ascii").splitlines():
        if not line.startswith("#"):
            country, place, zone = line.split("\t")[:3]
            second = max(place.find("+", 1), place.find("-", 1))
            yield Spot(zone, country, _degrees(place[:second], 2), _degrees(place[second:], 3))


def _degrees(text: str, whole: int) -> float:
    """Degrees, minutes and perhaps seconds without anything between them, as ISO 6709 has it: `-3652`."""
    digits = text[1:]
    found = int(digits[:whole]) + int(digits[whole : whole + 2]) / 60 + int(digits[whole + 2 :] or 0) / 3_600
    return -found if text[0] == "-" else found


def kilometres(one: Spot, other: Spot) -> float:
    """The great circle between two cities."""
    north, south = radians(one.latitude), radians(other.latitude)
    across = sin(radians(other.longitude - one.longitude) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(sin((south - north) / 2) ** 2 + cos(north) * cos(south) * across)))
