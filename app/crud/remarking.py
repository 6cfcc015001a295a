"""Markings that follow: a record is marked higher, and so is what names it and must be marked no lower."""

from typing import Any

from app.access.markings import Mark, covers, highest
from app.access.work import Work
from app.crud import store
from app.crud.covering import naming
from app.crud.resource import RESOURCES


def raise_marking(work: Work, record: Any, mark: Mark) -> None:
    """Marks a record at least as high as something that it tells of, as a change of its own; does nothing if it is."""
    own = work.mark(record.marking_id)
    if not covers(own, mark):
        with store.changing(work, record, "remark"):
            store.apply(work, RESOURCES.of(record), record, highest([own, mark]).fields)


def remark_naming(work: Work, record: Any) -> None:
    """Marks what names a record as high as the record is now marked; each as a change of its own."""
    with work.everywhere() as everywhere:
        mark = everywhere.mark(record.marking_id)
        for resource, found in sorted(naming(everywhere, record, RESOURCES), key=lambda each: each[1]):
            statement = store.with_children(resource).where(resource.model.id == found)
            raise_marking(everywhere, everywhere.session.scalars(statement.with_for_update()).one(), mark)
