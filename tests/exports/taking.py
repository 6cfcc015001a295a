"""Exports that are taken piece by piece, in this process."""

import queue
from collections.abc import Callable
from typing import Any

import anyio
import anyio.from_thread
from fastapi import FastAPI

Take = Callable[..., "Taking"]


class Taking:
    """An export as a client takes it: one message of its answer after the other, and no more until the next is asked."""

    def __init__(self, app: FastAPI, portal: anyio.from_thread.BlockingPortal, secret: str, path: str) -> None:
        self.app, self._portal = app, portal
        self._messages: queue.Queue[dict[str, Any]] = queue.Queue()
        path, _, query = path.partition("?")
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": f"/api/v1{path}",
            "raw_path": f"/api/v1{path}".encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(b"authorization", f"Bearer {secret}".encode()), (b"host", b"testserver")],
            "client": ("127.0.0.1", 50000),
            "server": ("testserver", 80),
        }
        self._left = portal.call(anyio.Event)
        self._wanted = portal.call(anyio.Semaphore, 0)
        self.task = portal.start_task_soon(self._run)

    async def _run(self) -> None:
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await self._left.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            await self._wanted.acquire()
            self._messages.put(message)

        await self.app(self._scope, receive, send)

    def next(self) -> dict[str, Any]:
        """The next message of the answer."""
        self._portal.call(self._wanted.release)
        return self._messages.get(timeout=60)

    def rest(self) -> bytes:
        """What is left of the body."""
        body = b""
        while True:
            message = self.next()
            body += message.get("body", b"")
            if not message.get("more_body", True):
                return body

    def want(self, number: int) -> None:
        """Lets more messages come."""
        for _ in range(number):
            self._portal.call(self._wanted.release)

    def left(self) -> list[dict[str, Any]]:
        """The messages that have come and not been looked at."""
        return [self._messages.get_nowait() for _ in range(self._messages.qsize())]

    def leave(self) -> None:
        """The client goes away."""
        self._portal.call(self._left.set)
        self.want(100)
        self.task.result(timeout=60)
