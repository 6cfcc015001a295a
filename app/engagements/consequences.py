"""What follows from a change of an engagement: for the approvals that it has, and by the calendar."""

from typing import Any

from app.access.work import Work
from app.crud import store
from app.crud.aligning import align_naming
from app.engagements import calendar
from app.engagements.approvals import APPROVALS
from app.engagements.covering import changed_since
from app.models import Approval

DATED = ("update", "revert", "restore", "merge")
"""Changes with which the dates of an engagement may be others, or count again."""


def follow(work: Work, engagement: Any) -> None:
    """Notes what approvals no longer cover, and moves what its dates move. What is new stands as it was entered."""
    if engagement.version == 1:
        return
    _note_changes(work, engagement)
    if next(each.action for each in reversed(work.changes) if each.record_id == engagement.id) in DATED:
        align_naming(work, engagement)
        calendar.follow(work, engagement, work.today)


def _note_changes(work: Work, engagement: Any) -> None:
    """Says in each approval that counts what of the engagement reads otherwise by now."""
    statement = store.with_children(APPROVALS).where(
        Approval.engagement == engagement.id, Approval.state.in_(("open", "granted"))
    )
    for approval in work.session.scalars(statement.with_for_update()).all():
        changed = changed_since(approval.content, engagement)
        if changed != approval.changed:
            with store.changing(work, approval, "outdate", changed=[approval.changed, changed]):
                approval.changed = changed
