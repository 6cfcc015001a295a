"""Objectives: what one engagement should achieve, how one would know, and afterwards whether it did."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from app.access.fields import MarkedFields, MarkedRead
from app.access.markings import marking_faults
from app.access.work import Work
from app.core.fields import Code, Day, Line, Prose, RecordId, References, Title
from app.core.query import Equals, Linked, ListQuery, Many
from app.core.search import FullText
from app.crud.belonging import effective_marking, touch_owner
from app.crud.resource import RESOURCES, Children, Parent, Resource
from app.engagements.engagement import each_once
from app.engagements.engagements import ENGAGEMENTS
from app.errors import Fault
from app.models import Engagement, Objective, ObjectivePriority, Priority
from app.models.choices import Assessment

PROVEN = ("achieved", "partly_achieved")
"""What nobody says without evidence."""


class ObjectiveFields(MarkedFields):
    """What one engagement should achieve."""

    title: Title
    """What should be achieved, in a few words."""

    description: Prose | None = None
    """The same in full; Markdown."""

    measure: Prose | None = None
    """How one would know that it is achieved."""

    target: Annotated[Line | None, Field(examples=["signed by June 2027"])] = None
    """What the measure should come to."""

    priorities: Annotated[list[Annotated[Code, References(Priority.code)]], Field(max_length=50)] = []
    """The priorities that it serves."""

    position: Annotated[int, Field(strict=True, ge=1, le=10_000)] | None = None
    """Its place among the objectives of the engagement; those without one come last, as they were recorded."""

    assessment: Assessment | None = None
    """Whether it was achieved; null until somebody has said."""

    evidence: Prose | None = None
    """What shows it; needed for achieved and partly achieved. Markdown."""

    assessed_on: Day | None = None
    """The day of the assessment; not before the engagement begins."""


class ObjectiveRead(MarkedRead):
    """What only the register says of an objective."""

    engagement_id: RecordId
    """The engagement."""


class ObjectiveQuery(ListQuery):
    """What the list of objectives can be asked."""

    q: Annotated[Annotated[str, Field(max_length=500)] | None, FullText()] = None
    """Words to find."""

    assessment: Annotated[Many[Assessment], Equals(Objective.assessment)] = []
    """What was said of it afterwards."""

    priority: Annotated[Many[Code], Linked(ObjectivePriority.priority, ObjectivePriority.objective_id)] = []
    """A priority that it serves."""


def assessed_with_evidence(values: Mapping[str, Any]) -> Iterator[Fault]:
    """What was achieved is shown; an assessment has its day, and no day stands without one."""
    if not {"assessment", "assessed_on", "evidence"} <= set(values):
        return
    assessment, day = values["assessment"], values["assessed_on"]
    if assessment in PROVEN and not values["evidence"]:
        yield Fault(f"Is needed for {assessment}", "required", pointer="/evidence")
    if assessment is not None and day is None:
        yield Fault("Is needed with an assessment", "required_with", pointer="/assessed_on")
    if assessment is None and day is not None:
        yield Fault("Is missing, though assessed_on is given", "required_with", pointer="/assessment")


def after_it_began(
    work: Work, values: Mapping[str, Any], record: Objective | None, parent: Engagement | None
) -> Iterable[Fault]:
    """Nobody can tell before the engagement has begun, or of a day to come."""
    day = values.get("assessed_on")
    if day is None:
        return
    engagement = parent
    if engagement is None and record is not None:
        engagement = work.session.get_one(Engagement, record.engagement_id)
    if engagement is not None and day < engagement.starts_on:
        detail = f"Must not be before the engagement begins, {engagement.starts_on}"
        yield Fault(detail, "before_start", pointer="/assessed_on")
    if day > work.today:
        yield Fault("Must not be after today", "in_future", pointer="/assessed_on")


OBJECTIVES = RESOURCES.add(
    Resource(
        path="objectives",
        noun="objective",
        name="Objective",
        tag="Objectives",
        model=Objective,
        fields=ObjectiveFields,
        extra=ObjectiveRead,
        query=ObjectiveQuery,
        sorts=(Objective.position, Objective.title, Objective.updated_at, Objective.created_at),
        default_sort="position",
        rules=(assessed_with_evidence, each_once, marking_faults),
        children={
            "priorities": Children(
                Objective.priority_links, lambda place, code: ObjectivePriority(priority=code, position=place)
            )
        },
        check=after_it_began,
        after=touch_owner,
        marking_of=effective_marking,
        parent=Parent(ENGAGEMENTS, Objective.engagement_id, "engagement"),
        example={
            "title": "Agree the terms of the logistics arrangement",
            "measure": "Both sides initial the text",
            "target": "initialled by the end of the visit",
            "priorities": ["PRI-04"],
        },
    )
)
