"""Signatures of webhooks, as the Standard Webhooks specification has them (https://www.standardwebhooks.com, 1.0.0)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

PREFIX = "whsec_"
BYTES = 32
"""Of the 24 to 64 that the specification allows, as many as the hash has."""


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def headers(delivery: str, at: datetime, body: bytes, known: Iterable[str]) -> dict[str, str]:
    """The headers of one attempt, signed with every secret that the receiver may know."""
    timestamp = str(int(at.timestamp()))
    signed = f"{delivery}.{timestamp}.".encode() + body
    return {
        "webhook-id": delivery,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{_signature(each, signed)}" for each in known),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
