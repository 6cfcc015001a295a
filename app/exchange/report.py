"""What an import did, row by row: for the officer who sent the file, and for the record."""

from typing import Literal

from app.core.fields import Representation

Outcome = Literal["created", "updated", "unchanged", "rejected", "ignored"]


_COUNTED = ("created", "updated", "unchanged", "rejected")


class ImportNote(Representation):
    """A remark on one cell, or on the row or file as a whole when it names no column."""

    column: str
    """The column as the file calls it; empty when the remark is on the whole."""
    code: str
    """A stable word for the remark."""
    detail: str
    """The remark in a sentence."""


class ImportRow(Representation):
    """What became of one row."""

    record: int
    """Counts from 1 after the header row."""
    outcome: Outcome
    """`created`, `updated`, `unchanged`, `rejected` with errors, or `ignored` as no record."""
    reference: str | None
    """The reference of the engagement, such as `VIS-2026-0042`."""
    warnings: list[ImportNote]
    """Assumptions that were made."""
    errors: list[ImportNote]
    """Everything that stands in the row's way."""


class ImportReport(Representation):
    """The account of an import; of a dry run, what it would have done."""

    created: int
    """How many engagements are new."""
    updated: int
    """How many were in the register and have changed."""
    unchanged: int
    """How many were in the register as they are in the file."""
    rejected: int
    """How many rows did not go in."""
    warnings: list[ImportNote]
    """Remarks on the file as a whole: columns that are not known, sheets that were not read."""
    rows: list[ImportRow]
    """Every row, in the order of the file."""

    @classmethod
    def of(cls, rows: list[ImportRow], warnings: list[ImportNote]) -> "ImportReport":
        """The report with its counts."""
        counts = {name: sum(row.outcome == name for row in rows) for name in _COUNTED}
        return cls(**counts, warnings=warnings, rows=rows)
