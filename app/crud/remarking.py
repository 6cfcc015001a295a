"""Markings that follow: a record is marked higher, and so is what names it and must be marked no lower."""

from typing import Any

from app.access.markings import covers, highest
from app.access.work import Work
from app.crud import store
from app.crud.covering import naming
from app.crud.resource import RESOURCES


def remark_naming(work: Work, record: Any) -> None:
    """Marks what names a record as high as the record is now marked; each as a change of its own."""
    with work.everywhere() as everywhere:
        mark = everywhere.mark(record.marking_id)
        for resource, found in sorted(naming(everywhere, record, RESOURCES), key=lambda each: each[1]):
            statement = store.with_children(resource).where(resource.model.id == found)
            other: Any = everywhere.session.scalars(statement.with_for_update()).one()
            own = everywhere.mark(other.marking_id)
            if not covers(own, mark):
                with store.changing(everywhere, other, "remark"):
                    store.apply(everywhere, resource, other, highest([own, mark]).fields)
