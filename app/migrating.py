"""The schema of a database, brought up to date."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from app.db import Database, failure
from app.schema import SCRIPTS

log = logging.getLogger("tracker")

LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's SQLSTATE for a lock that was waited for in vain."""

LOCK_TIMEOUT_MS = 1_000
"""How long a migration waits for a lock: as long as others may have to wait behind it."""

TRIES, PAUSE = 60, 1.0
"""How often a migration is begun anew, and the seconds in between, in which others have their turn."""


def config() -> Config:
    """Alembic's configuration, without its file: an installed package has none."""
    made = Config()
    made.set_main_option("script_location", str(SCRIPTS))
    return made


def migrate(url: str, *, to: str = "head", pooled: bool = False) -> None:
    """Brings the schema of a database to a revision, up or down, all of it or not at all, while others use it.

    Whoever waits for a lock on a table makes all wait who come later. So a migration of PostgreSQL waits for one only a
    moment, gives way, and is begun anew; what it does once it has its locks may take as long as it takes. Raises
    OperationalError if others were in its way each time.
    """
    database = Database(url, pooled=pooled)
    try:
        for attempt in range(1, TRIES + 1):
            try:
                _once(database, to)
            except OperationalError as error:
                if failure(error) != LOCK_NOT_AVAILABLE or attempt == TRIES:
                    raise
                log.info("the migration gives way to others; it is begun anew", extra={"attempt": attempt})
                time.sleep(PAUSE)
            else:
                return
    finally:
        database.close()


def _once(database: Database, to: str) -> None:
    with database.writer.connect() as connection, rebuilding(connection), connection.begin():
        if not database.is_sqlite:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        settings = config()
        settings.attributes["connection"] = connection
        current = MigrationContext.configure(connection).get_current_revision()
        walk = ScriptDirectory.from_config(settings)
        down = to == "base" or (
            to != "head"
            and current is not None
            and to in {each.revision for each in walk.iterate_revisions(current, "base")}
        )
        (command.downgrade if down else command.upgrade)(settings, to)


@contextmanager
def rebuilding(connection: Connection) -> Iterator[None]:
    """Lets SQLite rebuild a table that others refer to (sqlite.org/lang_altertable.html, section 7).

    Batch mode drops the old table, which counts as deleting its rows; so foreign keys are off meanwhile, which
    has to be said before the transaction, and are all looked at in the end, before it is committed.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - a connection that is open has one

    def all_lead_somewhere(connection: Connection) -> None:
        if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
            raise RuntimeError(f"Foreign keys would lead nowhere: {broken[:10]}")

    driver.execute("PRAGMA foreign_keys=OFF")
    event.listen(connection, "commit", all_lead_somewhere)
    try:
        yield
    finally:
        event.remove(connection, "commit", all_lead_somewhere)
        driver.execute("PRAGMA foreign_keys=ON")
