"""What a search tells of the records that it has found: one statement for each kind of record."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, Text, cast, null, select

from app.access.markings import OF_THE_REGISTER
from app.access.visible import marking_of
from app.access.work import Work
from app.core.fields import Moment, RecordId, Representation
from app.core.ids import as_id
from app.core.prepared import OneOf
from app.core.snippets import snippet
from app.crud.listing import prepared
from app.crud.resource import RESOURCES, Resource
from app.crud.searching import texts
from app.crud.store import rebuilt

API = "/api/v1"


class Hit(Representation):
    """A record that was found."""

    type: str
    """The noun of its list, such as `visits`."""

    record_type: str
    """What it is, such as `visit`."""

    id: RecordId
    """The record."""

    key: str | None
    """Its readable key, where it has one: a reference, a code, a slug."""

    title: str
    """What it is called."""

    snippet: str
    """Where the words stand, as HTML: they are in `<mark>`, all else is escaped."""

    address: str
    """Where it can be read."""

    updated_at: Moment
    """When it last changed."""

    marking: str | None
    """Its banner; null if it bears no marking."""


def searchable() -> dict[str, Resource]:
    """The resources whose records can be found, by what one of them is called."""
    return {each.noun: each for each in RESOURCES if not each.read_only}


def hits_of(work: Work, found: Sequence[tuple[str, str]], words: Sequence[str]) -> list[Hit]:
    """What there is to say of records, given by type and id, in their order. Those that are gone are left out."""
    kinds = searchable()
    wanted: dict[str, list[str]] = defaultdict(list)
    for noun, record_id in found:
        wanted[noun].append(record_id)
    told = {
        record_id: hit
        for noun, ids in wanted.items()
        if noun in kinds
        for record_id, hit in _of_kind(work, kinds[noun], ids, words)
    }
    return [told[record_id] for _, record_id in found if record_id in told]


def _of_kind(work: Work, resource: Resource, ids: Sequence[str], words: Sequence[str]) -> Iterator[tuple[str, Hit]]:
    table = resource.table

    def built() -> Select[Any]:
        owner = null() if resource.parent is None else cast(table.c[resource.parent.column.key], Text)
        shown = select(cast(table.c.id, Text), table.c.representation, marking_of(table), owner)
        return shown.where(OneOf(table.c.id, "ids"), work.visible(table))

    rows = prepared(work, ("hits", resource, work.markings), built).run(work.cursor, {"ids": [*ids]})
    for record_id, representation, marking, owner in rows:
        read = json.loads(representation or rebuilt(work, resource, record_id))
        work.holds(resource.noun, ((record_id, marking),))
        yield record_id, _hit(resource, read, _address(resource, record_id, owner), words)


def _address(resource: Resource, record_id: str, owner: str | None) -> str:
    if resource.parent is None:
        return f"{API}/{resource.path}/{record_id}"
    below = f"{API}/{resource.parent.resource.path}/{owner}/{resource.address}"
    return below if resource.is_single else f"{below}/{record_id}"


def _hit(resource: Resource, read: Mapping[str, Any], address: str, words: Sequence[str]) -> Hit:
    title = next((read[each] for each in resource.titles if read.get(each)), resource.noun)
    fields = [
        each for each in resource.fields.model_fields if each not in OF_THE_REGISTER and each not in resource.titles
    ]
    rest = [each for each in texts([read.get(name) for name in fields]) if as_id(each) is None]
    return Hit(
        type=resource.path,
        record_type=resource.noun,
        id=read["id"],
        key=None if resource.key is None else read[resource.key.key],
        title=title,
        snippet=snippet([*rest, title], words),
        address=address,
        updated_at=read["updated_at"],
        marking=read.get("marking"),
    )
