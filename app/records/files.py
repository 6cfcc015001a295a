"""The store of attached files beside the register: what is missing there, what nobody refers to, and what goes.

A file is put before its record is made, so a process that ends between the two leaves a file too many, never a record
without its file. What was put lately is left alone: its record may be about to be made.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.access.actor import system
from app.access.register import Register
from app.access.work import Work, writing_as
from app.core.blobs import Damaged, Directory, Kept, Unreachable, pieces
from app.core.columns import table_of
from app.core.ids import new_id
from app.models import Attachment

_ATTACHMENT = table_of(Attachment)
PUT_LATELY = timedelta(hours=1)
LEFT_OVER = timedelta(days=1)


def hashes_of(work: Work, ids: Sequence[str]) -> set[str]:
    """The hashes of the files of those of the records that are attachments."""
    return set(work.session.scalars(select(_ATTACHMENT.c.sha256).where(_ATTACHMENT.c.id.in_(ids))))


def copied(register: Register, work: Work, ids: Sequence[str], into: Path) -> dict[str, Any]:
    """Copies the files of attachments to a folder, each under its hash; tells which."""
    hashes = sorted(hashes_of(work, ids))
    for sha256 in hashes:
        handle = os.open(into / sha256, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as out, register.files.get(sha256) as file:
            for piece in pieces(file):
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
    return {"attachments": hashes} if hashes else {}


def let_go(register: Register, hashes: set[str]) -> None:
    """Removes files whose records are gone, unless others refer to them, or may be about to."""
    with writing_as(register, system("command line"), new_id()) as work:
        for sha256 in hashes - _referred(work, hashes):
            known = register.files.about(sha256)
            if known is not None and known.at < datetime.now(UTC) - PUT_LATELY:
                register.files.remove(sha256)


def _referred(work: Work, hashes: set[str]) -> set[str]:
    return set(work.session.scalars(select(_ATTACHMENT.c.sha256).where(_ATTACHMENT.c.sha256.in_(hashes))))


def left_over(register: Register) -> Iterator[Kept]:
    """Files that no attachment refers to, and that have been there for a day."""
    before = datetime.now(UTC) - LEFT_OVER
    for each in list(register.files.all()):
        if each.at < before:
            with writing_as(register, system("command line"), new_id()) as work:
                if not _referred(work, {each.sha256}):
                    yield each


def clean(register: Register, *, dry_run: bool) -> tuple[int, int]:
    """Removes what is left over; tells how many files and bytes that is."""
    count = size = 0
    for each in left_over(register):
        count, size = count + 1, size + each.size
        if not dry_run:
            register.files.remove(each.sha256)
    if isinstance(register.files, Directory):
        for half in list(register.files.halves(datetime.now(UTC) - LEFT_OVER)):
            count, size = count + 1, size + half.stat().st_size
            if not dry_run:
                half.unlink(missing_ok=True)
    return count, size


def faulty(register: Register) -> Iterator[tuple[str, str]]:
    """Attachments whose file is not what it was: the id, and what is wrong."""
    with writing_as(register, system("command line"), new_id()) as work:
        rows = work.session.execute(select(_ATTACHMENT.c.id, _ATTACHMENT.c.sha256).order_by(_ATTACHMENT.c.id)).all()
    for record_id, sha256 in rows:
        try:
            register.files.get(sha256).close()
        except Damaged:
            known = register.files.about(sha256)
            yield str(record_id), "missing" if known is None else "changed"
        except Unreachable as error:
            yield str(record_id), f"out of reach: {error}"
