"""What came of a marked record, such as a commitment made at an engagement, is never marked below it.

So its own marking alone decides for whom it exists, and whoever may know of it may also know of what it names.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import FromClause, select

from app.access.markings import MARKING_FIELDS, Mark, covers
from app.access.work import Work
from app.core.ids import as_id
from app.core.query import column_of
from app.crud.resource import Resource
from app.errors import Fault


def named_by(work: Work, resource: Resource, values: Mapping[str, Any]) -> Mark | None:
    """The marking of the record that a document says it came of, if there is one that the caller may see.

    Whoever marks that one anew waits until this can be seen, or this waits until it is marked.
    """
    if resource.tied is None:
        return None
    given = values.get(resource.tied.key)
    key = as_id(given) if isinstance(given, str) else None
    if key is None:
        return None
    origin = origin_of(resource)
    statement = select(origin.c.marking_id).where(origin.c.id == key, work.visible(origin))
    marking = work.session.scalar(statement.with_for_update(read=True))
    return None if marking is None else work.mark(marking)


def origin_of(resource: Resource) -> FromClause:
    """The table of the records that those of a resource came of."""
    assert resource.tied is not None  # noqa: S101 - only asked of such
    (key,) = column_of(resource.tied).foreign_keys
    table: FromClause = key.column.table
    return table


def inherited(work: Work, resource: Resource, document: Any) -> Any:
    """A new document that says nothing of its marking, with that of the record which it came of."""
    if not isinstance(document, dict) or set(MARKING_FIELDS) & set(document):
        return document
    mark = named_by(work, resource, document)
    return document if mark is None else document | mark.fields


def tie_faults(work: Work, resource: Resource, values: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with a marking in the light of what the record came of."""
    outer = named_by(work, resource, values) if all(name in values for name in MARKING_FIELDS) else None
    if outer is not None and not covers(Mark.of(values), outer):
        yield Fault("Must not be marked below the record that it came of", "below_origin", pointer="/classification")
