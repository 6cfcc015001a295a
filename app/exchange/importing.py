"""Taking the rows of a spreadsheet into the register, each by itself, and giving account of every one."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError

from app.access.work import Work
from app.crud import store
from app.crud.resource import Resource
from app.engagements.series import SERIES
from app.errors import Conflict, Fault, Invalid, Problem
from app.exchange.cells import Note
from app.exchange.finding import RESOURCE_OF, Finder, Found, Match
from app.exchange.knowledge import lookup_of
from app.exchange.report import ImportNote, ImportReport, ImportRow, Outcome
from app.exchange.rows import NAMES, Draft, Reader, file_warnings
from app.exchange.tables import Row, Table
from app.models import Series

Progress = Callable[[int, int], None]
"""Is told how many rows are done, and of how many."""

_CHUNK = 200

# Where a field of the register stands in a file, by the columns' canonical names, the one that counts first before
# those that it may be concluded from; other fields bear their column's name.
_COLUMNS = {
    "starts_on": ("start", "dates"),
    "ends_on": ("end", "dates", "start"),
    "date_precision": ("date_precision", "start", "end", "dates"),
    "partners": ("partners", "partner_roles", "hosted_by", "country"),
    "principal_office": ("principal_office", "principal"),
    "series": ("series", "forum"),
    "exercise_type": ("exercise_type", "kind"),
    "direction": ("direction", "kind"),
    "endorsements": ("endorsements", "classification"),
    "releasable_to": ("releasable_to", "classification"),
    "delegation_size": ("personnel",),
    "personnel_deployed": ("personnel",),
    "contributions": ("contribution",),
}
# Fields that all of their columns have a say in.
_TOGETHER = frozenset({"date_precision", "partners"})
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

    Rows are told apart by their external reference, or by the register's own names for a record. A row only changes
    what it says: a blank cell, or a column that the file has not, leaves the record as it is; so does a cell that
    nobody has touched since it was exported. The status of a record that exists stays too; it moves by its
    transitions. A dry run does the same work and undoes it; its report gives new engagements no reference, since the
    real run would draw another. With `all_or_nothing` one rejected row keeps out all, and every row that would have
    gone in is reported as rejected for that reason, so that nothing claims to have been recorded.
    """
    taken: list[ImportRow] = []
    with undone_unless(work) as keep:
        importer = Importer(work, table, kind)
        waiting = iter(table.rows)
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


class Importer:
    """One file on its way into the register."""

    def __init__(self, work: Work, table: Table, kind: str | None) -> None:
        self.work = work
        self.finder = Finder(work, table)
        self.reader = Reader(table, default_kind=kind, lookup=lookup_of(work))
        self.names = self.reader.columns.names
        self.series = set(work.session.scalars(select(Series.slug)))

    def take_all(self, chunk: Sequence[Row]) -> list[ImportRow]:
        named = self.finder.by_rows(chunk)
        read = [self.reader.draft(row, found.known if (found := named.get(row.record)) else None) for row in chunk]
        known = self.finder.by_refs([each.external_ref for each in read if each.external_ref])
        return [
            self._take(each, named.get(each.record) or Found(known.get(each.external_ref or "", []))) for each in read
        ]

    def _take(self, draft: Draft, found: Found) -> ImportRow:
        if draft.ignored:
            return _row(draft, "ignored")
        matches = found.matches
        draft.warnings += found.remarks
        reference = matches[0].reference if len(matches) == 1 else None
        errors, warnings = [*draft.errors, *self._misfit(draft, matches)], list(draft.warnings)
        if not errors:
            try:
                with undone_unless(self.work) as keep:
                    outcome, reference = self._record(draft, matches[0] if matches else None, found.base)
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
        column = next((self.names[each] for each in NAMES if each in self.names), "")
        if len(matches) > 1:
            among = " and ".join(each.reference for each in matches)
            yield Note(column, "reference_ambiguous", f"More than one record bears this reference: {among}")
        elif matches and matches[0].archived:
            yield Note(column, "withdrawn", f"This is {matches[0].reference}, which is withdrawn: restore it first")
        elif matches and draft.kind is not None and draft.kind != matches[0].kind:
            detail = f"This is {matches[0].reference}, which is of kind {matches[0].kind}; that never changes"
            yield Note(self.names.get("kind", column), "kind_differs", detail)

    def _record(self, draft: Draft, match: Match | None, base: dict[str, Any] | None) -> tuple[Outcome, str]:
        resource = RESOURCE_OF[str(draft.kind)]
        if match is None:
            self._make_series(draft)
            return "created", store.create(self.work, resource, draft.payload).reference
        changed = self._change(resource, draft, match, base)
        stated_status = match.status if "status" in draft.settled else draft.payload.get("status", match.status)
        if stated_status != match.status:
            detail = f"It is {match.status} in the register: a status that exists changes by its transitions only"
            draft.warnings.append(Note(self.names.get("status", "status"), "status_kept", detail))
        return ("updated" if changed else "unchanged"), match.reference

    def _change(self, resource: Resource, draft: Draft, match: Match, base: dict[str, Any] | None) -> bool:
        """Brings a record to what the row says, and tells whether that was anything new."""
        patch = stated(draft)
        # Most rows of a file that comes again say what is there: the stored representation tells, at little cost.
        present = None if match.representation is None else json.loads(match.representation)
        if present is not None and says(present, patch):
            return False
        if present is not None and base is not None:
            draft.warnings += self._overtaken(patch, base, present)
        self._make_series(draft)
        record = store.find(self.work, resource, match.id, lock=True)
        version = record.version
        store.change(self.work, resource, record, patch)
        return bool(record.version != version)

    def _overtaken(self, patch: Mapping[str, Any], base: Mapping[str, Any], present: Mapping[str, Any]) -> list[Note]:
        """What both the file and the register have changed since the file was made: the file counts, and says so."""
        detail = "The register has changed this as well since the file was made: what the file says was taken"
        both = [
            name for name in patch if base.get(name) != present.get(name) and not says(present, {name: patch[name]})
        ]
        return [Note(self._named(name), "changed_meanwhile", detail) for name in both]

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
        return self._named((fault.pointer or "").strip("/").partition("/")[0])

    def _named(self, name: str) -> str:
        """What the file calls a field."""
        columns = _COLUMNS.get(name, (name,))
        return next((self.names[each] for each in columns if each in self.names), columns[0])


def stated(draft: Draft) -> dict[str, Any]:
    """What a row says itself, and may therefore change in a record that exists."""
    concluded = {_CONCLUDED.get(note.code) for note in draft.warnings}
    return {
        name: value
        for name, value in draft.payload.items()
        if name not in {"status", "external_ref", *concluded} and value not in (None, []) and not _settled(draft, name)
    }


def _settled(draft: Draft, name: str) -> bool:
    """Whether a field comes from cells alone that say what the record says."""
    if name == "summary" and draft.summarised:
        return False
    columns = _COLUMNS.get(name, (name,))
    said = [each for each in columns if each in draft.said]
    if name not in _TOGETHER:
        said = said[:1]  # the first column that says something is the one that counts
    return bool(said) and draft.settled.issuperset(said)


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
