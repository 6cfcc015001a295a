"""Clients that leave in the midst of a request: their write is there whole or not at all, and they leave nothing behind."""

import json
import socket
import struct
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from reckoning import unsound
from sqlalchemy import text
from victim import Victim

from app.config import Settings
from app.db import Database
from support.client import Api
from support.documents import Documents

NUMBER = 12
AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER of a connection that is reset and not ended."""


def leave(victim: Victim, secret: str, document: Any, *, share: float, reset: bool) -> None:
    """Sends a part of a request, and goes."""
    body = json.dumps(document).encode()
    head = (
        f"POST /api/v1/visits HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {secret}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", victim.port), timeout=30) as client:
        if reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        client.sendall(head.encode() + body[: int(len(body) * share)])
        time.sleep(0.01)


@pytest.mark.parametrize("reset", [False, True])
def test_clients_that_leave(
    settings: Settings,
    secret: str,
    serve_in: Callable[..., Victim],
    over_http: Callable[[Victim], Api],
    *,
    reset: bool,
) -> None:
    # One thread keeps one connection to read and one to write, and has opened both when the counting begins.
    victim = serve_in(settings.database_url, TRACKER_THREADS="1")
    api = over_http(victim)
    documents = Documents(api)
    documents.visit()
    api.items("/visits")
    before = victim.open_files()
    halves, wholes = ([str(uuid4()) for _ in range(NUMBER)] for _ in range(2))
    for share, tags in ((0.5, halves), (1, wholes)):
        for tag in tags:
            leave(victim, secret, documents.of("visits", tags=[tag]), share=share, reset=reset)

    documents.visit()  # it is written after all that came before it, on SQLite
    deadline = time.monotonic() + 60
    while busy(victim) or victim.open_files() > before:
        assert time.monotonic() < deadline, "It has kept what those needed who have left."
        time.sleep(0.05)
    assert not any(api.items("/visits", tag=tag) for tag in halves)
    assert all(len(api.items("/visits", tag=tag)) in {0, 1} for tag in wholes)
    assert unsound(victim.url) == []
    assert "Traceback" not in victim.log.read_text()


def busy(victim: Victim) -> int:
    """How many connections of PostgreSQL are in a transaction."""
    database = Database(victim.url)
    if database.is_sqlite:
        return 0
    try:
        with database.reader.connect() as connection:
            return int(
                connection.scalar(
                    text(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                        " AND state <> 'idle' AND pid <> pg_backend_pid()"
                    )
                )
            )
    finally:
        database.close()
