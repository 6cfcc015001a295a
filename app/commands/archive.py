"""The file of a backup: a ZIP with the database, the attached files if wanted, and a manifest that tells what it is.

Any program can open it; the register takes back only what is whole, its own, and not newer than itself.
"""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from app.commands.new_file import whole_file
from app.commands.opening import Refused
from app.core.blobs import pieces

FORMAT = "engagement-register backup"
VERSION = 1
"""The version of the format that this program writes, and the newest that it reads."""

MANIFEST = "manifest.json"
DATABASE = "database"
FILES = "files/"
LARGEST_MANIFEST = 1024 * 1024 * 1024

Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class Part(BaseModel):
    """One member of the ZIP, as it was written."""

    model_config = ConfigDict(frozen=True)

    sha256: Sha256
    size: int = Field(ge=0)


class LedgerEnd(BaseModel):
    """The last entry of the ledger in a backup."""

    model_config = ConfigDict(frozen=True)

    seq: int = Field(ge=0)
    hash: Sha256


class Manifest(BaseModel):
    """What a backup says of itself."""

    model_config = ConfigDict(frozen=True)

    format: Literal["engagement-register backup"] = "engagement-register backup"
    version: int = VERSION
    made_at: datetime
    database: Literal["sqlite", "postgresql"]
    made_with: str
    """The program that copied the database, with its version."""

    revision: str
    """The revision of the schema."""

    ledger: LedgerEnd
    with_files: bool
    missing_files: tuple[Sha256, ...] = ()
    """Files that attachments name and that the store did not have."""

    parts: dict[str, Part]

    @property
    def files(self) -> list[str]:
        """The attached files, by their hash."""
        return [name.removeprefix(FILES) for name in self.parts if name.startswith(FILES)]


class Writer:
    """A backup that is being written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.parts: dict[str, Part] = {}

    def add(self, name: str, file: IO[bytes], *, compress: bool) -> None:
        """Adds a part, read to its end."""
        digest, size = hashlib.sha256(), 0
        about = zipfile.ZipInfo(name)
        about.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        with self._archive.open(about, "w", force_zip64=True) as out:
            for piece in pieces(file):
                digest.update(piece)
                size += len(piece)
                out.write(piece)
        self.parts[name] = Part(sha256=digest.hexdigest(), size=size)

    def finish(self, manifest: Manifest) -> None:
        self._archive.writestr(MANIFEST, manifest.model_dump_json(indent=1) + "\n", zipfile.ZIP_DEFLATED)


@contextmanager
def written(file: Path) -> Iterator[Writer]:
    """A new backup, that is there whole when the block ends, or not at all."""
    with whole_file(file) as out, zipfile.ZipFile(out, "w") as archive:
        yield Writer(archive)


class Reader:
    """A backup that is there."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._archive = archive
        self.manifest = manifest

    def open(self, name: str) -> IO[bytes]:
        return self._archive.open(name)

    def prove(self) -> None:
        """Raises Refused unless every part is what was written, and there is no other."""
        parts = self.manifest.parts
        if sorted(self._archive.namelist()) != sorted([*parts, MANIFEST]):
            raise _damaged(self._archive, "its parts are not those that it names")
        for name, part in parts.items():
            digest, size = hashlib.sha256(), 0
            with _legible(self._archive), self.open(name) as file:
                for piece in pieces(file):
                    digest.update(piece)
                    size += len(piece)
            if (digest.hexdigest(), size) != (part.sha256, part.size):
                raise _damaged(self._archive, f"{name} is not what was written")
            if name.startswith(FILES) and name != FILES + part.sha256:
                raise _damaged(self._archive, f"{name} is not the file of that hash")


@contextmanager
def read(file: Path) -> Iterator[Reader]:
    """A backup. Raises Refused for what is damaged, is none, or is newer than this program."""
    try:
        archive = zipfile.ZipFile(file)
    except zipfile.BadZipFile:
        raise Refused(f"{file} is no backup of a register, or its end is missing") from None
    with archive:
        yield Reader(archive, _manifest(archive, file))


def _manifest(archive: zipfile.ZipFile, file: Path) -> Manifest:
    if MANIFEST not in archive.namelist():
        raise Refused(f"{file} is no backup of a register: it has no {MANIFEST}")
    with _legible(archive):
        text = archive.read(MANIFEST)
    try:
        document = json.loads(text)
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise Refused(f"{file} is no backup of a register: its {MANIFEST} is not ours")
        if isinstance(version := document.get("version"), int) and version > VERSION:
            raise Refused(f"{file} was made by a newer version of this program: take that one to restore it")
        return Manifest.model_validate(document)
    except (ValueError, RecursionError, ValidationError):
        raise _damaged(archive, f"its {MANIFEST} cannot be read") from None


@contextmanager
def _legible(archive: zipfile.ZipFile) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zipfile.zlib.error, EOFError, NotImplementedError) as error:  # type: ignore[attr-defined]
        raise _damaged(archive, str(error)) from None


def _damaged(archive: zipfile.ZipFile, how: str) -> Refused:
    how = re.sub(r"\s+", " ", how)
    return Refused(f"{archive.filename} is damaged: {how}. Nothing was restored")
