"""The outermost layer: an id for each request, headers on each answer, HEAD, and a net under all errors."""

import asyncio
import json
import logging
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.edge import Edge

Headers = list[tuple[bytes, bytes]]


def asked(app: Any, headers: Headers = [], method: str = "GET") -> tuple[int, dict[str, str], bytes, dict[str, Any]]:  # noqa: B006
    """Status, headers and body of an answer, and the scope that the application behind the edge has seen."""
    scope: dict[str, Any] = {"type": "http", "method": method, "path": "/api/v1/visits", "headers": headers}
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Edge(app)(scope, receive, send))
    start, *bodies = sent
    names = [name.decode() for name, _ in start["headers"]]
    assert len(names) == len(set(names))
    answered = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], answered, b"".join(each["body"] for each in bodies), scope


def answering(headers: Headers = []) -> Any:  # noqa: B006
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await send({"type": "http.response.body", "body": b"two"})

    return app


def request_id(*given_ids: bytes) -> tuple[str, bool]:
    """The id of a request, and whether it is the one that was sent."""
    _, headers, _, scope = asked(answering(), [(b"x-request-id", each) for each in given_ids])
    assert headers["x-request-id"] == scope["request_id"]
    taken = scope["request_id"].encode() in given_ids
    assert taken or UUID(scope["request_id"]).version == 7
    return scope["request_id"], taken


@pytest.mark.parametrize("sent", [b"12345678", b"0190163d-8694-739b-aea5-966c26f8ad91", b"a.b_c-D9", b"x" * 64])
def test_a_well_formed_request_id_is_taken_over(sent: bytes) -> None:
    assert request_id(sent) == (sent.decode(), True)


@pytest.mark.parametrize(
    "sent",
    [b"", b"1234567", b"x" * 65, b"with space", b"new\nline", b"1234567\n", b"x\r\nset-cookie: a=b", b"{}[]<>\"'&;",
     b"12345678/", "ümlaut-ä".encode(), "ümlaut-ä".encode("latin-1"), b"\xff" * 20, b"\0" * 20],
)  # fmt: skip
def test_any_other_request_id_is_replaced(sent: bytes) -> None:
    assert request_id(sent)[1] is False


@given(st.binary(max_size=80))
def test_no_byte_of_an_odd_request_id_comes_back(sent: bytes) -> None:
    used, taken = request_id(sent)
    assert 8 <= len(used) <= 64
    assert taken is False or used.encode() == sent
    assert set(used) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")


def test_without_a_request_id_each_request_gets_its_own() -> None:
    assert len({request_id()[0] for _ in range(20)}) == 20


def test_an_answer_gets_the_headers_of_the_api() -> None:
    status, headers, body, _ = asked(answering([(b"content-type", b"application/json")]))
    assert (status, body) == (200, b"onetwo")
    assert headers["content-type"] == "application/json"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["cache-control"] == "private, no-cache"
    assert headers["referrer-policy"] == "no-referrer"
    assert "Authorization" in headers["vary"]


def test_a_header_of_the_handler_stands() -> None:
    _, headers, _, _ = asked(answering([(b"cache-control", b"no-store"), (b"content-security-policy", b"x")]))
    assert (headers["cache-control"], headers["content-security-policy"]) == ("no-store", "x")


def test_head_is_get_without_a_body() -> None:
    status, headers, body, scope = asked(answering([(b"content-length", b"6")]), method="HEAD")
    assert (status, body, scope["method"]) == (200, b"", "GET")
    assert headers["content-length"] == "6"


def test_an_error_that_nobody_caught_is_a_problem_and_tells_nothing_of_itself(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def app(*_: Any) -> None:
        raise ZeroDivisionError("a secret")

    with caplog.at_level(logging.ERROR, "tracker"):
        status, headers, body, scope = asked(app)
    assert status == 500
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-content-type-options"] == "nosniff"
    problem = json.loads(body)
    assert problem["type"] == "/problems/internal"
    assert problem["request_id"] == headers["x-request-id"] == scope["request_id"]
    assert b"secret" not in body
    assert "a secret" in caplog.text


def test_an_error_after_the_answer_began_ends_it(caplog: pytest.LogCaptureFixture) -> None:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asked(app)


def test_what_is_not_http_passes_through() -> None:
    seen: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope)

    scope = {"type": "lifespan"}
    asyncio.run(Edge(app)(scope, None, None))  # type: ignore[arg-type]
    assert seen == [{"type": "lifespan"}]
