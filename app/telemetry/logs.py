"""The log: one line for each thing told, as JSON or for a terminal, on standard error.

All of it comes out in the same form, whoever logs: the register, the server, a library. What is logged while a request
is answered bears its ids. Lines about requests go another way (`requests.py`).
"""

import logging
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from app.running import LogFormat, LogLevel
from app.telemetry import requests
from app.telemetry.context import CURRENT
from app.telemetry.redaction import redacted

OURS = ("tracker", "uvicorn", "py.warnings")
"""Loggers that the level counts for. Others, such as SQLAlchemy's, would tell values of records below a warning."""


def configure(style: LogFormat, level: LogLevel, *, lines: bool, stream: TextIO | None = None) -> None:
    """Sets up the log of this process; with `lines`, one for each request too."""
    stream = stream or sys.stderr
    render = _renderer(style, stream)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(render))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
    wanted = lines and logging.getLogger("tracker").isEnabledFor(logging.INFO)
    json = isinstance(render, structlog.processors.JSONRenderer)
    requests.tell = None if not wanted else requests.as_json(stream) if json else _as_text(render, stream)


def _renderer(style: LogFormat, stream: TextIO) -> Processor:
    if style == "json" or (style == "auto" and not stream.isatty()):
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    # The other renderings of tracebacks show local variables, and so what is in records.
    plain = structlog.dev.plain_traceback
    return structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=plain)


def _formatter(render: Processor) -> logging.Formatter:
    """Turns records of `logging` into lines."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), structlog.stdlib.add_logger_name, _headed, _of_request],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _redacted,
            render,
        ],
    )


def _as_text(render: Processor, stream: TextIO) -> requests.Tell:
    """Writes lines about requests for a terminal."""
    logger: Any = structlog.wrap_logger(
        structlog.WriteLogger(stream),
        processors=[_headed, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )

    def write(scope: Mapping[str, Any], **fields: Any) -> None:
        logger.info("answered", request_id=scope["request_id"], trace_id=scope["trace"].trace_id, **fields)

    return write


def _headed(_logger: Any, level: str, event: EventDict) -> EventDict:
    event["timestamp"] = requests.now()
    event["level"] = level
    return event


def _of_request(_logger: Any, _level: str, event: EventDict) -> EventDict:
    event.pop("color_message", None)  # uvicorn's, of the same words
    scope = CURRENT.get()
    if scope is not None:
        event["request_id"] = scope["request_id"]
        event["trace_id"] = scope["trace"].trace_id
    return event


def _redacted(_logger: Any, _level: str, event: EventDict) -> EventDict:
    for name, value in event.items():
        if not isinstance(value, int | float | None):
            event[name] = redacted(str(value))
    return event
