"""Record ids: UUID version 7 (RFC 9562), so that new records sort after old ones."""

import secrets
import time
import uuid


def new_id() -> str:
    """A new id. Milliseconds and their fraction lead, 62 random bits follow; an id is no secret."""
    nanoseconds = time.time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    fraction = rest * 4096 // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62
    return str(uuid.UUID(int=value | secrets.randbits(62)))


def as_id(text: str) -> str | None:
    """`text` in the canonical form of an id, or None if it is none."""
    if len(text) != 36:  # noqa: PLR2004 - the canonical form; UUID() would take braces and bare hex too
        return None
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return None
