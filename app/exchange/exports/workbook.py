"""Exports as a workbook (XLSX): typed cells, a header that stays in sight, filters, the marking on every page."""

import tempfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from app.exchange.exports.columns import MARKING, Column, Kind, Value, cells_of, instant
from app.exchange.exports.fitting import fitting
from app.exchange.exports.sheet import Pages, Sheet

MOST_ROWS = 1_048_575
"""What a sheet holds below its header."""

CUT = "cut"
"""The column that names the fields of a record whose text is longer than a cell."""

_FIRST_SERIAL = "1900-03-01"
"""The first day that all spreadsheet programs count alike: the first of them believed in a 29 February 1900."""

_CHUNK = 256 * 1024
_LONGEST_PRINTED = 200
_WIDTHS: dict[Kind, int] = {"text": 24, "date": 12, "instant": 20, "number": 12, "flag": 10, "list": 24}
_WIDER = {"title": 48, "name": 40, "summary": 48, "id": 38, MARKING: 24}
_FORMATS: dict[Kind, str] = {"date": "yyyy-mm-dd", "instant": "yyyy-mm-dd hh:mm:ss"}
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "use_zip64": True,
}


def as_xlsx(sheet: Sheet, pages: Pages) -> Iterator[bytes]:
    """A workbook, which can only be read from its end, so that none of it leaves before all is made."""
    with tempfile.TemporaryDirectory(prefix="export-") as folder, tempfile.TemporaryFile(dir=folder) as file:
        with Workbook(file, _OPTIONS | {"tmpdir": folder}) as workbook:
            writer = _Writer(workbook, sheet)
            for records in sheet.records(pages):
                for record in records:
                    writer.write(record)
                yield b""  # whoever makes it looks after time and caller between pages
            writer.finish()
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


class _Writer:
    """The one sheet of a workbook, row by row."""

    def __init__(self, workbook: Workbook, sheet: Sheet) -> None:
        self.sheet = sheet
        self.names = [*(each.name for each in sheet.columns), CUT]
        self.cells: Worksheet = workbook.add_worksheet(sheet.resource.path[:31])
        self.formats = {kind: workbook.add_format({"num_format": code}) for kind, code in _FORMATS.items()}
        self.row = 0
        self._mark(workbook)
        for place, name in enumerate(self.names):
            kind: Kind = sheet.columns[place].kind if place < len(sheet.columns) else "text"
            self.cells.set_column(place, place, _WIDER.get(name, _WIDTHS[kind]))
        head = workbook.add_format({"bold": True, "bottom": 1})
        for place, name in enumerate(self.names):
            self.cells.write_string(0, place, name, head)

    def _mark(self, workbook: Workbook) -> None:
        """Puts the marking where it is seen: on every page that is printed, and among the document's properties."""
        marking = self.sheet.marking
        printed = marking
        if len(marking) > _LONGEST_PRINTED:  # a program takes no more than 255 characters, and would print none
            printed = f"{marking[:_LONGEST_PRINTED].rpartition(',')[0]}, … (in full in the properties)"
        printed = printed.replace("&", "&&")
        self.cells.set_header(f"&C{printed}")
        self.cells.set_footer(f"&C{printed}&RPage &P of &N")
        self.cells.set_landscape()
        self.cells.set_paper(9)  # A4
        self.cells.fit_to_pages(1, 0)
        self.cells.repeat_rows(0)
        self.cells.freeze_panes(1, 0)
        title = self.sheet.resource.plural.capitalize()
        # The day and no hour: the same list makes the same file.
        created = datetime.combine(self.sheet.day, time())
        workbook.set_properties({"title": title, "subject": marking, "keywords": marking, "created": created})
        for number, at in enumerate(range(0, len(marking), _LONGEST_PRINTED)):
            part = marking[at : at + _LONGEST_PRINTED]
            workbook.set_custom_property(f"Marking {number + 1}" if number else "Marking", part)

    def write(self, record: dict[str, Any]) -> None:
        self.row += 1
        cut = []
        values = cells_of(self.sheet.columns, record)
        for place, (column, value) in enumerate(zip(self.sheet.columns, values, strict=True)):
            if value is not None and value != "" and self._put(place, column, value):
                cut.append(column.name)
        if cut:
            self.cells.write_string(self.row, len(values), "; ".join(cut))

    def _put(self, place: int, column: Column, value: Value) -> bool:
        """Writes a cell; tells whether it had to be cut."""
        row, kind = self.row, column.kind
        if isinstance(value, bool):
            self.cells.write_boolean(row, place, value)
        elif isinstance(value, int | float):
            self.cells.write_number(row, place, value)
        elif kind == "date" and str(value) >= _FIRST_SERIAL:
            self.cells.write_datetime(row, place, date.fromisoformat(str(value)), self.formats["date"])
        elif kind == "instant" and str(value) >= _FIRST_SERIAL:
            self.cells.write_datetime(row, place, instant(str(value)), self.formats["instant"])
        else:
            text = fitting(str(value))
            self.cells.write_string(row, place, text)
            return text != value
        return False

    def finish(self) -> None:
        self.cells.autofilter(0, 0, self.row, len(self.names) - 1)
