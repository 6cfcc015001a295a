"""References between records: what a document names must exist for whoever writes it."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin, Annotated

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from app.access.visible import visible_records
from app.access.work import Work
from app.core.fields import References
from app.crud.resource import Resource
from app.errors import Fault


def mentions(
    annotation: Any, metadata: Any, value: Any, pointer: str
) -> Iterator[tuple[InstrumentedAttribute[Any], str, str]]:
    """Every reference in a value: the column it names, the key, and where it stands."""
    if value is None:
        return
    for each in metadata:
        if isinstance(each, References) and isinstance(value, str):
            yield each.column, value, pointer
    if get_origin(annotation) is Annotated:
        inner, *extras = get_args(annotation)
        yield from mentions(inner, extras, value, pointer)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if isinstance(value, Mapping):
            for name, info in annotation.model_fields.items():
                yield from mentions(info.annotation, info.metadata, value.get(name), f"{pointer}/{name}")
    elif get_origin(annotation) in (list, tuple):
        for index, item in enumerate(value):
            yield from mentions(get_args(annotation)[0], (), item, f"{pointer}/{index}")
    else:
        for each in get_args(annotation):
            yield from mentions(each, (), value, pointer)


def mentioned(model: type[BaseModel], values: Mapping[str, Any]) -> Iterator[tuple[InstrumentedAttribute[Any], str, str]]:
    for name, value in values.items():
        info = model.model_fields.get(name)
        if info is not None:
            yield from mentions(info.annotation, info.metadata, value, f"/{name}")


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
