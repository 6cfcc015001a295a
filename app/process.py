"""The application of a process that `tracker` has started."""

import gc

from fastapi import FastAPI


def application() -> FastAPI:
    """The application, with the log and the traces of its process.

    What is made at the start stays, so no garbage is looked for among it: not meanwhile, and not later, when each look
    would hold up whoever asks for something.
    """
    gc.disable()
    try:
        from app.config import get_settings  # noqa: PLC0415 - what is loaded here is most of what is made
        from app.main import create_app  # noqa: PLC0415
        from app.telemetry import logs, spans  # noqa: PLC0415

        settings = get_settings()
        logs.configure(settings.log_format, settings.log_level, lines=settings.log_requests)
        spans.begin()
        return create_app(settings)
    finally:
        gc.freeze()
        gc.enable()
