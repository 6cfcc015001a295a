"""A load client in a process of its own: bursts of requests over kept-alive connections, HTTP/1.1, no library.

It reads jobs from standard input, one JSON object a line, and answers each with a line of JSON. It parses only what
it must (status and length of an answer), so one core of it serves many times what one worker of ours answers; its
own share of a core is in each result, so that nobody has to believe that.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, cycle
from typing import Any


@dataclass
class Burst:
    """What all connections of a burst share."""

    requests: Iterator[bytes]
    until: float
    open: int
    due: Iterator[float] | None = None
    """When each request is to be sent, if not as soon as the one before is answered."""

    latencies: list[int] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    received: int = 0
    last: float = 0.0
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Connection(asyncio.Protocol):
    """Sends a request, waits for the whole answer, sends the next, until the time is up.

    Of a request that was due before its connection was free, the wait counts: whoever sent it would have waited too.
    """

    def __init__(self, burst: Burst) -> None:
        self.burst = burst
        self.head = b""
        self.left = -1
        self.sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.next()

    def next(self) -> None:
        now = time.perf_counter()
        due = now if self.burst.due is None else next(self.burst.due)
        if due >= self.burst.until:
            self.transport.close()
        elif due > now:
            asyncio.get_running_loop().call_later(due - now, self.send, due)
        else:
            self.send(due)

    def send(self, due: float) -> None:
        if self.transport.is_closing():
            return
        self.sent = due
        self.transport.write(next(self.burst.requests))

    def data_received(self, data: bytes) -> None:
        self.burst.received += len(data)
        if self.left < 0:
            self.head += data
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                return
            status = int(self.head[9:12])
            self.burst.statuses[status] = self.burst.statuses.get(status, 0) + 1
            if status >= 400:  # told in the result; what the server does with the connection is its own affair
                self.transport.abort()
                return
            place = self.head.lower().find(b"content-length:", 0, end)
            length = 0 if place < 0 else int(self.head[place + 15 : self.head.index(b"\r\n", place)])
            self.left = length - (len(self.head) - end - 4)
            self.head = b""
        else:
            self.left -= len(data)
        if self.left <= 0:
            self.left = -1
            self.burst.last = time.perf_counter()
            self.burst.latencies.append(int((self.burst.last - self.sent) * 1_000_000))
            self.next()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.burst.open -= 1
        if self.burst.open == 0:
            self.burst.done.set()


def encode(host: str, headers: dict[str, str], method: str, path: str, body: str | None) -> bytes:
    """A request as it goes over the wire."""
    payload = b"" if body is None else body.encode()
    lines = [f"{method} {path} HTTP/1.1", f"host: {host}", *(f"{name}: {value}" for name, value in headers.items())]
    if body is not None:
        lines += ["content-type: application/json", f"content-length: {len(payload)}"]
    return "\r\n".join([*lines, "", ""]).encode() + payload


async def run(job: dict[str, Any]) -> dict[str, Any]:
    """One burst."""
    host = f"127.0.0.1:{job['port']}"
    requests = [encode(host, job["headers"], *each) for each in job["requests"]]
    loop = asyncio.get_running_loop()
    cpu, started = time.process_time(), time.perf_counter()
    burst = Burst(cycle(requests[job["skip"] % len(requests) :] + requests[: job["skip"] % len(requests)]), 0.0, 0)
    burst.until = started + job["seconds"]
    if job.get("rate"):
        burst.due = (started + number / job["rate"] for number in count())
    burst.open = job["connections"]
    for _ in range(job["connections"]):
        await loop.create_connection(lambda: Connection(burst), "127.0.0.1", job["port"])
    try:
        await asyncio.wait_for(burst.done.wait(), job["seconds"] + job["patience"])
    except TimeoutError:
        return {"error": f"no answer within {job['patience']} s"}
    took = max(burst.last - started, 1e-9)
    return {
        "rate": len(burst.latencies) / took,
        "latencies": sorted(burst.latencies),
        "statuses": burst.statuses,
        "bytes": burst.received // max(len(burst.latencies), 1),
        "client_cpu": (time.process_time() - cpu) / took,
    }


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(asyncio.run(run(json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
