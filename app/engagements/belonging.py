"""What stands under an engagement: nobody knows of it who may not know of the engagement."""

from typing import Any

from sqlalchemy import select, update

from app.access.markings import covers, highest
from app.access.work import Work
from app.core.columns import table_of
from app.crud import store
from app.crud.remarking import remark_naming
from app.crud.resource import RESOURCES, Resource
from app.models import Engagement, SearchEntry


def effective_marking(work: Work, belonging: Any) -> int:
    """The marking that decides for whom it exists: the higher of the engagement's and its own."""
    engagement = work.session.get_one(Engagement, belonging.engagement_id)
    return work.marking_row(highest([work.mark(engagement.marking_id), work.mark(belonging.marking_id)])).id


def touch_engagement(work: Work, belonging: Any) -> None:
    """A change to it is one of the engagement, for those who may see both.

    Where it is marked above the engagement, the engagement's version stays as it is: it would tell of something
    that some of its readers may not know of.
    """
    engagement = work.session.get_one(Engagement, belonging.engagement_id)
    if covers(work.mark(engagement.marking_id), work.mark(belonging.marking_id)):
        store.touch(work, store.find(work, RESOURCES.of(engagement), engagement.id), RESOURCES.of(belonging).address)


def remark_belongings(work: Work, engagement: Any) -> None:
    """Keeps what stands under an engagement that is marked anew from those who may not know of it now."""
    for resource in RESOURCES.below(Engagement):
        if resource.about is not None:
            _remark_alike(work, resource, engagement)
            continue
        table = table_of(resource.model)
        with work.beyond():
            rows = work.session.execute(
                select(table.c.id, table.c.marking_id).where(table.c.engagement_id == engagement.id)
            ).all()
        for belonging, marking in rows:
            both = highest([work.mark(engagement.marking_id), work.mark(marking)])
            work.session.execute(
                update(SearchEntry)
                .where(SearchEntry.record_id == belonging)
                .values(marking_id=work.marking_row(both).id)
            )
    remark_naming(work, engagement)


def _remark_alike(work: Work, resource: Resource, engagement: Any) -> None:
    """Marks what is about an engagement as the engagement itself."""
    assert resource.about is not None  # noqa: S101 - asked of such only
    with work.everywhere() as everywhere:
        found = store.with_children(resource).where(resource.about == engagement.id).with_for_update()
        for record in work.session.scalars(found).all():
            with store.changing(everywhere, record, "remark"):
                record.marking_id, record.marked_as = engagement.marking_id, engagement.marked_as
