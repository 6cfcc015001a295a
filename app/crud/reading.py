"""Reading one record, and shaping records to what the caller wants of them."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Uuid, bindparam, inspect, select

from app.access.proofs import proven
from app.access.visible import marking_of, visible, visible_records
from app.access.work import Work
from app.core.columns import table_of
from app.core.ids import as_id
from app.core.prepared import Prepared
from app.core.query import column_of
from app.crud.addressing import normal_key
from app.crud.owning import own_first, own_or_shared
from app.crud.resource import RESOURCES, Resource
from app.crud.store import not_found, rebuilt
from app.errors import Fault, Invalid
from app.models.mergeable import Mergeable


class Stored(NamedTuple):
    """A record as it is stored."""

    id: str
    representation: str
    version: int
    merged_into: str | None = None
    """The record that it leads to, if it has been merged into another one."""


def stored(work: Work, resource: Resource, key: str, parent: str | None = None) -> Stored:
    """A record as it is stored. Raises NotFound."""
    record_id = as_id(key)
    named = record_id or (None if resource.key is None else normal_key(resource, key))
    if named is None:
        raise not_found(resource)
    proves = work.proof is not None
    shape = ("read", resource, record_id is not None, work.markings, proves)
    prepared = work.register.prepared.get(shape)
    if prepared is None:
        table = resource.table
        column = table.c.id if record_id is not None else resource.key_column
        columns = [table.c.id, table.c.representation, table.c.version, marking_of(table)]
        columns += [table.c.merged_into] if issubclass(resource.model, Mergeable) else []
        statement = select(*columns).where(
            column == bindparam("key", type_=column.type), visible(table, work.markings), resource.kind_only
        )
        if resource.parent is not None:
            tie = table.c[resource.parent.column.key]
            statement = statement.where(tie == bindparam("parent", type_=tie.type))
        if resource.personal:
            statement = statement.where(own_or_shared(table)).order_by(*own_first(table))
        if proves:
            statement = statement.where(proven())
        prepared = work.register.prepared[shape] = Prepared(statement, work.register.database.reader.dialect)
    values: dict[str, Any] = {"key": named} if resource.parent is None else {"key": named, "parent": parent}
    if resource.personal:
        values["owner"] = work.actor.owner
    if work.proof is not None:
        values |= work.proof.values
    rows = prepared.run(work.cursor, values)
    work.prove(rows)
    if not rows:
        raise not_found(resource)
    found_id, representation, version, marking, *merged = rows[0]
    work.holds(resource.noun, ((found_id, marking),))
    if representation is None:
        representation = rebuilt(work, resource, str(found_id))
    return Stored(str(found_id), representation, version, str(merged[0]) if merged and merged[0] else None)


def check_shape(resource: Resource, fields: Sequence[str], expand: Sequence[str]) -> None:
    """Raises Invalid, naming each, if fields are chosen that the record has not, or expanded that cannot be."""
    readable, expandable = resource.readable, set(resource.expandable)
    faults = [
        Fault(f"There is no field {name!r}", "not_allowed", parameter="fields")
        for name in fields
        if name not in readable
    ]
    faults += [
        Fault(
            f"{name!r} cannot be expanded; what can: {', '.join(sorted(expandable)) or 'nothing'}",
            "not_allowed",
            parameter="expand",
        )
        for name in expand
        if name not in expandable
    ]
    if faults:
        raise Invalid(faults=faults)


def shaped(
    work: Work, resource: Resource, items: Iterable[str], fields: Sequence[str], expand: Sequence[str]
) -> list[str]:
    """Records with only the fields asked for, and with the records they name set in where asked."""
    records = [json.loads(item) for item in items]
    for name in expand:
        _expand(work, resource, records, name)
    if fields:
        records = [{name: record[name] for name in fields if name in record} for record in records]
    return [json.dumps(record, ensure_ascii=False, separators=(",", ":")) for record in records]


def _expand(work: Work, resource: Resource, records: list[dict[str, Any]], name: str) -> None:
    column = resource.expandable[name].column
    keys = {key for record in records for key in _keys(record.get(name))}
    if isinstance(column_of(column).type, Uuid):
        keys = {key for key in keys if as_id(key)}  # beside a reference, an item may say something else
    if not keys:
        return
    model = column.class_
    table = table_of(inspect(model).base_mapper.class_)
    rows = work.session.execute(
        select(column, model.representation, model.id, marking_of(table)).where(
            column.in_(sorted(keys)), visible_records(model, work.markings)
        )
    ).all()
    work.holds(RESOURCES.of_column(column).noun, ((row[2], row[3]) for row in rows))
    target = RESOURCES.of_column(column)
    found = {
        str(key): json.loads(text if text is not None else rebuilt(work, target, str(record_id)))
        for key, text, record_id, _ in rows
    }
    for record in records:
        if name in record:
            record[name] = _set_in(record[name], found)


def _keys(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _keys(each)
    elif isinstance(value, dict):
        for each in value.values():
            if isinstance(each, str):
                yield each


def _set_in(value: Any, found: dict[str, Any]) -> Any:
    if isinstance(value, str):
        return found.get(value, value)
    if isinstance(value, list):
        return [_set_in(each, found) for each in value]
    if isinstance(value, dict):
        return {name: _set_in(each, found) if isinstance(each, str) else each for name, each in value.items()}
    return value
