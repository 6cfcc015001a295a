"""What of engagements is counted or summed up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import BigInteger, ColumnElement, Integer, case, cast, func, literal_column

from app.core.columns import table_of
from app.core.query import TODAY
from app.models import Deployment, Engagement, Exercise, Visit
from app.overview.statistics.joining import Join

Measure = Literal["count", "days", "personnel", "person_days", "delegates"]
"""`count`: engagements. `days`: from the first day to the last, both counted; one that is open-ended until today.
`personnel`: of our forces at exercises and deployments. `person_days`: these for each of the days. `delegates`: who
comes or goes with visits, as the size of the delegation says."""

ENGAGEMENT = table_of(Engagement)
_VISIT, _EXERCISE, _DEPLOYMENT = (table_of(each).alias() for each in (Visit, Exercise, Deployment))
_BY_ID = {name: Join(each, each.c.id == ENGAGEMENT.c.id) for name, each in (
    ("visit", _VISIT), ("exercise", _EXERCISE), ("deployment", _DEPLOYMENT),
)}  # fmt: skip
_FORCES = (_BY_ID["exercise"], _BY_ID["deployment"])


@dataclass(frozen=True, slots=True)
class Measured:
    """What one engagement adds to a sum, and the tables that say it."""

    value: Callable[[bool], ColumnElement[int]]
    """By whether the database is SQLite: the two subtract days differently."""

    joins: tuple[Join, ...] = ()


def _days(sqlite: bool) -> ColumnElement[int]:
    first = ENGAGEMENT.c.starts_on
    last = func.coalesce(ENGAGEMENT.c.ends_on, case((first > TODAY, first), else_=TODAY))
    between: Any = func.julianday(last) - func.julianday(first) if sqlite else last - first
    return cast(between, Integer) + literal_column("1")


def _personnel(_: bool) -> ColumnElement[int]:
    return func.coalesce(_EXERCISE.c.personnel, _DEPLOYMENT.c.personnel_deployed, literal_column("0"))


MEASURES: dict[Measure, Measured] = {
    "count": Measured(lambda _: literal_column("1", Integer)),
    "days": Measured(_days),
    "personnel": Measured(_personnel, _FORCES),
    "person_days": Measured(lambda sqlite: cast(_personnel(sqlite), BigInteger) * _days(sqlite), _FORCES),
    "delegates": Measured(lambda _: func.coalesce(_VISIT.c.delegation_size, literal_column("0")), (_BY_ID["visit"],)),
}
