"""`/clashes`: what does not go well together in a period, and what would not if something were recorded."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from app.access.accesses import off_the_loop
from app.access.permissions import Action
from app.access.work import Work
from app.core.derive import body_of, made, without_default
from app.core.fields import Code, Day, RecordId
from app.core.query import Asked, Many
from app.crud.answers import computed
from app.crud.asking import from_address, no_parameters
from app.crud.operations import Noun, Operation, add
from app.errors import Fault, Invalid
from app.overview.clashes.answers import ClashList, told
from app.overview.clashes.checking import EXAMPLE, ClashCheck, checked
from app.overview.clashes.findings import ClashCode, Finding
from app.overview.clashes.loading import measures_of, period
from app.overview.clashes.rules import Found, look

USUAL = timedelta(days=89)
LONGEST = timedelta(days=365)
NOUN = Noun("Clashes", "clashes")

ClashQuery: Any = made(
    "ClashQuery",
    Asked,
    "Of which days, and of what, clashes are told.",
    {
        "from": (Day | None, Field(default=None, description="The first day; today if not given.")),
        "to": (Day | None, Field(default=None, description="The last day; 90 days in all if not given, 366 at most.")),
        "code": (
            Many[ClashCode],
            Field(default=[], description="Only these.", json_schema_extra=without_default),
        ),
        "partner": (
            Many[Code],
            Field(
                default=[],
                description="Only what an engagement with one of these partners is part of.",
                json_schema_extra=without_default,
            ),
        ),
        "person": (
            Many[RecordId],
            Field(
                default=[],
                description="Only what is about one of these people, or about an engagement of theirs.",
                json_schema_extra=without_default,
            ),
        ),
        "limit": (
            Annotated[int, Field(strict=True, ge=1, le=1000)],
            Field(default=200, description="How many are told at most."),
        ),
    },
)


def days_of(work: Work, query: Any) -> tuple[date, date]:
    """The days that a query means. Raises Invalid."""
    first = getattr(query, "from") or work.today
    last = query.to or first + USUAL
    faults = []
    if last < first:
        faults.append(Fault("Must not be before from", "before_start", parameter="to"))
    if last - first > LONGEST:
        faults.append(Fault("Must be within 366 days", "range", parameter="to"))
    if faults:
        raise Invalid(faults=faults)
    return first, last


def wanted(query: Any, first: date, last: date) -> Callable[[Finding], bool]:
    """Whether a finding is asked for."""
    partners, people = set(query.partner), set(query.person)

    def asked_for(finding: Finding) -> bool:
        return (
            finding.within(first, last)
            and (not partners or bool(partners & partners_in(finding)))
            and (not people or bool(people & people_in(finding)))
        )

    return asked_for


def partners_in(finding: Finding) -> set[str]:
    """The partners of the engagements that a finding is about."""
    return {code for each in finding.engagements for code in each.partners}


def people_in(finding: Finding) -> set[str]:
    """Whom a finding is about: those it names or, where it names nobody, all at its engagements."""
    named = finding.people or tuple(person for each in finding.engagements for person in each.people)
    return {each.person for each in named}


def clashes(work: Work, request: Request) -> Response:
    off_the_loop(request)
    query = from_address(ClashQuery, request)
    first, last = days_of(work, query)
    around = measures_of(work).margin
    seen = period(work, first - around, last + around)
    last = min(last, max(first, seen.until))
    found = look(seen.snapshot, wanted(query, first, last), codes=query.code, limit=query.limit)
    found = Found(found.findings, found.more or not seen.whole)
    return computed(work, request, told(work, found, seen.snapshot, first, last))


def check(work: Work, request: Request, document: body_of(ClashCheck)) -> Response:  # type: ignore[valid-type]
    off_the_loop(request)
    no_parameters(request)
    return computed(work, request, checked(work, document))


def add_clashes(router: APIRouter) -> None:
    """Puts the operations on a router."""
    operations = (
        Operation(
            "list", "GET", "", clashes, Action.READ,
            summary="What does not go well together",
            description="People and delegations in two places, ways that take too long, holidays of partners, posts "
            "with two visits at once, partners with a full week, and blackouts, made of what the caller may see.",
            answer=ClashList,
            query=ClashQuery,
        ),
        Operation(
            "check", "POST", "/check", check, Action.READ,
            summary="What would clash with an engagement that is not recorded",
            description="Examines a document as if it were to be recorded and tells the clashes that it would have. "
            "Nothing is kept.",
            answer=ClashList,
            example=EXAMPLE,
        ),
    )  # fmt: skip
    for operation in operations:
        add(router, NOUN, operation, "/clashes")
