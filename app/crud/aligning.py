"""Records that follow another which they name: a paper that is due so long before an engagement moves with it."""

from typing import Any

from app.access.work import Work
from app.crud import store
from app.crud.covering import covered_fields
from app.crud.resource import RESOURCES, nothing_changes


def align_naming(work: Work, record: Any) -> None:
    """Brings what names a record in line with it, whoever may see it; each as a change of its own.

    What follows is marked no lower than what it follows, so nothing of it shows in the record itself.
    """
    for resource in RESOURCES:
        if resource.aligned is nothing_changes:
            continue
        for name, column in covered_fields(resource):
            if not isinstance(record, column.class_):
                continue
            with work.everywhere() as everywhere:
                statement = store.with_children(resource).where(getattr(resource.model, name) == record.id)
                found = everywhere.session.scalars(statement.order_by(resource.model.id).with_for_update())
                for other in found.all():
                    _align(everywhere, other, resource.aligned(other, record))


def _align(work: Work, record: Any, values: Any) -> None:
    changed = {name: value for name, value in values.items() if getattr(record, name) != value}
    if not changed:
        return
    told = {name: [_plain(getattr(record, name)), _plain(value)] for name, value in changed.items()}
    with store.changing(work, record, "follow", **told):
        for name, value in changed.items():
            setattr(record, name, value)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
