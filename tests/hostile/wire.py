"""Requests byte by byte, past all that a well-mannered client would mend; and what every answer to one must be."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import anyio
import anyio.from_thread
import httpx2 as httpx
from fastapi import FastAPI

from support.problems import problem

API = "/api/v1"
JSON = {"content-type": "application/json"}

Stored = Callable[[], dict[str, int]]


@contextmanager
def unchanged(stored: Stored) -> Iterator[None]:
    """Whatever happens meanwhile leaves the database as it is."""
    before = stored()
    yield
    assert stored() == before


def _loads_strictly(text: str) -> Any:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    return json.loads(text, parse_constant=refuse)


@dataclass(frozen=True)
class Wire:
    """The application, asked as a server would ask it after reading these very bytes."""

    app: FastAPI
    portal: anyio.from_thread.BlockingPortal
    secret: str

    def send(
        self,
        method: str,
        target: str | bytes,
        *,
        headers: Mapping[str, str | bytes] | Iterable[tuple[bytes, bytes]] = (),
        body: bytes | Iterable[bytes] = b"",
    ) -> httpx.Response:
        """An answer that is no server error and that could be sent as it is.

        The token is added unless `headers` has one; nothing else is. Of a `body` in chunks the length is not told.
        """
        raw = target.encode("ascii") if isinstance(target, str) else target
        answer = self.portal.call(self._ask, method, raw, self._headers(headers), body)
        shown = f"{method} {raw[:200]!r} {dict(headers)!r:.300}: {answer.text[:600]}"
        assert answer.status_code < 500, shown
        for name, value in answer.headers.raw:
            assert not set(name + value) & {0, 10, 13}, f"header injected: {name!r}: {value!r}: {shown}"
        if method != "HEAD" and "json" in answer.headers.get("content-type", ""):
            _loads_strictly(answer.content.decode("utf-8"))
        return answer

    def json(self, method: str, path: str, document: Any, **headers: str) -> httpx.Response:
        """A document sent below the API's prefix."""
        body = json.dumps(document).encode()
        return self.send(method, API + path, headers=JSON | headers, body=body)

    def refused(self, *arguments: Any, **named: Any) -> httpx.Response:
        """The same as `send`, for what can only be answered with a problem."""
        answer = self.send(*arguments, **named)
        assert answer.status_code >= 400, f"{arguments!r:.300} was taken: {answer.status_code} {answer.text[:300]}"
        problem(answer, answer.status_code)
        return answer

    def taken(self, *arguments: Any, **named: Any) -> bool:
        """Whether it was taken; if not, there is a problem that says why."""
        answer = self.send(*arguments, **named)
        if answer.status_code >= 400:
            problem(answer, answer.status_code)
        return answer.status_code < 400

    def _headers(self, given: Any) -> list[tuple[bytes, bytes]]:
        pairs = given.items() if isinstance(given, Mapping) else given
        headers = [(_bytes(name).lower(), _bytes(value)) for name, value in pairs]
        names = {name for name, _ in headers}
        if b"authorization" not in names:
            headers.append((b"authorization", b"Bearer " + self.secret.encode()))
        return headers if b"host" in names else [(b"host", b"testserver"), *headers]

    async def _ask(
        self, method: str, target: bytes, headers: list[tuple[bytes, bytes]], body: bytes | Iterable[bytes]
    ) -> httpx.Response:
        chunks = iter([body] if isinstance(body, bytes) else body)
        if isinstance(body, bytes) and body and b"content-length" not in dict(headers):
            headers = [*headers, (b"content-length", str(len(body)).encode())]
        path, _, query = target.partition(b"?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path.decode("ascii")),  # as uvicorn does it
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 50000),
            "server": ("testserver", 80),
        }
        started: dict[str, Any] = {}
        sent: list[bytes] = []

        async def receive() -> dict[str, Any]:
            for chunk in chunks:
                return {"type": "http.request", "body": chunk, "more_body": True}
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            else:
                sent.append(message.get("body", b""))

        await self.app(scope, receive, send)
        return httpx.Response(started["status"], headers=started["headers"], content=b"".join(sent))


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")
