"""Spans of requests and SQL statements for OpenTelemetry, where its SDK is installed and an endpoint is set.

`pip install engagement-tracker[otel]` brings the SDK; `OTEL_EXPORTER_OTLP_ENDPOINT` and the other standard variables
say where spans go and how many. Without either, all of this is one comparison with None for each request and statement.

Names and attributes are those of the semantic conventions for HTTP and databases, less whatever holds what people ask
for: no address, no query, no value of a statement.
"""

import logging
import os
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from app.telemetry.context import Trace

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

log = logging.getLogger("tracker")

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
SERVICE = "engagement-tracker"
LONGEST_STATEMENT = 2_000
SERVER_ERROR = 500

tracer: "Tracer | None" = None
"""Begins spans; None where nobody wants them."""

_provider: "TracerProvider | None" = None


def begin() -> None:
    """Exports spans from now on, if this process is meant to."""
    global tracer, _provider  # noqa: PLW0603 - one exporter for a process
    wanted = any(os.environ.get(each) for each in ENDPOINTS)
    if not wanted or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return
    try:
        from app.telemetry import otel  # noqa: PLC0415 - the extra, and slow to load
    except ImportError:
        log.warning("an endpoint for OpenTelemetry is set, but the extra is not installed: engagement-tracker[otel]")
        return
    _provider = otel.provider(SERVICE)
    tracer = _provider.get_tracer("tracker")
    otel.watch_statements()


def end() -> None:
    """Sends what is left."""
    global tracer, _provider  # noqa: PLW0603 - as above
    if _provider is not None:
        _provider.shutdown()
    tracer = _provider = None


@contextmanager
def request(scope: MutableMapping[str, Any], method: str) -> Iterator["Span"]:
    """A block that answers a request; the trace in its scope becomes that of the span."""
    from opentelemetry import trace as api  # noqa: PLC0415 - seldom wanted

    from app.telemetry import otel  # noqa: PLC0415 - as above

    assert tracer is not None  # noqa: S101 - who calls has looked
    mine: Trace = scope["trace"]
    span = tracer.start_span(
        method,
        context=otel.parent(mine),
        kind=api.SpanKind.SERVER,
        attributes={"http.request.method": method, "url.scheme": scope.get("scheme", "http")},
    )
    known = span.get_span_context()
    flags = mine.flags & ~1 | int(known.trace_flags) & 1
    scope["trace"] = mine._replace(span_id=f"{known.span_id:016x}", flags=flags)
    with api.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        yield span


def answered(span: "Span", method: str, route: str, status: int) -> None:
    """Says of a span how its request was answered."""
    from opentelemetry.trace import StatusCode  # noqa: PLC0415 - as above

    span.update_name(f"{method} {route}" if route else method)
    if route:
        span.set_attribute("http.route", route)
    if status:
        span.set_attribute("http.response.status_code", status)
    if status >= SERVER_ERROR or not status:
        span.set_attribute("error.type", str(status or "abandoned"))
        span.set_status(StatusCode.ERROR)


def statement(sql: str, system: str) -> "Span":
    """A span of one statement, to be ended by who asked for it."""
    from opentelemetry.trace import SpanKind  # noqa: PLC0415 - as above

    assert tracer is not None  # noqa: S101 - who calls has looked
    verb = sql.lstrip().partition(" ")[0].upper()[:20]
    return tracer.start_span(
        verb,
        kind=SpanKind.CLIENT,
        attributes={
            "db.system.name": system,
            "db.operation.name": verb,
            "db.query.text": sql[:LONGEST_STATEMENT],
        },
    )
