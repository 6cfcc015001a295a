"""Who decides on an approval: whoever holds the office of its step today, or stands in for them; never the asker."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.access.persons import holders_of, offices_of, person_of, present
from app.access.work import Work
from app.crud.ledger import LEDGER
from app.engagements.delegations import in_force
from app.errors import Conflict, Forbidden
from app.models import Approval, ApprovalStep, Delegation, Office, Token, User

WRITTEN = ("create", "update", "revert")
"""What in the ledger says that somebody wrote a record, rather than moved it or added something beside it."""


@dataclass(frozen=True, slots=True)
class Authority:
    """In which capacity somebody decides."""

    person: str
    on_behalf_of: str | None = None
    """The holder of the office, where somebody stands in for them and there is one."""

    delegation: str | None = None


@dataclass(frozen=True, slots=True)
class Somebody:
    """All that tells one caller from another."""

    id: str | None
    name: str
    user: str | None
    persons: frozenset[str]

    def is_also(self, other: "Somebody") -> bool:
        """Whether both may be the same human being. Names tell only where no user does."""
        if self.persons & other.persons:
            return True
        if self.user is not None and other.user is not None:
            return self.user == other.user
        return (self.id is not None and self.id == other.id) or self.name == other.name


def caller(work: Work) -> Somebody:
    """Who asks now."""
    return _somebody(work, work.actor.id, work.actor.name, work.actor.user)


def asker(work: Work, approval: Approval) -> Somebody:
    """Who asked for an approval."""
    found = _somebody(work, approval.asked_by_id, approval.asked_by, approval.asked_by_user)
    then = {present(work, approval.asked_by_person)} if approval.asked_by_person else set()
    return Somebody(found.id, found.name, found.user, found.persons | then)


def last_writer(work: Work, engagement: str) -> Somebody | None:
    """Who wrote what an engagement says, the last time that somebody did."""
    statement = (
        select(LEDGER.c.actor, LEDGER.c.actor_id)
        .where(LEDGER.c.record_id == engagement, LEDGER.c.action.in_(WRITTEN))
        .order_by(LEDGER.c.version.desc())
        .limit(1)
    )
    with work.beyond():
        found = work.session.execute(statement).first()
    if found is None:
        return None
    actor_id = None if found.actor_id is None else str(found.actor_id)
    user = work.session.scalar(select(Token.user).where(Token.id == actor_id)) or work.session.scalar(
        select(User.id).where(User.id == actor_id)
    )
    return _somebody(work, actor_id, found.actor, None if user is None else str(user))


def _somebody(work: Work, actor_id: str | None, name: str, user: str | None) -> Somebody:
    person = None if user is None else person_of(work, user)
    return Somebody(actor_id, name, user, frozenset() if person is None else frozenset({person}))


def authority(work: Work, approval: Approval, step: ApprovalStep) -> Authority:
    """In which capacity the caller decides a step. Raises Forbidden, or Conflict if their own step is past."""
    person = person_of(work)
    if person is None:
        raise Forbidden("The caller is nobody in the register: an administrator links their user to a person.")
    held = offices_of(work, person)
    if step.office in held:
        return Authority(person)
    delegated = work.session.scalars(
        select(Delegation).where(Delegation.person == person, in_force(work)).order_by(Delegation.id)
    ).all()
    for each in delegated:
        if each.office == step.office:
            holders = holders_of(work, step.office)
            return Authority(person, holders[0] if holders else None, each.id)
    mine = {*held, *(each.office for each in delegated)}
    if any(each.decision is not None and each.office in mine for each in approval.steps):
        raise Conflict("The caller's step is decided already; the approval waits for another office.")
    office = work.session.get_one(Office, step.office).title
    raise Forbidden(f"It is for who holds the office {office!r} today, or for whom they have delegated it to.")


def check_four_eyes(work: Work, approval: Approval, by: Authority) -> None:
    """Nobody decides on what they asked for or wrote last, nor in the place of who asked. Raises Forbidden."""
    me, asked = caller(work), asker(work, approval)
    if me.is_also(asked):
        raise Forbidden("Nobody decides on what they have asked for themselves.")
    writer = last_writer(work, approval.engagement)
    if writer is not None and me.is_also(writer):
        raise Forbidden("Nobody decides on what they have written last themselves.")
    if by.on_behalf_of in asked.persons:
        raise Forbidden("Nobody decides in the place of who has asked.")


def my_offices(work: Work) -> list[str]:
    """The offices that the caller decides for today: their own, and those delegated to them."""
    person = person_of(work)
    if person is None:
        return []
    delegated: Any = select(Delegation.office).where(Delegation.person == person, in_force(work))
    return sorted({*offices_of(work, person), *(str(each) for each in work.session.scalars(delegated))})
