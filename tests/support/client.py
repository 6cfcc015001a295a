"""Asking the application over HTTP in this process: real requests, one event loop, as under a server."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import unquote

import anyio.from_thread
import httpx2 as httpx
from fastapi import FastAPI

from app.access.register import Register
from app.config import Settings
from app.main import create_app
from support.databases import Databases, Holder, settings_for

PREFIX = "/api/v1"
USUAL = settings_for("sqlite:///:memory:").model_dump(exclude={"database_url"})


class Transport(httpx.BaseTransport):
    """Hands a request to an ASGI application that runs on an event loop of another thread."""

    def __init__(self, app: Callable[..., Any], portal: anyio.from_thread.BlockingPortal) -> None:
        self.app = app
        self.portal = portal

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self.portal.call(self._ask, request)

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        target: bytes = request.extensions.get("target", request.url.raw_path)
        path, _, query = target.partition(b"?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": unquote(path.decode("ascii")),  # as uvicorn decodes it
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("127.0.0.1", 50000),
            "server": ("testserver", 80),
        }
        body = _messages(request)
        started: dict[str, Any] = {}
        chunks: list[bytes] = []

        async def receive() -> dict[str, Any]:
            return await anext(body)

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            else:
                chunks.append(message.get("body", b""))

        await self.app(scope, receive, send)
        return httpx.Response(started["status"], headers=started["headers"], content=b"".join(chunks))


async def _messages(request: httpx.Request) -> AsyncIterator[dict[str, Any]]:
    assert isinstance(request.stream, httpx.SyncByteStream)
    for chunk in request.stream:
        yield {"type": "http.request", "body": chunk, "more_body": True}
    yield {"type": "http.request", "body": b"", "more_body": False}
    await asyncio.Event().wait()  # the client stays until it has its answer


def usual(settings: Settings) -> bool:
    return settings.model_dump(exclude={"database_url"}) == USUAL


class Apps:
    """Applications for tests. To build and open one costs more than most tests, so those of usual settings stay open.

    The register of such a one is restored between tests; what its process remembers of markings is read anew.
    """

    MOST_IDLE = 4

    def __init__(self, portal: anyio.from_thread.BlockingPortal) -> None:
        self.portal = portal
        self._idle: dict[str, tuple[FastAPI, ExitStack]] = {}

    @contextmanager
    def serving(self, settings: Settings) -> Iterator[FastAPI]:
        """An application that serves the register of these settings."""
        kept = self._idle.pop(settings.database_url, None) if usual(settings) else None
        app, life = kept or self._start(settings)
        app.state.register.refresh_markings()
        try:
            yield app
        finally:
            self._leave(settings, app, life)

    @contextmanager
    def own(self, source: Databases, **changes: Any) -> Iterator["Api"]:
        """A register of one's own under some settings, as a contributor has it; `client.app` serves it."""
        with source.copy() as url, self.serving(settings_for(url, **changes)) as app, self.client(app) as client:
            client.app = app  # type: ignore[attr-defined]
            yield Api(client, source.template.secrets, None).as_("contributor")

    def _start(self, settings: Settings) -> tuple[FastAPI, ExitStack]:
        app, life = create_app(settings), ExitStack()
        life.enter_context(self.portal.wrap_async_context_manager(app.router.lifespan_context(app)))
        return app, life

    def _leave(self, settings: Settings, app: FastAPI, life: ExitStack) -> None:
        if not usual(settings) or settings.database_url in self._idle:
            life.close()
            return
        self._idle[settings.database_url] = app, life
        if len(self._idle) > self.MOST_IDLE:
            self._idle.pop(next(iter(self._idle)))[1].close()

    def close(self) -> None:
        for _, life in self._idle.values():
            life.close()

    def client(self, app: FastAPI) -> httpx.Client:
        return httpx.Client(transport=Transport(app, self.portal), base_url="http://testserver")


class Api:
    """The API as one caller uses it. A server error fails the test, unless it is what the test is about."""

    def __init__(
        self, client: httpx.Client, secrets: Mapping[Holder, str], secret: str | None, *, may_fail: bool = False
    ) -> None:
        self.client = client
        self.secrets = secrets
        self.secret = secret
        self.may_fail = may_fail

    @property
    def register(self) -> Register:
        """The register as the application has it open."""
        return self.client.app.state.register  # type: ignore[attr-defined,no-any-return]

    def as_(self, role: str, clearance: str = "RESTRICTED", nationality: str | None = "NZ") -> "Api":
        """The same register, asked by another caller."""
        return self.with_secret(self.secrets[role, clearance, nationality])  # type: ignore[index]

    def with_secret(self, secret: str | None) -> "Api":
        return Api(self.client, self.secrets, secret, may_fail=self.may_fail)

    def anonymous(self) -> "Api":
        return self.with_secret(None)

    def failing(self) -> "Api":
        """The same caller, in a test that is about server errors."""
        return Api(self.client, self.secrets, self.secret, may_fail=True)

    def ask(self, method: str, path: str, *, headers: Any = None, **options: Any) -> httpx.Response:
        given = httpx.Headers(headers or {})
        if self.secret is not None and "authorization" not in given:
            given["authorization"] = f"Bearer {self.secret}"
        url = path if path.startswith(("http:", "/api/")) else PREFIX + path
        answer = self.client.request(method, url, headers=given, **options)
        assert self.may_fail or answer.status_code < 500, f"{method} {path}: {answer.text}"
        return answer

    def raw(self, method: str, target: bytes, **options: Any) -> httpx.Response:
        """A request to an address that is sent as it stands, well-formed or not."""
        return self.ask(method, "", extensions={"target": PREFIX.encode() + target}, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return self.ask("POST", path, json=json, **options)

    def patch(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return self.ask("PATCH", path, json=json, **options)

    def put(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return self.ask("PUT", path, json=json, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("DELETE", path, **options)

    # What tests do most, with the answer that is expected.

    def read(self, path: str, **params: Any) -> Any:
        answer = self.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def items(self, path: str, **params: Any) -> list[Any]:
        items: list[Any] = self.read(path, **params)["items"]
        return items

    def walk(self, path: str, **params: Any) -> list[Any]:
        """All items of a list, page by page as each names the next."""
        page = self.read(path, **params)
        found: list[Any] = page["items"]
        while page["next"] is not None:
            page = self.get(page["next"]).json()
            found += page["items"]
        return found

    def make(self, path: str, document: Any) -> Any:
        answer = self.post(path, document)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def change(self, path: str, patch: Any, **headers: str) -> Any:
        answer = self.patch(path, patch, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()
