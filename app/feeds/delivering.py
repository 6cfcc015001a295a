"""Telling a webhook of the changes that it is due to be told of, one after the other, by whoever holds its lease.

What is told is looked at once more when it is sent: a record that the receiver may not know of by now is not told of.
"""

import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update

from app.access.access_log import Access, Event
from app.access.actor import system
from app.access.register import Register
from app.access.work import Work, writing_as
from app.core.fields import instant_json
from app.crud import ledger
from app.crud.ledger import LEDGER
from app.feeds import outgoing, signing
from app.feeds.outgoing import Outcome
from app.feeds.spreading import DELIVERIES, HOOKS, PLACES, Lost, receiver, told
from app.models import Webhook
from app.telemetry import context
from app.telemetry.metrics import WEBHOOK_ATTEMPTS

GONE = 410
"""What a receiver answers that wants to be told no more of it."""

LONGEST_PAUSE = 4 * 3600.0
"""Seconds between two attempts, at most."""

DOUBLINGS = 64
"""How often a pause is doubled at most: the longest is reached long before, and a float holds no 2 ** 1024."""

KEPT = timedelta(days=7)
"""How long deliveries that came to their end can be looked at. What was given up stays until it is replayed."""


class Due(NamedTuple):
    """A delivery that is due, with what is to be sent."""

    id: str
    attempts: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    access: Access | None
    """What the access log wants to know of it."""


def lease(register: Register) -> timedelta:
    """How long a process that says nothing more is taken to be at work: well beyond one attempt."""
    return timedelta(seconds=3 * register.settings.webhook_timeout_seconds)


def _free(until: datetime) -> ColumnElement[bool]:
    """That nobody holds the lease that a process would now have `until` then.

    One that lasts much longer than any does was taken while a clock was ahead, and would bar everybody until that day.
    """
    now = datetime.now(UTC)
    too_long = PLACES.c.lease_until > until + (until - now)
    return or_(PLACES.c.lease_by.is_(None), PLACES.c.lease_until < now, too_long)


def _is_due(now: datetime) -> ColumnElement[bool]:
    """That a delivery is due; also where it was put off longer than any is, while a clock was ahead."""
    return or_(DELIVERIES.c.due_at <= now, DELIVERIES.c.due_at > now + 2 * timedelta(seconds=LONGEST_PAUSE))


def claim(connection: Connection, hook: str, mine: str, until: datetime) -> bool:
    """Takes or keeps the lease of a webhook: a compare and set, which one process wins, whatever the database."""
    mine_or_free = or_(PLACES.c.lease_by == mine, _free(until))
    statement = update(PLACES).where(PLACES.c.webhook_id == hook, mine_or_free)
    return connection.execute(statement.values(lease_by=mine, lease_until=until)).rowcount == 1


def release(connection: Connection, hook: str, mine: str) -> None:
    """Gives the lease back."""
    held = and_(PLACES.c.webhook_id == hook, PLACES.c.lease_by == mine)
    connection.execute(update(PLACES).where(held).values(lease_by=None, lease_until=None))


def next_due(register: Register, hook_id: str, mine: str) -> Due | None:
    """The delivery that is due next, and the lease prolonged for it. Raises Lost."""
    with writing_as(register, system("webhooks"), hook_id) as work:
        if not claim(work.connection, hook_id, mine, work.now + lease(register)):
            raise Lost
        hook = work.session.get_one(Webhook, hook_id)
        while hook.active and not hook.archived and (row := _first(work, hook)) is not None:
            entry = _entry(work, hook, row.seq)
            if entry is not None:
                return _due(work, hook, row, entry)
            _settle(work.connection, row.id, work.now, state="withheld")
    return None


def _first(work: Work, hook: Webhook) -> Any:
    due = and_(DELIVERIES.c.webhook_id == hook.id, DELIVERIES.c.state == "pending", _is_due(work.now))
    return work.connection.execute(
        select(DELIVERIES.c.id, DELIVERIES.c.seq, DELIVERIES.c.attempts)
        .where(due)
        .order_by(DELIVERIES.c.due_at, DELIVERIES.c.seq)
        .limit(1)
    ).first()


def _entry(work: Work, hook: Webhook, seq: int) -> Any:
    """An entry of the ledger, if it exists for the receiver now."""
    statement = select(LEDGER).select_from(ledger.entries())
    seen = ledger.entries_visible(told(work, hook))
    return work.connection.execute(statement.where(LEDGER.c.seq == seq, seen)).mappings().first()


