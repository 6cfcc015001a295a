"""Reckoning with days."""

from datetime import date

from dateutil.relativedelta import relativedelta

from app.core.fields import LAST_DAY


def months_after(day: date, months: int) -> date:
    """The day so many months later or, if negative, earlier; the last of its month where there is no such day."""
    return min(day + relativedelta(months=months), LAST_DAY)
