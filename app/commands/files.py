"""The store of attached files, as the operator looks after it."""

from collections.abc import Callable

import app.api  # noqa: F401 - declares every resource
from app.access.register import Register
from app.records.files import clean as cleaned
from app.records.files import faulty


def check(register: Register, say: Callable[[str], None]) -> bool:
    """Says which attachments have lost their file; tells whether any has. By id: titles may be marked."""
    count = 0
    for record_id, what in faulty(register):
        count += 1
        say(f"{record_id}: {what}")
    say(f"{count} attachments have not got the file that they had" if count else "Every attachment has its file")
    return bool(count)


def clean(register: Register, *, dry_run: bool) -> str:
    """Removes what nobody refers to, and says how much it was."""
    count, size = cleaned(register, dry_run=dry_run)
    return f"{count} files of {size:,} bytes " + ("would go (dry run)" if dry_run else "removed")
