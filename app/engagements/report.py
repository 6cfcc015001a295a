"""The report: what came of an engagement, due so many working days after its end."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from app.access.fields import MarkedFields, MarkedRead
from app.access.markings import MARKING_FIELDS, marking_faults
from app.access.work import Work
from app.core.fields import Document, Moment, Prose, RecordId, Title
from app.core.query import Equals, ListQuery, Many
from app.crud.belonging import effective_marking, touch_owner
from app.crud.resource import RESOURCES, Parent, Resource
from app.crud.store import current
from app.engagements.engagements import ENGAGEMENTS
from app.errors import Conflict, Fault
from app.models import Report
from app.models.choices import ReportState, Tone


class OutcomeItem(Document):
    """Something that came of it."""

    title: Title
    """The outcome in a few words."""

    detail: Prose | None = None
    """More of it; Markdown."""


class ReportFields(MarkedFields):
    """What came of an engagement."""

    tone: Tone | None = None
    """How they met us: warm, cordial, neutral, cool or tense."""

    summary: Prose | None = None
    """What happened and what it means; Markdown."""

    outcomes: Annotated[list[OutcomeItem], Field(max_length=200)] = []
    """What came of it, in order."""


class ReportRead(MarkedRead):
    """What only the register says of a report."""

    engagement_id: RecordId
    """The engagement."""

    state: ReportState
    """Whether it is a draft, or submitted."""

    allowed_transitions: list[ReportState]
    """Where it can go from here."""

    submitted_at: Moment | None
    """When it was submitted; null while it is a draft."""

    submitted_by: str | None
    """Who submitted it; null while it is a draft."""


class ReportQuery(ListQuery):
    """What reports can be asked."""

    state: Annotated[Many[ReportState], Equals(Report.state)] = []
    """Whether it is a draft, or submitted."""


def make(_values: Mapping[str, Any]) -> Report:
    """A report begins as a draft."""
    return Report(state="draft")


def outcomes_once(values: Mapping[str, Any]) -> Iterator[Fault]:
    """No outcome stands twice."""
    seen = set()
    for index, item in enumerate(values.get("outcomes") or []):
        if item["title"] in seen:
            yield Fault("This outcome stands twice", "duplicate", pointer=f"/outcomes/{index}/title")
        seen.add(item["title"])


def only_a_draft(_work: Work, values: Mapping[str, Any], record: Report | None, _parent: Any) -> Iterable[Fault]:
    """What is submitted stays as it is; only its marking may be seen to. Raises Conflict."""
    if record is None or record.archived or record.state == "draft":
        return ()
    before = current(REPORT, record)
    after = REPORT.fields.model_validate(values).model_dump(mode="json")
    if any(after[name] != before[name] for name in after if name not in MARKING_FIELDS):
        raise Conflict("The report is submitted. Open it again first.")
    return ()


REPORT = RESOURCES.add(
    Resource(
        path="report",
        noun="report",
        name="Report",
        tag="Reports",
        model=Report,
        fields=ReportFields,
        extra=ReportRead,
        query=ReportQuery,
        sorts=(Report.created_at, Report.updated_at),
        default_sort="created_at",
        rules=(outcomes_once, marking_faults),
        make=make,
        check=only_a_draft,
        after=touch_owner,
        marking_of=effective_marking,
        titles=(),
        parent=Parent(ENGAGEMENTS, Report.engagement_id, "engagement", single=True),
        example={
            "tone": "warm",
            "summary": "Both sides want the maritime training to go on, and in Nuku'alofa.",
            "outcomes": [
                {"title": "Training for a third year", "detail": "Two mobile teams, from March; dates to follow."}
            ],
        },
    )
)
