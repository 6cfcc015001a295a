"""Spans over OTLP, to a receiver on this machine; and nothing without the extra."""

import gzip
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from app.telemetry import spans
from support.client import PREFIX
from support.command import serving
from support.databases import Databases

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
WORD = "searched-for-and-not-told"


@contextmanager
def collecting() -> Iterator[tuple[str, list[Any]]]:
    """A receiver of traces, and the bodies that came."""
    came: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            came.append(gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", came
    server.shutdown()
    thread.join()
    server.server_close()


def attributes(span: Any) -> dict[str, Any]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def test_spans_of_requests_and_statements_are_exported(all_databases: dict[str, Databases], tmp_path: Path) -> None:
    source = all_databases["sqlite"]
    known = {"authorization": f"Bearer {source.template.secrets['contributor', 'RESTRICTED', 'NZ']}"}
    with ExitStack() as stack:
        endpoint, came = stack.enter_context(collecting())
        url = stack.enter_context(source.copy())
        # FastAPI's own spans, which tell of the query, are not wanted whatever the environment says.
        told = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "FASTAPI_OTEL_AUTO_CONFIGURE": "true"}
        with serving(url, tmp_path, OTEL_RESOURCE_ATTRIBUTES="a=b", **told) as served:
            traced = known | {"traceparent": f"00-{TRACE}-{PARENT}-01"}
            answer = httpx.get(f"{served.root}{PREFIX}/visits?q={WORD}", headers=traced)
            assert answer.status_code == 200
            own = httpx.post(f"{served.root}{PREFIX}/people", json={"name": WORD}, headers=known)
            httpx.get(f"{served.root}{PREFIX}/people", headers=known | {"traceparent": f"00-{TRACE[::-1]}-{PARENT}-00"})
            assert served.stop() == 0, "and what is left is sent"
    requests = [ExportTraceServiceRequest.FromString(body) for body in came]
    resources = [each for request in requests for each in request.resource_spans]
    found = [span for each in resources for scope in each.scope_spans for span in scope.spans]
    assert attributes(resources[0].resource)["service.name"] == "engagement-tracker"
    servers = {each.name: each for each in found if each.kind == 2}
    listed = servers[f"GET {PREFIX}/visits"]
    assert (listed.trace_id.hex(), listed.parent_span_id.hex()) == (TRACE, PARENT)
    assert answer.headers["traceresponse"] == f"00-{TRACE}-{listed.span_id.hex()}-01"
    assert attributes(listed) == {
        "http.request.method": "GET", "url.scheme": "http", "http.route": f"{PREFIX}/visits",
        "http.response.status_code": 200,
    }  # fmt: skip
    below = [each for each in found if each.parent_span_id == listed.span_id]
    assert below
    assert all(attributes(each)["db.system.name"] == "sqlite" for each in below)
    assert any("SELECT" in attributes(each)["db.query.text"] for each in below)
    made = servers[f"POST {PREFIX}/people"]
    assert own.headers["traceresponse"].split("-")[1:3] == [made.trace_id.hex(), made.span_id.hex()]
    assert made.parent_span_id == b""
    assert any(each.name == "INSERT" and each.parent_span_id == made.span_id for each in found)
    assert f"GET {PREFIX}/people" not in servers, "the caller does not record that trace"
    for secret in (WORD, known["authorization"][11:], str(tmp_path)):
        assert secret.encode() not in b"".join(came)


def test_without_the_extra_that_is_said_and_nothing_else_changes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "app.telemetry.otel", None)
    with caplog.at_level(logging.WARNING, "tracker"):
        spans.begin()
    assert "engagement-tracker[otel]" in caplog.text
    assert spans.tracer is None


@pytest.mark.parametrize("set_to", [{}, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "true"}])
def test_nobody_who_does_not_ask_gets_spans(monkeypatch: pytest.MonkeyPatch, set_to: dict[str, str]) -> None:
    for name, value in set_to.items():
        monkeypatch.setenv(name, value)
    spans.begin()
    assert spans.tracer is None
