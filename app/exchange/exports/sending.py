"""Exports under way: each is made by a thread of its own, and sent by the event loop from what the thread has made.

An export begins to leave while it is made, and yet holds the database for no longer than its making takes. It ends
when its client leaves or takes nothing for a minute, when its time is over, and when the process is to stop.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping

import anyio
from anyio.to_thread import run_sync
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.access.actor import Actor
from app.config import Settings
from app.errors import TooManyRequests, Unavailable
from app.exchange.exports.spool import Spool
from app.telemetry.metrics import EXPORTS

log = logging.getLogger("tracker")

PATIENCE = 60.0
"""Seconds in which a client takes a chunk, or is given up."""

Make = Callable[["Outgoing"], None]


class Ended(Exception):  # noqa: N818 - not an error: nobody wants the rest
    """An export is to be made no further."""


class Exports:
    """The exports that this process has under way."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.limiter = anyio.CapacityLimiter(settings.max_exports)
        self.readers = anyio.CapacityLimiter(settings.max_exports)
        """Threads of their own, so that requests keep theirs."""

        self._open: set[Outgoing] = set()
        self._closed = False

    async def begun(self, make: Make) -> "Outgoing":
        """A new export that has begun. Raises what its maker raises before that; Unavailable if there are enough."""
        if self._closed or len(self._open) >= self.settings.max_exports:
            raise Unavailable("No more exports are made just now.", headers={"Retry-After": "30"})
        outgoing = Outgoing(self, make)
        self._open.add(outgoing)
        EXPORTS.inc()
        try:
            await outgoing.begin()
        except BaseException:
            await outgoing.end()
            raise
        return outgoing

    def admit(self, outgoing: "Outgoing", actor: Actor) -> None:
        """Lets an export of somebody go on. Raises TooManyRequests if they have enough of them."""
        outgoing.actor_id = actor.id
        mine = sum(each.actor_id == actor.id for each in tuple(self._open)) - 1
        if mine >= self.settings.max_exports_per_caller:
            raise TooManyRequests(f"The caller has {mine} exports under way already.", headers={"Retry-After": "30"})

    def left(self, outgoing: "Outgoing") -> None:
        if outgoing in self._open:
            self._open.discard(outgoing)
            EXPORTS.dec()

    def close(self) -> None:
        """Ends all that are under way, and begins no more: the process is about to stop."""
        self._closed = True
        for each in tuple(self._open):
            each.stop()

    async def closed(self) -> None:
        """Closes, and waits until none works on anything any more."""
        self.close()
        with anyio.move_on_after(PATIENCE):
            while self._open:  # noqa: ASYNC110 - nobody else waits for them to end
                await asyncio.sleep(0.01)


class Outgoing(Response):
    """One export, from its beginning to its last byte."""

    def __init__(self, exports: Exports, make: Make) -> None:
        super().__init__()
        self.actor_id: str | None = None
        self._exports = exports
        self._make = make
        self._spool = Spool()
        self._loop = asyncio.get_running_loop()
        self._moved = asyncio.Event()
        self._stopped = threading.Event()
        self._deadline = anyio.current_time() + exports.settings.export_seconds
        self._life: anyio.CancelScope | None = None
        self._started = False
        self._task: asyncio.Task[None] | None = None

    # In the thread that makes it.

    def start(self, headers: Mapping[str, str], media_type: str) -> None:
        """Says what the answer is; from now on it leaves."""
        charset = "; charset=utf-8" if media_type.startswith("text/") else ""
        self.init_headers({**headers, "Content-Type": media_type + charset})
        del self.headers["content-length"]
        self._started = True
        self._loop.call_soon_threadsafe(self._moved.set)

    def put(self, chunk: bytes) -> None:
        """Adds to what is to be sent. Raises Ended when nobody wants it any more."""
        if self._stopped.is_set():
            raise Ended
        if chunk:
            self._spool.write(chunk)
            self._loop.call_soon_threadsafe(self._moved.set)

    # On the event loop.

    async def begin(self) -> None:
        """Waits until the export has begun. Raises what its maker raises before that."""
        self._task = asyncio.create_task(run_sync(self._make, self, limiter=self._exports.limiter))
        self._task.add_done_callback(lambda _: self._moved.set())
        with anyio.CancelScope(deadline=self._deadline) as self._life:
            await self._moved.wait()
        if not self._started:
            if self._task.done():
                self._task.result()
            raise Unavailable("The export cannot be made in its time: ask for less.", headers={"Retry-After": "30"})

    def stop(self) -> None:
        """Ends the export, whatever it is waiting for."""
        self._stopped.set()
        if self._life is not None:
            self._life.cancel()

    async def end(self) -> None:
        """Waits until nothing works on it any more, and removes what is left of it."""
        self._stopped.set()
        try:
            if self._task is not None:
                with anyio.CancelScope(shield=True):
                    await asyncio.wait([self._task])
                self._task.exception()  # it has been told, or nobody is left to be told
        finally:
            self._spool.close()
            self._exports.left(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            if "head" in scope:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                return
            with anyio.CancelScope(deadline=self._deadline) as self._life:
                async with anyio.create_task_group() as group:
                    group.start_soon(self._until_gone, receive)
                    await self._send(send)
                    group.cancel_scope.cancel()
            if self._life.cancelled_caught:
                log.warning("an export has ended before it was whole")
        finally:
            await self.end()

    async def _until_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.stop()

    async def _send(self, send: Send) -> None:
        """Sends what is made, as it is made. Only a whole export is given an end, so that it shows if it is cut."""
        sent = 0
        while True:
            self._moved.clear()
            whole = self._task is None or self._task.done()  # seen before the spool, which may grow meanwhile
            chunk = await run_sync(self._spool.read, sent, limiter=self._exports.readers)
            if chunk:
                sent += len(chunk)
                with anyio.move_on_after(PATIENCE) as patience:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                if patience.cancelled_caught:
                    log.warning("an export has ended: its client takes nothing")
                    return
            elif whole:
                break
            else:
                await self._moved.wait()
        error = None if self._task is None else self._task.exception()
        if error is None:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        elif not isinstance(error, Ended):
            log.error("an export has ended before it was whole", exc_info=error)
