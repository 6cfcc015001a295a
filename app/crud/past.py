"""The operations on a record's past: its history, how it read at an instant, the way back."""

import json
from typing import Annotated, Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.work import Work
from app.core import cursor as cursors
from app.core.derive import body_of, create_only
from app.core.documents import examined
from app.core.query import PageQuery
from app.crud import ledger, store
from app.crud.answers import listed, written
from app.crud.asking import from_address, no_parameters, place_of
from app.crud.listing import Page
from app.crud.operations import Operation
from app.crud.reading import stored
from app.crud.resource import RESOURCES, Resource
from app.crud.schemas import PageEnvelope

HISTORY_ORDER = "-version"


class HistoryPage(PageEnvelope):
    """The changes of a record, the newest first."""

    items: Annotated[list[ledger.HistoryEntry], Field(description="The changes of this page, the newest first.")]


def history(resource: Resource, parent_id: Any) -> Operation:
    """Who changed what of a record, when and why."""

    def endpoint(work: Work, request: Request, id: str) -> Response:  # noqa: A002 - the contract's word
        query = from_address(PageQuery, request)
        record_id = stored(work, resource, id, parent_id(work, resource, request)).id
        before = None
        if query.cursor is not None:
            (before,) = place_of(query.cursor, HISTORY_ORDER, [int])
        found, more = ledger.history(work, record_id, limit=query.limit, before=before)
        following = cursors.encode(HISTORY_ORDER, [found[-1]["version"]]) if more else None
        items = [ledger.HistoryEntry(**each).model_dump_json() for each in found]
        return listed(work, request, Page(items, following, None))

    return Operation(
        "history", "GET", "/{id}/history", endpoint, Action.READ,
        summary=f"The history of {resource.article}",
        description="Every change that the caller may know of, the newest first: who, when, what, and why.",
        answer=HistoryPage,
        query=PageQuery,
    )  # fmt: skip


def revert(resource: Resource, for_change: Any) -> Operation:
    """The way back to an earlier version."""
    body = body_of(ledger.RevertRequest)

    def endpoint(work: Work, request: Request, id: str, document: body) -> Response:  # type: ignore[valid-type]  # noqa: A002
        no_parameters(request)
        record = for_change(work, resource, request, id)
        wanted = examined(ledger.RevertRequest, document)
        own = RESOURCES.of(record)
        entry = ledger.version(work, own, record.id, wanted["to_version"])
        past = json.loads(entry["representation"])
        fields = {
            name: past[name]
            for name, field in own.fields.model_fields.items()
            if create_only(field) is None and name in past
        }
        above = None if own.parent is None else getattr(record, own.parent.column.key)
        store.replace(work, own, store.find(work, own, record.id, parent=above), fields, action="revert")
        return written(work, request, resource, record, created=False)

    return Operation(
        "revert", "POST", "/{id}/revert", endpoint, resource.writes,
        summary=f"Take {resource.article} back to an earlier version",
        description="Writes the record as it was at that version, as a new version. What only creation sets, and the "
        "status, which moves by transitions, stay as they are.",
        answer=resource, example={"to_version": 1},
    )  # fmt: skip
