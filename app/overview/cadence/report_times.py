"""Which reports are overdue, and how late others came."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from app.access.work import Work
from app.core.columns import table_of
from app.core.fields import RecordId, Representation
from app.core.query import Scope
from app.core.workingdays import is_working_day
from app.engagements.reporting import CASES
from app.models import Report
from app.models.choices import Kind, Level
from app.models.lifecycle import WITHOUT_REPORT
from app.overview import serving
from app.overview.cadence.quantiles import MOST, middle
from app.overview.cadence.seeking import address
from app.overview.standing import ENGAGEMENT

REPORT = table_of(Report)
MOST_NAMED = 200
"""How many overdue reports an answer names at the most."""


class OverdueReport(Representation):
    """An engagement whose report is overdue."""

    id: RecordId
    """The engagement's id."""

    reference: str
    """The number to quote."""

    kind: Kind
    """Which kind it is."""

    title: str
    """What it is called."""

    level: Level | None
    """How high it was."""

    ends_on: date
    """Its last day."""

    due_on: date
    """When the report was due."""

    working_days_late: int
    """For how many working days at home it has been overdue."""

    address: str
    """Where the engagement can be read."""


class ReportTimes(Representation):
    """Reports that fell due in some days."""

    submitted: int
    """Those that are submitted."""

    due: int
    """Those that are not, and still in time."""

    overdue: int
    """Those that are not, and whose day has passed."""

    late: int
    """Those that were submitted after their day."""

    median_working_days_late: float | None
    """How many working days these were late, half of them at most; null if none was."""

    items: list[OverdueReport]
    """The overdue ones, what has been so for longest first."""

    complete: bool
    """Whether `items` are all, and all that were submitted are counted in `late`: 200 and 20,000 are at the most."""


class WorkingDays:
    """Working days at home from one day to another, counted once for as many spans as one likes."""

    def __init__(self, first: date, last: date, country: str, region: str | None) -> None:
        self.first = first
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        self.until = list(accumulate(int(is_working_day(day, country, region)) for day in days))

    def between(self, first: date, last: date) -> int:
        """How many there are after one day, up to and with another later one."""
        return self._until(last) - self._until(first)

    def _until(self, day: date) -> int:
        return self.until[min(len(self.until) - 1, (day - self.first).days)]


def report_times(work: Work, first: date, last: date) -> ReportTimes:
    """Reports that fell due in some days. Three statements."""
    settings = work.register.settings
    days = WorkingDays(first, max(last, work.today), settings.home_country, settings.home_region)
    numbers = _numbers(work, first, last)
    submitted = _submitted(work, first, last)
    late = [days.between(due, came) for due, came in submitted[:MOST] if came > due]
    rows = _overdue(work, first, last)
    named = rows[:MOST_NAMED]
    work.holds("engagement", ((row.id, row.marking_id) for row in named))
    return ReportTimes(
        submitted=numbers.get("submitted", 0),
        due=numbers.get("due", 0),
        overdue=numbers.get("overdue", 0),
        late=len(late),
        median_working_days_late=middle(late),
        items=[_item(row, days.between(row.report_day, work.today)) for row in named],
        complete=len(rows) <= MOST_NAMED and len(submitted) <= MOST,
    )


def _item(row: Any, late: int) -> OverdueReport:
    return OverdueReport(
        **{name: getattr(row, name) for name in ("reference", "kind", "title", "level", "ends_on")},
        id=str(row.id),
        due_on=row.report_day,
        working_days_late=late,
        address=address(row.kind, row.reference),
    )


def _scope(work: Work) -> Scope:
    return Scope(table=ENGAGEMENT, visible=work.visible, sqlite=work.register.database.is_sqlite)


def _fell_due(work: Work, first: date, last: date) -> Iterator[ColumnElement[bool]]:
    """The conditions that the report of an engagement fell due in some days."""
    yield serving.there(work)
    yield ENGAGEMENT.c.report_day.between(first, last)
    yield ENGAGEMENT.c.status.not_in(WITHOUT_REPORT)


def _numbers(work: Work, first: date, last: date) -> dict[str, int]:
    """How many stand how with their reports."""
    # As the filter `report` has it, in one look at the reports instead of one for each state.
    state = case(
        (CASES["submitted"](_scope(work)), "submitted"),
        (ENGAGEMENT.c.report_day < work.today, "overdue"),
        (ENGAGEMENT.c.ends_on < work.today, "due"),
    ).label("state")
    statement = (
        select(state, ENGAGEMENT.c.marking_id, func.count())
        .where(*_fell_due(work, first, last))
        .group_by(state, ENGAGEMENT.c.marking_id)
    )
    found: dict[str, int] = {}
    for name, marking, number in work.session.execute(statement):
        if name is not None:
            found[name] = found.get(name, 0) + number
            work.shows((marking,))
    return found


def _submitted(work: Work, first: date, last: date) -> list[tuple[date, date]]:
    """When reports were due and when they came, the newest first; of several about one engagement the first."""
    day = ENGAGEMENT.c.report_day
    statement = (
        select(ENGAGEMENT.c.id, day, REPORT.c.submitted_at, REPORT.c.marking_id)
        .select_from(ENGAGEMENT.join(REPORT, REPORT.c.engagement_id == ENGAGEMENT.c.id))
        .where(
            *_fell_due(work, first, last),
            work.visible(REPORT),
            REPORT.c.archived.is_(False),
            REPORT.c.state == "submitted",
        )
        .order_by(day.desc(), ENGAGEMENT.c.id.desc(), REPORT.c.submitted_at.desc())
        .limit(MOST + 1)
    )
    rows = work.session.execute(statement).all()
    work.shows(row.marking_id for row in rows)
    first_of_each = {row.id: (row.report_day, work.register.day(row.submitted_at)) for row in rows}
    return list(first_of_each.values())


def _overdue(work: Work, first: date, last: date) -> list[Any]:
    """The engagements whose reports are overdue, what has been so for longest first."""
    names = ("id", "reference", "kind", "title", "level", "ends_on", "report_day", "marking_id")
    statement = (
        select(*(ENGAGEMENT.c[name] for name in names))
        .where(*_fell_due(work, first, last), CASES["overdue"](_scope(work)))
        .order_by(ENGAGEMENT.c.report_day, ENGAGEMENT.c.id)
        .limit(MOST_NAMED + 1)
    )
    return list(work.session.execute(statement, {"today": work.today}))