def _due(work: Work, hook: Webhook, row: Any, entry: Any) -> Due:
    body = _body(work, hook, entry)
    secrets = [hook.secret]
    if hook.old_secret is not None and hook.old_until is not None and hook.old_until > work.now:
        secrets.append(hook.old_secret)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "engagement-tracker",
        **context.following(entry["request_id"]).headers(),
        **signing.headers(str(row.id), work.now, body, secrets),
    }
    seen = told(work, hook)
    seen.holds(entry["record_type"], ((entry["record_id"], entry["marking_id"]),))
    access = None
    if seen.seen:
        access = Access(Event.EXPORT, receiver(hook), str(row.id), "webhook", method="POST", seen=seen.seen)
    return Due(str(row.id), row.attempts, hook.url, headers, body, access)


def _body(work: Work, hook: Webhook, entry: Any) -> bytes:
    data: dict[str, Any] = {
        "record_type": entry["record_type"],
        "record_id": str(entry["record_id"]),
        "version": entry["version"],
        "action": entry["action"],
        "after": f"{entry['record_id']}.{entry['version']}",
        "marking": work.register.markings.banner({entry["marking_id"]} - {None}),
    }
    if hook.content == "record":
        data["record"] = json.loads(entry["representation"])
    kind = f"{entry['record_type'].replace(' ', '_')}.{entry['action']}"
    document = {"type": kind, "timestamp": instant_json(entry["at"]), "data": data}
    return json.dumps(document, ensure_ascii=False).encode()


def attempt(register: Register, due: Due) -> Outcome:
    """Sends a delivery, once the access log knows of it. Raises SQLAlchemyError or Unavailable if that cannot be."""
    if due.access is not None:
        register.access_log.enter(due.access)
    settings = register.settings
    return outgoing.send(
        due.url, due.headers, due.body, allowed=settings.webhook_allowed, timeout=settings.webhook_timeout_seconds
    )


def record(register: Register, due: Due, outcome: Outcome) -> None:
    """Keeps what became of an attempt, and when the next is due if it failed."""
    now, attempts = datetime.now(UTC), due.attempts + 1
    values: dict[str, Any] = {"attempts": attempts, "status": outcome.status, "error": outcome.error}
    with register.database.write() as connection:
        if outcome.delivered:
            became = "delivered"
            _settle(connection, due.id, now, state=became, **values)
        elif outcome.status == GONE or attempts >= register.settings.webhook_attempts:
            became = "dead"
            _settle(connection, due.id, now, state=became, **values)
        else:
            became = "failed"
            again = now + timedelta(seconds=pause(attempts, register.settings.webhook_retry_seconds))
            connection.execute(_pending(due.id).values(due_at=again, **values))
    WEBHOOK_ATTEMPTS.labels(became).inc()


def pause(attempts: int, first: float) -> float:
    """Seconds until the next attempt: twice as many after each, less up to half, so that many do not come at once."""
    doubled = 2 ** min(attempts - 1, DOUBLINGS)
    longest: float = min(first * doubled, LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1)  # noqa: S311 - no secret


def _pending(delivery: str) -> Any:
    return update(DELIVERIES).where(DELIVERIES.c.id == delivery, DELIVERIES.c.state == "pending")


def _settle(connection: Connection, delivery: str, now: datetime, **values: Any) -> None:
    connection.execute(_pending(delivery).values(settled_at=now, **values))


def at_work(connection: Connection, until: datetime) -> list[tuple[str, bool]]:
    """The webhooks that somebody should see to, and of each whether the ledger goes on behind its place.

    `until` is when a lease would end that is taken now.
    """
    head = select(ledger.HEAD.c.seq).where(ledger.HEAD.c.id == 1).scalar_subquery()
    waiting = and_(
        DELIVERIES.c.webhook_id == PLACES.c.webhook_id,
        DELIVERIES.c.state == "pending",
        _is_due(datetime.now(UTC)),
    )
    behind = PLACES.c.seq < head
    statement = (
        select(PLACES.c.webhook_id, behind)
        .join(HOOKS, HOOKS.c.id == PLACES.c.webhook_id)
        .where(HOOKS.c.active, HOOKS.c.archived.is_(False))
        .where(_free(until))
        .where(or_(behind, select(DELIVERIES.c.id).where(waiting).exists()))
        .order_by(PLACES.c.webhook_id)
    )
    return [(str(hook), bool(more)) for hook, more in connection.execute(statement)]


def forget_old(connection: Connection, hook: str) -> None:
    """Removes deliveries that came to their end long ago."""
    old = and_(DELIVERIES.c.settled_at < datetime.now(UTC) - KEPT, DELIVERIES.c.state.in_(("delivered", "withheld")))
    connection.execute(delete(DELIVERIES).where(DELIVERIES.c.webhook_id == hook, old))
