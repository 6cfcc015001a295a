"""Record ids: UUID version 7 (RFC 9562), so that new records sort after old ones."""

import re
import secrets
import time
from uuid import UUID

# UUID() would take braces, bare hex, `urn:`, underscores and the digits of any script too.
_CANONICAL = re.compile("[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")


def new_id() -> str:
    """A new id. Milliseconds and their fraction lead, 62 random bits follow; an id is no secret."""
    nanoseconds = time.time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    fraction = rest * 4096 // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62
    digits = f"{value | secrets.randbits(62):032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def as_id(text: str) -> str | None:
    """`text` in the canonical form of an id, or None if it is none."""
    return text.lower() if _CANONICAL.fullmatch(text) else None


def is_given(text: str) -> bool:
    """Whether `text` is an id as a register gives it, this one or another."""
    return as_id(text) is not None and UUID(text).version == 7  # noqa: PLR2004 - the version of RFC 9562 with time first
