"""References between records: what a document names must exist for whoever writes it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from app.access.visible import visible_records
from app.access.work import Work
from app.core.fields import References
from app.crud.resource import Resource
from app.errors import Fault

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


def reference_faults(work: Work, resource: Resource, values: Mapping[str, Any]) -> Iterator[Fault]:
    """The references that lead nowhere, as far as the caller can know. One statement for each kind of record."""
    wanted: dict[InstrumentedAttribute[Any], dict[str, list[str]]] = {}
    for column, key, pointer in mentioned(resource.fields, values):
        wanted.setdefault(column, {}).setdefault(key, []).append(pointer)
    for column, keys in wanted.items():
        model = column.class_
        known = work.session.scalars(
            select(column).where(column.in_(list(keys)), visible_records(model, work.markings))
        )
        missing = set(keys) - {str(each) for each in known}
        for key in sorted(missing):
            for pointer in keys[key]:
                yield Fault(f"There is no {model.__tablename__} {key}", "unknown_reference", pointer=pointer)
