"""Positions: what our line is on a subject, to whom, from when to when, and who cleared it."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from sqlalchemy import ColumnElement, and_, case, inspect, or_, select

from app.access.fields import MarkedFields, MarkedRead
from app.access.markings import marking_faults
from app.access.work import Work
from app.core.columns import table_of
from app.core.fields import Code, Day, Line, Prose, RecordId, References, Title
from app.core.query import TODAY, Equals, ListQuery, Many, Match, Scope, Where, YesNo
from app.core.search import FullText
from app.crud.remarking import remark_naming
from app.crud.resource import RESOURCES, Resource
from app.errors import Fault
from app.models import Partner, Position

KEY_LENGTH = 600


def subject_key(subject: str) -> str:
    """A subject as it is compared: without regard to capitals and spaces."""
    return " ".join(unicodedata.normalize("NFC", subject).casefold().split())[:KEY_LENGTH]


class PositionFields(MarkedFields):
    """Our line on a subject."""

    subject: Title
    """What it is about. Positions are on one subject if this is the same, capitals and spaces aside."""

    line: Annotated[Prose, Field(min_length=1)]
    """What we say; Markdown."""

    partner: Annotated[Code, References(Partner.code)] | None = None
    """The partner to whom we say it; null for our line to all."""

    valid_from: Day
    """The first day on which it is our line."""

    valid_until: Day | None = None
    """The last day; null while no end is set."""

    supersedes: Annotated[RecordId | None, References(Position.id, covered=True)] = None
    """The position on the same subject, to the same partner, whose place it takes once it is cleared."""

    note: Prose | None = None
    """Where it comes from, and anything else worth knowing."""


class PositionRead(MarkedRead):
    """What only the register says of a position."""

    cleared_by: RecordId | None
    """The office that cleared it; null while it is not cleared. Changes by `…/clearance`."""

    cleared_on: Day | None
    """The day on which it was cleared."""


_POSITION = table_of(Position)


def supersedes_on(visible: ColumnElement[bool], own: Any, later: Any, day: Any) -> ColumnElement[bool]:
    """The condition that a later position, cleared and not withdrawn, takes the place of another on a day."""
    return and_(
        later.c.supersedes == own.c.id,
        later.c.archived.is_(False),
        later.c.cleared_on.is_not(None),
        later.c.valid_from <= day,
        visible,
    )


def valid_on(own: Any, day: Any) -> ColumnElement[bool]:
    """The condition that a day is within a position's days."""
    return and_(own.c.valid_from <= day, or_(own.c.valid_until.is_(None), own.c.valid_until >= day))


def in_force(scope: Scope, day: Any) -> ColumnElement[bool]:
    """Our line on a day: within its days, and no other has taken its place by then, as far as the caller may know."""
    later = _POSITION.alias("successor")
    tied = select(later.c.id).where(supersedes_on(scope.visible(later), _POSITION, later, day))
    return and_(valid_on(_POSITION, day), ~tied.correlate_except(later).exists())


def _on_day(scope: Scope, match: Match) -> ColumnElement[bool]:
    return in_force(scope, match.value(_POSITION.c.valid_from))


def _answered(condition: ColumnElement[bool], match: Match) -> ColumnElement[bool]:
    """A condition that holds, or does not, as the caller asks."""
    said = match.value(_POSITION.c.archived)
    return case((condition, said), else_=~said)


def _cleared(_scope: Scope, match: Match) -> ColumnElement[bool]:
    return _answered(_POSITION.c.cleared_on.is_not(None), match)


def _current(scope: Scope, match: Match) -> ColumnElement[bool]:
    return _answered(in_force(scope, TODAY), match)


class PositionQuery(ListQuery):
    """What the list of positions can be asked."""

    q: Annotated[Annotated[str, Field(max_length=500)] | None, FullText()] = None
    """Words to find."""

    subject: Annotated[Many[Annotated[Line, AfterValidator(subject_key)]], Equals(Position.subject_key)] = []
    """The subject as a whole, capitals and spaces aside."""

    partner: Annotated[Many[Code], Equals(Position.partner)] = []
    """The partner to whom we say it."""

    valid_on: Annotated[Day | None, Where(_on_day)] = None
    """Our line on this day: within its days, and not superseded by a cleared one that had begun."""

    current: Annotated[YesNo | None, Where(_current)] = None
    """Whether it is our line today."""

    cleared: Annotated[YesNo | None, Where(_cleared)] = None
    """Whether it is cleared."""

    cleared_by: Annotated[Many[RecordId], Equals(Position.cleared_by)] = []
    """The office that cleared it."""

    supersedes: Annotated[Many[RecordId], Equals(Position.supersedes)] = []
    """The position whose place it takes."""


