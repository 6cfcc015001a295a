"""What a process of `tracker` loads and makes at its start: its command, and the application that it serves."""

# ruff: noqa: PLC0415 - what is loaded in the functions is most of what is made

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI


@contextmanager
def staying() -> Iterator[None]:
    """A block whose results stay as long as the process does.

    No garbage is looked for among them: not meanwhile, and not later, when each look would hold up whoever asks for
    something.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def main() -> None:
    """The command `tracker`."""
    with staying():
        from app import cli
    cli.main()


def application() -> "FastAPI":
    """The application, with the log and the traces of its process."""
    with staying():
        from app.config import get_settings
        from app.main import create_app
        from app.telemetry import logs, spans

        settings = get_settings()
        logs.configure(settings.log_format, settings.log_level, lines=settings.log_requests)
        spans.begin()
        return create_app(settings)
