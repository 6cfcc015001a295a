"""Serving the register."""

import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from types import FrameType
from typing import Any, NoReturn

import uvicorn
from uvicorn.supervisors import Multiprocess

from app.commands.opening import Refused, listening, opened
from app.commands.unknown_settings import unknown_settings
from app.config import Settings
from app.db import Database
from app.telemetry import logs
from app.telemetry.exposition import shared, told_at

log = logging.getLogger("tracker")

APP = "app.process:application"
OPTIONS: dict[str, Any] = {
    "factory": True,
    "server_header": False,
    "access_log": False,  # addresses hold what people search for; our own line of a request holds none
    "proxy_headers": False,  # a header that anybody can send is no proof of an address
    "log_config": None,  # what the server says comes out as all else does
}


def serve(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serves until it is told to stop. Raises Refused if the schema is not current or a port is taken."""
    logs.configure(settings.log_format, settings.log_level, lines=settings.log_requests)
    for line in unknown_settings():
        log.warning(line)
    with opened(settings):
        pass
    listening(host, port).close()
    options = OPTIONS | {"host": host, "port": port, "timeout_graceful_shutdown": settings.stop_seconds}
    with shared(workers), measured(settings):
        end_at_once_when_told()
        if workers == 1:
            uvicorn.run(APP, **options)
        else:
            config = uvicorn.Config(APP, workers=workers, **options)
            Multiprocess(config, sockets=[bound(config)]).run()


def bound(config: uvicorn.Config) -> socket.socket:
    """The socket that several processes share: it sends at once what it is given.

    What one process opens does so by itself. Without it a small answer, whose head and body are sent one after the
    other, waits for the client's acknowledgement of the head: some 40 ms.
    """
    ears = config.bind_socket()
    ears.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return ears


def end_at_once_when_told() -> None:
    """Makes SIGTERM a proper end with status 0, before the server is there to hear it, and again once it is done.

    A server that has finished raises the signal once more, for whoever had it before; by default that would be death.
    """

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)


@contextmanager
def measured(settings: Settings) -> Iterator[None]:
    """A block in which metrics can be read where the settings say. Raises Refused if that place cannot be had."""
    place = settings.metrics_place
    if place is None:
        yield
        return
    from app.web.samples import Samples  # noqa: PLC0415 - not wanted otherwise

    # A connection of its own: it has to tell also while every other one is taken.
    database = Database(
        settings.database_url, threads=1, role=settings.database_role, spare=0, pooled=settings.database_pooled
    )
    try:
        with closing(database), told_at(place, Samples(database)):
            yield
    except OSError as error:
        raise Refused(f"Metrics cannot be told at {settings.metrics_address}: {error.strerror}") from None


def serve_on(settings: Settings, ears: socket.socket) -> None:
    """Serves in this process, on a socket that listens already; only what goes wrong is logged."""
    os.environ["TRACKER_DATABASE_URL"] = settings.database_url  # the application takes its settings from there
    os.environ.setdefault("TRACKER_LOG_LEVEL", "warning")
    server = uvicorn.Server(uvicorn.Config(APP, timeout_graceful_shutdown=settings.stop_seconds, **OPTIONS))
    try:
        server.run(sockets=[ears])
    except KeyboardInterrupt:
        return
    if not server.started:
        raise Refused("The register could not be started: see the messages above")
