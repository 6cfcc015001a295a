"""Spreadsheet files from anybody: what they would unfold to is measured before they are opened.

XLSX and ODS files are ZIP archives of XML. A few kilobytes can claim to be terabytes, or a sheet of billions
of cells that ends the process that opens it. So each part is unpacked with a bound, its XML is walked without
expanding entities, the cells are counted, and the reading library is given only what has passed.
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any, Final, Literal
from xml.parsers import expat

MAX_UNPACKED: Final = 128 * 1024 * 1024
MAX_RATIO: Final = 250
MAX_PARTS: Final = 2_000
MAX_CELLS: Final = 2_000_000
_SMALL = 1024 * 1024  # small parts may be packed as tightly as they like

_CELL = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_XLSX_PARTS = ("xl/", "_rels/", "[Content_Types].xml")
_ODS_PARTS = frozenset({"mimetype", "content.xml", "META-INF/manifest.xml"})
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"

Format = Literal["xlsx", "ods"]


class UnreadableFile(Exception):  # noqa: N818 - it is the file that is wrong
    """The file as a whole cannot be imported, with the reason for its sender."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def checked_workbook(data: bytes, *, max_rows: int, max_columns: int) -> tuple[bytes, Format]:
    """The same workbook, repacked from parts that have been measured; and what it is."""
    parts = _unpacked(data)
    extent = _Extent(max_rows, max_columns)
    if parts.get("mimetype", b"").strip() == _ODS:
        kind: Format = "ods"
        parts = {name: content for name, content in parts.items() if name in _ODS_PARTS}
        walker: _XlsxWalker | _OdsWalker = _OdsWalker(extent)
    elif "xl/workbook.xml" in parts:
        kind = "xlsx"
        parts = {name: content for name, content in parts.items() if name.startswith(_XLSX_PARTS)}
        walker = _XlsxWalker(extent)
    else:
        raise UnreadableFile("file_type", "This is a ZIP archive, but neither an XLSX nor an ODS spreadsheet")
    for name, content in parts.items():
        if name != "mimetype":
            # Any part may be named as a sheet, whatever it is called: all are measured
            walker.next_sheet()
            _walk(content, walker)
    return _packed(parts), kind


def _unpacked(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_sizes(members)
            return {
                member.filename: archive.read(member)
                for member in members
                # Pictures, macros and printer settings are of no use here
                if member.filename.casefold().endswith((".xml", ".rels", "mimetype"))
            }
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        raise UnreadableFile("file_damaged", "The spreadsheet is damaged or protected by a password") from error


def _check_sizes(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_PARTS:
        raise UnreadableFile("file_too_large", f"The spreadsheet has more than {MAX_PARTS:,} parts")
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise UnreadableFile("file_too_large", f"Unpacked, the spreadsheet has more than {MAX_UNPACKED:,} bytes")
    for member in members:
        if member.file_size > max(_SMALL, MAX_RATIO * member.compress_size):
            raise UnreadableFile("file_too_large", "The spreadsheet is packed more tightly than real ones are")


def _packed(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(parts.items(), key=lambda part: part[0] != "mimetype"):
            archive.writestr(name, content)
    return packed.getvalue()


@dataclass(slots=True)
class _Extent:
    """The rectangles that hold every cell with something in it, one for each sheet.

    A reader keeps a place for each cell of these rectangles, empty or not.
    """

    max_rows: int
    max_columns: int
    rows: int = 0
    columns: int = 0
    earlier_sheets: int = 0

    def next_sheet(self) -> None:
        self.earlier_sheets += self.rows * self.columns
        self.rows = self.columns = 0

    def add(self, row: int, column: int) -> None:
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        # Title rows and the header come on top of the records
        if self.rows > self.max_rows + 1_000:
            raise UnreadableFile("too_many_rows", f"A sheet has more than {self.max_rows:,} rows")
        if self.columns > self.max_columns:
            raise UnreadableFile("too_many_columns", f"A sheet has more than {self.max_columns:,} columns")
        if self.earlier_sheets + self.rows * self.columns > MAX_CELLS:
            raise UnreadableFile("too_many_cells", f"The sheets have more than {MAX_CELLS:,} cells")


class _XlsxWalker:
    """Follows the cells of an XLSX sheet. Cells and rows that do not say where they are come next."""

    def __init__(self, extent: _Extent) -> None:
        self.extent, self.row, self.column = extent, 0, 0

    def next_sheet(self) -> None:
        self.extent.next_sheet()
        self.row = self.column = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "row":
            self.row, self.column = _whole(attributes.get("r"), self.row + 1), 0
        elif local == "c":
            self._cell(attributes.get("r"))
        elif local in {"v", "is", "t"}:
            self.extent.add(self.row, self.column)

    def _cell(self, reference: str | None) -> None:
        self.column += 1
        if reference and (found := _CELL.fullmatch(reference)):
            self.row, self.column = int(found[2]), 0
            for letter in found[1].upper():
                self.column = self.column * 26 + ord(letter) - ord("A") + 1


class _OdsWalker:
    """Follows the cells of an ODS document, whose rows and cells may say how often they repeat."""

    def __init__(self, extent: _Extent) -> None:
        self.extent, self.row, self.column = extent, 0, 0

    def next_sheet(self) -> None:
        self.extent.next_sheet()
        self.row = self.column = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "table":
            self.next_sheet()
        elif local == "table-row":
            self.row, self.column = self.row + _repeats(attributes, "number-rows-repeated"), 0
        elif local in {"table-cell", "covered-table-cell"}:
            self.column += _repeats(attributes, "number-columns-repeated")
            if any(key.rpartition(":")[2] in {"value-type", "value", "formula"} for key in attributes):
                self.extent.add(self.row, self.column)
        elif local == "p":
            self.extent.add(self.row, self.column)


def _repeats(attributes: dict[str, str], name: str) -> int:
    return next((_whole(value, 1) for key, value in attributes.items() if key.rpartition(":")[2] == name), 1)


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else otherwise  # noqa: PLR2004


def _walk(content: bytes, walker: _XlsxWalker | _OdsWalker) -> None:
    """Every element of a part. A document type, which only attacks have use for here, is refused."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = walker.start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise UnreadableFile("file_damaged", "The spreadsheet is damaged: a part of it is not XML") from error


def _refuse_doctype(*_declaration: Any) -> None:
    raise UnreadableFile("file_unsafe", "The spreadsheet declares XML entities, which real ones do not")
