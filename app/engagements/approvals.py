"""Approvals: what was asked of the offices of a route about an engagement, and what each of them decided."""

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from app.access.fields import MarkedRead
from app.access.work import Work
from app.core.derive import without_default
from app.core.fields import Document, Flag, Moment, Prose, RecordId, Representation
from app.core.query import Equals, Linked, ListQuery, Many, as_flag
from app.crud.resource import RESOURCES, Children, Resource
from app.engagements.deciding import my_offices
from app.models import Approval, ApprovalStep
from app.models.choices import ApprovalState, Classification, DatePrecision, Decision, Lead, Level

NOBODY = "00000000-0000-0000-0000-000000000000"
"""An office that there is not: whoever decides for none finds nothing."""


class ApprovalFields(Document):
    """What offices are asked about an engagement, and what they decided."""

    note: Prose | None = None
    """What those who decide should know; Markdown."""


class ApprovalContent(Representation):
    """What approval is asked for: the engagement as it was then."""

    reference: str
    """The engagement's reference."""

    title: str
    """What it is called."""

    level: Level | None
    """How high the meeting is."""

    lead: Lead | None
    """Who leads it on our side."""

    starts_on: date
    """The first day."""

    ends_on: date | None
    """The last day."""

    date_precision: DatePrecision
    """How exact the dates are."""

    country: str | None
    """Where it happens."""

    partners: list[str]
    """Who takes part, in alphabetical order."""


class ApprovalStepRead(Representation):
    """One step of an approval."""

    position: int
    """Its place in the order, from 1."""

    office: RecordId
    """Whose decision it is."""

    title: str
    """What the step is called."""

    decision: Decision | None
    """What was decided; null: nothing yet."""

    comment: str | None
    """What was said with it."""

    decided_at: Moment | None
    """When."""

    decided_by: str | None
    """The token or user that decided, as it stands in the ledger."""

    person: RecordId | None
    """Who decided."""

    on_behalf_of: RecordId | None
    """The holder of the office, where somebody else decided in their place."""


class ApprovalRead(MarkedRead):
    """What only the register says of an approval."""

    classification: Classification
    """The engagement's, always."""

    endorsements: list[str]
    """The engagement's, always."""

    releasable_to: list[str]
    """The engagement's, always."""

    need_to_know: list[str]
    """The engagement's, always."""

    engagement: RecordId
    """What approval is asked for."""

    route: RecordId
    """The route that it goes."""

    state: ApprovalState
    """`open` until it is `granted` by all, `returned` for more work, `declined`, or `withdrawn` by who asked."""

    waiting_for: RecordId | None
    """The office whose decision it waits for; null when it waits for nobody."""

    content: ApprovalContent
    """What approval is asked for, as it was then."""

    changed: list[str]
    """What of that reads otherwise by now. While there is any, the approval does not cover the engagement."""

    asked_by: str
    """The token or user that asked, as it stands in the ledger."""

    asked_by_person: RecordId | None
    """Who asked, where that is known."""

    closed_at: Moment | None
    """When the last was decided; null while it is open."""

    steps: list[ApprovalStepRead]
    """The offices in the order in which they decide, with what each decided."""


class ApprovalQuery(ListQuery):
    """What the list of approvals can be asked."""

    mine: Annotated[Flag | None, BeforeValidator(as_flag), Field(json_schema_extra=without_default)] = None
    """`true`: what waits for the caller now, in the offices that they hold or stand in for today, the oldest first."""

    state: Annotated[Many[ApprovalState], Equals(Approval.state)] = []
    """Where it stands."""

    engagement: Annotated[Many[RecordId], Equals(Approval.engagement)] = []
    """What approval is asked for."""

    office: Annotated[Many[RecordId], Linked(ApprovalStep.office, ApprovalStep.approval_id)] = []
    """An office that decides on it, at any step."""

    waiting_for: Annotated[Many[RecordId], Equals(Approval.office)] = []
    """The office whose decision it waits for."""


def meant(work: Work, query: Any) -> Any:
    """What `mine` means: whose decision it waits for, by who asks and on what day."""
    if not query.mine:
        return query
    offices = set(my_offices(work))
    if query.waiting_for:
        offices &= set(query.waiting_for)
    return query.model_copy(update={"waiting_for": sorted(offices) or [NOBODY], "sort": query.sort or ("created_at",)})


APPROVALS = RESOURCES.add(
    Resource(
        path="approvals",
        noun="approval",
        name="Approval",
        tag="Approvals",
        model=Approval,
        fields=ApprovalFields,
        extra=ApprovalRead,
        query=ApprovalQuery,
        meant=meant,
        sorts=(Approval.created_at, Approval.updated_at, Approval.state),
        default_sort="-created_at",
        children={"steps": Children(Approval.steps, lambda _place, step: step)},
        by_acts=True,
        about=Approval.engagement,
        titles=(),
        example={"note": "The programme is attached to the brief."},
    )
)
