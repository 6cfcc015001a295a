"""Whether this process can serve, and what is wrong: a list of checks, each with an answer in a bounded time."""

import asyncio
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.access.register import Register
from app.core.blobs import Blobs, Directory, Unreachable
from app.db import Database
from app.replicas import Replicas
from app.schema import revisions
from app.telemetry.bounded import Bounded

log = logging.getLogger("tracker")

OK = "ok"
PATIENCE = 2.0
"""Seconds in which a check has its answer, or is taken to have failed."""

FREE = 100 * 1024 * 1024
"""Bytes below which a disk counts as full: writes fail before nothing is left."""


class Wrong(Exception):  # noqa: N818 - what a check has found
    """Something is not as it should be: in plain words, without addresses or secrets, since anybody may ask."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is looked at."""

    name: str
    look: Callable[[], None]
    """Raises Wrong."""

    needed: bool = False
    """Whether nothing can be served without it. Otherwise it is only told."""

    good_for: float = 1.0
    """Seconds for which an answer stands, however often somebody asks."""


def checks(register: Register) -> list[Check]:
    """What is looked at, of a register."""
    database, files, seals = register.database, register.files, register.seals
    found = [
        Check("database", partial(_database, database), needed=True),
        Check("schema", partial(_schema, database), needed=True, good_for=10),
        Check("files", partial(_files, files), good_for=15),
    ]
    folders = {Path(database.url.database).parent} if database.is_sqlite and database.url.database else set()
    if isinstance(files, Directory):
        folders.add(files.root)
    if folders:
        found.append(Check("disk", partial(_disk, frozenset(folders)), good_for=15))
    if database.replicas.all:
        found.append(Check("replicas", partial(_replicas, database.replicas)))
    if seals.file is not None:
        found.append(Check("seals", partial(_seals, register), good_for=0))
    return found


class Readiness:
    """The checks of a process."""

    def __init__(self, found: list[Check]) -> None:
        self.checks = found
        self._questions = {each.name: Bounded(each.look, seconds=PATIENCE, good_for=each.good_for) for each in found}
        self._told: dict[str, str] = {}

    async def look(self) -> dict[str, str]:
        """What each check has found: `ok`, or what is wrong."""
        names = [each.name for each in self.checks]
        said = dict(zip(names, await asyncio.gather(*map(self._ask, names)), strict=True))
        for name, words in said.items():
            if words != self._told.get(name, OK):
                log.log(logging.INFO if words == OK else logging.WARNING, "readiness of %s: %s", name, words)
        self._told = said
        return said

    def lacking(self, said: dict[str, str]) -> list[str]:
        """What nothing can be served without, and is wrong."""
        return [said[each.name] for each in self.checks if each.needed and said[each.name] != OK]

    async def _ask(self, name: str) -> str:
        try:
            await self._questions[name].answer()
        except TimeoutError:
            return f"There is no answer within {PATIENCE:g} seconds."
        except Wrong as wrong:
            return str(wrong)
        except Exception:
            log.exception("a check of readiness has failed")
            return "It cannot be looked at."
        return OK


def _database(database: Database) -> None:
    try:
        with database.reader.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        raise Wrong("The database does not answer.") from None


def _schema(database: Database) -> None:
    """One of a later version passes: while an upgrade goes on, processes of the version before still serve."""
    past, head = revisions()
    try:
        with database.reader.connect() as connection:
            current = connection.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        raise Wrong("The schema of the database cannot be read.") from None
    if current is None or (current in past and current != head):
        raise Wrong("The schema of the database is older than this program: run `tracker migrate`.")


def _files(files: Blobs) -> None:
    try:
        files.examine()
    except Unreachable as error:
        log.warning("the store of files: %s", error)
        raise Wrong("The store of attached files cannot be reached, or not be written.") from None


def _disk(folders: frozenset[Path]) -> None:
    for folder in folders:
        there = next((each for each in (folder, *folder.absolute().parents) if each.exists()), None)
        if there is not None and shutil.disk_usage(there).free < FREE:
            raise Wrong(f"The disk is nearly full: less than {FREE // 1024**2} MiB are left.")


def _replicas(replicas: Replicas) -> None:
    if failing := [each.name for each in replicas.all if each.is_failing]:
        raise Wrong(f"A replica does not answer ({', '.join(failing)}): the primary is read for it.")


def _seals(register: Register) -> None:
    if register.seals.failing:
        raise Wrong("Seals of the ledger cannot be written.")
