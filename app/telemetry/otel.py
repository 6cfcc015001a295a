"""The part that needs OpenTelemetry's SDK; loaded only where spans are exported."""

from typing import Any

from opentelemetry import trace as api
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, TraceState
from sqlalchemy import Engine, event

from app import __version__
from app.telemetry import spans
from app.telemetry.context import CURRENT, Trace


class _Ids(RandomIdGenerator):
    """A trace that begins here has the id that logs and answers tell."""

    def generate_trace_id(self) -> int:
        scope = CURRENT.get()
        return super().generate_trace_id() if scope is None else int(scope["trace"].trace_id, 16)


def provider(service: str) -> TracerProvider:
    """What makes spans and exports them, as the standard variables `OTEL_…` say."""
    ours = Resource({"service.name": service, "service.version": __version__})
    made = TracerProvider(
        resource=ours.merge(OTELResourceDetector().detect()), id_generator=_Ids(), shutdown_on_exit=False
    )
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return made


def parent(trace: Trace) -> Context:
    """The caller's span, or none where the trace begins here."""
    if trace.parent_id is None:
        return Context()
    remote = SpanContext(
        int(trace.trace_id, 16),
        int(trace.parent_id, 16),
        is_remote=True,
        trace_flags=TraceFlags(trace.flags),
        trace_state=TraceState.from_header([trace.state]),
    )
    return api.set_span_in_context(NonRecordingSpan(remote), Context())


def watch_statements() -> None:
    """Has a span made of every statement that goes through SQLAlchemy, as long as spans are wanted."""

    @event.listens_for(Engine, "before_cursor_execute")
    def before(connection: Any, _cursor: Any, sql: str, _values: Any, context: Any, _many: Any) -> None:
        if context is not None and spans.tracer is not None:
            context.tracker_span = spans.statement(sql, connection.dialect.name)

    @event.listens_for(Engine, "after_cursor_execute")
    def after(_connection: Any, _cursor: Any, _sql: str, _values: Any, context: Any, _many: Any) -> None:
        if (span := getattr(context, "tracker_span", None)) is not None:
            span.end()

    @event.listens_for(Engine, "handle_error")
    def failed(error: Any) -> None:
        if (span := getattr(error.execution_context, "tracker_span", None)) is not None:
            span.set_attribute("error.type", type(error.original_exception).__name__)
            span.set_status(api.StatusCode.ERROR)
            span.end()
