"""Who wrote a record, as the ledger has it: nobody clears or approves what they wrote themselves."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from app.access.work import Work
from app.models import LedgerEntry, Token

WRITING = ("create", "update", "revert")
"""What makes somebody an author. What follows from another change, or is an act on the whole, does not."""


def wrote(work: Work, record: Any, *, after: int = 0) -> bool:
    """Whether the caller has written any version of a record, `after` a certain one, with whichever token of theirs."""
    return _wrote(work, and_(LedgerEntry.record_id == record.id, LedgerEntry.version > after))


def wrote_any(work: Work, ids: Select[str]) -> bool:
    """Whether the caller has written any version of any of some records."""
    return _wrote(work, LedgerEntry.record_id.in_(ids))


def _wrote(work: Work, which: ColumnElement[bool]) -> bool:
    actor = work.actor
    ids = [each for each in (actor.id, actor.user) if each is not None]
    if actor.user is not None:
        ids += work.session.scalars(select(Token.id).where(Token.user == actor.user))
    mine = or_(LedgerEntry.actor_id.in_(ids), LedgerEntry.actor == actor.name)
    statement = select(LedgerEntry.seq).where(which, LedgerEntry.action.in_(WRITING), mine)
    with work.beyond():  # also what they wrote under a marking that they may not see any more
        return work.session.scalar(statement.limit(1)) is not None
