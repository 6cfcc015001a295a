"""Approval routes: which offices approve engagements of a level, in which order, before they are confirmed."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from sqlalchemy import select

from app.access.work import Work
from app.core.fields import Document, Flag, Prose, RecordFields, RecordId, RecordRead, References, Title
from app.core.query import Equals, ListQuery, Many, as_flag
from app.crud.resource import RESOURCES, Resource
from app.errors import Fault
from app.models import ApprovalRoute, Office
from app.models.choices import Kind, Lead, Level


class RouteStepItem(Document):
    """One office on the way, and what it is asked for."""

    office: Annotated[RecordId, References(Office.id)]
    """Whose decision it is: whoever holds this office on the day."""

    title: Title
    """What the step is called."""


class ApprovalRouteFields(RecordFields):
    """Which offices approve engagements of a level, in their order."""

    title: Title
    """What it is called."""

    description: Prose | None = None
    """Where it comes from, such as the delegations of the ministry; Markdown."""

    level: Level
    """The level of the engagements that go this way."""

    lead: Lead | None = None
    """Only those led so; whoever leads, if not given."""

    kind: Kind | None = None
    """Only those of this kind; of any, if not given."""

    active: Flag = True
    """Whether engagements must go this way now. Approvals that are under way keep the steps that they began with."""

    steps: Annotated[list[RouteStepItem], Field(min_length=1, max_length=20)]
    """The offices, in the order in which they decide."""


class ApprovalRouteQuery(ListQuery):
    """What the list of approval routes can be asked."""

    level: Annotated[Many[Level], Equals(ApprovalRoute.level)] = []
    """The level of the engagements."""

    lead: Annotated[Many[Lead], Equals(ApprovalRoute.lead)] = []
    """Who leads them."""

    kind: Annotated[Many[Kind], Equals(ApprovalRoute.kind)] = []
    """Their kind."""

    active: Annotated[Annotated[Flag, BeforeValidator(as_flag)] | None, Equals(ApprovalRoute.active)] = None
    """Whether engagements must go this way now."""


def one_way(work: Work, values: Mapping[str, Any], record: ApprovalRoute | None, _parent: None) -> Iterable[Fault]:
    """Of the same engagements, one route at a time is active: else nobody would know which to go."""
    if not values.get("active") or "level" not in values:
        return
    alike = [getattr(ApprovalRoute, name).is_not_distinct_from(values.get(name)) for name in ("level", "lead", "kind")]
    statement = select(ApprovalRoute.title).where(
        *alike, ApprovalRoute.active.is_(True), ApprovalRoute.archived.is_(False)
    )
    if record is not None:
        statement = statement.where(ApprovalRoute.id != record.id)
    other = work.session.scalar(statement.limit(1))
    if other is not None:
        yield Fault(f"The route {other!r} is active for the same engagements", "taken", pointer="/level")


APPROVAL_ROUTES = RESOURCES.add(
    Resource(
        path="approval-routes",
        noun="approval route",
        name="ApprovalRoute",
        tag="Approvals",
        model=ApprovalRoute,
        fields=ApprovalRouteFields,
        extra=RecordRead,
        query=ApprovalRouteQuery,
        sorts=(ApprovalRoute.title, ApprovalRoute.level, ApprovalRoute.updated_at, ApprovalRoute.created_at),
        default_sort="title",
        check=one_way,
        administered=True,
        example={
            "title": "Ministerial engagements",
            "level": "ministerial",
            "steps": [
                {"office": "0190163d-8694-739b-aea5-966c26f8ad91", "title": "Policy clearance"},
                {"office": "0190163d-8694-739b-aea5-966c26f8ad92", "title": "Secretary's approval"},
            ],
        },
    )
)
