"""Submitting a report, and opening it again."""

from fastapi import APIRouter

from app.access.work import Work
from app.core.fields import Document
from app.crud import only
from app.crud.moving import Reason, check_move, transition
from app.crud.operations import add, noun_of
from app.crud.resource import Resource
from app.crud.router import parent_id
from app.engagements.report import REPORT
from app.errors import Invalid
from app.models import Report
from app.models.choices import ReportState
from app.models.lifecycle import REPORTING


class ReportTransitionRequest(Document):
    """A move of a report to another state."""

    to: ReportState
    """The state to go to: `submitted`, or `draft` to open it again."""

    reason: Reason | None = None
    """Why; needed to open it again."""


def move(work: Work, report: Report, to: str, reason: str | None) -> None:
    """Moves a report. Raises Conflict, Forbidden or Invalid."""
    check_move(work, REPORTING, report.state, to, reason)
    if to == "draft":
        report.submitted_at = report.submitted_by = None
    else:
        if not (report.summary or report.outcomes):
            raise Invalid.at("/summary", "Is needed before it is submitted", "required")
        report.submitted_at, report.submitted_by = work.now, work.actor.name
    report.state = to


def add_submission(router: APIRouter, under: Resource) -> None:
    """Puts the operation on a router, below one kind of engagement or below all."""
    operation = transition(
        REPORT, ReportTransitionRequest, move,
        summary="Submit the report, or open it again",
        description="A draft is submitted by whoever may write; then it stays as it is. To open it again takes a "
        "reason and the role of an approver or administrator.",
        example={"to": "submitted"},
    )  # fmt: skip
    shown = REPORT.parent is not None and under is REPORT.parent.resource
    base = f"/{under.path}/{{engagement}}/{REPORT.path}"
    add(router, noun_of(REPORT), only.of(REPORT, parent_id, operation), base, shown=shown)
