"""Briefings: papers for those who meet partners. Briefs, advice, analysis, talking points, biographies, itineraries."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from sqlalchemy import ColumnElement, and_, inspect, not_, select

from app.access.fields import MarkedFields, MarkedRead
from app.access.markings import marking_faults
from app.access.work import Work
from app.core.columns import table_of
from app.core.fields import Code, Day, Line, LongProse, MayName, Moment, Prose, RecordId, RecordKey, References, Title
from app.core.query import TODAY, AtLeast, AtMost, Cases, Equals, ListQuery, Many, Match, Scope, Where, as_words
from app.core.search import FullText
from app.crud.belonging import remark_all_below
from app.crud.remarking import remark_naming
from app.crud.resource import RESOURCES, Resource
from app.errors import Fault
from app.models import Briefing, Engagement, Marking, Office, Partner, Person
from app.models.choices import BriefingState, BriefingType, Classification


class BriefingFields(MarkedFields):
    """A paper for an engagement, on a partner or on a person."""

    title: Title
    """What it is called."""

    briefing_type: BriefingType
    """What kind of paper it is."""

    summary: Prose | None = None
    """What it says, in a paragraph; Markdown."""

    body: LongProse | None = None
    """The paper itself; Markdown."""

    engagement: Annotated[RecordKey, References(Engagement.id, covered=True)] | None = None
    """The engagement that it is for: its id, or its reference. What names one is never marked below it."""

    partner: Annotated[Code, References(Partner.code)] | None = None
    """The partner that it is about."""

    person: Annotated[RecordId, References(Person.id)] | None = None
    """The person that it is about: whose biography it is."""

    author_office: Annotated[RecordId, References(Office.id)] | None = None
    """The office that writes it."""

    author: Annotated[Line, MayName(Person.id)] | None = None
    """Who writes it: a person's id, or a name."""

    audience_office: Annotated[RecordId, References(Office.id)] | None = None
    """The office that it is for."""

    due_days_before: Annotated[int, Field(strict=True, ge=0, le=3650)] | None = None
    """How many days before the engagement's first day it is due. Where it is given, `due_on` follows the engagement."""

    due_on: Day | None = None
    """The day on which it is due. Counted back from the engagement where `due_days_before` is given, whatever is given
    here."""

    @model_validator(mode="after")
    def _counted_back(self) -> Self:
        """A day that is counted back is the register's to say."""
        if self.due_days_before is not None:
            self.due_on = None
        return self


class BriefingRead(MarkedRead):
    """What only the register says of a briefing."""

    state: BriefingState
    """Where it stands: written, submitted, or cleared by somebody else."""

    allowed_transitions: list[BriefingState]
    """Where it can go from here."""

    cleared_at: Moment | None
    """When it was cleared; null while it is not. A change of title or body takes the clearance back."""

    cleared_by: str | None
    """Who cleared it."""


def _classified(scope: Scope, match: Match) -> Any:
    marking = table_of(Marking)
    return scope.table.c.marking_id.in_(select(marking.c.id).where(match(marking.c.classification)))


def _overdue(scope: Scope) -> ColumnElement[bool]:
    columns = scope.table.c
    return and_(columns.state != "cleared", columns.due_on.is_not(None), columns.due_on < TODAY)


OVERDUE = Cases({"true": _overdue, "false": lambda scope: not_(_overdue(scope))})


class BriefingQuery(ListQuery):
    """What the list of briefings can be asked."""

    q: Annotated[Annotated[str, Field(max_length=500)] | None, FullText()] = None
    """Words to find."""

    engagement: Annotated[Many[RecordId], Equals(Briefing.engagement)] = []
    """The engagement that it is for."""

    partner: Annotated[Many[Code], Equals(Briefing.partner)] = []
    """The partner that it is about."""

    person: Annotated[Many[RecordId], Equals(Briefing.person)] = []
    """The person that it is about."""

    briefing_type: Annotated[Many[BriefingType], Equals(Briefing.briefing_type)] = []
    """What kind of paper it is."""

    state: Annotated[Many[BriefingState], Equals(Briefing.state)] = []
    """Where it stands."""

    author_office: Annotated[Many[RecordId], Equals(Briefing.author_office)] = []
    """The office that writes it."""

    audience_office: Annotated[Many[RecordId], Equals(Briefing.audience_office)] = []
    """The office that it is for."""

    classification: Annotated[Many[Classification], Where(_classified)] = []
    """Its classification."""

    due_from: Annotated[Day | None, AtLeast(Briefing.due_on)] = None
    """Is due on this day or later."""

    due_to: Annotated[Day | None, AtMost(Briefing.due_on)] = None
    """Is due on this day or earlier."""

    overdue: Annotated[Annotated[Literal["true", "false"], BeforeValidator(as_words)] | None, OVERDUE] = None
    """`true`: not cleared though its day has passed."""

    updated_since: Annotated[Moment | None, AtLeast(Briefing.updated_at)] = None
    """Changed at this instant or later."""

    external_ref: Annotated[Many[Line], Equals(Briefing.external_ref)] = []
    """The id in the system that the record came from."""


