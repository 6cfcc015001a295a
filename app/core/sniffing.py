"""What a file is, by its bytes: neither its name nor what a client says of it counts."""

import codecs
import re
import zipfile
import zlib
from typing import IO

import puremagic

from app.core.blobs import pieces

OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."
KNOWN: dict[str, tuple[str, ...]] = {
    "application/pdf": ("pdf",),
    f"{OFFICE}wordprocessingml.document": ("docx",),
    f"{OFFICE}spreadsheetml.sheet": ("xlsx",),
    f"{OFFICE}presentationml.presentation": ("pptx",),
    f"{OPEN}text": ("odt",),
    f"{OPEN}spreadsheet": ("ods",),
    f"{OPEN}presentation": ("odp",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/tiff": ("tif", "tiff"),
    "text/plain": ("txt", "text", "log", "md", "markdown", "csv", "tsv", "ics", "eml"),
}
"""The types that can be told from others with certainty, and the endings of names that fit them."""

_PARTS = {
    "word/document.xml": f"{OFFICE}wordprocessingml.document",
    "xl/workbook.xml": f"{OFFICE}spreadsheetml.sheet",
    "ppt/presentation.xml": f"{OFFICE}presentationml.presentation",
}
_ACTIVE_PART = re.compile(
    r"vbaproject|/activex/|/embeddings/.*\.bin$|^basic/|^scripts/|macrosheets/|\.(exe|dll|js|vbs|bat|ps1)$"
)
_ACTIVE_TEXT = re.compile(rb"<\s*(!doctype\s+html|html|script|svg|iframe|object|embed)\b", re.IGNORECASE)
_ACTIVE_START = re.compile(rb"(\xef\xbb\xbf)?\s*(#!|<\?|<%|<!)")
MOST_PARTS = 10_000
MOST_UNPACKED = 1024 * 1024 * 1024
MOST_RATIO = 200
LEAST_PACKED = 64 * 1024
"""Bytes that an archive may unpack from at any ratio: of nothing much, two hundred times is not much either."""

_BEGINNING = 4096
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


class NotTaken(Exception):  # noqa: N818 - an answer, not a fault
    """A file is not taken: its code, and why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def sniff(file: IO[bytes]) -> str:
    """The media type of a file. Raises NotTaken where it is none that is known, or could act."""
    file.seek(0)
    beginning = file.read(_BEGINNING)
    if not beginning:
        raise NotTaken("empty", "Is empty")
    if beginning.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _packed(file)
    if not _CONTROL.search(beginning):
        return _text(file)
    found = _by_signature(file)
    if found is None:
        raise NotTaken("file_type", "Is of no type that is taken")
    file.seek(0)
    if zipfile.is_zipfile(file):
        raise NotTaken("polyglot", "Is an archive as well")
    return found


def _by_signature(file: IO[bytes]) -> str | None:
    file.seek(0)
    try:
        matches = puremagic.magic_stream(file)
    except (puremagic.PureError, ValueError):
        return None
    best = max((each.confidence for each in matches), default=0)
    types = [each.mime_type for each in matches if each.confidence == best and each.mime_type in KNOWN]
    return types[0] if types and not types[0].startswith("text/") else None


def _text(file: IO[bytes]) -> str:
    """Plain text, or a paper whose first bytes read like text; nothing that a program would run."""
    file.seek(0)
    if file.read(8).startswith(b"%PDF-"):
        return _paper(file)
    file.seek(0)
    if _ACTIVE_START.match(file.read(_BEGINNING)):
        raise NotTaken("active_content", "Begins as what a program would run")
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    rest = b""
    try:
        for piece in pieces(file):
            decoder.decode(piece)
            if _CONTROL.search(piece):
                raise NotTaken("file_type", "Is of no type that is taken")
            if _ACTIVE_TEXT.search(rest + piece):
                raise NotTaken("active_content", "Holds what a program would run")
            rest = piece[-32:]
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise NotTaken("file_type", "Is of no type that is taken") from None
    return "text/plain"


def _paper(file: IO[bytes]) -> str:
    file.seek(0)
    if zipfile.is_zipfile(file):
        raise NotTaken("polyglot", "Is an archive as well")
    return "application/pdf"


def _packed(file: IO[bytes]) -> str:
    """The office format that an archive is; by its list of contents, without unpacking it."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            if parts and parts[0].header_offset != 0:
                raise NotTaken("polyglot", "Has something before its beginning")
            if len(parts) > MOST_PARTS:
                raise NotTaken("unpacks_too_large", "Has too many parts")
            unpacked, packed = sum(each.file_size for each in parts), sum(each.compress_size for each in parts)
            if unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(packed, LEAST_PACKED):
                raise NotTaken("unpacks_too_large", "Unpacks to far more than it is")
            names = {each.filename.lower() for each in parts}
            if any(_ACTIVE_PART.search(each) for each in names) or _macros(archive, names):
                raise NotTaken("active_content", "Holds macros, programs or other files")
            return _office(archive, names)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OSError, zlib.error):
        raise NotTaken("file_type", "Is an archive that cannot be read") from None


_LONGEST_LIST = 1024 * 1024


def _macros(archive: zipfile.ZipFile, names: set[str]) -> bool:
    if "[content_types].xml" not in names:
        return False
    with archive.open(_named(archive, "[content_types].xml")) as part:
        return b"macroenabled" in part.read(_LONGEST_LIST).lower()


def _office(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "[content_types].xml" in names:
        found = [each for part, each in _PARTS.items() if part in names]
        if len(found) == 1:
            return found[0]
    if "mimetype" in names:
        with archive.open(_named(archive, "mimetype")) as part:
            said = part.read(200).decode("ascii", "replace").strip()
        if said in KNOWN and said.startswith(OPEN):
            return said
    raise NotTaken("file_type", "Is an archive of no type that is taken")


def _named(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    return next(each for each in archive.infolist() if each.filename.lower() == name)
