"""Requests for official information: what is asked for, by whom, and by when it must be decided."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from sqlalchemy import ColumnElement, and_, not_, select

from app.access.fields import MarkedFields, MarkedRead
from app.access.markings import MARKING_FIELDS, Mark, covers, highest, marking_faults
from app.access.work import Work
from app.core.fields import Day, Line, Moment, Prose, RecordId, References, Title
from app.core.query import TODAY, AtLeast, AtMost, Cases, Equals, ListQuery, Many, Scope, as_words
from app.core.search import FullText
from app.crud.belonging import remark_all_below
from app.crud.ledger import DIRECTORY
from app.crud.resource import RESOURCES, Resource
from app.errors import Fault
from app.models import InformationRequest, Office, ScopeDocument
from app.models.choices import RequestState
from app.releases.clock import decision_due


class InformationRequestFields(MarkedFields):
    """A request under the Official Information Act 1982."""

    title: Title
    """What it is about, in a few words. Stands on the copy that is released."""

    request: Prose | None = None
    """What is asked for, in the requester's words."""

    requester: Line | None = None
    """Who asks. Stands on no copy."""

    received_on: Day
    """The day on which it was received: the clock runs from the day after. Not after today."""

    owner_office: Annotated[RecordId, References(Office.id)] | None = None
    """The office that answers it."""

    extended_to: Day | None = None
    """The day to which the time was extended (s 15A), said to the requester before the first time was over."""

    extension_reason: Prose | None = None
    """Why it was extended: a large quantity of information, or consultations. Needed with `extended_to`."""

    note: Prose | None = None
    """Anything else worth knowing; Markdown."""


class InformationRequestRead(MarkedRead):
    """What only the register says of a request."""

    due_on: Day
    """By when it must be decided: 20 working days of the Act after it was received, or as extended."""

    state: RequestState
    """`open`; `decided`; `released`; or `closed`: transferred, withdrawn, or nothing is held."""

    allowed_transitions: list[RequestState]
    """Where it can go from here."""

    decided_at: Moment | None
    """When it was decided; null while it is not."""

    decided_by: str | None
    """Who decided it: the name of the account."""

    released_at: Moment | None
    """When the copy was handed out; null while it is not."""

    copy_sha256: str | None
    """The hash of the copy as it was decided, in JSON; null while it is not."""


def _overdue(scope: Scope) -> ColumnElement[bool]:
    return and_(scope.table.c.state == "open", scope.table.c.due_on < TODAY)


OVERDUE = Cases({"true": _overdue, "false": lambda scope: not_(_overdue(scope))})


class InformationRequestQuery(ListQuery):
    """What the list of requests can be asked."""

    q: Annotated[Annotated[str, Field(max_length=500)] | None, FullText()] = None
    """Words to find."""

    state: Annotated[Many[RequestState], Equals(InformationRequest.state)] = []
    """Where it stands."""

    owner_office: Annotated[Many[RecordId], Equals(InformationRequest.owner_office)] = []
    """The office that answers it."""

    received_from: Annotated[Day | None, AtLeast(InformationRequest.received_on)] = None
    """Received on this day or later."""

    received_to: Annotated[Day | None, AtMost(InformationRequest.received_on)] = None
    """Received on this day or earlier."""

    due_from: Annotated[Day | None, AtLeast(InformationRequest.due_on)] = None
    """To be decided on this day or later."""

    due_to: Annotated[Day | None, AtMost(InformationRequest.due_on)] = None
    """To be decided on this day or earlier."""

    overdue: Annotated[Annotated[Literal["true", "false"], BeforeValidator(as_words)] | None, OVERDUE] = None
    """`true`: not decided though its time is over."""

    updated_since: Annotated[Moment | None, AtLeast(InformationRequest.updated_at)] = None
    """Changed at this instant or later."""

    external_ref: Annotated[Many[Line], Equals(InformationRequest.external_ref)] = []
    """The id in the system that the record came from."""


def extended_for_a_reason(values: Mapping[str, Any]) -> Iterator[Fault]:
    """An extension has a reason, and is later than the time that the Act gives."""
    if not {"extended_to", "extension_reason"} <= set(values):
        return
    to, reason, received = values["extended_to"], values["extension_reason"], values.get("received_on")
    if to is not None and not reason:
        yield Fault("Is needed with extended_to", "required_with", pointer="/extension_reason")
    if to is None and reason is not None:
        yield Fault("Is missing, though extension_reason is given", "required_with", pointer="/extended_to")
    if to is not None and received is not None and to <= (due := decision_due(received)):
        yield Fault(f"Must be after {due}, which the Act gives anyway", "before_start", pointer="/extended_to")


def make(_values: Mapping[str, Any]) -> InformationRequest:
    """A request begins open."""
    return InformationRequest(state="open")


def prepare(_work: Work, record: InformationRequest, _values: Mapping[str, Any]) -> None:
    """Says by when it must be decided."""
    record.due_on = record.extended_to or decision_due(record.received_on)


OPEN_ONLY = ("title", "request", "requester", "received_on", "extended_to", "extension_reason")
"""What changes only while a request is open."""


def in_time_and_open(
    work: Work, values: Mapping[str, Any], record: InformationRequest | None, _parent: None
) -> Iterable[Fault]:
    """Nothing is received tomorrow; the time is extended before it is over; what is decided stays as it was."""
    if "received_on" in values and values["received_on"] > work.today:
        yield Fault("Must not be after today", "in_future", pointer="/received_on")
    if record is None:
        return
    changed = [each for each in OPEN_ONLY if each in values and values[each] != getattr(record, each)]
    if record.state != "open":
        for each in changed:
            yield Fault(f"Does not change while the request is {record.state}", "not_open", pointer=f"/{each}")
    elif "extended_to" in changed and values["extended_to"] and work.today > decision_due(record.received_on):
        yield Fault("The time was over before it was extended (s 15A(3))", "too_late", pointer="/extended_to")
    yield from _marked_with_what_it_holds(work, values, record)


def _marked_with_what_it_holds(work: Work, values: Mapping[str, Any], record: InformationRequest) -> Iterator[Fault]:
    if not all(name in values for name in MARKING_FIELDS):
        return
    markings = (
        select(DIRECTORY.c.marking_id)
        .join(ScopeDocument, ScopeDocument.record == DIRECTORY.c.record_id)
        .where(ScopeDocument.request_id == record.id, DIRECTORY.c.marking_id.is_not(None))
    )
    marks = [work.mark(each) for each in work.session.scalars(markings.distinct())]
    if marks and not covers(Mark.of(values), mark := highest(marks)):
        detail = f"Records in its scope are marked {mark.classification} or more closely"
        yield Fault(detail, "marked_higher", pointer="/classification")


REQUESTS = RESOURCES.add(
    Resource(
        path="information-requests",
        noun="information request",
        name="InformationRequest",
        tag="Releases",
        model=InformationRequest,
        fields=InformationRequestFields,
        extra=InformationRequestRead,
        query=InformationRequestQuery,
        sorts=(
            InformationRequest.due_on,
            InformationRequest.received_on,
            InformationRequest.title,
            InformationRequest.created_at,
            InformationRequest.updated_at,
        ),
        default_sort="due_on",
        rules=(extended_for_a_reason, marking_faults),
        make=make,
        prepare=prepare,
        check=in_time_and_open,
        remarked=remark_all_below,
        example={
            "title": "Briefings on maritime security in the Pacific",
            "request": "All briefings to the Minister on maritime security in the Pacific since July.",
            "received_on": "2026-11-02",
        },
    )
)
