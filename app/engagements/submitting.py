"""Submitting a report, and opening it again."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.work import LONGEST_REASON, Work
from app.core.derive import body_of
from app.core.documents import examine
from app.core.fields import Document, Prose
from app.crud import only, store
from app.crud.answers import written
from app.crud.asking import no_parameters
from app.crud.moving import check_move
from app.crud.operations import Operation, add, noun_of
from app.crud.resource import Resource
from app.crud.router import for_change, parent_id
from app.engagements.report import REPORT
from app.errors import Invalid
from app.models import Report
from app.models.choices import ReportState
from app.models.lifecycle import REPORTING


class ReportTransitionRequest(Document):
    """A move of a report to another state."""

    to: ReportState
    """The state to go to: `submitted`, or `draft` to open it again."""

    reason: Annotated[Prose, Field(max_length=LONGEST_REASON)] | None = None
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
    body = body_of(ReportTransitionRequest)

    def endpoint(work: Work, request: Request, id: str, document: body) -> Response:  # type: ignore[valid-type]  # noqa: A002
        no_parameters(request)
        report = for_change(work, REPORT, request, id)
        store.check_present(report)
        wanted = examine(ReportTransitionRequest, document)
        if wanted.faults:
            raise Invalid(faults=wanted.faults)
        work.reason = wanted.values["reason"] or work.reason
        with store.changing(work, report, "transition", state=[report.state, wanted.values["to"]]):
            move(work, report, **wanted.values)
        return written(work, request, REPORT, report, created=False)

    operation = Operation(
        "transition", "POST", "/{id}/transitions", endpoint, Action.WRITE,
        summary="Submit the report, or open it again",
        description="A draft is submitted by whoever may write; then it stays as it is. To open it again takes a "
        "reason and the role of an approver or administrator.",
        answer=REPORT.read,
        example={"to": "submitted"},
    )  # fmt: skip
    shown = REPORT.parent is not None and under is REPORT.parent.resource
    base = f"/{under.path}/{{engagement}}/{REPORT.path}"
    add(router, noun_of(REPORT), only.of(REPORT, parent_id, operation), base, shown=shown)
