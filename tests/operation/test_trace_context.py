"""W3C Trace Context: what is taken over, what begins anew, and what is sent on."""

import re
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.telemetry import context
from support.client import Api
from support.receiver import Receiver, receiving

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
VALID = f"00-{TRACE}-{PARENT}-01"
REQUEST = "0190163d-8694-739b-aea5-966c26f8ad91"


def received(*parents: str | bytes, state: tuple[str, ...] = ()) -> context.Trace:
    headers = [(b"traceparent", each.encode() if isinstance(each, str) else each) for each in parents]
    return context.received([*headers, *((b"tracestate", each.encode()) for each in state)], REQUEST)


@pytest.mark.parametrize(
    ("sent", "flags"),
    [
        (VALID, 1),
        (f"00-{TRACE}-{PARENT}-00", 0),
        (f"00-{TRACE}-{PARENT}-03", 3),
        (f"00-{TRACE}-{PARENT}-ff", 3),
        (f"cc-{TRACE}-{PARENT}-01", 1),
        (f"cc-{TRACE}-{PARENT}-01-what-the-future-brings", 1),
        (f"01-{TRACE}-{PARENT}-09-", 1),
    ],
)
def test_the_trace_of_a_caller_goes_on(sent: str, flags: int) -> None:
    trace = received(sent)
    assert (trace.trace_id, trace.parent_id, trace.flags) == (TRACE, PARENT, flags)
    assert re.fullmatch("[0-9a-f]{16}", trace.span_id)
    assert trace.span_id != PARENT
    assert str(trace) == f"00-{TRACE}-{trace.span_id}-{flags:02x}"


@pytest.mark.parametrize(
    "sent",
    [
        "", "00", VALID.upper(), f"{VALID}-", f"{VALID}-more", f"ff-{TRACE}-{PARENT}-01", f"cc-{TRACE}-{PARENT}-01.more",
        f"00-{'0' * 32}-{PARENT}-01", f"00-{TRACE}-{'0' * 16}-01", f"00-{TRACE[:-1]}-{PARENT}-01", f"00-{TRACE}-{PARENT}-1",
        f"00-{TRACE[:-1]}g-{PARENT}-01", f"0-{TRACE}-{PARENT}-01", f"00_{TRACE}_{PARENT}_01", f"00-{TRACE}-{PARENT}-0x",
        f"{VALID}\n", f"{VALID},{VALID}", "\u0664bf".join(VALID.split("4bf")),
    ],
)  # fmt: skip
def test_what_is_not_valid_begins_a_new_trace(sent: str) -> None:
    trace = received(sent, state=("a=b",))
    assert (trace.trace_id, trace.parent_id, trace.state) == (REQUEST.replace("-", ""), None, "")


def test_of_two_neither_is_believed() -> None:
    assert received(VALID, VALID).parent_id is None
    assert received(VALID, "").parent_id is None


@given(st.binary(max_size=80))
def test_nothing_that_is_sent_is_an_error(sent: bytes) -> None:
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]", str(received(sent)))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (("a=b",), "a=b"),
        (("rojo=00f067,congo=t61rcWkgMzE",), "rojo=00f067,congo=t61rcWkgMzE"),
        (("a=b", "c=d , ,", "1t@v=x y"), "a=b,c=d,1t@v=x y"),
        (("",), ""),
        (("a=b,a=c",), ""),
        (("A=b",), ""),
        (("a",), ""),
        (("a=",), ""),
        (("a=b=c",), ""),
        (("a=\u00e9",), ""),
        ((",".join(f"k{number}=1" for number in range(33)),), ""),
        ((",".join(f"k{number}={'x' * 100}" for number in range(6)),), ",".join(f"k{n}={'x' * 100}" for n in range(4))),
    ],
)
def test_the_state_is_kept_whole_or_not_at_all(sent: tuple[str, ...], kept: str) -> None:
    trace = received(VALID, state=sent)
    assert (trace.trace_id, trace.state) == (TRACE, kept)


def test_who_knows_the_id_of_a_request_knows_its_trace() -> None:
    assert received().trace_id == UUID(REQUEST).hex
    assert context.following(REQUEST).trace_id == UUID(REQUEST).hex
    other = context.new_trace_id("desk-2026-0001")
    assert re.fullmatch("[0-9a-f]{32}", other)
    assert context.new_trace_id("00000000-0000-0000-0000-000000000000").strip("0")


def test_traces_are_kept_within_bounds() -> None:
    for number in range(context.MOST_KEPT + 10):
        context.keep(f"request-{number}", received(VALID))
    assert context.following("request-0").trace_id != TRACE
    assert context.following(f"request-{number}").trace_id == TRACE


def test_an_answer_tells_its_trace(api: Api) -> None:
    answer = api.get("/visits", headers={"traceparent": VALID})
    version, trace, span, flags = answer.headers["traceresponse"].split("-")
    assert (version, trace, flags) == ("00", TRACE, "01")
    assert span != PARENT
    refused = api.anonymous().get("/visits")
    assert refused.headers["traceresponse"].split("-")[1] == UUID(refused.headers["x-request-id"]).hex


def test_a_secret_is_no_id_of_a_request(api: Api) -> None:
    secret = "det_" + "x" * 43
    assert secret not in api.get("/visits", headers={"x-request-id": secret}).headers["x-request-id"]


@pytest.fixture
def receiver() -> Any:
    with receiving() as made:
        yield made


def test_webhooks_are_told_in_the_same_trace(serve: Any, receiver: Receiver) -> None:
    api = serve(webhooks=True, webhook_allowed=("127.0.0.1/32",))
    administrator = api.as_("administrator")
    assert administrator.post("/webhooks", {"title": "Board", "url": receiver.url}).status_code == 201
    headers = {"traceparent": VALID, "tracestate": "a=b"}
    assert api.post("/people", {"name": "Somebody"}, headers=headers).status_code == 201
    plain = api.post("/people", {"name": "Somebody else"})
    first, second = receiver.wait_for(2)
    version, trace, span, flags = first.headers["traceparent"].split("-")
    assert (version, trace, flags) == ("00", TRACE, "01")
    assert span != PARENT
    assert first.headers["tracestate"] == "a=b"
    assert second.headers["traceparent"].split("-")[1] == UUID(plain.headers["x-request-id"]).hex
    assert "tracestate" not in second.headers
