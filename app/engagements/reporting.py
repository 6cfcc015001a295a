"""When the report of an engagement is due, and which engagements owe one."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, or_, select

from app.access.work import Work
from app.core.calendar import last_day
from app.core.columns import table_of
from app.core.query import TODAY, Cases, Scope
from app.core.workingdays import Holiday, add_working_days, holidays_of, is_known
from app.models import Engagement, Report
from app.models.lifecycle import WITHOUT_REPORT

Reporting = Literal["due", "overdue", "draft", "submitted", "none"]
"""How an engagement stands with its report, as a list can be asked."""

_REPORTS = table_of(Report)


def report_day(work: Work, engagement: Any) -> date | None:
    """The day on which its report falls due if it takes place; None while it has no end, or if none is expected."""
    if engagement.ends_on is None or not engagement.report_expected:
        return None
    settings = work.register.settings
    last = last_day(engagement.ends_on, engagement.date_precision)
    return add_working_days(last, settings.report_due_working_days, settings.home_country, settings.home_region)


def days_off(work: Work, country: str, first: date, last: date) -> list[Holiday]:
    """The public holidays of a country in some days; of one whose holidays are not known, none."""
    settings = work.register.settings
    region = settings.home_region if country == settings.home_country else None
    return holidays_of(country, first, last, region) if is_known(country) else []


def _reported(scope: Scope, state: str) -> ColumnElement[bool]:
    """That there is a report in this state which the caller may see and nobody has withdrawn."""
    reports = _REPORTS.alias()
    found = select(reports.c.id).where(
        reports.c.engagement_id == scope.table.c.id,
        reports.c.archived.is_(False),
        reports.c.state == state,
        scope.visible(reports),
    )
    return found.correlate_except(reports).exists()


def _owed(scope: Scope, *by: ColumnElement[bool]) -> ColumnElement[bool]:
    """That it is over, took place as far as is known, and no report is submitted that the caller may see."""
    table = scope.table
    return and_(
        table.c.report_day.is_not(None),
        *by,
        table.c.ends_on < TODAY,
        *(table.c.status != each for each in WITHOUT_REPORT),
        ~_reported(scope, "submitted"),
    )


CASES: Mapping[str, Callable[[Scope], ColumnElement[bool]]] = {
    "due": lambda scope: _owed(scope, scope.table.c.report_day >= TODAY),
    "overdue": lambda scope: _owed(scope, scope.table.c.report_day < TODAY),
    "draft": lambda scope: and_(_reported(scope, "draft"), ~_reported(scope, "submitted")),
    "submitted": lambda scope: _reported(scope, "submitted"),
    "none": lambda scope: ~or_(_reported(scope, "draft"), _reported(scope, "submitted")),
}


def reported() -> Cases:
    """The filter by how an engagement stands with its report."""
    return Cases(CASES)


def expect_report(work: Work, engagement: Engagement) -> None:
    """Puts down when the report of an engagement falls due."""
    engagement.report_day = report_day(work, engagement)
