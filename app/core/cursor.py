"""Keyset cursors: the place after the last row of a page, told by that row's own values.

A page begins after a place, not after a number of rows, so rows that come and go meanwhile neither repeat nor
lose another one.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.core.columns import instant_text
from app.core.ids import as_id


def encode(order: str, values: Sequence[Any]) -> str:
    """The place of a row: the order it was met in and its values in that order."""
    plain = [_plain(value) for value in values]
    text = json.dumps([order, *plain], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_text(value)
    return value.isoformat() if isinstance(value, date) else value


def decode(cursor: str, order: str, types: Sequence[type]) -> list[Any]:
    """The values of the row that a page begins after.

    Raises ValueError when the cursor is not one of ours or belongs to a list in another order.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        parts = json.loads(raw.decode())
    except (binascii.Error, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError("not a cursor of this register") from error
    if not isinstance(parts, list) or len(parts) != len(types) + 1:
        raise ValueError("not a cursor of this register")
    if parts[0] != order:
        raise ValueError("the cursor belongs to a list in another order")
    return [_typed(value, kind) for value, kind in zip(parts[1:], types, strict=True)]


def _typed(value: Any, kind: type) -> Any:
    if kind is datetime or kind is date:
        if not isinstance(value, str) or len(value) > 40:  # noqa: PLR2004 - longer than any instant
            raise ValueError("not a cursor of this register")
        return kind.fromisoformat(value)  # type: ignore[attr-defined]
    if kind is UUID:
        if not isinstance(value, str) or as_id(value) is None:
            raise ValueError("not a cursor of this register")
        return value
    if type(value) is not kind or (kind is int and abs(value) >= 1 << 62):
        raise ValueError("not a cursor of this register")
    if kind is str and ("\x00" in value or any("\ud800" <= each <= "\udfff" for each in value)):
        raise ValueError("not a cursor of this register")
    return value
