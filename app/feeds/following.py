"""The acts on a subscription: making one, asking what has changed, and saying that one knows."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import select, update
from starlette.requests import Request
from starlette.responses import Response

from app.access.accesses import off_the_loop
from app.access.markings import MARKING_FIELDS
from app.access.permissions import Action
from app.access.work import Work
from app.core.columns import table_of
from app.core.derive import body_of
from app.core.documents import examined
from app.core.fields import Document
from app.crud import store
from app.crud.answers import computed, written
from app.crud.asking import no_parameters
from app.crud.operations import Operation, add, noun_of
from app.crud.router import operations
from app.errors import Conflict, Fault, Invalid, NotFound
from app.feeds.findings import FollowedChanges, by_id, differences, now
from app.feeds.queries import list_of
from app.feeds.saved_filters import SAVED_FILTERS
from app.feeds.subscriptions import SUBSCRIPTIONS, SubscriptionAsked
from app.models import SavedFilter, Subscription

_TABLE = table_of(Subscription)


class SeenRequest(Document):
    """That the owner knows what has changed."""

    state: Annotated[str, Field(min_length=1, max_length=64)]
    """`state` of the answer that they have read."""


def subscribe(work: Work, request: Request, document: body_of(SubscriptionAsked)) -> Response:  # type: ignore[valid-type]
    no_parameters(request)
    given = examined(SubscriptionAsked, document)
    record = store.create(work, SUBSCRIPTIONS, _whole(work, given, document))
    return written(work, request, SUBSCRIPTIONS, record, created=True)


def _whole(work: Work, values: Mapping[str, Any], document: Any) -> dict[str, Any]:
    """A subscription in full: what a saved filter gives, and what the document says besides."""
    said = {name: value for name, value in document.items() if name != "saved" and value is not None}
    if values["saved"] is None:
        return said
    twice = [name for name in ("resource", "query") if name in said]
    if twice:
        faults = [Fault("The saved filter says that already", "one_of", f"/{name}") for name in twice]
        raise Invalid(faults=faults)
    kept = _saved(work, values["saved"])
    marks = {} if set(MARKING_FIELDS) & set(said) else {name: getattr(kept, name) for name in MARKING_FIELDS}
    return {"title": kept.title, "resource": kept.resource, "query": kept.query} | marks | said


def _saved(work: Work, slug: str) -> SavedFilter:
    try:
        kept: SavedFilter = store.find(work, SAVED_FILTERS, slug)
        store.check_present(kept)
    except (NotFound, Conflict):
        raise Invalid.at("/saved", f"There is no saved filter {slug!r}", "unknown_reference") from None
    return kept


def changes(work: Work, request: Request, id: str) -> Response:  # noqa: A002
    off_the_loop(request)
    no_parameters(request)
    kept = store.find(work, SUBSCRIPTIONS, id)
    present = now(work, kept.resource, kept.query)
    resource = list_of(kept.resource)
    items = differences(_known(work, kept), present, lambda ids: by_id(work, resource, ids))
    work.shows((kept.marking_id,))
    answer = FollowedChanges(since=kept.seen_at, state=state_of(present), items=items, marking=work.banner())
    return computed(work, request, answer)


def seen(work: Work, request: Request, id: str, document: body_of(SeenRequest)) -> Response:  # type: ignore[valid-type]  # noqa: A002
    no_parameters(request)
    given = examined(SeenRequest, document)
    kept = store.find(work, SUBSCRIPTIONS, id, lock=True)
    present = now(work, kept.resource, kept.query)
    if state_of(present) != given["state"]:
        raise Conflict("More has changed since: ask for the changes again.")
    # How far somebody has read is no change of anything, as little as when a token was last used.
    work.session.execute(update(_TABLE).where(_TABLE.c.id == kept.id).values(known=present, seen_at=work.now))
    return Response(status_code=204)


def state_of(present: Mapping[str, int]) -> str:
    """What a query finds, as a short text: another one whenever a record comes, changes or goes."""
    return hashlib.sha256(json.dumps(sorted(present.items())).encode()).hexdigest()[:32]


def _known(work: Work, kept: Subscription) -> dict[str, int]:
    return work.session.scalars(select(_TABLE.c.known).where(_TABLE.c.id == kept.id)).one()  # type: ignore[no-any-return]


def add_subscriptions(router: APIRouter) -> None:
    """Puts the operations on a router."""
    acts = (
        Operation(
            "create", "POST", "", subscribe, Action.KEEP,
            summary="Follow what a query finds",
            description="By a saved filter as it is now, or by a list and a query of it, which may find 1,000 records "
            "at most. It is the caller's own, and exists for nobody else.",
            answer=SUBSCRIPTIONS, status=201, example=SUBSCRIPTIONS.example,
        ),
        Operation(
            "changes", "GET", "/{id}/changes", changes, Action.READ,
            summary="What has changed in what a subscription finds",
            description="Records that it finds and did not when its owner last said that they know; those that it "
            "finds in another version; and those that it finds no longer, as they read now, if they still exist for "
            "the owner.",
            answer=FollowedChanges,
        ),
        Operation(
            "seen", "POST", "/{id}/seen", seen, Action.KEEP,
            summary="Say that one knows what has changed",
            description="From now on changes are told from here. 409 if more has changed since the answer whose "
            "`state` is sent, so that nothing is taken for known that was never read.",
            answer=None, status=204, example={"state": "5f2c"},
        ),
    )  # fmt: skip
    usual = [each for each in operations(SUBSCRIPTIONS) if each.verb != "create"]
    for operation in (*usual, *acts):
        add(router, noun_of(SUBSCRIPTIONS), operation, f"/{SUBSCRIPTIONS.path}")
