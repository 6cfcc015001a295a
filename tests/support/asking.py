"""Requests as endpoints get them, for tests of what happens before and after an endpoint."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from starlette.requests import Request

from app.access.register import Register


def request_to(register: Register, *, headers: Mapping[str, str | bytes] = {}, **scope: Any) -> Request:
    """A request to the application that serves a register, from 192.0.2.7 unless `client` says otherwise."""
    raw = [(name.encode(), value if isinstance(value, bytes) else value.encode()) for name, value in headers.items()]
    app = SimpleNamespace(state=SimpleNamespace(register=register))
    usual = {"type": "http", "method": "GET", "path": "/", "client": ("192.0.2.7", 50_000)}
    return Request(usual | {"headers": raw, "app": app} | scope)
