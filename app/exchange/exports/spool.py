"""What has been made of an export and not been sent yet: on the disk, in a file that has no name.

Whoever makes it is never kept waiting by whoever takes it, so that a slow network holds no snapshot of the database.
"""

import os
import tempfile
from types import TracebackType
from typing import Self

CHUNK = 256 * 1024
"""Bytes that are sent at once."""


class Spool:
    """A file that one thread writes and the event loop reads behind it."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="export-", buffering=0)  # noqa: SIM115 - closed by `close`
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, chunk: bytes) -> None:
        """Adds to the end."""
        rest = memoryview(chunk)
        while rest:
            written = os.pwrite(self._file.fileno(), rest, self.size)
            self.size += written
            rest = rest[written:]

    def read(self, at: int) -> bytes:
        """What stands from a place on, as far as it is there already and makes one chunk."""
        return os.pread(self._file.fileno(), min(CHUNK, self.size - at), at)

    def close(self) -> None:
        self._file.close()
