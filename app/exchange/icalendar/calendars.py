"""Calendars: schedules that programs subscribe to which can send no token, at an address that is itself the secret."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, ValidationError
from sqlalchemy import func, select

from app.access.markings import RANK
from app.access.work import Work
from app.core.derive import Later, made
from app.core.documents import fault
from app.core.fields import CreateOnly, Flag, Moment, RecordFields, RecordRead, Slug, Title
from app.core.query import Asked, ListQuery
from app.crud.resource import RESOURCES, Resource
from app.crud.searching import texts
from app.engagements.scheduling import SCHEDULED, parameters_of
from app.errors import Conflict, Fault
from app.exchange.icalendar.secrets import hashed, new_secret, owner_of
from app.models import Calendar
from app.models.choices import Classification

MOST = 50
"""Calendars that one owner has at the same time."""

USUAL_DAYS = 366

CalendarFilter = Later(
    lambda: made(
        "CalendarFilter",
        Asked,
        "Which engagements a calendar holds: filters of their list.",
        parameters_of("archived"),
        SCHEDULED.list_query,
    )
)


class CalendarFields(RecordFields):
    """A schedule at a secret address."""

    title: Title
    """What it is called, also in the programs that subscribe to it: no more sensitive than what it may carry."""

    filter: Annotated[dict[str, Any], Field(max_length=100)] = {}
    """Which engagements are in it: filters of `GET /engagements`, and `concerns`."""

    mine: Flag = False
    """Whether only what concerns its owner, or an office that they hold on the day, is in it."""

    ceiling: Annotated[Classification, CreateOnly("another calendar")] = "UNCLASSIFIED"
    """The highest classification in it. What is limited by more than that is never in it: no endorsement, no release
    to some, no group that needs to know."""

    expires_at: Moment | None = None
    """Until when its address is good; as long as it may be if that is not given."""


class CalendarAsked(CalendarFields):
    """A new calendar: by a saved filter of engagements as it is now, or by filters."""

    saved: Slug | None = None
    """A saved filter of engagements, which gives filter and title where they are not said."""

    title: Title | None = None  # type: ignore[assignment] # the saved filter may give it
    """What it is called."""


class CalendarRead(RecordRead):
    """What the register itself says of a calendar."""

    expires_at: Moment
    """Until when its address is good."""

    last_used_at: Moment | None
    """When it was last asked for, to about a minute; null: not yet."""

    revoked_at: Moment | None
    """When it was revoked; null: it was not."""


class CalendarQuery(ListQuery):
    """What the list of the caller's calendars can be asked."""


def filter_faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with a calendar's filter. A rule over `filter` and `mine`."""
    asked = values.get("filter")
    if not isinstance(asked, dict):
        return
    if any(ord(letter) < ord(" ") or "\x7f" <= letter <= "\x9f" for text in texts(asked) for letter in text):
        yield Fault("Control characters are not allowed", "control_character", "/filter")
    if values.get("mine") and "concerns" in asked:
        yield Fault("`mine` says that already", "one_of", "/filter/concerns")
    try:
        CalendarFilter.model.model_validate(asked)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        yield from (fault(each, prefix="/filter") for each in details)


def prepare(work: Work, record: Any, _values: Mapping[str, Any]) -> None:
    """A new calendar is its maker's, and gets its secret; one without an end gets the usual end."""
    if not record.version:
        record.owner, record.owner_name = str(work.actor.owner), work.actor.name
        record.secret = new_secret()  # until it is told
        record.secret_hash = hashed(record.secret)
    if record.expires_at is None:
        days = min(USUAL_DAYS, work.register.settings.calendar_max_days)
        record.expires_at = work.now.replace(microsecond=0) + timedelta(days=days)


def check(work: Work, values: Mapping[str, Any], record: Calendar | None, _parent: None) -> Iterator[Fault]:
    """A calendar carries no more than its owner may see and the installation lets out, for a bounded time."""
    settings = work.register.settings
    if record is not None and record.revoked_at is not None:
        raise Conflict("The calendar is revoked. Make another one.")
    if record is None:
        yield from ceiling_faults(work, values.get("ceiling"))
        if _alive(work) >= MOST:
            raise Conflict(f"Nobody has more than {MOST} calendars. Revoke one that is not used.")
    expires_at, most = values.get("expires_at"), settings.calendar_max_days
    if expires_at is None or (record is not None and expires_at == record.expires_at):
        return
    if expires_at <= work.now:
        yield Fault("Must be in the future; to end it at once, revoke it", "date_range", "/expires_at")
    if expires_at > work.now + timedelta(days=most):
        yield Fault(f"An address is good for at most {most} days from now", "date_range", "/expires_at")


def ceiling_faults(work: Work, ceiling: Classification | None) -> Iterator[Fault]:
    """Whether a secret address may carry what is so classified, for this owner."""
    if ceiling is None:
        return
    most = work.register.settings.calendar_ceiling
    if RANK[ceiling] > RANK[most]:
        yield Fault(f"The address of a calendar may carry nothing above {most}", "above_ceiling", "/ceiling")
    known = owner_of(work.connection, str(work.actor.owner), work.now)
    least = "UNCLASSIFIED" if known is None else known.clearance
    if RANK[ceiling] > min(RANK[least], RANK[work.actor.clearance]):
        yield Fault("Is beyond what the register knows its owner to be cleared for", "above_clearance", "/ceiling")


def _alive(work: Work) -> int:
    """How many calendars the caller has that are neither revoked nor past their end."""
    mine = select(func.count(Calendar.id)).where(
        Calendar.owner == work.actor.owner, Calendar.revoked_at.is_(None), Calendar.expires_at > work.now
    )
    return work.session.scalar(mine) or 0


CALENDARS = RESOURCES.add(
    Resource(
        path="calendars",
        noun="calendar",
        name="Calendar",
        tag="Schedule",
        model=Calendar,
        fields=CalendarFields,
        extra=CalendarRead,
        query=CalendarQuery,
        sorts=(Calendar.created_at, Calendar.title, Calendar.updated_at, Calendar.expires_at),
        default_sort="-created_at",
        rules=(filter_faults,),
        prepare=prepare,
        check=check,
        personal=True,
        tells_use=True,
        example={"title": "Pacific visits", "filter": {"kind": "visit", "region": ["Melanesia", "Polynesia"]}},
    )
)
