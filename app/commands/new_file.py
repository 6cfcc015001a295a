"""Files that commands write."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, TextIO


@contextmanager
def new_file(file: Path) -> Iterator[TextIO]:
    """A file of its owner's alone that was not there before; if the block fails, it is not there after either."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        file.unlink(missing_ok=True)
        raise


@contextmanager
def whole_file(file: Path) -> Iterator[IO[bytes]]:
    """The same for bytes, under its name only when it is whole: it is written beside, and put there in the end.

    What is killed meanwhile leaves `.NAME.…part`, never a file that looks whole. Raises FileExistsError.
    """
    if file.exists():
        raise FileExistsError(17, "It is there already, and is not written over", str(file))
    with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", suffix=".part", delete=False) as out:
        part = Path(out.name)
        try:
            yield out
            out.flush()
            os.fsync(out.fileno())
            put_in_place(part, file)
        finally:
            part.unlink(missing_ok=True)


def put_in_place(part: Path, file: Path) -> None:
    """Gives a file that is whole its name, for good. A link, unlike a rename, replaces nothing: FileExistsError."""
    os.link(part, file)
    part.unlink()
    handle = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
