"""What is due for disposal: every class that covers a record lets it go, and nothing holds it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select

from app.access.work import Work
from app.core.columns import table_of
from app.models import (
    Disposal,
    DisposalRecord,
    Engagement,
    InformationRequest,
    LegalHold,
    RetentionClass,
    ScopeDocument,
)

ENGAGEMENT = table_of(Engagement)
CLOSED = ("completed", "cancelled")
OPEN = ("proposed", "approved")


def classes(work: Work) -> Sequence[RetentionClass]:
    """The classes in force."""
    return work.session.scalars(select(RetentionClass).where(RetentionClass.archived.is_(False))).all()


def due(work: Work, wanted: RetentionClass, in_force: Sequence[RetentionClass]) -> ColumnElement[bool]:
    """The condition that an engagement, whose disposal nobody has proposed yet, may go under a class.

    Of several classes that cover it the longest decides, so that no class shortens what another one demands.
    """
    return and_(may_go(work, wanted, in_force), not_(proposed()))


def may_go(work: Work, wanted: RetentionClass, in_force: Sequence[RetentionClass]) -> ColumnElement[bool]:
    """The condition that an engagement's time is over under a class and all others, and that nothing holds it."""
    if wanted.archived:
        return false()
    today = work.now.date()
    kinds = [
        and_(ENGAGEMENT.c.kind == kind, *(_over(each, today) for each in in_force if kind in each.applies_to))
        for kind in wanted.applies_to
    ]
    return and_(or_(*kinds), not_(held()))


def held() -> ColumnElement[bool]:
    """The condition that a legal hold is on an engagement."""
    return select(LegalHold.id).where(LegalHold.record_id == ENGAGEMENT.c.id, LegalHold.lifted_at.is_(None)).exists()


def proposed() -> ColumnElement[bool]:
    """The condition that a disposal of an engagement is under way."""
    return (
        select(DisposalRecord.record_id)
        .join(Disposal, Disposal.id == DisposalRecord.disposal_id)
        .where(DisposalRecord.record_id == ENGAGEMENT.c.id, Disposal.state.in_(OPEN))
        .exists()
    )


def _over(each: RetentionClass, today: date) -> ColumnElement[bool]:
    if each.on_hold:
        return false()
    day = _years_before(today, each.retain_years)
    if each.counted_from == "ends_on":
        return ENGAGEMENT.c.ends_on <= day
    until = datetime.combine(day + timedelta(days=1), time(), UTC)
    if each.counted_from == "created_at":
        return ENGAGEMENT.c.created_at < until
    return and_(ENGAGEMENT.c.status.in_(CLOSED), ENGAGEMENT.c.updated_at < until)


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year - years, day=28)


def asked_for(work: Work, ids: Sequence[str]) -> bool:
    """Whether a request for official information that is not released or closed asks for one of some records."""
    statement = (
        select(ScopeDocument.id)
        .join(InformationRequest, InformationRequest.id == ScopeDocument.request_id)
        .where(ScopeDocument.record.in_(ids), ScopeDocument.archived.is_(False))
        .where(InformationRequest.state.in_(("open", "decided")))
    )
    return work.session.scalar(statement.limit(1)) is not None


def holds_on(work: Work, record_id: str) -> int:
    """How many holds are on a record."""
    count: Any = work.session.scalar(
        select(func.count()).where(LegalHold.record_id == record_id, LegalHold.lifted_at.is_(None))
    )
    return int(count)
