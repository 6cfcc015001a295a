"""Commitments: what either side promised the other, by when, and whether it was kept."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from sqlalchemy import ColumnElement, and_, not_, select

from app.access.fields import MarkedFields, MarkedRead
from app.access.markings import marking_faults
from app.core.columns import table_of
from app.core.fields import Code, CreateOnly, Day, Line, Moment, Prose, RecordId, RecordKey, References, Title
from app.core.query import TODAY, AtLeast, AtMost, Cases, Equals, ListQuery, Many, Match, Scope, Where, as_words
from app.core.search import FullText
from app.crud.resource import RESOURCES, Resource
from app.errors import Fault
from app.models import Commitment, Engagement, Marking, Office, Partner, Priority
from app.models.choices import Classification, CommitmentStatus, Side

BY_TRANSITION = CreateOnly("POST /commitments/{id}/transitions")


class CommitmentFields(MarkedFields):
    """What either side promised the other."""

    title: Title
    """The promise in a few words."""

    description: Prose | None = None
    """The promise in full; Markdown."""

    partner: Annotated[Code, References(Partner.code)]
    """The partner that it was made to, or by."""

    owed_by: Side
    """Who owes it: we (`home`) or they (`partner`)."""

    owner_office: Annotated[RecordId, References(Office.id)] | None = None
    """The office that sees to it, on either side."""

    engagement: Annotated[RecordKey, References(Engagement.id, covered=True)] | None = None
    """The engagement at which it was made: its id, or its reference. What names one is never marked below it."""

    priority: Annotated[Code, References(Priority.code)] | None = None
    """The priority that it serves."""

    made_on: Day | None = None
    """When it was made."""

    due_on: Day | None = None
    """When it falls due; null if nobody said."""

    status: Annotated[CommitmentStatus, BY_TRANSITION] = "open"
    """Where it stands. May be given when it is recorded; later it changes by `…/transitions`."""

    closed_on: Annotated[Annotated[Day, BY_TRANSITION] | None, BY_TRANSITION] = None
    """When it ceased to be open."""


class CommitmentRead(MarkedRead):
    """What only the register says of a commitment."""

    allowed_transitions: list[CommitmentStatus]
    """Where it can go from here."""


def _classified(scope: Scope, match: Match) -> Any:
    marking = table_of(Marking)
    return scope.table.c.marking_id.in_(select(marking.c.id).where(match(marking.c.classification)))


def _overdue(scope: Scope) -> ColumnElement[bool]:
    return and_(scope.table.c.status == "open", scope.table.c.due_on.is_not(None), scope.table.c.due_on < TODAY)


OVERDUE = Cases({"true": _overdue, "false": lambda scope: not_(_overdue(scope))})


class CommitmentQuery(ListQuery):
    """What the list of commitments can be asked."""

    q: Annotated[Annotated[str, Field(max_length=500)] | None, FullText()] = None
    """Words to find."""

    partner: Annotated[Many[Code], Equals(Commitment.partner)] = []
    """The partner that it was made to, or by."""

    owed_by: Annotated[Many[Side], Equals(Commitment.owed_by)] = []
    """Who owes it: we or they."""

    status: Annotated[Many[CommitmentStatus], Equals(Commitment.status)] = []
    """Where it stands."""

    owner_office: Annotated[Many[RecordId], Equals(Commitment.owner_office)] = []
    """The office that sees to it."""

    engagement: Annotated[Many[RecordId], Equals(Commitment.engagement)] = []
    """The engagement at which it was made."""

    priority: Annotated[Many[Code], Equals(Commitment.priority)] = []
    """The priority that it serves."""

    classification: Annotated[Many[Classification], Where(_classified)] = []
    """Its classification."""

    due_from: Annotated[Day | None, AtLeast(Commitment.due_on)] = None
    """Falls due on this day or later."""

    due_to: Annotated[Day | None, AtMost(Commitment.due_on)] = None
    """Falls due on this day or earlier."""

    overdue: Annotated[Annotated[Literal["true", "false"], BeforeValidator(as_words)] | None, OVERDUE] = None
    """`true`: open though its day has passed."""

    updated_since: Annotated[Moment | None, AtLeast(Commitment.updated_at)] = None
    """Changed at this instant or later."""

    external_ref: Annotated[Many[Line], Equals(Commitment.external_ref)] = []
    """The id in the system that the record came from."""


def days_in_order(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Nothing falls due, or is done, before it was promised."""
    made_on = values.get("made_on")
    for name in ("due_on", "closed_on"):
        if made_on and values.get(name) and values[name] < made_on:
            yield Fault("Must not be before made_on", "before_start", pointer=f"/{name}")


def closed_if_closed(values: Mapping[str, Any]) -> Iterator[Fault]:
    """What is open has not been closed."""
    if values.get("closed_on") and values.get("status") == "open":
        yield Fault("Is given for what is still open", "still_open", pointer="/closed_on")


COMMITMENTS = RESOURCES.add(
    Resource(
        path="commitments",
        noun="commitment",
        name="Commitment",
        tag="Commitments",
        model=Commitment,
        fields=CommitmentFields,
        extra=CommitmentRead,
        query=CommitmentQuery,
        sorts=(
            Commitment.due_on,
            Commitment.updated_at,
            Commitment.created_at,
            Commitment.title,
            Commitment.partner,
            Commitment.status,
            Commitment.made_on,
            Commitment.closed_on,
        ),
        default_sort="due_on",
        rules=(days_in_order, closed_if_closed, marking_faults),
        example={
            "title": "Mobile training team for maritime boarding",
            "description": "Four instructors for three weeks, twice a year.",
            "partner": "TO",
            "owed_by": "home",
            "made_on": "2026-12-02",
            "due_on": "2027-03-31",
        },
    )
)
