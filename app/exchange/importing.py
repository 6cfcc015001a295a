"""Taking the rows of a spreadsheet into the register, each by itself, and giving account of every one."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError

from app.access.visible import visible_records
from app.access.work import Work
from app.crud import store
from app.crud.resource import Resource
from app.engagements.engagements import KINDS
from app.engagements.series import SERIES
from app.errors import Conflict, Fault, Invalid, Problem
from app.exchange.cells import Note
from app.exchange.headers import columns_of
from app.exchange.knowledge import lookup_of
from app.exchange.report import ImportNote, ImportReport, ImportRow, Outcome
from app.exchange.rows import Draft, drafts, file_warnings
from app.exchange.tables import Table
from app.models import Engagement, Series

Progress = Callable[[int, int], None]
"""Is told how many rows are done, and of how many."""

RESOURCE_OF = {each.constants["kind"]: each for each in KINDS}
_CHUNK = 200

# Where a field of the register stands in a file, by the columns' canonical names; other fields bear their column's.
_COLUMNS = {
    "starts_on": ("start", "dates"),
    "ends_on": ("end", "dates", "start"),
    "partners": ("partners", "hosted_by", "country"),
    "principal_office": ("principal",),
    "delegation_size": ("personnel",),
    "personnel_deployed": ("personnel",),
    "contributions": ("contribution",),
}
# What the importer concluded without being told: enough for a new record, too little to overrule one that exists.
_CONCLUDED = {
    "partner_from_country": "partners",
    "direction_inferred": "direction",
    "operation_from_series": "operation",
}


def import_table(
    work: Work,
    table: Table,
    *,
    kind: str | None = None,
    dry_run: bool = False,
    all_or_nothing: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Takes every sound row into the register: as a new engagement, or as a change of the one it came to before.

    Rows are told apart by their external reference. A row only changes what it says: a blank cell, or a column that
    the file has not, leaves the record as it is. The status of a record that exists stays too; it moves by its
    transitions. A dry run does the same work and undoes it; its report gives new engagements no reference, since the
    real run would draw another. With `all_or_nothing` one rejected row keeps out all, and every row that would have
    gone in is reported as rejected for that reason, so that nothing claims to have been recorded.
    """
    taken: list[ImportRow] = []
    with undone_unless(work) as keep:
        importer = Importer(work, table)
        waiting = drafts(table, default_kind=kind, lookup=lookup_of(work))
        while chunk := list(islice(waiting, _CHUNK)):
            taken += importer.take_all(chunk)
            if progress is not None:
                progress(len(taken), len(table.rows))
        refused = all_or_nothing and any(row.outcome == "rejected" for row in taken)
        if not refused and not dry_run:
            keep()
    if refused:
        taken = [_refused(row) for row in taken]
    if dry_run:
        taken = [_promising_nothing(row) for row in taken]
    return ImportReport.of(taken, _notes(file_warnings(table)))


@contextmanager
def undone_unless(work: Work) -> Iterator[Callable[[], None]]:
    """A part of the work that is undone, in the database and in what is due to the ledger, unless it says `keep`."""
    changes, made = len(work.changes), dict(work.made)
    asked: list[bool] = []
    kept = False
    savepoint = work.session.begin_nested()
    try:
        yield lambda: asked.append(True)
        if asked:
            savepoint.commit()
            kept = True
    finally:
        if not kept:
            savepoint.rollback()
            # A marking that is undone may give its number to another one: no object may outlive its row.
            work.session.expunge_all()
            del work.changes[changes:]
            work.made.clear()
            work.made.update(made)


@dataclass(frozen=True, slots=True)
class Match:
    """A record that a row came to before."""

    id: str
    kind: str
    reference: str
    archived: bool
    status: str
    representation: str | None


