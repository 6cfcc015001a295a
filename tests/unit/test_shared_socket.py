"""The socket that several processes share."""

import socket
from contextlib import closing

import uvicorn

from app.commands.serving import APP, bound


def test_what_is_sent_by_it_does_not_wait_for_what_was_sent_before() -> None:
    with closing(bound(uvicorn.Config(APP, host="127.0.0.1", port=0))) as ears:
        ears.listen()
        with socket.create_connection(ears.getsockname()), closing(ears.accept()[0]) as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
