"""A spreadsheet into the register, as the operator."""

import sys
from collections.abc import Iterator
from pathlib import Path

import app.api  # noqa: F401 - declares every resource
from app.access.actor import system
from app.access.work import writing_as
from app.commands.opening import Refused, opened
from app.commands.progress import bar
from app.config import Settings
from app.core.ids import new_id
from app.db import retried
from app.exchange.importing import import_table
from app.exchange.imports import reason_of
from app.exchange.report import ImportReport, ImportRow
from app.exchange.tables import Table, UnreadableFile, read_table

_LISTED = 50


@retried
def import_file(
    settings: Settings,
    file: Path,
    *,
    kind: str | None,
    dry_run: bool,
    all_or_nothing: bool,
    report: Path | None,
) -> ImportReport:
    """Imports a file. The report is written before the import is kept: none is ever without its account."""
    table = _table(file, settings.max_import_bytes)
    with opened(settings) as register, writing_as(register, system("command line"), new_id()) as work:
        work.reason = reason_of(file.name)
        with bar(sys.stderr, f"Importing {file.name}") as progress:
            done = import_table(
                work, table, kind=kind, dry_run=dry_run, all_or_nothing=all_or_nothing, progress=progress
            )
        if report is not None:
            report.write_text(done.model_dump_json(indent=2) + "\n", "utf-8")
    return done


def _table(file: Path, most: int) -> Table:
    if file.stat().st_size > most:
        raise Refused(f"{file} has more than the {most:,} bytes that an import takes")
    try:
        return read_table(file.read_bytes(), file.name, max_bytes=most)
    except UnreadableFile as error:
        raise Refused(f"{file}: {error.detail}") from None


def failed(report: ImportReport) -> bool:
    """Whether nothing of a file went in although something should have."""
    return bool(report.rejected) and not (report.created or report.updated or report.unchanged)


def summary(report: ImportReport, file: Path, *, dry_run: bool) -> Iterator[str]:
    """What an operator reads of an import."""
    counts = f"{report.created} created, {report.updated} updated, {report.unchanged} unchanged"
    yield f"{file.name}: {counts}, {report.rejected} rejected" + (" (dry run: nothing was recorded)" if dry_run else "")
    for note in report.warnings:
        yield f"  {note.detail}"
    rejected = [row for row in report.rows if row.outcome == "rejected"]
    for row in rejected[:_LISTED]:
        yield f"  Row {row.record}: {'; '.join(_reasons(row))}"
    if len(rejected) > _LISTED:
        yield f"  … and {len(rejected) - _LISTED} more rejected rows"
    assumptions = sum(len(row.warnings) for row in report.rows)
    if assumptions or len(rejected) > _LISTED:
        yield f"  {assumptions} assumptions were made; `--report FILE.json` gives the account of every row"


def _reasons(row: ImportRow) -> list[str]:
    return [f"{note.column}: {note.detail}" if note.column else note.detail for note in row.errors]
