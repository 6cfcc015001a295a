"""Which cells of a row say what a record says already: those of an export that nobody has touched.

A spreadsheet that was exported, changed in places and imported again is to change those places only. So each cell is
held against what the export wrote for the record, in the version that the file names: what is the same says nothing,
be it that the record has changed meanwhile, or that an import could not read it as exactly as it was written.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from app.core.csvguard import neutralise
from app.crud.resource import Resource
from app.exchange.cells import Cell, Note, blank, flag_of, moment_of, text_of
from app.exchange.exports.columns import MARKING, Column, Value, cells_of, columns_of, instant
from app.exchange.exports.fitting import CUT_END, fitting
from app.exchange.headers import TOLD, meaning

_LENT = {"start": "starts_on", "date_precision": "date_precision"}
_UNHEEDED = frozenset({"version", "updated_at", "created_at", "cut"})
"""Of what only the register tells: what is another with every change, or of no weight."""


class Untouched:
    """What an export wrote for a record, to hold the cells of a row against."""

    def __init__(self, resource: Resource, representation: Mapping[str, Any]) -> None:
        columns = columns_of(resource)
        values = cells_of(columns, representation)
        self._cells = {each.name: (each, value) for each, value in zip(columns, values, strict=True)}

    def settled(self, headers: Sequence[str], cells: Sequence[Cell]) -> frozenset[str]:
        """The canonical columns whose cells all say what the record says."""
        touched: set[str] = set()
        same: set[str] = set()
        told = told_in(headers, cells)
        for header, cell in zip(headers, cells, strict=False):
            column = None if header in told else meaning(header)
            if column is not None and text_of(cell):
                (same if self._says(header, cell) else touched).add(column)
        return frozenset(same - touched)

    def remarks(self, headers: Sequence[str], cells: Sequence[Cell]) -> Iterator[Note]:
        """What was changed in the file that only the register says."""
        told = told_in(headers, cells) - _UNHEEDED
        for header, cell in zip(headers, cells, strict=False):
            if header in told and not blank(cell) and not self._says(header, cell):
                yield Note(header, "kept_as_it_is", "Only the register says this: what stands here is not taken")

    def lends(self) -> dict[str, Cell]:
        """What the row may borrow where it does not say it."""
        return {column: self._cells[name][1] for column, name in _LENT.items()}

    def _says(self, header: str, cell: Cell) -> bool:
        return header in self._cells and says(cell, *self._cells[header])


def told_in(headers: Sequence[str], cells: Sequence[Cell]) -> frozenset[str]:
    """The columns of a row that only the register fills: the banner too, where the marking stands beside it."""
    classified = any(each == "classification" and text_of(cell) for each, cell in zip(headers, cells, strict=False))
    return TOLD | {MARKING} if classified else TOLD


def says(cell: Cell, column: Column, value: Value) -> bool:
    """Whether a cell says what an export writes of a value, in whichever format, and whoever has saved it since."""
    if value is None or value == "":
        return False
    if isinstance(value, bool):
        return flag_of(cell) is value
    if column.kind == "instant" and (moment := moment_of(cell)) is not None:
        # Spreadsheets count days in fractions, which come back a little off.
        return abs(moment - instant(str(value))) < timedelta(seconds=1)
    said = text_of(cell)
    if not isinstance(value, str):
        return said == text_of(value)
    if said.endswith(CUT_END):
        value = fitting(value)
    return said in (text_of(value), text_of(neutralise(value)))
