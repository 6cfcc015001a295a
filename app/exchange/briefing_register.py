"""`GET /briefings/register`: which papers were given to whom and when, as CSV, for those who answer for them."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response

from app.access.accesses import log_export, off_the_loop
from app.access.permissions import Action
from app.access.work import Work
from app.core.columns import table_of
from app.core.derive import made
from app.core.fields import Day
from app.core.ids import as_id
from app.core.query import Asked
from app.crud.asking import from_address
from app.crud.csvfiles import CSV, csv_file
from app.crud.operations import Noun, Operation, add
from app.errors import Fault, Invalid
from app.models import Briefing, Engagement, Office, Partner, Person

_BRIEFING, _ENGAGEMENT = table_of(Briefing), table_of(Engagement)
COLUMNS = (
    "given_on", "type", "title", "given_to", "from_office", "author", "engagement", "partner", "person", "cleared_by",
    "marking",
)  # fmt: skip
MOST = 10_000


RegisterQuery: Any = made(
    "RegisterQuery",
    Asked,
    "For which days the register of briefings is asked.",
    {
        "from": (Day, Field(description="The first day.")),
        "to": (Day, Field(description="The last day.")),
    },
)


def given(work: Work, first: Any, last: Any) -> Sequence[Any]:
    """The papers that were cleared on some days at home, of those that the caller may see, in that order."""
    zone = ZoneInfo(work.register.settings.home_timezone)
    since, until = [datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, last + timedelta(days=1))]
    columns = [each for each in _BRIEFING.c if each.key not in ("body", "summary", "representation")]
    statement = (
        select(*columns, _ENGAGEMENT.c.reference.label("reference"))
        .outerjoin(_ENGAGEMENT, _ENGAGEMENT.c.id == _BRIEFING.c.engagement)
        .where(
            work.visible(_BRIEFING),
            _BRIEFING.c.archived.is_(False),
            _BRIEFING.c.state == "cleared",
            _BRIEFING.c.cleared_at >= since,
            _BRIEFING.c.cleared_at < until,
        )
        .order_by(_BRIEFING.c.cleared_at, _BRIEFING.c.id)
        .limit(MOST + 1)
    )
    return work.session.execute(statement).all()


def names_of(work: Work, rows: Sequence[Any]) -> dict[str, str]:
    """What the offices, people and partners of some papers are called, by id or code."""
    wanted: set[str] = set()
    for row in rows:
        wanted |= {str(each) for each in (row.author_office, row.audience_office, row.person, row.partner) if each}
        wanted |= {each for each in (as_id(row.author or ""),) if each}
    ids = {each for each in wanted if as_id(each) is not None}
    found: dict[str, str] = {}
    for column, name, keys in (
        (Office.id, Office.title, ids),
        (Person.id, Person.name, ids),
        (Partner.code, Partner.name, wanted - ids),
    ):
        for key, called in work.session.execute(select(column, name).where(column.in_(keys))):
            found[str(key)] = called
    return found


def register(work: Work, request: Request) -> Response:
    off_the_loop(request)
    query = from_address(RegisterQuery, request)
    first, last = getattr(query, "from"), query.to
    if last < first:
        raise Invalid(faults=[Fault("Must not be before from", "before_start", parameter="to")])
    rows = given(work, first, last)
    if len(rows) > MOST:
        raise Invalid(faults=[Fault(f"There are more than {MOST:,}: ask for fewer days", "too_long", parameter="to")])
    work.holds("briefing", ((row.id, row.marking_id) for row in rows))
    names = names_of(work, rows)
    zone = ZoneInfo(work.register.settings.home_timezone)
    markings = work.register.markings
    lines = [
        (
            row.cleared_at.astimezone(zone).date().isoformat(),
            row.briefing_type,
            row.title,
            names.get(str(row.audience_office)),
            names.get(str(row.author_office)),
            names.get(as_id(row.author or "") or "", row.author),
            row.reference,
            names.get(str(row.partner)),
            names.get(str(row.person)),
            row.cleared_by,
            markings.banner({row.marking_id}, made=work.made),
        )
        for row in rows
    ]
    log_export(request, work, f"register of briefings from {first} to {last}")
    work.seen.clear()  # entered with the export
    return csv_file(work, f"briefings-{first}-{last}", COLUMNS, lines)


def add_briefing_register(router: APIRouter) -> None:
    """Puts the operation on a router."""
    operation = Operation(
        "register", "GET", "/register", register, Action.READ,
        summary="The register of briefings",
        description="The papers that were cleared on some days, as CSV: what was given to whom and when. Only what the "
        "caller may see; entered in the access log as an export. The header `X-Marking` bears the banner of all, and "
        "each row its own.",
        answer=None, media=(CSV,), query=RegisterQuery,
    )  # fmt: skip
    add(router, Noun("Briefings", "briefings"), operation, "/briefings")
