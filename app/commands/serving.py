"""Serving the register."""

import socket
from typing import Any

import uvicorn

from app.commands.opening import Refused, listening, opened
from app.config import Settings
from app.main import create_app

OPTIONS: dict[str, Any] = {
    "server_header": False,
    "access_log": False,  # addresses hold what people search for; a proxy before the register may log what it should
    "proxy_headers": False,  # a header that anybody can send is no proof of an address
}


def serve(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serves until it is told to stop. Raises Refused if the schema is not current or the port is taken."""
    with opened(settings):
        pass
    listening(host, port).close()
    uvicorn.run("app.main:create_app", factory=True, host=host, port=port, workers=workers, **OPTIONS)


def serve_on(settings: Settings, ears: socket.socket) -> None:
    """Serves in this process, on a socket that listens already."""
    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="warning", **OPTIONS))
    try:
        server.run(sockets=[ears])
    except KeyboardInterrupt:
        return
    if not server.started:
        raise Refused("The register could not be started: see the messages above")
