"""`GET /changes/stream`: the change feed as it happens, as server-sent events (WHATWG HTML, section 9.2)."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import PERMISSIONS, Action
from app.access.work import reading
from app.core.derive import without_default
from app.core.query import Asked
from app.crud import ledger
from app.crud.asking import from_address
from app.crud.operations import header, query_parameters, told
from app.crud.route import RegisterRoute, acceptable
from app.overview.changes import LONGEST_PLACE, START, place, place_in_ledger
from app.overview.following import MEDIA_TYPE, Start, Stream

LAST_EVENT_ID = "Last-Event-ID"

DESCRIPTION = """Each change is one event: `event: change`, `id:` its place, and as `data:` the same object as an item
of `/changes`. It begins after `Last-Event-ID`, or after the place in `after`, or now; nothing is skipped and nothing
comes twice, however often the connection breaks.

The first block bears an `id` and no data, so that a client that has not been told of anything yet comes back to the
place where it began. A comment comes every 15 seconds. The stream ends when the token does, when the caller's role or
clearance changes, and when the server stops: connect again with the last `id`."""

EXAMPLE = """id: 0193a4f2-7c1e-7b2a-9d51-0c6f3f1f2a10.1
retry: 3000

event: change
data: {"version": 2, "action": "update", "record_type": "visit", "record": {}, "after": "0193a4f2-….2"}
id: 0193a4f2-7c1e-7b2a-9d51-0c6f3f1f2a10.2

:

"""


PATH = "/changes/stream"


class StreamQuery(Asked):
    """Where the stream is to begin."""

    after: Annotated[
        Annotated[str, Field(min_length=1, max_length=LONGEST_PLACE)] | None, Field(json_schema_extra=without_default)
    ] = None
    """The place after which to begin, as in `/changes`; `0` is the beginning; now if not given."""


class StreamRoute(RegisterRoute):
    """The way of a stream: who asks and from where is settled first, in a thread; then it is answered without end."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        async def handle(request: Request) -> Response:
            acceptable(request, MEDIA_TYPE)
            start = await run_sync(begin, request)
            stream: Stream = request.app.state.streams.opened(request, start)
            return stream

        return handle


def begin(request: Request) -> Start:
    """Where a stream begins. Raises what is to be raised at those who may not follow, or ask for no such place."""
    with reading(request) as work:
        query = from_address(StreamQuery, request)
        if known := request.headers.get(LAST_EVENT_ID, "").strip():
            return Start(work.actor, place_in_ledger(work, known, LAST_EVENT_ID), known)
        if query.after is not None:
            return Start(work.actor, place_in_ledger(work, query.after), query.after)
        head = ledger.head(work)
        last = ledger.last(work, head)
        return Start(work.actor, head, START if last is None else place(last["record_id"], last["version"]))


def follow(request: Request) -> Response:
    """Stands for the operation in the routes; `StreamRoute` does it."""
    raise NotImplementedError  # pragma: no cover


follow.action = Action.READ  # type: ignore[attr-defined]


def add_stream(router: APIRouter) -> None:
    """Puts the operation on a router."""
    path = router.prefix + PATH
    router.routes.append(StreamRoute(path, follow, method="GET", described=partial(described_stream, router.prefix)))


def described_stream(prefix: str) -> APIRoute:
    """The operation as the OpenAPI document tells of it."""
    roles = ", ".join(sorted(PERMISSIONS[Action.READ]))
    text = {"type": "string", "contentMediaType": MEDIA_TYPE, "description": "Events, without end."}
    return told(
        prefix,
        PATH,
        follow,
        methods=["GET"],
        tags=["Changes"],
        status_code=200,
        response_class=Stream,
        summary="Follow what changes, as it happens",
        description=f"{DESCRIPTION}\n\nFor the roles: {roles}.",
        response_description="Changes as they are kept, as server-sent events.",
        responses={200: {"content": {MEDIA_TYPE: {"schema": text, "example": EXAMPLE}}}},
        operation_id="follow_changes",
        openapi_extra={
            "parameters": [
                *query_parameters(StreamQuery),
                header(LAST_EVENT_ID, "The `id` of the last event that the caller has; wins over `after`."),
            ],
            "x-errors": [401, 403, 406, 422, 429, 503],
        },
    )
