"""A record with all that became of it, as one document: what is transferred, or handed to who asks for it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.access.access_log import Sight
from app.access.ledger import plain
from app.access.work import Work
from app.core.columns import table_of
from app.crud.ledger import DIRECTORY, LEDGER
from app.crud.resource import RESOURCES, Resource
from app.crud.store import rebuilt
from app.models import Engagement, ScopeDocument


@dataclass(frozen=True, slots=True)
class Part:
    """A record that goes with an engagement: itself, or one that stands under it or is about it."""

    resource: Resource
    id: str
    version: int
    marking_id: int | None
    """The marking that decides for whom it exists."""

    def sight(self) -> Sight | None:
        return None if self.marking_id is None else Sight(self.resource.noun, self.id, self.marking_id)


def parts_of(work: Work, engagement: Engagement) -> list[Part]:
    """The engagement and every record that goes with it, withdrawn ones too; what stands under one comes after it."""
    itself = Part(RESOURCES.of(engagement), engagement.id, engagement.version, _marking(work, engagement.id))
    found = [itself, *_going_with(work, Engagement, engagement.id)]
    return [*found, *_quoting(work, [each.id for each in found])]


def _going_with(work: Work, model: Any, record_id: str) -> Iterator[Part]:
    for resource, column in RESOURCES.going_with(model):
        table = resource.table
        rows = work.session.execute(
            select(table.c.id, table.c.version).where(table.c[column.key] == record_id).order_by(table.c.id)
        )
        for row in rows.all():
            yield Part(resource, str(row.id), row.version, _marking(work, str(row.id)))
            yield from _going_with(work, resource.model, str(row.id))


def _quoting(work: Work, ids: list[str]) -> Iterator[Part]:
    """What requests for information hold of records: the passages that are withheld of them."""
    statement = select(ScopeDocument).where(ScopeDocument.record.in_(ids)).order_by(ScopeDocument.id)
    for each in work.session.scalars(statement):
        yield Part(RESOURCES.of(each), each.id, each.version, _marking(work, each.id))


def _marking(work: Work, record_id: str) -> int | None:
    return work.session.scalar(select(DIRECTORY.c.marking_id).where(DIRECTORY.c.record_id == record_id))


def package(work: Work, parts: list[Part]) -> dict[str, Any]:
    """The records of an engagement with their whole histories: entries of the ledger, with their hashes."""
    ids = [part.id for part in parts]
    history = work.session.execute(select(LEDGER).where(LEDGER.c.record_id.in_(ids)).order_by(LEDGER.c.seq)).mappings()
    first, *others = parts
    return {
        "record_type": first.resource.noun,
        "record": _record(work, first),
        "parts": [{"record_type": part.resource.noun, "record": _record(work, part)} for part in others],
        "history": [plain(dict(row)) for row in history],
    }


def _record(work: Work, part: Part) -> Any:
    table = table_of(part.resource.mapper.base_mapper.class_)
    text = work.session.scalar(select(table.c.representation).where(table.c.id == part.id))
    return json.loads(rebuilt(work, part.resource, part.id) if text is None else text)
