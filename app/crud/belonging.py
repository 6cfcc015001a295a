"""What stands under another record: nobody knows of it who may not know of that one."""

from typing import Any

from sqlalchemy import select, update

from app.access.markings import covers, highest
from app.access.work import Work
from app.crud import store
from app.crud.resource import RESOURCES, Resource
from app.models import SearchEntry


def owner_of(work: Work, belonging: Any) -> Any:
    """The record that another one stands under."""
    parent = RESOURCES.of(belonging).parent
    assert parent is not None  # noqa: S101 - asked of such only
    return work.session.get_one(parent.resource.model, getattr(belonging, parent.column.key))


def effective_marking(work: Work, belonging: Any) -> int:
    """The marking that decides for whom it exists: the higher of its owner's and its own."""
    owner = owner_of(work, belonging)
    return work.marking_row(highest([work.mark(owner.marking_id), work.mark(belonging.marking_id)])).id


def touch_owner(work: Work, belonging: Any) -> None:
    """A change to it is one of its owner, for those who may see both.

    Where it is marked above its owner, the owner's version stays as it is: it would tell of something that some of
    its readers may not know of.
    """
    owner = owner_of(work, belonging)
    if covers(work.mark(owner.marking_id), work.mark(belonging.marking_id)):
        store.touch(work, store.find(work, RESOURCES.of(owner), owner.id), RESOURCES.of(belonging).address)


def remark_below(work: Work, resource: Resource, owner: Any) -> None:
    """Keeps what stands under a record that is marked anew from those who may not know of it now."""
    assert resource.parent is not None  # noqa: S101 - asked of such only
    table = resource.table
    tie = table.c[resource.parent.column.key]
    with work.beyond():
        rows = work.session.execute(select(table.c.id, table.c.marking_id).where(tie == owner.id)).all()
    for belonging, marking in rows:
        both = highest([work.mark(owner.marking_id), work.mark(marking)])
        work.session.execute(
            update(SearchEntry).where(SearchEntry.record_id == belonging).values(marking_id=work.marking_row(both).id)
        )


def remark_all_below(work: Work, owner: Any) -> None:
    """The same for every resource whose records stand under it."""
    for resource in RESOURCES.below(type(owner)):
        if resource.parent is not None:
            remark_below(work, resource, owner)