class Importer:
    """One file on its way into the register."""

    def __init__(self, work: Work, table: Table) -> None:
        self.work = work
        self.names = columns_of(table.headers).names
        self.series = set(work.session.scalars(select(Series.slug)))

    def take_all(self, chunk: Sequence[Draft]) -> list[ImportRow]:
        known = self._known([each.external_ref for each in chunk if each.external_ref])
        return [self._take(each, known.get(each.external_ref or "", [])) for each in chunk]

    def _known(self, refs: Sequence[str]) -> dict[str, list[Match]]:
        """The records that exist for the caller under these references."""
        statement = select(
            Engagement.external_ref,
            Engagement.id,
            Engagement.kind,
            Engagement.reference,
            Engagement.archived,
            Engagement.status,
            Engagement.representation,
        ).where(Engagement.external_ref.in_(refs), visible_records(Engagement, self.work.markings))
        found: dict[str, list[Match]] = {}
        rows: Iterable[Sequence[Any]] = self.work.session.execute(statement)
        for ref, record_id, *rest in rows:
            found.setdefault(ref, []).append(Match(str(record_id), *rest))
        return found

    def _take(self, draft: Draft, matches: Sequence[Match]) -> ImportRow:
        if draft.ignored:
            return _row(draft, "ignored")
        reference = matches[0].reference if len(matches) == 1 else None
        errors, warnings = [*draft.errors, *self._misfit(draft, matches)], list(draft.warnings)
        if not errors:
            try:
                with undone_unless(self.work) as keep:
                    outcome, reference = self._record(draft, matches[0] if matches else None)
                    keep()
                self.series.add(draft.payload.get("series", ""))
                return _row(draft, outcome, reference)
            except (Invalid, Conflict) as problem:
                errors = self._errors(problem)
            except IntegrityError:
                errors = [Note("", "conflict", "Somebody else has just recorded the same")]
            except DataError:
                errors = [Note("", "not_kept", "The database cannot keep what the row says")]
        draft.errors, draft.warnings = errors, warnings
        return _row(draft, "rejected", reference)

    def _misfit(self, draft: Draft, matches: Sequence[Match]) -> Iterator[Note]:
        """Why the row cannot go to the record that it came to before."""
        column = self.names.get("external_ref", "")
        if len(matches) > 1:
            among = " and ".join(each.reference for each in matches)
            yield Note(column, "reference_ambiguous", f"More than one record bears this reference: {among}")
        elif matches and matches[0].archived:
            yield Note(column, "withdrawn", f"This is {matches[0].reference}, which is withdrawn: restore it first")
        elif matches and draft.kind is not None and draft.kind != matches[0].kind:
            detail = f"This is {matches[0].reference}, which is of kind {matches[0].kind}; that never changes"
            yield Note(self.names.get("kind", column), "kind_differs", detail)

    def _record(self, draft: Draft, match: Match | None) -> tuple[Outcome, str]:
        resource = RESOURCE_OF[str(draft.kind)]
        if match is None:
            self._make_series(draft)
            return "created", store.create(self.work, resource, draft.payload).reference
        changed = self._change(resource, draft, match)
        if draft.payload.get("status", match.status) != match.status:
            detail = f"It is {match.status} in the register: a status that exists changes by its transitions only"
            draft.warnings.append(Note(self.names.get("status", "status"), "status_kept", detail))
        return ("updated" if changed else "unchanged"), match.reference

    def _change(self, resource: Resource, draft: Draft, match: Match) -> bool:
        """Brings a record to what the row says, and tells whether that was anything new."""
        patch = stated(draft)
        # Most rows of a file that comes again say what is there: the stored representation tells, at little cost.
        if match.representation is not None and says(json.loads(match.representation), patch):
            return False
        self._make_series(draft)
        record = store.find(self.work, resource, match.id, lock=True)
        version = record.version
        store.change(self.work, resource, record, patch)
        return bool(record.version != version)

    def _make_series(self, draft: Draft) -> None:
        """A series that the register has not yet, made with its first edition, and undone with it."""
        slug, name = draft.payload.get("series"), draft.series_name
        if slug is None or name is None or slug in self.series:
            return
        store.create(self.work, SERIES, {"slug": slug, "name": name})
        draft.warnings.append(Note(self.names.get("series", "series"), "series_made", f"'{name}' is a new series"))

    def _errors(self, problem: Problem) -> list[Note]:
        """What the register refused, in the words of the file."""
        if not problem.faults:
            return [Note("", problem.type.slug.replace("-", "_"), problem.detail)]
        return [Note(self._column(each), each.code, each.detail) for each in problem.faults]

    def _column(self, fault: Fault) -> str:
        name = (fault.pointer or "").strip("/").partition("/")[0]
        columns = _COLUMNS.get(name, (name,))
        return next((self.names[each] for each in columns if each in self.names), columns[0])


def stated(draft: Draft) -> dict[str, Any]:
    """What a row says itself, and may therefore change in a record that exists."""
    concluded = {_CONCLUDED.get(note.code) for note in draft.warnings}
    return {
        name: value
        for name, value in draft.payload.items()
        if name not in {"status", "external_ref", *concluded} and value not in (None, [])
    }


def says(present: Any, wanted: Any) -> bool:
    """Whether a record's representation has all that is wanted of it."""
    if isinstance(wanted, dict):
        return isinstance(present, dict) and all(says(present.get(name), each) for name, each in wanted.items())
    if isinstance(wanted, list):
        if not isinstance(present, list) or len(present) != len(wanted):
            return False
        return all(says(*pair) for pair in zip(present, wanted, strict=True))
    return bool(present == wanted)


def _notes(notes: Sequence[Note]) -> list[ImportNote]:
    return [ImportNote.model_validate(each) for each in notes]


def _row(draft: Draft, outcome: Outcome, reference: str | None = None) -> ImportRow:
    return ImportRow(
        record=draft.record,
        outcome=outcome,
        reference=reference,
        warnings=_notes(draft.warnings),
        errors=_notes(draft.errors),
    )


def _refused(row: ImportRow) -> ImportRow:
    """A sound row of an import of which nothing was kept."""
    if row.outcome not in {"created", "updated"}:
        return row
    note = ImportNote(
        column="", code="all_or_nothing", detail="The row is sound; others were rejected, so none went in"
    )
    reference = None if row.outcome == "created" else row.reference
    return row.model_copy(update={"outcome": "rejected", "reference": reference, "errors": [note]})


def _promising_nothing(row: ImportRow) -> ImportRow:
    return row.model_copy(update={"reference": None}) if row.outcome == "created" else row
