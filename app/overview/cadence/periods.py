"""The days that are asked about, and the weeks in them."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field

from app.core.derive import made, without_default
from app.core.fields import Day
from app.core.query import Asked
from app.errors import Fault, Invalid

WEEK = timedelta(days=7)
LONGEST = timedelta(days=1_830)
"""Five years, so that no question costs with all that there ever was."""

DAYS: dict[str, Any] = {
    "from": (Day | None, Field(default=None, description="The first day.", json_schema_extra=without_default)),
    "to": (Day | None, Field(default=None, description="The last day.", json_schema_extra=without_default)),
}

PeriodQuery: Any = made("PeriodQuery", Asked, "About which days something is asked.", DAYS)


def period(query: Any, first: date, last: date) -> tuple[date, date]:
    """The days that a query asks about, or these where it does not say. Raises Invalid."""
    first = getattr(query, "from") or first
    last = query.to or last
    if last < first:
        raise Invalid(faults=[Fault("Must not be before from", "before_start", parameter="to")])
    if last - first > LONGEST:
        raise Invalid(faults=[Fault("Must be within five years of from", "date_range", parameter="to")])
    return first, last


def instants(first: date, last: date, home: str) -> tuple[datetime, datetime]:
    """The instant at which days at home begin, and that at which they are over."""
    zone = ZoneInfo(home)
    begins, ends = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
    return begins, ends


def monday(day: date) -> date:
    """The first day of the week that a day is in."""
    return day - timedelta(days=day.weekday())


def weeks(first: date, last: date) -> Iterator[date]:
    """The Mondays of the weeks from that of one day to that of another."""
    day = monday(first)
    while day <= last:
        yield day
        day += WEEK


def week_name(day: date) -> str:
    """The week of a day by ISO 8601: `2026-W49`."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"
