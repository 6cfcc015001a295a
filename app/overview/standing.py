"""How engagement stands against its cadence: what was last, what comes next, and whether that is often enough."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Self, get_args

from sqlalchemy import ColumnElement, and_, case, not_, or_

from app.core.calendar import VAGUE, first_day, months_after
from app.core.columns import table_of
from app.core.fields import RecordId, Representation
from app.models import Engagement
from app.models.choices import Cadence, DatePrecision, Kind, Level

ENGAGEMENT = table_of(Engagement)
LEVELS: tuple[Level, ...] = get_args(Level)


def begun(today: date) -> ColumnElement[bool]:
    """The condition that the day on which an engagement was to begin has come.

    Where only a month, a quarter or a year is known, that is certain when it is over.
    """
    begins, precision = ENGAGEMENT.c.starts_on, ENGAGEMENT.c.date_precision
    vague = (and_(precision == each, begins < first_day(today, each)) for each in VAGUE)
    return or_(and_(precision == "day", begins <= today), *vague)


def held(today: date) -> ColumnElement[bool]:
    """The condition that an engagement has been held or is under way, whether or not anybody has said so yet."""
    status = ENGAGEMENT.c.status
    return or_(status.in_(("completed", "in_progress")), and_(status.in_(("planned", "confirmed")), begun(today)))


def to_come(today: date) -> ColumnElement[bool]:
    """The condition that an engagement is still to come, as far as is planned."""
    return and_(ENGAGEMENT.c.status.in_(("proposed", "planned", "confirmed")), not_(begun(today)))


def when(today: date) -> ColumnElement[str]:
    """`done`, `planned`, or null for what was cancelled, postponed, or proposed and never held."""
    return case((held(today), "done"), (to_come(today), "planned"))


class EngagementAt(Representation):
    """An engagement, in short."""

    id: RecordId
    """Its id."""

    reference: str
    """The number to quote."""

    kind: Kind
    """Which kind it is."""

    title: str
    """What it is called."""

    level: Level | None
    """How high it is."""

    starts_on: date
    """Its first day."""

    date_precision: DatePrecision
    """How exact its days are. While a month or a year that is all that is known lasts, it is still to come."""


class Standing(Representation):
    """How engagement stands against its cadence."""

    cadence_months: int
    """How often it is called for, in months."""

    level: Level | None
    """The level that is called for; what is lower does not count. Null: any."""

    last: EngagementAt | None
    """The last engagement that was held; null if there was none."""

    next: EngagementAt | None
    """The next one that is planned; null if there is none."""

    due_on: date | None
    """The last day on which the next one would still be in time; null if none was held."""

    standing: Cadence
    """`overdue`: the day has passed. `due`: it comes within a quarter of the cadence, and nothing is planned by then.
    `on_track`: neither. `none`: nothing was held and nothing is planned."""

    @classmethod
    def of(cls, months: int, level: Level | None, nearest: Iterable[Any], today: date, **named: Any) -> Self:
        """The standing that follows from the nearest engagements of each level, on either side of today."""
        counted = [each for each in nearest if reaches(each.level, level)]
        last = max((each for each in counted if each.time == "done"), key=_place, default=None)
        following = min((each for each in counted if each.time == "planned"), key=_place, default=None)
        due_on = None if last is None else months_after(last.starts_on, months)
        return cls(
            cadence_months=months,
            level=level,
            last=None if last is None else EngagementAt.model_validate(last),
            next=None if following is None else EngagementAt.model_validate(following),
            due_on=due_on,
            standing=standing(months, due_on, None if following is None else following.starts_on, today),
            **named,
        )


def _place(row: Any) -> tuple[date, str]:
    return row.starts_on, str(row.id)


def reaches(level: str | None, wanted: Level | None) -> bool:
    """Whether a meeting is as high as is called for."""
    return wanted is None or (level is not None and LEVELS.index(level) <= LEVELS.index(wanted))


def standing(months: int, due_on: date | None, following: date | None, today: date) -> Cadence:
    """How it stands on a day."""
    if due_on is None:
        return "none" if following is None else "on_track"
    if due_on < today:
        return "overdue"
    in_time = following is not None and following <= due_on
    return "due" if not in_time and months_after(due_on, -max(1, months // 4)) <= today else "on_track"
