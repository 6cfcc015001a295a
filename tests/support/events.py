"""Server-sent events as a client reads them: by the rules of WHATWG HTML, 9.2.6, and in this process."""

import queue
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.from_thread
from fastapi import FastAPI

PATH = "/api/v1/changes/stream"


@dataclass(frozen=True)
class Event:
    """One event as a client is told of it."""

    id: str
    event: str
    data: str


@dataclass
class Parser:
    """What has come so far, as events; beside them what is no event."""

    last_id: str = ""
    retry: int | None = None
    comments: int = 0
    _rest: str = ""
    _event: str = ""
    _data: list[str] = field(default_factory=list)

    def feed(self, text: str) -> Iterator[Event]:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            if line == "":
                if self._data:
                    yield Event(self.last_id, self._event or "message", "\n".join(self._data))
                self._event, self._data = "", []
                continue
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            match name:
                case "":
                    self.comments += 1
                case "id":
                    self.last_id = value
                case "event":
                    self._event = value
                case "data":
                    self._data.append(value)
                case "retry":
                    self.retry = int(value)
                case _:
                    raise AssertionError(f"no field of an event: {line!r}")


class Following:
    """A stream of an application in this process, read as it comes."""

    def __init__(
        self,
        app: FastAPI,
        portal: anyio.from_thread.BlockingPortal,
        secret: str,
        *,
        stalled: bool = False,
        **asked: str,
    ) -> None:
        self.parser = Parser()
        self.status = 0
        self.headers: dict[str, str] = {}
        self.took: list[tuple[float, bytes]] = []
        self.ended = False
        self._app, self._portal = app, portal
        self._came: queue.Queue[Any] = queue.Queue()
        after = asked.pop("after", None)
        headers = {"authorization": f"Bearer {secret}", "host": "testserver"}
        headers |= {name.replace("_", "-"): value for name, value in asked.items()}
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": PATH,
            "raw_path": PATH.encode(),
            "query_string": b"" if after is None else f"after={after}".encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 50000),
            "server": ("testserver", 80),
        }
        self._stalled = stalled
        self._left = portal.call(anyio.Event)
        self.task = portal.start_task_soon(self._run)
        self._until_started()

    async def _run(self) -> None:
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await self._left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            self._came.put((time.monotonic(), message))
            if self._stalled and message["type"] == "http.response.body":
                await anyio.sleep_forever()  # the client takes no more than its first bytes

        try:
            await self._app(self._scope, receive, send)
        finally:
            self._came.put((time.monotonic(), None))

    def _until_started(self) -> None:
        _, message = self._came.get(timeout=10)
        assert message is not None, self.task.exception()
        self.status = message["status"]
        self.headers = {name.decode(): value.decode() for name, value in message["headers"]}

    def _next(self, timeout: float) -> str | None:
        """The text that comes next; None where there is none in that time, or the end."""
        try:
            at, message = self._came.get(timeout=max(timeout, 0.001))
        except queue.Empty:
            return None
        if message is None:
            self.ended = True
            return None
        body: bytes = message.get("body", b"")
        self.took.append((at, body))
        return body.decode()

    def events(self, number: int, *, within: float = 10) -> list[Event]:
        """The next events, just so many; fails if they do not come."""
        found: list[Event] = []
        deadline = time.monotonic() + within
        while len(found) < number:
            text = self._next(deadline - time.monotonic())
            assert text is not None, f"{len(found)} of {number} came: {found}"
            found += self.parser.feed(text)
        return found

    def meanwhile(self, seconds: float) -> list[Event]:
        """Whatever comes in so many seconds."""
        found: list[Event] = []
        deadline = time.monotonic() + seconds
        while not self.ended and time.monotonic() < deadline:
            text = self._next(deadline - time.monotonic())
            found += self.parser.feed(text or "")
        return found

    def begun(self) -> "Following":
        """Waits for the first block."""
        while self.parser.retry is None:
            text = self._next(10)
            assert text is not None
            assert list(self.parser.feed(text)) == []
        return self

    def until_end(self, *, within: float = 10) -> list[Event]:
        """All events to the end of the stream; fails if it does not end."""
        found: list[Event] = []
        deadline = time.monotonic() + within
        while not self.ended:
            assert time.monotonic() < deadline, "it goes on"
            found += self.parser.feed(self._next(deadline - time.monotonic()) or "")
        return found

    def leave(self) -> None:
        """Breaks the connection off and waits until the application has noticed."""
        self._portal.call(self._left.set)
        self.task.result(timeout=10)


Follow = Callable[..., Following]
"""Opens a stream of a caller: `follow(api, last_event_id=…)`."""
