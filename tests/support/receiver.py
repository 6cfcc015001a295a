"""A receiver of webhooks: a real server on 127.0.0.1 in a thread, which keeps what it is sent."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Received:
    """One request that came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def document(self) -> Any:
        return json.loads(self.body)

    def verified(self, secret: str) -> Any:
        """What it says, once the independent library has found it to be ours. Raises if it is not."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """What came, in order, and what is answered."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    status: int = 204
    answer: Callable[[Received], int] | None = None
    seconds: float = 0
    """How long it waits before it answers."""

    headers: dict[str, str] = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        return [each.id for each in self.received]

    def told(self) -> list[tuple[str, int]]:
        """Which records in which versions, in the order in which it was told."""
        return [(each.document["data"]["record_id"], each.document["data"]["version"]) for each in self.received]

    def wait_for(self, number: int, seconds: float = 30) -> list[Received]:
        deadline = time.monotonic() + seconds
        while len(self.received) < number and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(self.received) >= number, f"{len(self.received)} came, not {number}"
        return self.received


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that answers."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received = Received(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            receiver.received.append(received)
            time.sleep(receiver.seconds)
            self.send_response(receiver.status if receiver.answer is None else receiver.answer(received))
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook?by=register"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield receiver
    server.shutdown()
    thread.join()
    server.server_close()