def ends_after_start(values: Mapping[str, Any]) -> Iterator[Fault]:
    """No line ends before it begins."""
    first, last = values.get("valid_from"), values.get("valid_until")
    if first and last and last < first:
        yield Fault("Must not be before valid_from", "before_start", pointer="/valid_until")


def takes_a_place(work: Work, values: Mapping[str, Any], record: Position | None, _parent: None) -> Iterable[Fault]:
    """A position takes the place of one on the same subject to the same partner, which no other has taken."""
    before = values.get("supersedes")
    if before is None or "subject" not in values:
        return
    # Two who supersede the same at the same moment must see each other: whoever comes second waits here.
    statement = select(Position).where(Position.id == before, work.visible(_POSITION)).with_for_update()
    other = work.session.scalar(statement)
    if other is None:
        return  # there is no such position, as the reference has been told already
    if (subject_key(values["subject"]), values.get("partner")) != (other.subject_key, other.partner):
        yield Fault("Is on another subject, or to another partner", "unlike", pointer="/supersedes")
    taken = select(Position.id).where(
        Position.supersedes == before, Position.archived.is_(False), work.visible(_POSITION)
    )
    if record is not None:
        taken = taken.where(Position.id != record.id)
    if work.session.scalar(taken.limit(1)) is not None:
        yield Fault("Is superseded by another position already", "taken", pointer="/supersedes")
    if record is not None and record.id in _line_of(work, other):
        yield Fault("Supersedes this one itself", "circular", pointer="/supersedes")


def _line_of(work: Work, position: Position) -> Iterator[str]:
    """A position, what it supersedes, what that does, and so on."""
    found: str | None = position.id
    seen: set[str] = set()
    with work.beyond():  # an end must be found, and whether there is a hidden one between changes no answer
        while found is not None and found not in seen:
            seen.add(found)
            found = work.session.scalar(select(Position.supersedes).where(Position.id == found))
    return iter(seen)


CLEARED_AS = ("subject", "line", "partner")
"""What is cleared: a position that says another thing, or to another, has to be cleared anew."""


def prepare(_work: Work, record: Position, _values: Mapping[str, Any]) -> None:
    """Keeps the subject as it is compared; takes back the clearance of what is not what was cleared."""
    record.subject_key = subject_key(record.subject)
    if record.cleared_on is not None and _says_more(record):
        record.cleared_by = record.cleared_on = None


def _says_more(record: Position) -> bool:
    known: Any = inspect(record).attrs
    if any(known[name].history.has_changes() for name in CLEARED_AS):
        return True
    earlier, later = known["valid_from"].history, known["valid_until"].history
    return (earlier.has_changes() and record.valid_from < earlier.deleted[0]) or (
        later.has_changes() and _end(record.valid_until) > _end(later.deleted[0])
    )


def _end(day: date | None) -> date:
    return day or date.max - timedelta(days=1)


POSITIONS = RESOURCES.add(
    Resource(
        path="positions",
        noun="position",
        name="Position",
        tag="Positions",
        model=Position,
        fields=PositionFields,
        extra=PositionRead,
        query=PositionQuery,
        sorts=(
            Position.subject,
            Position.valid_from,
            Position.valid_until,
            Position.updated_at,
            Position.created_at,
        ),
        default_sort="subject,-valid_from",
        rules=(ends_after_start, marking_faults),
        prepare=prepare,
        check=takes_a_place,
        remarked=remark_naming,
        titles=("subject",),
        example={
            "subject": "Freedom of navigation",
            "line": "We support freedom of navigation and overflight in accordance with international law.",
            "valid_from": "2026-07-01",
            "valid_until": "2027-06-30",
            "note": "Agreed with the Ministry of Foreign Affairs and Trade.",
        },
    )
)
