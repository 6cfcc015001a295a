"""From the rows of a spreadsheet to drafts of engagements, each with its assumptions and faults."""

import hashlib
from collections.abc import Iterator
from typing import Any

from app.exchange.cells import Note, blank, fold, text_of
from app.exchange.common import (
    read_kind,
    read_labels,
    read_marks,
    read_series,
    read_title,
    read_when,
    read_where,
    read_who,
)
from app.exchange.headers import Columns, columns_of, meaning
from app.exchange.kinds import read_kind_fields
from app.exchange.record import LINE, Draft, Lookup, Record
from app.exchange.tables import Row, Table

__all__ = ["Draft", "Lookup", "drafts", "file_warnings"]


def file_warnings(table: Table) -> list[Note]:
    """What is to be said about the file as a whole."""
    return [*table.warnings, *columns_of(table.headers).warnings]


def drafts(table: Table, *, default_kind: str | None, lookup: Lookup) -> Iterator[Draft]:
    """A draft for each row that is not blank. `default_kind` is that of rows which do not say theirs."""
    columns = columns_of(table.headers)
    seen: dict[str, tuple[int, dict[str, Any]]] = {}
    for row in table.rows:
        draft = _draft(row, columns, default_kind, lookup)
        _check_repeated(draft, seen)
        yield draft


def _draft(row: Row, columns: Columns, default_kind: str | None, lookup: Lookup) -> Draft:
    draft = Draft(row.record)
    if reason := _no_record(row, columns):
        draft.ignored = True
        draft.warnings.append(reason)
        return draft
    record = Record(draft, row.cells, columns, lookup)
    reference = _reference(record)
    draft.kind = read_kind(record, default_kind)
    read_title(record)
    read_when(record, draft.kind)
    read_where(record)
    read_who(record, draft.kind)
    for column in ("status", "lead", "level"):
        record.put_choice(column)
    read_series(record)
    read_marks(record)
    read_labels(record)
    if draft.kind is not None:
        read_kind_fields(record, draft.kind)
        record.close()
    draft.payload["external_ref"] = reference or _made_reference(draft)
    return draft


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


def _reference(record: Record) -> str | None:
    text = " ".join(record.text("external_ref").split())
    if len(text) > LINE:
        record.refuse("external_ref", "reference_too_long", f"Longer than {LINE} characters")
        return None
    return text or None


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
