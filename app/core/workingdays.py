"""Working days: those that are neither a weekend nor a public holiday, as the library `holidays` knows them."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from holidays import HolidayBase

SATURDAY = 5
KEPT = 1_024
"""Years of calendars that a process keeps."""


class Holiday(NamedTuple):
    """A public holiday, on the day on which it is observed."""

    day: date
    name: str


@lru_cache(maxsize=KEPT)
def calendar_of(country: str, year: int, region: str | None = None) -> "HolidayBase":
    """A year of a country, with the holidays of one region if it is named. Raises LookupError if not known.

    It is complete and changes no more, so that threads share it.
    """
    from holidays import country_holidays  # noqa: PLC0415 - slow to load, and wanted only where days are counted

    language = "en_US" if _in_english(country) else None
    try:
        return country_holidays(country, subdiv=region, years=year, expand=False, language=language)
    except NotImplementedError as error:
        raise LookupError(region or country) from error


@cache
def _in_english(country: str) -> bool:
    from holidays import list_localized_countries  # noqa: PLC0415 - as above

    return "en_US" in list_localized_countries().get(country, [])


def is_known(country: str) -> bool:
    """Whether the library knows the country's holidays."""
    return country in regions()


@cache
def regions() -> dict[str, tuple[str, ...]]:
    """The countries whose holidays are known, each with its regions that have some of their own."""
    from holidays import list_supported_countries  # noqa: PLC0415 - as above

    known = list_supported_countries(include_aliases=False)
    return {country: tuple(known[country]) for country in sorted(known)}


def holidays_of(country: str, first: date, last: date, region: str | None = None) -> list[Holiday]:
    """The public holidays of a country from one day to another. Raises LookupError if they are not known."""
    found = []
    for year in range(first.year, last.year + 1):
        calendar = calendar_of(country, year, region)
        found += [Holiday(day, calendar[day]) for day in sorted(calendar) if first <= day <= last]
    return found


def is_working_day(day: date, country: str, region: str | None = None) -> bool:
    """Whether offices are open. In a country that is not known, Monday to Friday."""
    if not is_known(country):
        return day.weekday() < SATURDAY
    return calendar_of(country, day.year, region).is_working_day(day)


def add_working_days(day: date, number: int, country: str, region: str | None = None) -> date:
    """The working day that comes so many after a day. The day itself never counts."""
    return days_after(day, number, lambda each: is_working_day(each, country, region))


def days_after(day: date, number: int, counts: Callable[[date], bool]) -> date:
    """The day that comes so many after a day, of those that count. The day itself never does."""
    while number > 0:
        day += timedelta(days=1)
        number -= counts(day)
    return day


def working_days_between(first: date, last: date, country: str, region: str | None = None) -> int:
    """How many working days there are after one day, up to and with another; less than none the other way round."""
    if last < first:
        return -working_days_between(last, first, country, region)
    return sum(is_working_day(day, country, region) for day in _days(first + timedelta(days=1), last))


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
