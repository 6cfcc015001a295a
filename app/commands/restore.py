"""Bringing a backup into a new database: proved before, brought up to date, and proved again after."""

import os
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from app.commands import audit
from app.commands.archive import DATABASE, FILES, Manifest, Reader, read
from app.commands.new_file import put_in_place
from app.commands.opening import Refused, shown, sqlite_file
from app.commands.postgres_tools import found, running
from app.commands.upkeep import bring_up_to_date
from app.config import Settings
from app.core.blobs import blobs_at
from app.db import Database
from app.migrating import config, migrate

ROLE = "tracker_app"
"""The role that the register works as, which migration 0002 makes."""

MAKE_ROLE = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
        CREATE ROLE {ROLE} NOLOGIN;
    END IF;
    IF NOT pg_has_role(current_user, '{ROLE}', 'MEMBER') THEN
        GRANT {ROLE} TO current_user;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
END $$
"""
GRANTS = f"""
GRANT USAGE ON SCHEMA public TO {ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {ROLE};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {ROLE};
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {ROLE};
REVOKE UPDATE, DELETE ON ledger, access_log FROM {ROLE}
"""
"""What the role may do, as the migrations say it. They run once; a dump of another server does not bring it."""


def restore(settings: Settings, file: Path) -> list[str]:
    """Restores a backup into the database of these settings; gives what there is to say of it, line by line.

    Raises Refused; then nothing was restored, unless it says that it was.
    """
    target = sqlite_file(settings.database_url)
    with read(file) as archive:
        made = archive.manifest
        _fits(made, file, "postgresql" if target is None else "sqlite")
        if target is not None:
            _nothing_at(target)
        else:
            _nothing_in(settings)
        archive.prove()
        store = blobs_at(settings.attachment_store)
        for sha256 in made.files:  # before the database, whose records may never lack them
            with archive.open(FILES + sha256) as part:
                store.put(part, sha256)
        if target is not None:
            _into_file(settings, archive, target)
        else:
            _into_postgresql(settings, archive)
    restored = (
        f"Restored {shown(settings.database_url)} as it was on {made.made_at:%Y-%m-%d at %H:%M:%S} UTC. "
        f"Its ledger is whole: {made.ledger.seq:,} entries, the last with the hash {made.ledger.hash}."
    )
    if made.with_files:
        return [restored, f"Restored {len(made.files):,} attached files to {settings.attachment_store}."]
    return [restored, "Attached files were not in it: restore the store too, and then run `tracker files check`."]


def _fits(made: Manifest, file: Path, kind: str) -> None:
    if made.database != kind:
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        raise Refused(
            f"{file} is of a register on {names[made.database]} and cannot be restored into {names[kind]}: "
            "TRACKER_DATABASE_URL must name a database of the same kind"
        )
    try:
        ScriptDirectory.from_config(config()).get_revision(made.revision)
    except CommandError:
        raise Refused(
            f"{file} has the schema {made.revision}, which this program does not know: take a newer one to restore it"
        ) from None


def _nothing_at(target: Path) -> None:
    """Raises Refused where there is anything. A log without its database would be taken for the new one's."""
    for each in (target, *(target.with_name(target.name + suffix) for suffix in ("-wal", "-shm", "-journal"))):
        if each.exists():
            raise Refused(f"There is {each} already: a backup is restored where nothing is")


def _nothing_in(settings: Settings) -> None:
    database = Database(settings.database_url)
    try:
        with database.reader.connect() as connection:
            tables = connection.scalar(
                text("SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
            )
    finally:
        database.close()
    if tables:
        raise Refused(
            f"{shown(settings.database_url)} has {tables} tables already: a backup is restored into an empty database"
        )


def _into_file(settings: Settings, archive: Reader, target: Path) -> None:
    """All is done beside, so that there is the register at its end or nothing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent, prefix=".restore-") as folder:
        copy = Path(folder) / "register.db"
        copy.touch(mode=0o600)
        with archive.open(DATABASE) as part, copy.open("wb") as out:
            shutil.copyfileobj(part, out, 1024 * 1024)
            out.flush()
            os.fsync(out.fileno())
        flaw = _completed(settings.model_copy(update={"database_url": f"sqlite:///{copy}"}), archive.manifest)
        put_in_place(copy, target)
    _say(flaw)


def _into_postgresql(settings: Settings, archive: Reader) -> None:
    dumped_by = re.search(r"\d+$", archive.manifest.made_with)
    tool = found("pg_restore", at_least=int(dumped_by[0]) if dumped_by else 0)
    database = Database(settings.database_url)
    try:
        wanted = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
        with running(tool, database.url, wanted, feeds=True) as told, archive.open(DATABASE) as part:
            shutil.copyfileobj(part, told, 1024 * 1024)
        with database.write() as connection:
            _grant(connection)
    finally:
        database.close()
    _say(_completed(settings, archive.manifest))


def _grant(connection: Connection) -> None:
    """Gives the role what the migrations gave it elsewhere. Where it may not be made, somebody who may does that."""
    connection.exec_driver_sql(MAKE_ROLE)
    if connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": ROLE}):
        connection.exec_driver_sql(GRANTS)


def _completed(settings: Settings, made: Manifest) -> str | None:
    """Brings the schema up to date, proves the ledger, and then adds what migrating adds; tells what is wrong, if any.

    Seals are not asked: those made since the backup know of entries that it cannot have.
    """
    settings = settings.model_copy(update={"database_role": ""})  # as who restores, and can do without the role
    migrate(settings.database_url)
    flaw = None
    try:
        proved = audit.verify(settings.model_copy(update={"ledger_seals": None}), file=None, seals=None)
        if (proved.last.seq, proved.last.hash.hex()) != (made.ledger.seq, made.ledger.hash):
            flaw = f"its ledger ends with entry {proved.last.seq:,}, not with the one that the backup names"
    except Refused as error:
        flaw = str(error)
    bring_up_to_date(settings)
    return flaw


def _say(flaw: str | None) -> None:
    """A register whose ledger was broken when it was copied is restored all the same: it may be the only copy."""
    if flaw is not None:
        raise Refused(f"The register was restored, but {flaw[0].lower()}{flaw[1:]}")
