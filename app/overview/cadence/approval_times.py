"""How long approvals take, and what waits for one."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, get_args

from sqlalchemy import func, select

from app.access.work import Work
from app.core.columns import table_of
from app.core.fields import Representation
from app.models import Approval
from app.models.choices import Level
from app.overview.cadence.periods import instants
from app.overview.cadence.quantiles import MOST, at_most, middle

APPROVAL = table_of(Approval)
DECIDED = ("granted", "returned", "declined")
DAY = timedelta(days=1)
MOST_OF_THEM = 0.9


class ApprovalCounts(Representation):
    """Approvals that were decided, and those that wait."""

    decided: int
    """Granted, returned or declined in those days."""

    median_days: float | None
    """Days from asking to the last decision, half of them at most; null if none was decided."""

    p90_days: float | None
    """The same, nine of ten at most."""

    waiting: int
    """Open today, whenever they were asked for."""

    oldest_waiting_days: float | None
    """For how many days the oldest of them has waited; null if none does."""


class ApprovalsByLevel(Representation):
    """Approvals by the level for which approval was asked."""

    ministerial: ApprovalCounts
    """Of ministers."""

    principal: ApprovalCounts
    """Of principals."""

    senior_officials: ApprovalCounts
    """Of senior officials."""

    working: ApprovalCounts
    """At working level."""


class ApprovalTimes(ApprovalCounts):
    """How long approvals take."""

    by_level: ApprovalsByLevel
    """The same by level."""

    complete: bool
    """Whether all that were decided are counted; the newest 20,000 are at the most."""


class Decided(NamedTuple):
    """An approval that was decided, and how long that took."""

    level: str
    days: float


class Waiting(NamedTuple):
    """Approvals that wait, and since when the oldest does."""

    level: str
    number: int
    since: datetime


def days_between(begins: datetime, ends: datetime) -> float:
    """Days from one instant to another, parts of days too."""
    return max(0.0, (ends - begins) / DAY)


def counted(decided: Sequence[Decided], waiting: Sequence[Waiting], now: datetime) -> dict[str, Any]:
    """The fields of `ApprovalCounts`."""
    days = [each.days for each in decided]
    since = min((each.since for each in waiting), default=None)
    return {
        "decided": len(days),
        "median_days": middle(days),
        "p90_days": at_most(days, MOST_OF_THEM),
        "waiting": sum(each.number for each in waiting),
        "oldest_waiting_days": None if since is None else round(days_between(since, now), 1),
    }


def approval_times(work: Work, first: date, last: date) -> ApprovalTimes:
    """How long approvals took that were decided in some days, and what waits today. Two statements."""
    decided, complete = _decided(work, first, last)
    waiting = list(_waiting(work))
    by_level = {
        level: ApprovalCounts(
            **counted(
                [each for each in decided if each.level == level],
                [each for each in waiting if each.level == level],
                work.now,
            )
        )
        for level in get_args(Level)
    }
    together = counted(decided, waiting, work.now)
    return ApprovalTimes(**together, by_level=ApprovalsByLevel(**by_level), complete=complete)


LEVEL = APPROVAL.c.content["level"].as_string()
"""As it was when approval was asked for."""


def _decided(work: Work, first: date, last: date) -> tuple[list[Decided], bool]:
    begins, ends = instants(first, last, work.register.settings.home_timezone)
    table = APPROVAL.c
    statement = (
        select(LEVEL.label("level"), table.created_at, table.closed_at, table.marking_id)
        .where(
            work.visible(APPROVAL),
            table.archived.is_(False),
            table.state.in_(DECIDED),
            table.closed_at >= begins,
            table.closed_at < ends,
        )
        .order_by(table.closed_at.desc(), table.id.desc())
        .limit(MOST + 1)
    )
    rows = work.session.execute(statement).all()
    kept = rows[:MOST]
    work.shows(row.marking_id for row in kept)
    return [Decided(row.level, days_between(row.created_at, row.closed_at)) for row in kept], len(rows) <= MOST


def _waiting(work: Work) -> Iterable[Waiting]:
    table = APPROVAL.c
    statement = (
        select(LEVEL.label("level"), table.marking_id, func.count().label("number"), func.min(table.created_at))
        .where(work.visible(APPROVAL), table.archived.is_(False), table.state == "open")
        .group_by(LEVEL, table.marking_id)
    )
    for level, marking, number, since in work.session.execute(statement):
        work.shows((marking,))
        yield Waiting(level, number, since)
