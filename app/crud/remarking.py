"""What follows when a record is marked anew: what came of it is not left marked below it."""

from typing import Any

from app.access.markings import covers, highest
from app.access.work import Work
from app.crud import store
from app.crud.resource import RESOURCES
from app.crud.ties import origin_of


def remark_tied(work: Work, origin: Any) -> None:
    """Raises the marking of what came of a record, where that one is marked higher now. Whoever may see it or not."""
    table = RESOURCES.of(origin).table
    for resource in RESOURCES:
        if resource.tied is None or origin_of(resource) is not table:
            continue
        with work.everywhere() as everywhere:
            found = store.with_children(resource).where(resource.tied == origin.id).with_for_update()
            for record in work.session.scalars(found).all():
                own = everywhere.mark(record.marking_id)
                both = highest([own, everywhere.mark(origin.marking_id)])
                if covers(own, both):
                    continue
                with store.changing(everywhere, record, "remark"):
                    record.marked_as = everywhere.marking_row(both)
                    record.marking_id = record.marked_as.id
