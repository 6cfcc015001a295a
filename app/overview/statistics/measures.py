"""What of engagements is counted or summed up."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import BigInteger, ColumnElement, Integer, case, cast, func, literal_column

from app.core.columns import table_of
from app.core.dateparts import DaysBetween
from app.core.query import TODAY
from app.models import Deployment, Engagement, Exercise, Visit
from app.overview.statistics.joining import Join

Measure = Literal["count", "days", "personnel", "person_days", "delegates"]
"""`count`: engagements. `days`: from the first day to the last, both counted; one that is open-ended until today.
`personnel`: of our forces at exercises and deployments. `person_days`: these for each of the days. `delegates`: who
comes or goes with visits, as the size of the delegation says."""

ENGAGEMENT = table_of(Engagement)
_VISIT, _EXERCISE, _DEPLOYMENT = (table_of(each).alias() for each in (Visit, Exercise, Deployment))
_OF_VISIT = Join(_VISIT, _VISIT.c.id == ENGAGEMENT.c.id)
_FORCES = tuple(Join(each, each.c.id == ENGAGEMENT.c.id) for each in (_EXERCISE, _DEPLOYMENT))


@dataclass(frozen=True, slots=True)
class Measured:
    """What one engagement adds to a sum, and the tables that say it."""

    value: ColumnElement[int]
    joins: tuple[Join, ...] = ()


_FIRST = ENGAGEMENT.c.starts_on
_LAST = func.coalesce(ENGAGEMENT.c.ends_on, case((_FIRST > TODAY, _FIRST), else_=TODAY))
_DAYS = DaysBetween(_FIRST, _LAST) + literal_column("1")
_PERSONNEL = func.coalesce(_EXERCISE.c.personnel, _DEPLOYMENT.c.personnel_deployed, literal_column("0"))

MEASURES: dict[Measure, Measured] = {
    "count": Measured(literal_column("1", Integer)),
    "days": Measured(_DAYS),
    "personnel": Measured(_PERSONNEL, _FORCES),
    "person_days": Measured(cast(_PERSONNEL, BigInteger) * _DAYS, _FORCES),
    "delegates": Measured(func.coalesce(_VISIT.c.delegation_size, literal_column("0")), (_OF_VISIT,)),
}
