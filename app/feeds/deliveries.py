"""What became of each telling of a webhook, and telling it again."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Select, select, update
from starlette.requests import Request
from starlette.responses import Response

from app.access.work import Work
from app.core import cursor as cursors
from app.core.fields import Moment, RecordId, Representation
from app.core.ids import as_id
from app.core.query import PageQuery
from app.crud import ledger, store
from app.crud.answers import computed, listed
from app.crud.asking import from_address, no_parameters, place_of
from app.crud.ledger import LEDGER
from app.crud.listing import Page
from app.crud.operations import Operation, add, noun_of
from app.crud.reading import stored
from app.crud.router import for_change
from app.crud.schemas import PageEnvelope
from app.errors import NotFound
from app.feeds.spreading import DELIVERIES
from app.feeds.webhooks import WEBHOOKS

ORDER = "-id"
State = Literal["pending", "delivered", "dead", "withheld"]


class DeliveryQuery(PageQuery):
    """What the list of a webhook's deliveries can be asked."""

    state: State | None = None
    """Where it stands."""


class Delivery(Representation):
    """One change that a webhook is told of."""

    id: RecordId
    """The `webhook-id` that it is sent with, however often."""

    state: State
    """`pending` until it is `delivered`; `dead` once it was given up; `withheld` where the receiver may not know of it
    any more."""

    attempts: Annotated[int, Field(ge=0)]
    """How often it was sent."""

    due_at: Moment
    """When it is to be sent, or was to be last."""

    status: int | None
    """What the receiver answered last; null: nothing."""

    error: str | None
    """Why there was no answer."""

    settled_at: Moment | None
    """When it came to its end."""

    record_type: str
    """What was changed."""

    record_id: RecordId
    """Which one."""

    version: int
    """The version that the change made."""

    action: str
    """What was done."""

    at: Moment
    """When."""


class DeliveryPage(PageEnvelope):
    """A page of a webhook's deliveries, the newest first."""

    items: Annotated[list[Delivery], Field(description="The deliveries of this page, the newest first.")]


_COLUMNS = (
    *(each for each in DELIVERIES.c if each.key in Delivery.model_fields),
    *(LEDGER.c[name] for name in ("record_type", "record_id", "version", "action", "at", "marking_id")),
)


def _of(work: Work, hook: str) -> Select[Any]:
    """The deliveries of a webhook whose records exist for the caller."""
    source = ledger.entries().join(DELIVERIES, DELIVERIES.c.seq == LEDGER.c.seq)
    seen = ledger.entries_visible(work)
    return select(*_COLUMNS).select_from(source).where(DELIVERIES.c.webhook_id == hook, seen)


def _shown(work: Work, row: Any) -> Delivery:
    work.holds(row["record_type"], ((row["record_id"], row["marking_id"]),))
    return Delivery(**{name: _plain(row[name]) for name in Delivery.model_fields})


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | str | datetime | None) else str(value)


def deliveries(work: Work, request: Request, id: str) -> Response:  # noqa: A002 - the contract's word
    query = from_address(DeliveryQuery, request)
    statement = _of(work, stored(work, WEBHOOKS, id).id)
    if query.state is not None:
        statement = statement.where(DELIVERIES.c.state == query.state)
    if query.cursor is not None:
        (before,) = place_of(query.cursor, ORDER, [str])
        statement = statement.where(DELIVERIES.c.id < (as_id(before) or ""))
    statement = statement.order_by(DELIVERIES.c.id.desc()).limit(query.limit + 1)
    rows = work.session.execute(statement).mappings().all()
    items = [_shown(work, row) for row in rows[: query.limit]]
    following = cursors.encode(ORDER, [items[-1].id]) if len(rows) > query.limit else None
    return listed(work, request, Page([each.model_dump_json() for each in items], following, None))


def replay(work: Work, request: Request, id: str, delivery: str) -> Response:  # noqa: A002
    no_parameters(request)
    hook = for_change(work, WEBHOOKS, request, id)
    wanted = as_id(delivery)
    found = _of(work, hook.id).where(DELIVERIES.c.id == wanted)
    row: Any = None if wanted is None else work.session.execute(found).mappings().first()
    if row is None:
        raise NotFound("There is no such delivery.")
    again = {"state": "pending", "attempts": 0, "due_at": work.now, "settled_at": None}
    if row["state"] != "pending":
        work.session.execute(update(DELIVERIES).where(DELIVERIES.c.id == wanted).values(**again))
        with store.changing(work, hook, "replay", delivery=[None, str(row["id"])]):
            pass
        row = dict(row) | again
    return computed(work, request, _shown(work, row))


def add_deliveries(router: APIRouter) -> None:
    """Puts the operations on a router."""
    acts = (
        Operation(
            "deliveries", "GET", "/{id}/deliveries", deliveries, WEBHOOKS.reads,
            summary="What became of each telling",
            description="The newest first, of records that exist for the caller. Those that were delivered are kept "
            "for a week, those that were given up until they are replayed.",
            answer=DeliveryPage, query=DeliveryQuery,
        ),
        Operation(
            "replay", "POST", "/{id}/deliveries/{delivery}/replay", replay, WEBHOOKS.writes,
            summary="Tell it again",
            description="Sends a delivery once more, with the `webhook-id` that it had, and as many attempts as a new "
            "one gets. One that is pending stays as it is.",
            answer=Delivery, errors=(412, 428),
        ),
    )  # fmt: skip
    for operation in acts:
        add(router, noun_of(WEBHOOKS), operation, f"/{WEBHOOKS.path}")
