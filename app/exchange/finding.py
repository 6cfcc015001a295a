"""Which record of the register a row of a file is about."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from app.access.visible import visible_records
from app.access.work import Work
from app.core.ids import as_id, is_given
from app.crud.ledger import LEDGER, entries, entries_visible
from app.engagements.engagements import KINDS
from app.exchange.cells import Note, text_of
from app.exchange.headers import columns_of
from app.exchange.record import Known
from app.exchange.rows import Names, names_of
from app.exchange.settled import Untouched
from app.exchange.tables import Row, Table
from app.models import Engagement

RESOURCE_OF = {each.constants["kind"]: each for each in KINDS}


@dataclass(frozen=True, slots=True)
class Match:
    """A record that a row came to before."""

    id: str
    kind: str
    reference: str
    archived: bool
    status: str
    version: int
    external_ref: str | None
    representation: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a row is about: at most one record, if the file is sound."""

    matches: list[Match]
    known: Known | None = None
    base: dict[str, Any] | None = None
    """The record as it was when the file was made, if that is known."""

    remarks: tuple[Note, ...] = ()


class Finder:
    """Finds the records that the rows of one file name, a chunk of rows at a time."""

    def __init__(self, work: Work, table: Table) -> None:
        self.work = work
        self.headers = table.headers
        self.columns = columns_of(table.headers)
        self._version = table.headers.index("version") if "version" in table.headers else None

    def by_rows(self, rows: Sequence[Row]) -> dict[int, Found]:
        """What is found for rows, by their number: those that name no record of the register are not in it."""
        names = {row.record: names_of(row, self.columns) for row in rows}
        register = self._register(names.values())
        matches = {record: _among(register, each) for record, each in names.items()}
        only = {record: each[0] for record, each in matches.items() if len(each) == 1}
        bases = self._bases(rows, only)
        found = {record: Found(each) for record, each in matches.items() if each}
        for row in rows:
            if (match := only.get(row.record)) is not None:
                found[row.record] = self._held_against(row, match, bases.get(row.record))
        return found

    def by_refs(self, refs: Sequence[str]) -> dict[str, list[Match]]:
        """The records that exist for the caller under external references."""
        found: dict[str, list[Match]] = {}
        for each in self._matches(Engagement.external_ref.in_(refs)):
            found.setdefault(each.external_ref or "", []).append(each)
        return found

    def _register(self, names: Iterable[Names]) -> list[Match]:
        known = list(names)
        refs = {each.own for each in known} - {""}
        references = {each.reference for each in known} - {""}
        ids = {found for each in known if (found := as_id(each.id))}
        if not refs:
            return []
        return self._matches(
            or_(Engagement.external_ref.in_(refs), Engagement.reference.in_(references), Engagement.id.in_(ids))
        )

    def _matches(self, condition: Any) -> list[Match]:
        columns = [getattr(Engagement, name) for name in Match.__slots__]
        statement = select(*columns).where(condition, visible_records(Engagement, self.work.markings))
        rows: Iterable[Sequence[Any]] = self.work.session.execute(statement)
        return [Match(str(record_id), *rest) for record_id, *rest in rows]

    def _bases(self, rows: Sequence[Row], matches: dict[int, Match]) -> dict[int, dict[str, Any]]:
        """Records as they were in the versions that rows name, where they have changed since."""
        wanted: dict[int, tuple[str, int]] = {}
        for row in rows:
            match, version = matches.get(row.record), self._named_version(row)
            if match is not None and version is not None and version < match.version:
                wanted[row.record] = match.id, version
        if not wanted:
            return {}
        statement = (
            select(LEDGER.c.record_id, LEDGER.c.version, LEDGER.c.representation)
            .select_from(entries())
            .where(
                LEDGER.c.record_id.in_({each for each, _ in wanted.values()}),
                LEDGER.c.version.in_({version for _, version in wanted.values()}),
                entries_visible(self.work),
            )
        )
        texts = {(str(each), version): text for each, version, text in self.work.session.execute(statement)}
        return {record: json.loads(texts[key]) for record, key in wanted.items() if key in texts}

    def _named_version(self, row: Row) -> int | None:
        if self._version is None or self._version >= len(row.cells):
            return None
        text = text_of(row.cells[self._version])
        return int(text) if text.isascii() and text.isdigit() and len(text) < len("2000000000") else None

    def _held_against(self, row: Row, match: Match, base: dict[str, Any] | None) -> Found:
        """A row beside the one record that it is about."""
        if match.representation is None and base is None:
            return Found([match], Known(match.kind))
        untouched = Untouched(RESOURCE_OF[match.kind], base or json.loads(match.representation or ""))
        known = Known(match.kind, untouched.settled(self.headers, row.cells), untouched.lends())
        return Found([match], known, base, tuple(untouched.remarks(self.headers, row.cells)))


def _among(register: Sequence[Match], names: Names) -> list[Match]:
    """The records that a row means: by what it is called elsewhere, or by the register's own names for it.

    A name of the register counts as one from elsewhere too, as long as the row has no other: lists that come from
    other systems have a column of that name as well. Two registers give the same references to different records, so
    beside an id that another register has given, a reference says nothing here.
    """
    found = [each for each in register if names.own and each.external_ref == names.own]
    record_id = as_id(names.id)
    elsewhere = is_given(names.id) and record_id not in {each.id for each in register}
    reference = "" if elsewhere else names.reference
    found += [
        each
        for each in register
        if each not in found and ((reference and each.reference == reference) or (record_id and each.id == record_id))
    ]
    return found
