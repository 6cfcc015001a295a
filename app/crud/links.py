"""References between records: what a document names must exist for whoever writes it, and is named as it is now."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from app.access.visible import visible_records
from app.access.work import Work
from app.core.fields import MayName, References
from app.core.query import column_of
from app.crud.resource import Resource
from app.errors import Fault
from app.models.mergeable import Mergeable

Mention = tuple[InstrumentedAttribute[Any], str, str]
"""A reference in a document: the column it names, the key, and where it stands."""


def mentions(annotation: Any, metadata: Iterable[Any], value: Any, pointer: str) -> Iterator[Mention]:
    """Every reference in a value of some type."""
    if value is None:
        return
    for each in metadata:
        if isinstance(each, References) and isinstance(value, str):
            yield each.column, value, pointer
    yield from _inside(annotation, value, pointer)


def _inside(annotation: Any, value: Any, pointer: str) -> Iterator[Mention]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from mentions(arguments[0], arguments[1:], value, pointer)
    elif origin is list:
        for index, item in enumerate(value):
            yield from mentions(arguments[0], (), item, f"{pointer}/{index}")
    elif isinstance(value, Mapping):
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from mentioned(annotation, value, pointer)
    else:
        for each in arguments:
            yield from mentions(each, (), value, pointer)


def mentioned(model: type[BaseModel], values: Mapping[str, Any], pointer: str = "") -> Iterator[Mention]:
    """Every reference in a document."""
    for name, value in values.items():
        info = model.model_fields.get(name)
        if info is not None:
            yield from mentions(info.annotation, info.metadata, value, f"{pointer}/{name}")


Names = Mapping[Any, Mapping[str, str]]
"""For columns that references name: the key that stood there, and the one that takes its place."""


def named(work: Work, resource: Resource, values: Mapping[str, Any]) -> tuple[Names, list[Fault]]:
    """The keys in a document whose records were merged into others, with the present ones; and references to nothing.

    The latter are faults, as far as the caller can know. One statement for each kind of record.
    """
    wanted: dict[InstrumentedAttribute[Any], dict[str, list[str]]] = {}
    for column, key, pointer in mentioned(resource.fields, values):
        wanted.setdefault(column, {}).setdefault(key, []).append(pointer)
    names: dict[Any, dict[str, str]] = {}
    faults: list[Fault] = []
    for column, keys in wanted.items():
        known = _known(work, column, list(keys))
        for key, remaining in known.items():
            if remaining is not None:
                names.setdefault(column_of(column), {})[key] = present_key(work, column, remaining)
        for key in sorted(set(keys) - set(known)):
            detail = f"There is no {column.class_.__tablename__} {key}"
            faults += [Fault(detail, "unknown_reference", pointer=pointer) for pointer in keys[key]]
    return names, faults


def _known(work: Work, column: InstrumentedAttribute[Any], keys: list[str]) -> dict[str, str | None]:
    """The keys that exist for the caller, each with the record that it has been merged into, if it has."""
    model: Any = column.class_
    condition = column.in_(keys) & visible_records(model, work.markings)
    if not issubclass(model, Mergeable):
        return dict.fromkeys(map(str, work.session.scalars(select(column).where(condition))))
    # Whoever merges such a record waits until this reference can be seen, or this waits until it is merged.
    statement = select(column, model.merged_into).where(condition).with_for_update(read=True, key_share=True)
    return {str(key): remaining for key, remaining in work.session.execute(statement)}


def present_key(work: Work, column: InstrumentedAttribute[Any], record_id: str) -> str:
    """The key of the record that one leads to, at the end of all that was merged."""
    model: Any = column.class_
    key: Any = None
    onwards: str | None = record_id
    while onwards is not None:
        key, onwards = work.session.execute(select(column, model.merged_into).where(model.id == onwards)).one()
    return str(key)


def renamed(model: type[BaseModel], values: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """A document that names other records in the place of some."""
    return {
        name: _renamed(info.annotation, info.metadata, value, names)
        if (info := model.model_fields.get(name)) is not None
        else value
        for name, value in values.items()
    }


def _renamed(annotation: Any, metadata: Iterable[Any], value: Any, names: Names) -> Any:
    if isinstance(value, str):
        for each in metadata:
            if isinstance(each, MayName) or (isinstance(each, References) and each.follows):
                value = names.get(column_of(each.column), {}).get(value, value)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _renamed(arguments[0], arguments[1:], value, names)
    if origin is list and isinstance(value, list):
        return [_renamed(arguments[0], (), item, names) for item in value]
    if isinstance(value, Mapping) and isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return renamed(annotation, value, names)
    if origin is not list:
        for each in arguments:
            value = _renamed(each, (), value, names)
    return value
