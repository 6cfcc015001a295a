"""The outermost layer: an id for each request, headers on each answer, HEAD, and a last net under all errors."""

import logging
import re
from asyncio import CancelledError
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.ids import new_id
from app.errors import Internal, Problem, Unavailable
from app.web.problem_answers import problem_answer

log = logging.getLogger("tracker")

Header = tuple[bytes, bytes]
Headers = list[Header]

GIVEN_UP = "The process had to end before this was done. Look whether it was kept, or ask again by `Idempotency-Key`."

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_API_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"private, no-cache"),
    (b"vary", b"Authorization, Accept"),
)


class Edge:
    """Wraps the application. What it adds, a handler's own header overrides."""

    def __init__(self, app: ASGIApp, *, hsts_seconds: int = 0) -> None:
        self.app = app
        tls_only = (b"strict-transport-security", b"max-age=%d" % hsts_seconds)
        self.headers = (*_API_HEADERS, tls_only) if hsts_seconds else _API_HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if "request_id" not in scope:
            scope["request_id"] = given_id(scope) or new_id()
        head = scope["method"] == "HEAD"
        if head:
            scope["method"] = "GET"  # HEAD mirrors GET (RFC 9110, 9.3.2), and every GET has one
            scope["head"] = True  # for whoever would answer without end
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                scope["status"] = message["status"]
                message["headers"] = _with_defaults(message["headers"], self.headers, scope)
            elif head:
                message = {**message, "body": b""}
            await send(message)

        try:
            await self.app(scope, receive, answer)
        except (Exception, CancelledError) as error:
            problem = _problem_of(error, scope)
            if started:
                raise
            await problem_answer(problem, scope)(scope, receive, answer)


def _problem_of(error: BaseException, scope: Scope) -> Problem:
    if isinstance(error, CancelledError):  # the server waits no longer, since it has been told to stop
        return Unavailable(GIVEN_UP, headers={"Retry-After": "2"})
    log.error("unhandled error", exc_info=error, extra={"request_id": scope["request_id"]})
    return Internal()


def given_id(scope: Scope) -> str | None:
    """The id that the caller has given the request, if it is one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(given := value.decode("latin-1")):
            return str(given)
    return None


def _with_defaults(headers: Headers, defaults: Iterable[Header], scope: Scope) -> Headers:
    present = {name for name, _ in headers}
    added = [each for each in defaults if each[0] not in present]
    return [*headers, *added, *scope.get("rate_limit", ()), *_ids(scope)]


def _ids(scope: Scope) -> Headers:
    request_id = (b"x-request-id", scope["request_id"].encode())
    trace = scope.get("trace")
    return [request_id] if trace is None else [request_id, (b"traceresponse", str(trace).encode())]
