"""From the rows of a spreadsheet to drafts of engagements, each with its assumptions and faults."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.exchange.cells import Note, blank, fold, text_of
from app.exchange.common import (
    read_clock,
    read_kind,
    read_labels,
    read_marks,
    read_report_expected,
    read_series,
    read_title,
    read_when,
    read_where,
    read_who,
)
from app.exchange.headers import Columns, columns_of, meaning
from app.exchange.kinds import read_kind_fields
from app.exchange.record import LINE, Draft, Known, Lookup, Record
from app.exchange.tables import Row, Table

__all__ = ["NAMES", "Draft", "Lookup", "Names", "Reader", "drafts", "file_warnings", "names_of"]

NAMES = ("external_ref", "reference", "id")
"""The columns that name a record, the one that counts most first."""


def file_warnings(table: Table) -> list[Note]:
    """What is to be said about the file as a whole."""
    return [*table.warnings, *columns_of(table.headers).warnings]


@dataclass(frozen=True, slots=True)
class Names:
    """What a row calls its record: in the system that it came from, and in the register."""

    external_ref: str
    reference: str
    id: str

    @property
    def own(self) -> str:
        """The name by which the row is told from others."""
        return self.external_ref or self.reference or self.id


def names_of(row: Row, columns: Columns) -> Names:
    """What a row calls its record; empty where it says nothing."""
    cells = (columns.value(row.cells, name) for name in NAMES)
    return Names(*("" if blank(each) else " ".join(text_of(each).split()) for each in cells))


class Reader:
    """The rows of one table, read one after the other. `default_kind` is that of rows which do not say theirs."""

    def __init__(self, table: Table, *, default_kind: str | None, lookup: Lookup) -> None:
        self.columns = columns_of(table.headers)
        self._default_kind = default_kind
        self._lookup = lookup
        self._seen: dict[str, tuple[int, dict[str, Any]]] = {}

    def draft(self, row: Row, known: Known | None = None) -> Draft:
        """The draft of a row, which may be known to be about a record that there is."""
        draft = _draft(row, self.columns, self._default_kind, self._lookup, known)
        _check_repeated(draft, self._seen)
        return draft


def drafts(table: Table, *, default_kind: str | None, lookup: Lookup) -> Iterator[Draft]:
    """A draft for each row that is not blank."""
    reader = Reader(table, default_kind=default_kind, lookup=lookup)
    yield from (reader.draft(row) for row in table.rows)


def _draft(row: Row, columns: Columns, default_kind: str | None, lookup: Lookup, known: Known | None) -> Draft:
    draft = Draft(row.record)
    if reason := _no_record(row, columns):
        draft.ignored = True
        draft.warnings.append(reason)
        return draft
    record = Record(draft, row.cells, columns, lookup, known)
    reference = _reference(record, names_of(row, columns))
    draft.kind = read_kind(record, known.kind if known else default_kind)
    read_title(record)
    read_when(record, draft.kind)
    read_clock(record)
    read_where(record)
    read_who(record, draft.kind)
    for column in ("status", "lead", "level"):
        record.put_choice(column)
    read_series(record)
    read_marks(record)
    read_labels(record)
    read_report_expected(record)
    if draft.kind is not None:
        read_kind_fields(record, draft.kind)
        record.close()
    if known is not None:
        _leave_out(record, draft)
    draft.payload["external_ref"] = reference or _made_reference(draft)
    return draft


# What a new engagement must say, and one that exists has said.
_MISSING = frozenset({"title_missing", "partner_missing", "direction_missing"})


def _leave_out(record: Record, draft: Draft) -> None:
    """Leaves out what is no remark on a record that exists: of cells that say what it says, or that say nothing."""
    settled = {record.name(each) for each in draft.settled}
    draft.warnings = [each for each in draft.warnings if each.column not in settled]
    undated = draft.said.isdisjoint({"start", "end", "dates"})
    draft.errors = [
        each
        for each in draft.errors
        if each.column not in settled and each.code not in _MISSING and not (each.code == "date_missing" and undated)
    ]


def _no_record(row: Row, columns: Columns) -> Note | None:
    """Why a row is no record: headings that divide a list, and header rows repeated for printing."""
    filled = [place for place, cell in enumerate(row.cells) if not blank(cell)]
    texts = [text_of(row.cells[place]) for place in filled]
    wanted = {place for name in ("title", "start", "dates") for place in columns.places.get(name, ())}
    if not filled:
        return Note("", "not_a_record", "The row says nothing")
    if len(filled) == 1 and len(columns.places) > 2 and not wanted & set(filled):  # noqa: PLR2004
        return Note("", "not_a_record", f"Only '{texts[0][:80]}' stands in the row: taken as a heading")
    if len(filled) > 1 and all(meaning(text) is not None for text in texts) and _same_as_header(row, columns, filled):
        return Note("", "not_a_record", "The header row is repeated")
    return None


def _same_as_header(row: Row, columns: Columns, filled: list[int]) -> bool:
    by_place = {place: name for name, places in columns.places.items() for place in places}
    return all(by_place.get(place) == meaning(text_of(row.cells[place])) for place in filled)


def _reference(record: Record, names: Names) -> str | None:
    for column in NAMES:
        record.cell(column)  # none of them is for the summary
    column = next((each for each in NAMES if getattr(names, each)), NAMES[0])
    if len(names.own) > LINE:
        record.refuse(column, "reference_too_long", f"Longer than {LINE} characters")
        return None
    return names.own or None


def _made_reference(draft: Draft) -> str:
    """A reference made of what identifies an engagement: the same row again is the same engagement."""
    payload = draft.payload
    partners = sorted(each["partner"] for each in payload.get("partners", []))
    identity = "\n".join((draft.kind or "", fold(payload.get("title", "")), payload.get("starts_on") or "", *partners))
    return "import:" + hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:16]


def _check_repeated(draft: Draft, seen: dict[str, tuple[int, dict[str, Any]]]) -> None:
    """Two rows of a file with one reference: the same twice, or a slip that would overwrite a record."""
    reference = draft.external_ref
    if draft.ignored or draft.errors or reference is None:
        return
    if reference not in seen:
        seen[reference] = (draft.record, draft.payload)
        return
    first, payload = seen[reference]
    if payload == draft.payload:
        draft.ignored = True
        draft.warnings.append(Note("", "repeated_row", f"The same as row {first}"))
    else:
        detail = f"Row {first} is the same engagement ({reference}), but says otherwise"
        draft.errors.append(Note("", "repeated_reference", detail))
