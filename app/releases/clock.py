"""The time in which a request must be decided: 20 working days (Official Information Act 1982, s 15(1)).

The Act's working days (s 2(1)) are not those of an office: none from 25 December to 15 January, no regional
anniversary among the holidays.
"""

from datetime import date

from app.core.workingdays import calendar_of, days_after

WORKING_DAYS = 20
"""From the day after the request was received."""

_CLOSED_FROM, _CLOSED_TO = (12, 25), (1, 15)


def is_working_day(day: date) -> bool:
    """Whether a day is a working day of the Act."""
    place = (day.month, day.day)
    if place >= _CLOSED_FROM or place <= _CLOSED_TO:
        return False
    return calendar_of("NZ", day.year).is_working_day(day)


def decision_due(received_on: date) -> date:
    """The last day on which a request that was received on a day can be decided in time, if it is not extended."""
    return days_after(received_on, WORKING_DAYS, is_working_day)
