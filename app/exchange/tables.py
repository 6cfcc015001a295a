"""Spreadsheet files as desk officers send them, read into one table of records."""

import codecs
import csv
import io
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum, load_workbook

from app.exchange.cells import Cell, Note, one_line, text_of
from app.exchange.headers import recognised
from app.exchange.jsonlines import grid_of, looks_like_lines
from app.exchange.workbooks import UnreadableFile, checked_workbook

__all__ = ["MAX_BYTES", "MAX_COLUMNS", "MAX_ROWS", "Row", "Table", "UnreadableFile", "read_table"]

MAX_BYTES: Final = 32 * 1024 * 1024
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 300
_HEADER_WITHIN = 60
_FEWEST_HEADERS = 2
_KNOWN = "CSV, XLSX, ODS and JSON Lines"

Grid = Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Row:
    record: int
    """Counts from 1 after the header row, blank rows included, so that officers find it in their file."""
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: its header row, and the rows below it that are not blank."""

    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    sheet: str | None
    warnings: tuple[Note, ...] = ()


# Files that are sent by mistake, by how they begin.
_OTHER_FILES: Final = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"{\\rtf", "an RTF document"),
    (
        b"\xd0\xcf\x11\xe0",
        "an old Office file (.xls) or one with a password: save it as .xlsx without a password",
    ),
    (b"\x1f\x8b", "a compressed archive"),
    (b"SQLite format 3", "a database"),
)
_MARKUP: Final = (b"<!doctype", b"<html", b"<?xml", b"<table")


def read_table(data: bytes, name: str = "", *, max_bytes: int = MAX_BYTES, max_rows: int = MAX_ROWS) -> Table:
    """The table in a file of CSV, XLSX, ODS or JSON Lines. Its content says which; its name serves in messages only."""
    shown = f"'{one_line(name)[:100]}'" if name else "The file"
    if not data.strip():
        raise UnreadableFile("file_empty", f"{shown} is empty")
    if len(data) > max_bytes:
        raise UnreadableFile("file_too_large", f"{shown} has more than {max_bytes:,} bytes")
    if data[:4] in {b"PK\x03\x04", b"PK\x05\x06"}:
        return _from_workbook(data, max_rows)
    for beginning, what in _OTHER_FILES:
        if data.startswith(beginning):
            raise UnreadableFile("file_type", f"{shown} is {what}; {_KNOWN} can be imported")
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:10].lower().startswith(_MARKUP):
        raise UnreadableFile("file_type", f"{shown} is a web page or XML; {_KNOWN} can be imported")
    if looks_like_lines(data):
        return _table(grid_of(data, max_rows=max_rows, max_columns=MAX_COLUMNS), None, max_rows, ())
    return _from_csv(data, max_rows)


def _table(grid: Grid, sheet: str | None, max_rows: int, warnings: Iterable[Note]) -> Table:
    at, score = _header_row(grid)
    if score < _FEWEST_HEADERS:
        raise UnreadableFile(
            "header_missing", "No header row was found: name at least the columns title and start date"
        )
    headers = tuple(one_line(text_of(cell)) for cell in grid[at])
    rows = tuple(
        Row(record, cells)
        for record, cells in enumerate(grid[at + 1 :], start=1)
        if any(text_of(cell) for cell in cells)
    )
    if len(rows) > max_rows:
        raise UnreadableFile("too_many_rows", f"There are more than {max_rows:,} rows")
    return Table(headers, rows, sheet, tuple(warnings))


def _header_row(grid: Grid) -> tuple[int, int]:
    """Where the header row is, below titles and blank rows, and how many of its columns are known."""
    scores = [recognised([text_of(cell) for cell in cells]) for cells in grid[:_HEADER_WITHIN]]
    best = max(scores, default=0)
    return (scores.index(best), best) if scores else (0, 0)


def _from_csv(data: bytes, max_rows: int) -> Table:
    text, warnings = _decoded(data)
    marker, _, rest = text.partition("\n")
    marker = marker.strip().strip('"')
    if marker.casefold().startswith("sep=") and len(marker) == len("sep=;"):
        delimiter, text = marker[-1], rest
    else:
        delimiter = _delimiter(text)
    return _table(_csv_rows(text, delimiter, max_rows), None, max_rows, warnings)


def _decoded(data: bytes) -> tuple[str, list[Note]]:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _as(data, encoding), []
    sample = data[:2000]
    if sample[1::2].count(0) > len(sample) // 4:
        return _as(data, "utf-16-le"), []
    if sample[::2].count(0) > len(sample) // 4:
        return _as(data, "utf-16-be"), []
    if b"\0" in data:
        raise UnreadableFile("file_type", f"The file is not text; {_KNOWN} can be imported")
    try:
        return data.decode(), []
    except UnicodeDecodeError:
        note = Note("", "encoding_assumed", "The text is not UTF-8: it was read as Windows-1252")
        return _as(data, "cp1252"), [note]


def _as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFile("encoding", "The text is neither UTF-8 nor UTF-16 nor Windows-1252") from error


def _delimiter(text: str) -> str:
    """The separator under which most columns are recognised: commas in titles would mislead a mere count."""

    def score(delimiter: str) -> int:
        try:
            head = itertools.islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _HEADER_WITHIN)
            return max((recognised(cells) for cells in head), default=0)
        except csv.Error:
            return 0

    return max(",;\t|", key=score)


def _csv_rows(text: str, delimiter: str, max_rows: int) -> Grid:
    grid: list[Sequence[Cell]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(cells) > MAX_COLUMNS and any(cells[MAX_COLUMNS:]):
                raise UnreadableFile("too_many_columns", f"Line {len(grid) + 1} has more than {MAX_COLUMNS} cells")
            grid.append(cells[:MAX_COLUMNS])
            if len(grid) > max_rows + _HEADER_WITHIN:
                raise UnreadableFile("too_many_rows", f"There are more than {max_rows:,} rows")
    except csv.Error as error:
        raise UnreadableFile("csv_malformed", f"Line {len(grid) + 1} cannot be read: {error}") from error
    return grid


def _from_workbook(data: bytes, max_rows: int) -> Table:
    checked, _ = checked_workbook(data, max_rows=max_rows, max_columns=MAX_COLUMNS)
    grids = _grids(checked)
    scores = {name: _header_row(grid)[1] for name, grid in grids.items()}
    if not scores:
        raise UnreadableFile("file_empty", "The spreadsheet has no visible sheet with cells")
    chosen = max(scores, key=lambda name: scores[name])
    warnings = [
        Note("", "sheet_not_read", f"Only sheet '{chosen}' was read; '{name}' looks like a list as well")
        for name, score in scores.items()
        if name != chosen and score >= _FEWEST_HEADERS
    ]
    return _table(grids[chosen], chosen, max_rows, warnings)


def _grids(data: bytes) -> dict[str, Grid]:
    """The cells of every visible sheet. What they hold has been measured before."""
    try:
        with load_workbook(io.BytesIO(data)) as workbook:
            return {name: grid for name in _visible(workbook) if (grid := _cells(workbook, name))}
    except (KeyboardInterrupt, SystemExit, MemoryError, UnreadableFile):
        raise
    except BaseException as error:  # the reader's panics are no Exceptions
        raise UnreadableFile("file_damaged", "The spreadsheet is damaged or protected by a password") from error


def _visible(workbook: CalamineWorkbook) -> list[str]:
    sheets = [each for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    return [each.name for each in sheets if each.visible == SheetVisibleEnum.Visible]


def _cells(workbook: CalamineWorkbook, name: str) -> Grid:
    return list(workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))
