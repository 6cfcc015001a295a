"""Objectives and positions: what it should achieve, and what we say there."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import func, select

from app.core.columns import table_of
from app.core.fields import RecordId, Representation
from app.models import Advocacy, Objective, ObjectivePriority, Office, Position
from app.models.choices import Assessment, PositionUse
from app.overview.position_findings import FindingsQuery, of_use, planned
from app.packs.gathering import MOST, Gathering, cut
from app.printing.document import Block, Facts, Heading, Markdown, Note
from app.printing.words import and_more, day, days, facts, listed, words

OBJECTIVE, ADVOCACY, POSITION = table_of(Objective), table_of(Advocacy), table_of(Position)


class ObjectiveIn(Representation):
    """What the engagement should achieve."""

    id: RecordId
    """The objective."""

    title: str
    """What should be achieved."""

    description: str | None
    """The same in full; Markdown."""

    measure: str | None
    """How one would know."""

    target: str | None
    """What the measure should come to."""

    priorities: list[str]
    """The priorities that it serves."""

    assessment: Assessment | None
    """What was said of it afterwards."""


class Objectives(Representation):
    """What the engagement should achieve."""

    items: list[ObjectiveIn]
    """The objectives, in their order."""

    more: int
    """How many more there are."""


class PositionIn(Representation):
    """A line that is to be put, or was."""

    id: RecordId
    """The position."""

    subject: str
    """What it is about."""

    line: str
    """What we say; Markdown."""

    use: PositionUse
    """Whether it is to be put, was put, or was not raised."""

    note: str | None
    """When and by whom it is to be put."""

    valid_from: date
    """The first day on which it is our line."""

    valid_until: date | None
    """The last day."""

    cleared_on: date | None
    """When it was cleared; null: it is not."""

    cleared_by: str | None
    """The office that cleared it."""

    findings: list[str]
    """What has to be settled before it is put: that it has expired by then, is superseded, or is not cleared."""


class Positions(Representation):
    """What we say."""

    items: list[PositionIn]
    """The positions, as they were planned."""

    more: int
    """How many more there are."""


def objectives(found: Gathering) -> Objectives:
    """What the engagement should achieve."""
    columns = [name for name in ObjectiveIn.model_fields if name in OBJECTIVE.c]
    statement = (
        select(
            *(OBJECTIVE.c[name] for name in (*columns, "version", "marking_id")), func.count().over().label("of_all")
        )
        .where(OBJECTIVE.c.engagement_id == found.id, OBJECTIVE.c.archived.is_(False), found.work.visible(OBJECTIVE))
        .order_by(func.coalesce(OBJECTIVE.c.position, 100_000), OBJECTIVE.c.created_at, OBJECTIVE.c.id)
        .limit(MOST)
    )
    rows, more = cut(found.work.session.execute(statement).all())
    found.takes("objective", rows)
    links = table_of(ObjectivePriority)
    served: dict[str, list[str]] = {}
    named = select(links.c.objective_id, links.c.priority).where(links.c.objective_id.in_([row.id for row in rows]))
    for objective, priority in found.work.session.execute(named.order_by(links.c.position)):
        served.setdefault(str(objective), []).append(priority)
    items = [
        ObjectiveIn(
            **{name: getattr(row, name) for name in columns if name not in ("id", "description")},
            id=str(row.id),
            description=found.fits(row.description),
            priorities=served.get(str(row.id), []),
        )
        for row in rows
    ]
    return Objectives(items=items, more=more)


def positions(found: Gathering) -> Positions:
    """What we say there."""
    office = table_of(Office)
    names = ("id", "subject", "line", "valid_from", "valid_until", "cleared_on", "version", "marking_id")
    statement = (
        select(
            *(POSITION.c[name] for name in names),
            ADVOCACY.c.id.label("use_id"),
            ADVOCACY.c.version.label("use_version"),
            ADVOCACY.c.marking_id.label("use_marking"),
            ADVOCACY.c.use,
            ADVOCACY.c.note,
            office.c.title.label("cleared_by"),
            func.count().over().label("of_all"),
        )
        .select_from(
            ADVOCACY.join(POSITION, POSITION.c.id == ADVOCACY.c.position).outerjoin(
                office, office.c.id == POSITION.c.cleared_by
            )
        )
        .where(
            ADVOCACY.c.engagement_id == found.id,
            ADVOCACY.c.archived.is_(False),
            *(found.work.visible(each) for each in (ADVOCACY, POSITION)),
        )
        .order_by(ADVOCACY.c.created_at, ADVOCACY.c.id)
        .limit(MOST)
    )
    rows, more = cut(found.work.session.execute(statement).all())
    found.takes("position", rows, "subject")
    found.takes("advocacy", (_Use(row) for row in rows))
    unsettled: dict[str, list[str]] = {}
    for use in planned(found.work, FindingsQuery(engagement=found.id)):
        told = unsettled.setdefault(str(use.use_id), [])
        told += [each.detail for each in of_use(use) if each.detail not in told]
        found.work.shows((use.later_marking_id,))
    items = [
        PositionIn(
            **{name: getattr(row, name) for name in PositionIn.model_fields if name not in ("id", "line", "findings")},
            id=str(row.id),
            line=found.fits(row.line) or "",
            findings=unsettled.get(str(row.use_id), []),
        )
        for row in rows
    ]
    return Positions(items=items, more=more)


class _Use:
    """The entry by which a position stands at an engagement."""

    def __init__(self, row: object) -> None:
        self.id, self.version = row.use_id, row.use_version  # type: ignore[attr-defined]
        self.marking_id, self.title = row.use_marking, row.subject  # type: ignore[attr-defined]


def objective_blocks(part: Objectives) -> Iterator[Block]:
    """Objectives on paper."""
    yield Heading(1, "Objectives")
    if not part.items:
        yield Note("No objectives are recorded.")
    for place, each in enumerate(part.items, 1):
        yield Heading(2, f"{place}. {each.title}")
        if each.description:
            yield Markdown(each.description)
        rows = facts(
            ("Measure", each.measure),
            ("Target", each.target),
            ("Priorities", listed(*each.priorities)),
            ("Assessment", words(each.assessment)),
        )
        if rows:
            yield Facts(rows)
    yield from and_more(part.more, "objectives")


def position_blocks(part: Positions) -> Iterator[Block]:
    """Positions on paper."""
    yield Heading(1, "Positions")
    if not part.items:
        yield Note("No positions are planned.")
    for each in part.items:
        yield Heading(2, each.subject)
        if each.findings:
            yield Note("\n".join(each.findings))
        elif each.cleared_on is None:
            yield Note("Is not cleared.")
        yield Markdown(each.line)
        cleared = listed(each.cleared_by, day(each.cleared_on)) if each.cleared_on else None
        until = days(each.valid_from, each.valid_until)
        yield Facts(facts(("Use", words(each.use)), ("Valid", until), ("Cleared", cleared), ("Note", each.note)))
    yield from and_more(part.more, "positions")
