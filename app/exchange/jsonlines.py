"""Lists in JSON Lines, as the register exports them: each line is a record, and becomes a row."""

from collections.abc import Iterator
from typing import Any

from app.core.csvguard import neutralise
from app.core.jsonbody import loads
from app.errors import Invalid
from app.exchange.cells import Cell
from app.exchange.exports.columns import flat
from app.exchange.workbooks import UnreadableFile

Grid = list[list[Cell]]


def looks_like_lines(data: bytes) -> bool:
    """Whether a file begins as one with a record on each line does."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def grid_of(data: bytes, *, max_rows: int, max_columns: int) -> Grid:
    """A header row with every field that some record has, and a row for each line, blank ones included."""
    records = list(_records(data, max_rows))
    names = list(dict.fromkeys(name for record in records for name in record))
    if len(names) > max_columns:
        raise UnreadableFile("too_many_columns", f"The records have more than {max_columns} fields")
    return [[*names], *([_cell(record.get(name)) for name in names] for record in records)]


def _records(data: bytes, max_rows: int) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
        if number > max_rows:
            raise UnreadableFile("too_many_rows", f"There are more than {max_rows:,} lines")
        try:
            record = loads(line) if line.strip() else {}
        except Invalid as error:
            raise UnreadableFile("json_malformed", f"Line {number} cannot be read: {error.faults[0].detail}") from error
        if not isinstance(record, dict):
            raise UnreadableFile("json_malformed", f"Line {number} holds no record")
        yield record


def _cell(value: Any) -> Cell:
    """A value as a cell of a spreadsheet has it; guarded, since whoever reads cells takes the guard off."""
    if isinstance(value, list | dict):
        return flat(value)
    cell: Cell = neutralise(value) if isinstance(value, str) else value
    return cell
