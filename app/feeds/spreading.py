"""From the ledger to deliveries: which changes a webhook is to be told of, settled once and in commit order.

A webhook has a place in the ledger. In one transaction the entries behind it become deliveries and the place moves on:
so nothing is skipped and nothing comes twice, wherever a process is killed.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from app.access.actor import Actor
from app.access.work import Work
from app.core.columns import table_of
from app.core.ids import new_id
from app.crud import ledger
from app.crud.ledger import LEDGER
from app.models import Webhook, WebhookDelivery, WebhookPlace

PLACES, DELIVERIES, HOOKS = table_of(WebhookPlace), table_of(WebhookDelivery), table_of(Webhook)

AT_ONCE = 500
"""Changes that become deliveries in one transaction."""


class Lost(Exception):  # noqa: N818 - not an error: somebody else goes on
    """Another process is at work for the webhook by now."""


def receiver(hook: Any) -> Actor:
    """Who is told, as the register knows callers."""
    return Actor(str(hook.id), hook.title, "reader", hook.clearance, hook.nationality, frozenset(hook.groups))


def told(work: Work, hook: Any) -> Work:
    """The same work, seeing what the receiver of a webhook may see."""
    return replace(work, actor=receiver(hook), shown=set(), seen=[])


def spread(work: Work, hook: Any, lease: str) -> bool:
    """Makes deliveries of the changes behind a webhook's place. Tells whether there may be more. Raises Lost."""
    held = (PLACES.c.webhook_id == hook.id, PLACES.c.lease_by == lease)
    place = work.session.scalar(select(PLACES.c.seq).where(*held).with_for_update())
    if place is None:
        raise Lost
    head = ledger.head(work)
    _learn_markings(work)
    found = _entries(told(work, hook), hook, int(place), head)
    if found:
        work.session.execute(insert(DELIVERIES), list(_deliveries(hook, found, work.now)))
    more = len(found) == AT_ONCE
    work.session.execute(update(PLACES).where(*held).values(seq=found[-1] if more else head))
    return more


def _learn_markings(work: Work) -> None:
    """All markings up to the head: what bears one that this process does not know would be skipped for good."""
    work.register.markings.load(work.connection)
    work.register.access_log.forget()
    work.tell_wall(work.connection, work.markings)


def _entries(seen: Work, hook: Any, place: int, head: int) -> list[int]:
    statement = (
        select(LEDGER.c.seq)
        .select_from(ledger.entries())
        .where(LEDGER.c.seq > place, LEDGER.c.seq <= head, ledger.entries_visible(seen))
        .order_by(LEDGER.c.seq)
        .limit(AT_ONCE)
    )
    if hook.record_types:
        statement = statement.where(LEDGER.c.record_type.in_(hook.record_types))
    if hook.actions:
        statement = statement.where(LEDGER.c.action.in_(hook.actions))
    return [int(each) for each in seen.connection.scalars(statement)]


def _deliveries(hook: Any, found: list[int], now: datetime) -> Any:
    # In the order of their ids too, by which they are listed.
    ids = sorted(new_id() for _ in found)
    for delivery, seq in zip(ids, found, strict=True):
        yield {
            "id": delivery, "webhook_id": hook.id, "seq": seq, "state": "pending", "attempts": 0, "due_at": now,
            "status": None, "error": None, "settled_at": None,
        }  # fmt: skip
