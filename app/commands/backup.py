"""Copying a whole register to one file, while others write."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, select, text

from app.access.access_log import Access, Event
from app.access.actor import system
from app.access.register import Register
from app.commands.archive import DATABASE, FILES, LedgerEnd, Manifest, Writer, written
from app.commands.opening import Refused, shown, sqlite_file
from app.commands.postgres_tools import found, running
from app.commands.progress import bar
from app.config import Settings
from app.core.blobs import Blobs, Damaged, blobs_at
from app.core.ids import new_id
from app.db import Database
from app.models import Attachment, LedgerHead
from app.schema import is_current


@dataclass(frozen=True, slots=True)
class Content:
    """What a copy of a database holds, read from the very moment that was copied."""

    revision: str
    ledger: LedgerEnd
    files: tuple[str, ...]
    """The hashes of attached files."""


def back_up(settings: Settings, file: Path, *, with_files: bool) -> Manifest:
    """Writes a backup, and tells what is in it. Raises Refused; then there is no file."""
    source = sqlite_file(settings.database_url)
    if source is not None and not source.exists():
        raise Refused(f"There is no register at {source}")
    _enter(settings, file)
    with written(file) as archive:
        if source is not None:
            with _copied(source, file.parent) as (copy, content):
                archive.add(DATABASE, copy, compress=True)
            kind, made_with = "sqlite", f"SQLite {sqlite3.sqlite_version}"
        else:
            with _dumped(settings) as (dump, content, made_with):
                archive.add(DATABASE, dump, compress=False)
            kind = "postgresql"
        missing = _add_files(archive, blobs_at(settings.attachment_store), content.files) if with_files else ()
        manifest = Manifest(
            made_at=datetime.now(UTC),
            database=kind,
            made_with=made_with,
            revision=content.revision,
            ledger=content.ledger,
            with_files=with_files,
            missing_files=missing,
            parts=archive.parts,
        )
        archive.finish(manifest)
    return manifest


def _enter(settings: Settings, file: Path) -> None:
    """Enters in the access log that all of the register leaves it, before it does.

    Nothing can be entered under a schema that is to be migrated yet, and a backup is what one wants before that.
    """
    database = Database(settings.database_url)
    try:
        if not is_current(database):
            return
    finally:
        database.close()
    register = Register(settings.model_copy(update={"database_role": ""}))
    try:
        entry = Access(Event.EXPORT, system("command line"), new_id(), "tracker backup", detail=f"all, to {file.name}")
        register.access_log.enter(entry)
    finally:
        register.close()


def _content(connection: Connection, where: str) -> Content:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        raise Refused(f"There is no register in {where}")
    head = connection.execute(select(LedgerHead.seq, LedgerHead.hash).where(LedgerHead.id == 1)).first()
    if head is None:
        raise Refused(f"The ledger of {where} has no head: `tracker audit verify` says more")
    there = connection.dialect.has_table(connection, Attachment.__tablename__)
    hashes = connection.scalars(select(Attachment.sha256).distinct().order_by(Attachment.sha256)) if there else ()
    return Content(revision, LedgerEnd(seq=head.seq, hash=bytes(head.hash).hex()), tuple(hashes))


@contextmanager
def _copied(source: Path, beside: Path) -> Iterator[tuple[IO[bytes], Content]]:
    """A copy of an SQLite file as it is at one moment.

    VACUUM INTO reads in one transaction, which holds up no writer and which none can make begin anew; and it copies
    no free pages, in which there may be left what was disposed of.
    """
    with TemporaryDirectory(dir=beside, prefix=".backup-") as folder:  # for its owner alone; as large as the register
        copy = Path(folder) / "register.db"
        try:
            with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as connection:
                connection.execute("VACUUM INTO ?", (str(copy),))
        except sqlite3.Error as error:
            raise Refused(f"{source} cannot be copied: {error}") from None
        database = Database(f"sqlite:///{copy}")
        try:
            with database.reader.connect() as connection:
                content = _content(connection, str(source))
        finally:
            database.close()
        with copy.open("rb") as file:
            yield file, content


@contextmanager
def _dumped(settings: Settings) -> Iterator[tuple[IO[bytes], Content, str]]:
    """What pg_dump says of a PostgreSQL database as it is at one moment, which is that of the content too."""
    database = Database(settings.database_url)  # as who signs in, who owns the tables: past row-level security
    snapshot = database.reader.connect().execution_options(isolation_level="REPEATABLE READ")
    try:
        with snapshot as connection, connection.begin():
            connection.execute(text("SET TRANSACTION READ ONLY"))
            tool = found("pg_dump", at_least=server_major(connection))
            content = _content(connection, shown(settings.database_url))
            name = connection.scalar(text("SELECT pg_export_snapshot()"))
            # Owners and grants are of one server; restoring makes those of another.
            wanted = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={name}"]
            with running(tool, database.url, wanted) as dump:
                yield dump, content, str(tool)
    finally:
        database.close()


def server_major(connection: Connection) -> int:
    """The major version of a PostgreSQL server."""
    return int(connection.scalar(text("SHOW server_version_num"))) // 10_000


def _add_files(archive: Writer, store: Blobs, hashes: tuple[str, ...]) -> tuple[str, ...]:
    """Adds attached files, and gives back which of them the store has not got: a backup without is better than none."""
    missing = []
    with bar(sys.stderr, "Adding attached files") as progress:
        for number, sha256 in enumerate(hashes, 1):
            try:
                with store.get(sha256) as file:
                    archive.add(FILES + sha256, file, compress=False)
            except Damaged:
                missing.append(sha256)
            if progress is not None:
                progress(number, len(hashes))
    return tuple(missing)


def told(made: Manifest, file: Path) -> Iterator[str]:
    """What a backup holds, for whoever made it."""
    seq, revision = made.ledger.seq, made.revision
    files = f"{len(made.files):,} attached files" if made.with_files else "no attached files: copy the store too"
    yield f"Wrote {file}: {made.made_with}, schema {revision}, {seq:,} entries in the ledger, {files}."
    for sha256 in made.missing_files:
        yield f"The store has not got, or not as it was, the file {sha256}: see `tracker files check`."
