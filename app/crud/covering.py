"""Records that name marked ones: what names another is marked no lower, so that nobody reads of what they may not see.

Which references ask for that stands in their declarations (`References(…, covered=True)`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from app.access.markings import MARKING_FIELDS, Mark, covers, highest
from app.access.visible import visible_records
from app.access.work import Work
from app.core.columns import Record
from app.core.derive import references_of
from app.core.ids import as_id
from app.crud.resource import Resource
from app.errors import Fault
from app.models.marked import Marked


def covered_fields(resource: Resource) -> Iterator[tuple[str, Any]]:
    """The fields of a resource that name marked records, with the column that each names."""
    for name, each in references_of(resource.fields):
        if each.covered:
            yield name, each.column


def marks_of(work: Work, resource: Resource, values: Mapping[str, Any]) -> Iterator[tuple[str, Mark]]:
    """The marking of each record that a document names, of those that exist for the caller."""
    for name, column in covered_fields(resource):
        key = values.get(name)
        if isinstance(key, str) and (record_id := as_id(key)) is not None:
            base: Any = resource_table(column)
            marking = work.session.scalar(
                select(base.marking_id).where(base.id == record_id, visible_records(base, work.markings))
            )
            if marking is not None:
                yield name, work.mark(marking)


def resource_table(column: Any) -> Any:
    """The mapped class whose table bears the marking: of an engagement's kind, the engagement."""
    return column.class_.__mapper__.base_mapper.class_


def uncovered(work: Work, resource: Resource, values: Mapping[str, Any]) -> Iterator[Fault]:
    """What a document names that is marked higher than it is itself."""
    if not all(name in values for name in MARKING_FIELDS):
        return
    own = Mark.of(values)
    for name, mark in marks_of(work, resource, values):
        if not covers(own, mark):
            yield Fault(
                f"Is marked {mark.classification} or more closely: what names it must be marked no lower",
                "marked_higher",
                pointer=f"/{name}",
            )


def inherited(work: Work, resource: Resource, document: Any, parent: Any) -> Any:
    """A new document with the marking of what it belongs to and of what it names, unless it says one itself."""
    if not isinstance(document, dict) or set(MARKING_FIELDS) & set(document):
        return document
    marks = [work.mark(parent.marking_id)] if isinstance(parent, Marked) else []
    if issubclass(resource.model, Marked):
        marks += [mark for _, mark in marks_of(work, resource, document)]
    return document | highest(marks).fields if marks else document


def naming(work: Work, record: Record, resources: Any) -> Iterator[tuple[Resource, str]]:
    """What names a marked record and must be marked with it: of which resource, and its id."""
    for resource in resources:
        if not resource.writable:
            continue
        for name, column in covered_fields(resource):
            if isinstance(record, column.class_):
                named = getattr(resource.model, name) == record.id
                yield from (
                    (resource, str(each)) for each in work.session.scalars(select(resource.model.id).where(named))
                )
