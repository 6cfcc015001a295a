"""Staleness: what has changed since a pack was made, of what went into it and of what would go into it now."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Literal

from sqlalchemy import select

from app.access.markings import covers
from app.access.work import Work
from app.core.fields import RecordId, Representation
from app.models import Pack, PackSource
from app.packs.gathering import MOST, Gathering


class StaleRecord(Representation):
    """A record by which a pack is not what it would be now."""

    change: Literal["changed", "appeared", "gone"]
    """What there is to it: it reads otherwise, it would be in it now, or would not be any more."""

    record_type: str
    """What it is."""

    record_id: RecordId
    """Which."""

    title: str
    """What it is called; of what is gone, what it was called."""


class Staleness(Representation):
    """Whether a pack is still what it would be if it were made now."""

    pack: RecordId
    """The pack."""

    stale: bool
    """Whether anything in it has changed, appeared or gone, as far as the caller may know."""

    items: list[StaleRecord]
    """What has, by type and title; 200 at the most."""

    more: int
    """How many more there are."""

    as_of: date
    """The day at home with which it is compared: what counts as overdue or expired goes by the day too."""

    marking: str
    """The banner of the answer: the highest marking of what it is made of."""


def staleness(work: Work, pack: Pack, now: Gathering) -> Staleness:
    """Holds a pack against what it would be made from now."""
    then = work.session.execute(
        select(PackSource.record_id, PackSource.record_type, PackSource.record_version, PackSource.title).where(
            PackSource.pack_id == pack.id
        )
    ).all()
    found = sorted(_changes(work, pack, now, then), key=lambda each: (each.record_type, each.title, each.record_id))
    return Staleness(
        pack=pack.id,
        stale=bool(found),
        items=found[:MOST],
        more=max(0, len(found) - MOST),
        as_of=work.today,
        marking=work.banner(),
    )


def _changes(work: Work, pack: Pack, now: Gathering, then: Iterable[Any]) -> Iterator[StaleRecord]:
    """What is marked above the pack cannot be in it, so that it would be in a pack for the caller is no news."""
    known: set[str] = set()
    for record_id, record_type, version, title in then:
        known.add(str(record_id))
        source = now.sources.get(str(record_id))
        if source is None:
            yield StaleRecord(change="gone", record_type=record_type, record_id=str(record_id), title=title)
        elif source.version != version:
            yield StaleRecord(change="changed", record_type=record_type, record_id=str(record_id), title=source.title)
    own = work.mark(pack.marking_id)
    for record_id, source in now.sources.items():
        if record_id not in known and all(covers(own, work.mark(each)) for each in source.markings):
            yield StaleRecord(
                change="appeared", record_type=source.record_type, record_id=record_id, title=source.title
            )
