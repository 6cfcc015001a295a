"""Bytes kept by their hash: the same content is kept once, under a name that says what it has to be.

In a directory, or in a bucket that speaks S3. What is put is there to stay before `put` returns; what is got has been
held against its hash.
"""

import errno
import hashlib
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile, SpooledTemporaryFile
from typing import IO, Any

PIECE = 256 * 1024
IN_MEMORY = 1024 * 1024
_NAME = re.compile("[0-9a-f]{64}")


class Damaged(Exception):  # noqa: N818 - says what the content is
    """What is kept under a hash is not there, or is something else."""


class Unreachable(Exception):  # noqa: N818 - says what the store is
    """The store does not answer, or refuses."""


class Full(Unreachable):
    """The store has no room left."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Something in a store."""

    sha256: str
    size: int
    at: datetime


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """What is left of a file, piece by piece."""
    while piece := file.read(PIECE):
        yield piece


def hash_of(file: IO[bytes]) -> tuple[str, int]:
    """The SHA-256 of a file from its beginning, and its size. The file stands at its beginning afterwards."""
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    for piece in pieces(file):
        digest.update(piece)
        size += len(piece)
    file.seek(0)
    return digest.hexdigest(), size


class Blobs(ABC):
    """Where bytes are kept."""

    @abstractmethod
    def put(self, file: IO[bytes], sha256: str) -> None:
        """Keeps what a file holds, whose hash that is. What is there already counts as put now."""

    @abstractmethod
    def _opened(self, sha256: str) -> IO[bytes]: ...

    @abstractmethod
    def remove(self, sha256: str) -> None:
        """Lets go of what is kept under a hash, if anything is."""

    @abstractmethod
    def about(self, sha256: str) -> Kept | None:
        """What is known of what is kept under a hash; None if nothing is."""

    @abstractmethod
    def all(self) -> Iterator[Kept]:
        """Everything that is kept, in no order."""

    @abstractmethod
    def examine(self) -> None:
        """Looks whether something could be put. Raises Unreachable."""

    def get(self, sha256: str) -> IO[bytes]:
        """What is kept under a hash, checked whole. Raises Damaged or Unreachable."""
        file = self._opened(sha256)
        if hash_of(file)[0] != sha256:
            file.close()
            raise Damaged(sha256)
        return file


