"""How a request reaches an endpoint: body read and parsed strictly, work done in a thread, answer sent.

FastAPI writes the OpenAPI document. Its own routes would also solve dependencies and validate parameters; ours have
none: the endpoint itself examines what was sent, once it knows who sent it, so
that a stranger learns nothing from faults, and one thread hop does it all.

On SQLite even that hop costs more than most reads, which take a fraction of a millisecond. So a read is first tried
right here, with a bound on its work, and goes to a thread only when it turns out to be long.
"""

import inspect
import re
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, suppress
from functools import partial
from http import HTTPStatus
from typing import Any

from anyio.to_thread import run_sync
from fastapi import Request, Response
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from app.access.accesses import log_read
from app.access.proofs import Unproven
from app.access.work import Work, reading, reading_from, register_of, remembered, writing
from app.core.jsonbody import loads
from app.core.prepared import TooLong, too_long
from app.core.turns import Turns
from app.crud.idempotency import first_answer, keep, key_of
from app.db import retried
from app.errors import NotAcceptable, Problem, TooLarge, UnsupportedMediaType
from app.replicas import Unfit

JSON = "application/json"
JSON_TYPES = frozenset({"application/json"})
PATCH_TYPES = frozenset({"application/json", "application/merge-patch+json"})
SHORT = 16 * 1024
"""Bytes of a body that are examined in less than a thread hop's worth of time."""

Begun = Callable[..., AbstractContextManager[Work]]
"""How the work of a request begins: who asks, on which server, for reading or for writing."""

_REFUSED = re.compile(r"q\s*=\s*0(\.0*)?\s*(;|$)")


class RegisterRoute(BaseRoute):
    """A route of the register: one method at one address, which `Addresses` finds.

    To tell of it in the OpenAPI document takes a route of FastAPI's, with models of all that is sent and answered.
    `described` makes that one, when somebody asks for the document: to make them all takes seconds.
    """

    def __init__(
        self, path: str, endpoint: Callable[..., Any], *, method: str, described: Callable[[], APIRoute]
    ) -> None:
        self.path, self.endpoint, self.method = path, endpoint, method
        self.parameters = [part[1:].partition("}")[0] for part in path.split("/") if part.startswith("{")]
        self.described = described
        self.app = self._application()

    def _application(self) -> ASGIApp:
        """What answers here. Problems go on to the application around it, which answers those of all routes."""
        handle = self.get_route_handler()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            answer = await handle(Request(scope, receive, send))
            await answer(scope, receive, send)

        return app

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint: Any = self.endpoint
        parameters = set(inspect.signature(endpoint).parameters)
        takes_body = "document" in parameters
        path_parameters = parameters - {"request", "document"}
        types = PATCH_TYPES if self.method == "PATCH" else JSON_TYPES

        async def handle(request: Request) -> Response:
            answer = await answered(request)
            if "read" in request.scope:
                await run_sync(log_read, request, request.scope["read"])
            return answer

        async def answered(request: Request) -> Response:
            acceptable(request, *endpoint.answers)
            arguments: dict[str, Any] = {name: request.path_params[name] for name in path_parameters}
            if takes_body:
                arguments["document"] = await document_of(request, types)
            if not endpoint.writes and short(request) and register_of(request).database.inline is not None:
                request.scope["inline"] = True
                try:
                    return _answer(endpoint, request, arguments)
                except (TooLong, OperationalError) as error:
                    if not too_long(error):
                        raise
                    del request.scope["inline"]
            return await turns_of(request).work(call, endpoint, request, arguments)

        return handle


def _answer(endpoint: Any, request: Request, arguments: dict[str, Any]) -> Response:
    """Does a request's work in one transaction, which is over before the answer is sent."""
    replica = None if endpoint.writes else register_of(request).database.replicas.next()
    if replica is not None:
        with suppress(Unfit):
            return _proven(endpoint, request, arguments, partial(reading_from, replica))
    return _proven(endpoint, request, arguments, writing if endpoint.writes else reading)


def _proven(endpoint: Any, request: Request, arguments: dict[str, Any], begun: Begun) -> Response:
    """Does it for a caller of whom this process knows all but whether it is so still; else for whoever calls."""
    if endpoint.proves and (proof := remembered(request)):
        with suppress(Unproven):
            return _worked(endpoint, request, arguments, begun(request, proof))
    return _worked(endpoint, request, arguments, begun(request))


def _worked(
    endpoint: Any, request: Request, arguments: dict[str, Any], begun: AbstractContextManager[Work]
) -> Response:
    document = arguments["sent"].told_apart if "sent" in arguments else arguments.get("document")
    if isinstance(document, Problem):
        # What is wrong with the body is told only to a caller who may use the operation at all.
        with reading(request):
            raise document
    with begun as work:
        key = key_of(request) if endpoint.writes and request.method == "POST" else None
        answer: Response | None = None
        if key is not None:
            answer = first_answer(work, request, key, document)
        if answer is None:
            answer = endpoint(work, request, **arguments)
            if key is not None:
                keep(work, key, answer)
        if work.seen and not endpoint.writes and answer.status_code == HTTPStatus.OK:
            request.scope["read"] = work  # to be entered in the access log before the answer leaves
        return answer


call = retried(_answer)


def acceptable(request: Request, *answers: str) -> None:
    """Raises NotAcceptable unless the caller takes what is answered, mostly JSON (RFC 9110, 12.5.1)."""
    answers = answers or (JSON,)
    accept = request.headers.get("accept", "")
    if not accept.strip() or "*/*" in accept or "*/*" in answers:
        return
    taken = {*answers, *(each.partition("/")[0] + "/*" for each in answers)}
    if not any(each in taken for each in accepted(request)):
        raise NotAcceptable(f"Only {' or '.join(f'`{each}`' for each in answers)} can be answered here.")


def accepted(request: Request) -> Iterator[str]:
    """The media types that a caller takes, as they are named; without those that are refused by `q=0`."""
    for each in request.headers.get("accept", "").split(","):
        media_type, _, parameters = each.partition(";")
        if not _REFUSED.search(parameters):
            yield media_type.strip().lower()


async def document_of(request: Request, types: frozenset[str]) -> Any:
    """The JSON value of a request's body, or the problem with it."""
    try:
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        body = await body_of(request, register_of(request).settings.max_body_bytes)
        if not body and getattr(request.scope["endpoint"], "body_optional", False):
            return {}
        if media_type not in types:
            return UnsupportedMediaType(headers={"Accept-Patch": ", ".join(sorted(PATCH_TYPES))})
        return loads(body)
    except Problem as problem:
        return problem


def turns_of(request: Request) -> Turns:
    turns: Turns = request.app.state.turns
    return turns


def short(request: Request) -> bool:
    """Whether a request is small enough to be examined on the event loop."""
    return announced_length(request) <= SHORT and "transfer-encoding" not in request.headers


def announced_length(request: Request) -> int:
    """The length that a request says its body has; 0 if it says nothing that makes sense."""
    text = request.headers.get("content-length", "")
    return int(text[:20]) if text.isascii() and text.isdigit() else 0


async def body_of(request: Request, most: int) -> bytes:
    """The body of a request. Raises TooLarge as soon as it is seen to exceed `most` bytes."""
    if announced_length(request) > most:
        raise TooLarge(f"At most {most} bytes are taken.")
    chunks, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > most:
                raise TooLarge(f"At most {most} bytes are taken.")
            chunks.append(chunk)
    except ClientDisconnect:
        raise TooLarge("The body ended before it was complete.") from None
    return b"".join(chunks)
