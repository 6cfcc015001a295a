"""Reckoning with days, and with months, quarters and years of which no day is known."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from app.core.fields import LAST_DAY

VAGUE = ("month", "quarter", "year")
"""How exact dates are that name no day."""

_SPANS = {"month": relativedelta(months=1), "quarter": relativedelta(months=3), "year": relativedelta(years=1)}


def months_after(day: date, months: int) -> date:
    """The day so many months later or, if negative, earlier; the last of its month where there is no such day."""
    return min(day + relativedelta(months=months), LAST_DAY)


def first_day(day: date, precision: str) -> date:
    """The first day of the month, quarter or year that a day is in, or the day itself."""
    if precision == "day":
        return day
    month = {"month": day.month, "quarter": day.month - (day.month - 1) % 3, "year": 1}[precision]
    return day.replace(month=month, day=1)


def last_day(day: date, precision: str) -> date:
    """The last day of the month, quarter or year that a day is in, or the day itself."""
    return day if precision == "day" else first_day(day, precision) + _SPANS[precision] - timedelta(days=1)
