"""How the registers of these tests tell of changes, and their insides."""

from typing import Any

from app.access.register import Register
from support.client import Api

LOCAL: dict[str, Any] = {
    "webhook_allowed": ("127.0.0.0/8",),
    "webhook_retry_seconds": 0.01,
    "webhook_timeout_seconds": 2.0,
    "webhook_attempts": 3,
}
"""Webhooks may lead to this machine, and nobody waits for long."""


def register_of(api: Api) -> Register:
    return api.client.app.state.register  # type: ignore[attr-defined,no-any-return]
