"""The layer around the edge: each request has its trace and its clock, is counted, and is a line of the log."""

from time import perf_counter
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.ids import new_id
from app.telemetry import context, metrics, requests, spans
from app.telemetry.redaction import holds_secret
from app.web.edge import given_id
from app.web.pages import STATIC_PATH

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
QUIET = frozenset({"/livez", "/readyz", "/metrics"})
"""Asked every few seconds by programs: a line only if something is wrong."""

FILES, NO_ROUTE = f"{STATIC_PATH}/{{path}}", "none"
ERROR = 400


class Watch:
    """Wraps the edge, which tells it the status. It knows requests by their routes, never by their addresses."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._durations: dict[tuple[str, str, int], Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        request_id = scope["request_id"] = _request_id(scope)
        trace = scope["trace"] = context.received(scope["headers"], request_id)
        context.CURRENT.set(scope)
        method = scope["method"] if scope["method"] in METHODS else "other"
        if trace.parent_id is not None and method not in SAFE:
            context.keep(request_id, trace)
        metrics.IN_PROGRESS.inc()
        try:
            if spans.tracer is None:
                await self.app(scope, receive, send)
            else:
                with spans.request(scope, method) as span:
                    try:
                        await self.app(scope, receive, send)
                    finally:
                        spans.answered(span, method, _route(scope), scope.get("status", 0))
        finally:
            metrics.IN_PROGRESS.dec()
            self._tell(scope, method, perf_counter() - began)

    def _tell(self, scope: Scope, method: str, seconds: float) -> None:
        route, status = _route(scope) or NO_ROUTE, scope.get("status", 0)
        key = (method, route, status // 100)
        duration = self._durations.get(key)
        if duration is None:
            told = f"{status // 100}xx" if status else "none"
            duration = self._durations[key] = metrics.REQUESTS.labels(method, route, told)
        duration.observe(seconds)
        if requests.tell is None or (route in QUIET and 0 < status < ERROR):
            return
        actor = scope.get("actor")
        requests.tell(
            scope,
            method=method,
            route=route,
            status=status,
            duration_ms=seconds * 1000,
            caller=None if actor is None else actor.id,
        )


def _request_id(scope: Scope) -> str:
    given = given_id(scope)
    return new_id() if given is None or holds_secret(given) else given


def _route(scope: Scope) -> str:
    """The template of the address; nothing where no route has it."""
    route = scope.get("route")
    if route is not None:
        return str(route.path)
    return FILES if scope["path"].startswith(STATIC_PATH) else ""
