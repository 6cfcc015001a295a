"""What stands under an engagement: nobody knows of it who may not know of the engagement."""

from typing import Any

from app.access.work import Work
from app.crud import store
from app.crud.belonging import remark_below
from app.crud.remarking import remark_naming
from app.crud.resource import RESOURCES, Resource
from app.models import Engagement


def remark_belongings(work: Work, engagement: Any) -> None:
    """Keeps what stands under an engagement that is marked anew from those who may not know of it now."""
    for resource in RESOURCES.below(Engagement):
        if resource.about is not None:
            _remark_alike(work, resource, engagement)
        else:
            remark_below(work, resource, engagement)
    remark_naming(work, engagement)


def _remark_alike(work: Work, resource: Resource, engagement: Any) -> None:
    """Marks what is about an engagement as the engagement itself."""
    assert resource.about is not None  # noqa: S101 - asked of such only
    with work.everywhere() as everywhere:
        found = store.with_children(resource).where(resource.about == engagement.id).with_for_update()
        for record in work.session.scalars(found).all():
            with store.changing(everywhere, record, "remark"):
                record.marking_id, record.marked_as = engagement.marking_id, engagement.marked_as