class Directory(Blobs):
    """A directory: `ab/abcd…`, readable for its owner only."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, sha256: str) -> Path:
        if not _NAME.fullmatch(sha256):
            raise Damaged(sha256)
        return self.root / sha256[:2] / sha256

    def put(self, file: IO[bytes], sha256: str) -> None:
        path = self._path(sha256)
        try:
            if path.exists() and path.stat().st_size == _size(file):
                os.utime(path)
                return
            _make(path.parent)
            with NamedTemporaryFile(dir=path.parent, prefix="new-", delete=False) as half:
                try:
                    file.seek(0)
                    for piece in pieces(file):
                        half.write(piece)
                    half.flush()
                    os.fsync(half.fileno())
                    Path(half.name).replace(path)
                except BaseException:
                    Path(half.name).unlink(missing_ok=True)
                    raise
            _sync(path.parent)
        except OSError as error:
            kind = Full if error.errno in {errno.ENOSPC, errno.EDQUOT} else Unreachable
            raise kind(str(error)) from error

    def _opened(self, sha256: str) -> IO[bytes]:
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError:
            raise Damaged(sha256) from None
        except OSError as error:
            raise Unreachable(str(error)) from error

    def remove(self, sha256: str) -> None:
        self._path(sha256).unlink(missing_ok=True)

    def about(self, sha256: str) -> Kept | None:
        path = self._path(sha256)
        try:
            found = path.stat()
        except FileNotFoundError:
            return None
        return Kept(path.name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def all(self) -> Iterator[Kept]:
        for path in self.root.glob("??/*"):
            if _NAME.fullmatch(path.name) and (found := self.about(path.name)) is not None:
                yield found

    def examine(self) -> None:
        # Where there is nothing yet nothing is made: that its place can be written is enough.
        root = self.root.absolute()
        try:
            with NamedTemporaryFile(
                dir=next(each for each in (root, *root.parents) if each.exists()), prefix="new-"
            ) as half:
                half.write(b"?")
        except OSError as error:
            raise Unreachable(str(error)) from error

    def halves(self, before: datetime) -> Iterator[Path]:
        """What was being put when a process ended, and never was."""
        for path in self.root.glob("??/new-*"):
            with suppress(FileNotFoundError):
                if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
                    yield path


class Bucket(Blobs):
    """A bucket that speaks S3; who asks, and where, stands in the usual variables `AWS_…`."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._store: Any = None

    @property
    def store(self) -> Any:
        if self._store is None:
            from obstore.store import from_url  # noqa: PLC0415 - large, and seldom wanted

            # Whoever waits for an answer is not kept for the minutes that the library would try.
            patience: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=15)}
            self._store = from_url(self.address, retry_config=patience)
        return self._store

    def _key(self, sha256: str) -> str:
        if not _NAME.fullmatch(sha256):
            raise Damaged(sha256)
        return f"{sha256[:2]}/{sha256}"

    def put(self, file: IO[bytes], sha256: str) -> None:
        import obstore  # noqa: PLC0415 - as above

        file.seek(0)
        with _reaching():
            try:
                obstore.put(self.store, self._key(sha256), file)
            except FileNotFoundError as error:
                raise Unreachable("there is no such bucket") from error

    def _opened(self, sha256: str) -> IO[bytes]:
        import obstore  # noqa: PLC0415 - as above

        file: Any = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - handed on
        try:
            with _reaching():
                for piece in obstore.get(self.store, self._key(sha256)).stream(min_chunk_size=PIECE):
                    file.write(piece)
        except BaseException as error:
            file.close()
            if isinstance(error, FileNotFoundError):
                raise Damaged(sha256) from None
            raise
        return file  # type: ignore[no-any-return]

    def remove(self, sha256: str) -> None:
        import obstore  # noqa: PLC0415 - as above

        with _reaching(), suppress(FileNotFoundError):
            obstore.delete(self.store, self._key(sha256))

    def about(self, sha256: str) -> Kept | None:
        import obstore  # noqa: PLC0415 - as above

        with _reaching():
            try:
                found = obstore.head(self.store, self._key(sha256))
            except FileNotFoundError:
                return None
        return Kept(sha256, found["size"], found["last_modified"])

    def all(self) -> Iterator[Kept]:
        import obstore  # noqa: PLC0415 - as above

        with _reaching():
            for batch in obstore.list(self.store):
                for each in batch:
                    yield Kept(each["path"].rpartition("/")[2], each["size"], each["last_modified"])

    def examine(self) -> None:
        import obstore  # noqa: PLC0415 - as above

        with _reaching():
            try:
                next(iter(obstore.list(self.store, chunk_size=1)), None)
            except FileNotFoundError as error:
                raise Unreachable("there is no such bucket") from error


@contextmanager
def _reaching() -> Iterator[None]:
    """What the library raises, in our own words; that something is not there stays as it is."""
    from obstore.exceptions import BaseError  # noqa: PLC0415 - as above

    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        raise Unreachable(str(error).partition("\n")[0]) from error


def _size(file: IO[bytes]) -> int:
    return file.seek(0, os.SEEK_END)


def _make(directory: Path) -> None:
    """Makes a directory, and lets it last."""
    if not directory.exists():
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync(directory.parent)


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def blobs_at(place: str) -> Blobs:
    """The store that an address names: `s3://bucket/prefix`, or a directory."""
    return Bucket(place) if place.startswith("s3://") else Directory(Path(place))
