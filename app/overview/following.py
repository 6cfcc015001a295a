"""Who follows the change feed as it happens, and the one look at the ledger that serves them all.

A stream is told of changes as `reading()` finds them, so who asks is checked before every change that is told; and
once more every few seconds, so that a token that has ended ends its streams. Heartbeats go by the clock alone: what
happens to records that somebody may not see changes nothing in what they receive, nor when.
"""

import asyncio
import json
import logging
from collections.abc import Sequence
from contextvars import Context
from dataclasses import dataclass

import anyio
from anyio.to_thread import run_sync
from fastapi.sse import format_sse_event
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.access.accesses import log_read
from app.access.actor import Actor
from app.access.register import Register
from app.access.tokens import refused
from app.access.work import reading
from app.crud import ledger
from app.errors import Forbidden, Problem, TooManyRequests, Unauthenticated, Unavailable
from app.models import LedgerHead
from app.overview.changes import item
from app.telemetry.metrics import STREAMS

log = logging.getLogger("tracker")

MEDIA_TYPE = "text/event-stream"
LOOK_EVERY, CHECK_EVERY, HEARTBEAT = 0.25, 3.0, 15.0
PATIENCE = 60.0
"""Seconds in which a client takes what it is sent, or is given up."""

RETRY_MS = 3_000
MOST_AT_ONCE = 100
THREADS = 2
"""However many follow, requests keep their threads."""

OUTAGES = (Problem, DBAPIError, PoolTimeout)


@dataclass(frozen=True, slots=True)
class Start:
    """Where a stream begins: for whom, after which number in the ledger, and what the caller calls that place."""

    actor: Actor
    seq: int
    place: str


