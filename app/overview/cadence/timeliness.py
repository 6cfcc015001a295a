"""`/timeliness`: what was promised and kept, how long approvals took, and which reports are late."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from app.access.accesses import off_the_loop
from app.access.permissions import Action
from app.access.work import Work
from app.core.fields import Representation
from app.crud.answers import computed
from app.crud.asking import from_address
from app.crud.operations import Noun, Operation, add
from app.overview.cadence.approval_times import ApprovalTimes, approval_times
from app.overview.cadence.periods import PeriodQuery, period
from app.overview.cadence.promises import Promises, promises
from app.overview.cadence.report_times import ReportTimes, report_times

BACK = timedelta(days=365)
"""How far back is looked if nobody says."""

NOUN = Noun("Cadence", "timeliness")


class Timeliness(Representation):
    """What came in time, what late and what not yet, as far as the caller may know."""

    model_config = ConfigDict(serialize_by_alias=True)

    commitments: Promises
    """Commitments kept and broken in those days, and those that are open today."""

    approvals: ApprovalTimes
    """Approvals decided in those days, and those that wait today."""

    reports: ReportTimes
    """Reports that fell due in those days."""

    since: Annotated[date, Field(serialization_alias="from")]
    """The first day that is counted."""

    to: date
    """The last day that is counted."""

    marking: str
    """The banner of the answer: the highest marking of what it is made of."""


def timeliness(work: Work, request: Request) -> Response:
    off_the_loop(request)
    first, last = period(from_address(PeriodQuery, request), work.today - BACK, work.today)
    commitments = promises(work, first, last)
    approvals = approval_times(work, first, last)
    reports = report_times(work, first, last)
    answer = Timeliness(
        commitments=commitments,
        approvals=approvals,
        reports=reports,
        since=first,
        to=last,
        marking=work.banner(),
    )
    return computed(work, request, answer)


def add_timeliness(router: APIRouter) -> None:
    """Puts timeliness on a router."""
    operation = Operation(
        "measure", "GET", "/timeliness", timeliness, Action.READ,
        summary="What was in time, what late",
        description="Commitments kept and broken by side, how long approvals took by level and what waits, which "
        "reports are overdue and how late others came. Made of what the caller may see.",
        answer=Timeliness,
        query=PeriodQuery,
    )  # fmt: skip
    add(router, NOUN, operation, "")
