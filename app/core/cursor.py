"""Keyset cursors: the place after the last row of a page, told by that row's own values.

A page begins after a place, not after a number of rows, so rows that come and go meanwhile neither repeat nor
lose another one.
"""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from app.core.columns import instant_text
from app.core.ids import as_id

LONGEST_INSTANT = 40


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
    except (ValueError, RecursionError):
        raise NotACursorError from None
    if not isinstance(parts, list) or not parts:
        raise NotACursorError
    if parts[0] != order:
        raise ValueError("it belongs to a list in another order")
    if len(parts) != len(types) + 1:
        raise NotACursorError
    return [_typed(value, kind) for value, kind in zip(parts[1:], types, strict=True)]


class NotACursorError(ValueError):
    """The text is no cursor of this register."""

    def __init__(self) -> None:
        super().__init__("it is not a cursor of this register")


def _typed(value: Any, kind: type) -> Any:
    """A value of a cursor, if it is what the column holds; anybody can write a cursor."""
    sound = False
    if kind is UUID:
        sound = isinstance(value, str) and as_id(value) is not None
    elif kind in (date, datetime):
        sound = isinstance(value, str) and len(value) <= LONGEST_INSTANT
    elif kind is int:
        sound = type(value) is int and abs(value) < 1 << 31
    elif kind is str:
        sound = isinstance(value, str) and all(each >= " " and not "\ud800" <= each <= "\udfff" for each in value)
    if not sound:
        raise NotACursorError
    if kind is UUID:
        return as_id(value)
    try:
        if kind is date:
            return date.fromisoformat(value)
        return datetime.fromisoformat(value).astimezone(UTC) if kind is datetime else value
    except (ValueError, OverflowError):  # an instant at either end of the calendar may have no place in UTC
        raise NotACursorError from None
