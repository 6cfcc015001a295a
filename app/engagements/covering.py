"""What an approval is of: the route that an engagement goes, and what of it must stay as it was approved.

Title, level, lead, dates, country and partners are what an office looks at when it approves. When one of them changes
afterwards, the approval is of something else; summary, participants, agenda and the like are worked on until the day.
"""

from typing import Any

from sqlalchemy import or_, select

from app.access.work import Work
from app.models import Approval, ApprovalRoute

MATERIAL = ("title", "level", "lead", "starts_on", "ends_on", "date_precision", "country", "partners")


def content_of(engagement: Any) -> dict[str, Any]:
    """What approval is asked for, as JSON has it. The order of partners and their parts do not matter."""
    values = {name: getattr(engagement, name) for name in MATERIAL}
    values |= {name: day.isoformat() for name in ("starts_on", "ends_on") if (day := values[name]) is not None}
    return values | {"partners": sorted(each.partner for each in engagement.partners)}


def changed_since(content: dict[str, Any], engagement: Any) -> list[str]:
    """What reads otherwise by now."""
    present = content_of(engagement)
    return [name for name in MATERIAL if present[name] != content.get(name)]


def route_for(work: Work, engagement: Any) -> ApprovalRoute | None:
    """The route that an engagement goes, if any: of several the one that says most about it."""
    if engagement.level is None:
        return None
    statement = select(ApprovalRoute).where(
        ApprovalRoute.level == engagement.level,
        ApprovalRoute.active.is_(True),
        ApprovalRoute.archived.is_(False),
        or_(ApprovalRoute.lead.is_(None), ApprovalRoute.lead == engagement.lead),
        or_(ApprovalRoute.kind.is_(None), ApprovalRoute.kind == engagement.kind),
    )
    found = work.session.scalars(statement).all()
    return max(found, key=lambda each: (each.kind is not None, each.lead is not None, each.id), default=None)


def covering(work: Work, engagement: Any) -> str | None:
    """The id of an approval that is granted for the engagement as it is now."""
    statement = select(Approval).where(
        Approval.engagement == engagement.id, Approval.state == "granted", Approval.archived.is_(False)
    )
    found = work.session.scalars(statement.order_by(Approval.id.desc()))
    return next((each.id for each in found if not changed_since(each.content, engagement)), None)