class Streams:
    """The streams that this process has open. All of it but `_look` runs on the event loop."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.head = 0
        """How far the ledger went when it was last looked at."""

        self.limiter = anyio.CapacityLimiter(THREADS)
        self._open: set[Stream] = set()
        self._moved = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def opened(self, request: Request, start: Start) -> "Stream":
        """A new stream. Raises Unavailable or TooManyRequests where there are enough."""
        settings = self.register.settings
        mine = sum(each.actor.id == start.actor.id for each in self._open)
        if mine >= settings.max_streams_per_caller:
            raise TooManyRequests(f"The caller has {mine} streams open already.", headers={"Retry-After": "30"})
        if self._closed or len(self._open) >= settings.max_streams:
            raise Unavailable("No more streams are given just now.", headers={"Retry-After": "30"})
        stream = Stream(self, request, start)
        self._open.add(stream)
        STREAMS.inc()
        if self._looking is None:
            self.head = start.seq
            # Of no request: what it logs is about all streams.
            self._looking = asyncio.create_task(self._keep_looking(), context=Context())
            self._looking.add_done_callback(self._no_longer_looking)
            self._tasks.add(self._looking)
        return stream

    def left(self, stream: "Stream") -> None:
        """Takes a stream that has ended off the list. Where none is left, nobody looks any more."""
        if stream in self._open:
            self._open.discard(stream)
            STREAMS.dec()
        if not self._open:
            self._looking = None

    def close(self) -> None:
        """Ends all streams, and opens no more: the process is about to stop."""
        self._closed = True
        self._end_all()

    async def closed(self) -> None:
        """Closes, and waits until none of it works on anything any more."""
        self.close()
        with anyio.move_on_after(PATIENCE):
            while self._open or self._tasks:  # noqa: ASYNC110 - nobody else waits for them to end
                await asyncio.sleep(0.01)

    def _end_all(self) -> None:
        for each in tuple(self._open):
            each.end()

    async def beyond(self, seq: int) -> None:
        """Waits until the ledger goes further than this."""
        while self.head <= seq:
            await self._moved.wait()

    async def _keep_looking(self) -> None:
        due, current = 0.0, asyncio.current_task()
        while self._looking is current:
            await asyncio.sleep(LOOK_EVERY)
            asked = tuple(self._open) if anyio.current_time() >= due else ()
            try:
                head, ended = await run_sync(self._look, asked, limiter=self.limiter)
            except OUTAGES:
                log.warning("the ledger cannot be looked at; streams wait")
                await asyncio.sleep(CHECK_EVERY)
                continue
            if asked:
                due = anyio.current_time() + CHECK_EVERY
            for each in ended:
                each.end()
            if head > self.head and self._looking is current:
                self.head = head
                moved, self._moved = self._moved, asyncio.Event()
                moved.set()

    def _look(self, asked: Sequence["Stream"]) -> tuple[int, list["Stream"]]:
        """How far the ledger goes, and which of the streams must end. In a thread."""
        self.register.keep_up()
        with self.register.database.reader.connect() as connection:
            head: int = connection.scalars(select(LedgerHead.seq).where(LedgerHead.id == 1)).one()
        return head, [each for each in asked if not each.allowed()]

    def _no_longer_looking(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._looking is task:  # it still should
            error = None if task.cancelled() else task.exception()
            log.error("streams end: the ledger is looked at no more", exc_info=error)
            self._looking = None
            self._end_all()


class Stream(StreamingResponse):
    """One caller who follows the feed."""

    media_type = MEDIA_TYPE

    def __init__(self, streams: Streams, request: Request, start: Start) -> None:
        super().__init__((), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self.streams = streams
        self.request = request
        self.actor = start.actor
        self.seq = start.seq
        self._place = start.place
        self._life = anyio.CancelScope()
        self._gone = False
        self._news: asyncio.Queue[bytes | None] = asyncio.Queue(1)
        """What is to be sent next; None when no more may be told."""

    def end(self) -> None:
        """Ends the stream, whatever it is waiting for."""
        self._life.cancel()

    def allowed(self) -> bool:
        """Whether the caller is still who they were when the stream began. In a thread."""
        try:
            with reading(self.request) as work:
                return work.actor == self.actor
        except (Unauthenticated, Forbidden):
            return False
        except Problem:
            return True  # not to be known just now; until it is, nothing is told either

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            if "head" not in scope:
                with self._life:
                    async with anyio.create_task_group() as group:
                        group.start_soon(self._until_gone, receive)
                        group.start_soon(self._gather)
                        await self._tell(send)
                        group.cancel_scope.cancel()
            if not self._gone:
                with anyio.move_on_after(1):
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self.streams.left(self)

    async def _until_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        self._life.cancel()

    async def _tell(self, send: Send) -> None:
        """Sends the place to begin at, changes as they come, and heartbeats by the clock."""
        beat = anyio.current_time() + HEARTBEAT
        # An id without data is no event, but what the client comes back with after a break (9.2.6).
        chunk: bytes | None = format_sse_event(id=self._place, retry=RETRY_MS)
        while chunk is not None:
            with anyio.move_on_after(PATIENCE) as patience:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            if patience.cancelled_caught:
                self._gone = True  # as good as
                return
            chunk = b":\n\n"
            if anyio.current_time() < beat:
                with anyio.CancelScope(deadline=beat):
                    chunk = await self._news.get()
                    continue
            beat += HEARTBEAT

    async def _gather(self) -> None:
        """Brings the changes that exist for the caller, as soon as there are any, until no more may be told."""
        while True:
            await self.streams.beyond(self.seq)
            try:
                found = await run_sync(self._read, limiter=self.streams.limiter)
            except OUTAGES:
                break  # the client comes back, and is told why if it may no longer follow
            if found:
                await self._news.put(found)
        await self._news.put(None)

    def _read(self) -> bytes:
        """The changes since the last ones, as events. In a thread."""
        head = self.streams.head  # before the read: all up to there is committed, so the read misses none of it
        with reading(self.request) as work:
            if work.actor != self.actor:
                raise refused()
            rows = ledger.after(work, self.seq, limit=MOST_AT_ONCE)
            items = [item(work, row) for row in rows]
        if work.seen:
            log_read(self.request, work)  # before any of it is told; if that cannot be, the stream ends
        last = rows[-1]["seq"] if rows else 0
        self.seq = last if len(rows) == MOST_AT_ONCE else max(head, last)
        return b"".join(
            format_sse_event(id=each["after"], event="change", data_str=json.dumps(each, ensure_ascii=False))
            for each in items
        )
