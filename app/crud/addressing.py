"""Readable keys: where a record is named by its id, its readable key will do, such as the reference of a visit."""

from typing import Any

from sqlalchemy import select

from app.access.visible import visible_records
from app.access.work import Work
from app.core.derive import references_of
from app.core.ids import as_id
from app.crud.resource import RESOURCES, Resource


def normal_key(resource: Resource, key: str) -> str | None:
    """A readable key in the form in which it is kept: codes and references in capitals, slugs in lower case."""
    if not key.isascii() or not key.isprintable() or len(key) > 80:  # noqa: PLR2004 - the longest slug
        return None
    return key.lower() if resource.key is not None and resource.key.key == "slug" else key.upper()


def addressed(work: Work, resource: Resource, document: Any) -> Any:
    """A document with ids where it names records by their readable keys.

    A key of nothing that exists for the caller stays, and is refused as one of nothing.
    """
    if not isinstance(document, dict):
        return document
    found = {}
    for name, each in references_of(resource.fields):
        key = document.get(name)
        if isinstance(key, str) and each.column.key == "id" and as_id(key) is None:
            record_id = _id_of(work, RESOURCES.of_column(each.column), key.strip())
            if record_id is not None:
                found[name] = record_id
    return document | found


def _id_of(work: Work, resource: Resource, key: str) -> str | None:
    if resource.key is None or (named := normal_key(resource, key)) is None:
        return None
    model: Any = resource.model
    statement = select(model.id).where(resource.key == named, visible_records(model, work.markings))
    record_id = work.session.scalar(statement)
    return None if record_id is None else str(record_id)