ABOUT = ("engagement", "partner", "person")
ALONE = ("advice", "analysis")
"""Papers that need not be about a record: advice on a policy, an analysis of a region."""

NEEDS = {"biography": "person", "itinerary": "engagement"}


def about_something(values: Mapping[str, Any]) -> Iterator[Fault]:
    """A paper is about an engagement, a partner or a person; a biography about a person, an itinerary for a visit."""
    kind = values.get("briefing_type")
    needed = NEEDS.get(str(kind))
    if needed is not None:
        if needed in values and values[needed] is None:
            yield Fault(f"Is needed for {kind}", "required", pointer=f"/{needed}")
    elif kind is not None and kind not in ALONE and all(values.get(each, ...) is None for each in ABOUT):
        yield Fault("Must name an engagement, a partner or a person", "required", pointer="/engagement")


def counted_from_something(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Days are counted back from an engagement."""
    if values.get("due_days_before") is not None and values.get("engagement", ...) is None:
        yield Fault("Counts back from an engagement, and none is named", "required_with", pointer="/due_days_before")


def make(_values: Mapping[str, Any]) -> Briefing:
    """A briefing begins as a draft."""
    return Briefing(state="draft")


def counted_back(briefing: Briefing, engagement: Engagement) -> dict[str, date]:
    """When a briefing is due, if that is counted back from its engagement."""
    days = briefing.due_days_before
    return {} if days is None else {"due_on": engagement.starts_on - timedelta(days=days)}


CLEARED_AS = ("title", "body")
"""What is cleared: a paper that says something else has to be cleared anew."""


def prepare(work: Work, briefing: Briefing, values: Mapping[str, Any]) -> None:
    """Counts back when it is due; takes back the clearance of what is not what was cleared."""
    briefing.due_on = values["due_on"]
    if briefing.due_days_before is not None:
        engagement = work.session.get_one(Engagement, briefing.engagement)
        briefing.due_on = counted_back(briefing, engagement)["due_on"]
    known: Any = inspect(briefing).attrs
    if briefing.state == "cleared" and any(known[name].history.has_changes() for name in CLEARED_AS):
        briefing.state, briefing.cleared_at, briefing.cleared_by = "draft", None, None


def remarked(work: Work, briefing: Briefing) -> None:
    """Keeps the files of a paper that is marked anew, and what names it, from those who may not know of it now."""
    remark_all_below(work, briefing)
    remark_naming(work, briefing)


BRIEFINGS = RESOURCES.add(
    Resource(
        path="briefings",
        noun="briefing",
        name="Briefing",
        tag="Briefings",
        model=Briefing,
        fields=BriefingFields,
        extra=BriefingRead,
        query=BriefingQuery,
        sorts=(
            Briefing.due_on,
            Briefing.title,
            Briefing.updated_at,
            Briefing.created_at,
            Briefing.briefing_type,
            Briefing.state,
        ),
        default_sort="due_on",
        rules=(about_something, counted_from_something, marking_faults),
        make=make,
        prepare=prepare,
        aligned=counted_back,
        goes_with=Briefing.engagement,
        remarked=remarked,
        example={
            "title": "A third year of boarding training",
            "briefing_type": "advice",
            "summary": "What we want from the talks, and what they will ask.",
            "body": "## Purpose\n\nTo agree on a third year of boarding training.",
            "partner": "TO",
            "due_on": "2026-11-27",
        },
    )
)
