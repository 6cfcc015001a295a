"""What has changed since we last met: a partner, its people and offices, and what is between it and us."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, union

from app.core.columns import table_of
from app.core.fields import RecordId, Representation
from app.crud.ledger import LEDGER, entries, entries_visible
from app.models import Commitment, EngagementPartner, Office, Partner, Person, Position
from app.packs.gathering import Gathering
from app.packs.relationship import Met, Relationships
from app.printing.document import Block, Heading, Note, Table
from app.printing.words import and_more, day, words

SHOWN = 15
LOOKED_AT = 200
"""Entries that are looked at for one partner, the newest first."""

_ACTS = {"create": "new", "update": "changed", "transition": "moved on", "withdraw": "withdrawn", "clear": "cleared"}


class Change(Representation):
    """A record that has changed."""

    record_type: str
    """What it is."""

    record_id: RecordId
    """Which."""

    title: str
    """What it is called."""

    action: str
    """What was done with it last: new, changed, moved on, cleared, withdrawn."""

    on: date
    """When: the day at home."""


class Since(Representation):
    """What has changed with one partner."""

    partner: str
    """Its code."""

    name: str
    """What it is called."""

    met: Met
    """When we last met."""

    since: date
    """The first day that is looked at."""

    items: list[Change]
    """What has changed since, the latest first; each record once."""

    more: int
    """How many more have changed, of those looked at."""


class News(Representation):
    """What has changed since we last met."""

    items: list[Since]
    """Partner by partner; those that we have not met before are left out."""


def news(found: Gathering, told: Relationships) -> News:
    """What has changed with each partner since the end of the last engagement with it."""
    return News(items=[_since(found, each.partner, each.name, each.last) for each in told.items if each.last])


def _since(found: Gathering, code: str, name: str, last: Sequence[Met]) -> Since:
    """What has changed since the end of the last that is over; while all go on, since the last began."""
    over = (each for each in last if each.ends_on is not None and each.ends_on < found.work.today)
    met = next(over, last[0])
    since = (met.ends_on + timedelta(days=1)) if met.ends_on and met.ends_on < found.work.today else met.starts_on
    zone = ZoneInfo(found.work.register.settings.home_timezone)
    rows = _entries(found, code, datetime.combine(since, time(), zone).astimezone(UTC))
    latest: dict[str, Any] = {}
    for row in rows:
        latest.setdefault(str(row.record_id), row)
    shown = list(latest.values())[:SHOWN]
    for row in shown:
        found.work.holds(row.record_type, ((row.record_id, row.marking_id),))
    items = [
        Change(
            record_type=row.record_type,
            record_id=str(row.record_id),
            title=_title(row.representation),
            action=_ACTS.get(row.action, "changed"),
            on=row.at.astimezone(zone).date(),
        )
        for row in shown
    ]
    return Since(partner=code, name=name, met=met, since=since, items=items, more=len(latest) - len(shown))


def _entries(found: Gathering, code: str, since: datetime) -> Sequence[Any]:
    partner, link = table_of(Partner), table_of(EngagementPartner)
    about = [
        select(table.c.id).where(table.c.partner == code)
        for table in map(table_of, (Person, Office, Position, Commitment))
    ]
    with_it = select(link.c.engagement_id).where(link.c.partner == code, link.c.engagement_id != found.id)
    ids = union(select(partner.c.id).where(partner.c.code == code), *about, with_it).subquery()
    columns = [LEDGER.c[name] for name in ("record_id", "record_type", "action", "at", "marking_id", "representation")]
    statement = (
        select(*columns)
        .select_from(entries())
        .where(LEDGER.c.record_id.in_(select(ids.c[0])), LEDGER.c.at >= since, entries_visible(found.work))
        .order_by(LEDGER.c.seq.desc())
        .limit(LOOKED_AT)
    )
    return found.work.session.execute(statement).all()


def _title(representation: str) -> str:
    record = json.loads(representation)
    return str(next((record[name] for name in ("title", "subject", "name") if record.get(name)), ""))


def blocks(part: News) -> Iterator[Block]:
    """The section on paper."""
    yield Heading(1, "What has changed since we last met")
    if not part.items:
        yield Note("We have not met before, as far as is recorded.")
    for each in part.items:
        yield Heading(2, f"{each.name}, since {day(each.since)}")
        if not each.items:
            yield Note(f"Nothing is recorded since “{each.met.title}”.")
            continue
        rows = [[day(one.on), words(one.record_type), one.title, one.action] for one in each.items]
        yield Table(["When", "Record", "What", "How"], rows)
        yield from and_more(each.more, "records that have changed", "in the feed of changes")
