"""Databases for tests: one template of each kind for a worker, made by the real migrations, and cheap copies."""

import atexit
import os
import shutil
import sqlite3
import tempfile
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from secrets import token_hex
from typing import LiteralString, get_args

import psycopg
from psycopg import sql
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from app.access import tokens
from app.access.register import Register
from app.config import Classification, Settings
from app.exchange.reference import load_countries
from app.migrating import migrate
from app.models.choices import Role
from support.postgres import Server, find_or_start

KINDS = ("sqlite", "postgresql")

MEMORY = Path("/dev/shm")
"""Where files are in memory, if there is such a place: no test is about what survives a loss of power."""

SERVER_DIRECTORY = "TRACKER_TEST_SERVER"
"""The environment variable by which the workers of a run find its one PostgreSQL."""

Holder = tuple[Role, Classification, str | None]
"""Role, clearance and nationality of a token."""

NATIONALITIES = ("NZ", "AU", "TO", None)
HOLDERS: tuple[Holder, ...] = tuple(
    (role, clearance, nationality)
    for role in get_args(Role)
    for clearance in get_args(Classification)
    for nationality in NATIONALITIES
)


@dataclass(frozen=True)
class Template:
    """A migrated database with the countries of ISO 3166 and a token for every sort of caller."""

    url: str
    secrets: Mapping[Holder, str]


class Databases(ABC):
    """Where databases of one kind come from."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._template: Template | None = None
        self._used: list[str] = []

    @property
    def template(self) -> Template:
        if self._template is None:
            self._template = filled(self.make_empty())
        return self._template

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The address of a register like the template, of one's own.

        One that was used before is restored: that costs less than a copy, and whoever has it open keeps it so.
        """
        url = self._restored() or self.make_copy(self.template.url)
        yield url
        self._used.append(url)

    def _restored(self) -> str | None:
        while self._used:
            used = self._used.pop()
            if self.restore(used):
                return used
            self.remove(used)
        return None

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The address of a database without a single table."""
        url = self.make_empty()
        yield url
        self.remove(url)

    def close(self) -> None:
        for url in self._used:
            self.remove(url)
        if self._template is not None:
            self.remove(self._template.url)

    @abstractmethod
    def make_empty(self) -> str: ...

    @abstractmethod
    def make_copy(self, url: str) -> str: ...

    @abstractmethod
    def restore(self, url: str) -> bool:
        """Makes a copy as it was when it was made; false where that cannot be done."""

    @abstractmethod
    def remove(self, url: str) -> None: ...


class SqliteDatabases(Databases):
    """Files in a directory."""

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self.directory = directory

    def make_empty(self) -> str:
        return f"sqlite:///{self.directory / f'register-{next(self._numbers)}.db'}"

    def make_copy(self, url: str) -> str:
        made = self.make_empty()
        shutil.copyfile(_path(url), _path(made))
        return made

    def restore(self, url: str) -> bool:
        # By SQLite itself, page by page: those who have the file open see a change like any other.
        with (
            closing(sqlite3.connect(_path(self.template.url))) as original,
            closing(sqlite3.connect(_path(url))) as copy,
        ):
            original.backup(copy)
        return True

    def remove(self, url: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{_path(url)}{suffix}").unlink(missing_ok=True)


def _path(url: str) -> str:
    return str(make_url(url).database)


class PostgresDatabases(Databases):
    """Databases of the run's server; their names are this worker's own, also on a server that is shared."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.server = server
        self.prefix = f"tracker_test_{token_hex(4)}"
        self._connections: dict[str, psycopg.Connection] = {}

    def make_empty(self) -> str:
        return self._make("template0")

    def make_copy(self, url: str) -> str:
        made = self._make(str(make_url(url).database))
        keep_original(self._connected(made))
        return made

    def restore(self, url: str) -> bool:
        try:
            restore(self._connected(url))
        except psycopg.Error:  # somebody still holds a lock, or has changed the schema
            return False
        return True

    def remove(self, url: str) -> None:
        if url in self._connections:
            self._connections.pop(url).close()
        self._execute("DROP DATABASE {} WITH (FORCE)", str(make_url(url).database))

    def close(self) -> None:
        super().close()
        for connection in self._connections.values():
            connection.close()

    def _make(self, template: str) -> str:
        name = f"{self.prefix}_{next(self._numbers)}"
        self._execute("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'", name, template)
        return self.server.url_of(name)

    def _connected(self, url: str) -> psycopg.Connection:
        """A connection that is kept: to connect costs more than to restore."""
        if url not in self._connections:
            self._connections[url] = psycopg.connect(url, autocommit=True)
        return self._connections[url]

    def _execute(self, statement: LiteralString, *names: str) -> None:
        connection = self._connected(self.server.url)
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def keep_original(connection: psycopg.Connection) -> None:
    """Keeps what a database holds, in a schema that the register knows nothing of, with a way back to it."""
    with connection.transaction():
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        connection.execute("CREATE SCHEMA original")
        steps = []
        for (name,) in tables:
            copy = sql.SQL("CREATE TABLE original.{0} AS TABLE public.{0}").format(sql.Identifier(name))
            had_rows = connection.execute(copy).rowcount > 0
            steps.append((RESTORE if had_rows else EMPTY).format(table=name))
        connection.execute("CREATE TABLE original.sequences AS SELECT sequencename, last_value FROM pg_sequences")
        # A function, since the server keeps the plans of its statements.
        connection.execute(WAY_BACK.replace("{steps}", "".join(steps)))


EMPTY = "DELETE FROM public.{table};\n"
RESTORE = """
DELETE FROM public.{table} p WHERE NOT EXISTS (SELECT FROM original.{table} o WHERE o = p);
INSERT INTO public.{table} SELECT * FROM original.{table} o
  WHERE NOT EXISTS (SELECT FROM public.{table} p WHERE p = o);
"""


WAY_BACK: LiteralString = """
CREATE FUNCTION original.way_back() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
IF (SELECT version_num FROM public.alembic_version) <> (SELECT version_num FROM original.alembic_version) THEN
  RAISE EXCEPTION 'its schema is another one';
END IF;
{steps}
PERFORM setval(sequencename::regclass, coalesce(last_value, 1), last_value IS NOT NULL) FROM original.sequences;
END $$
"""


def restore(connection: psycopg.Connection) -> None:
    """Gives every table the rows that it had, past the ledger's triggers; a superuser may do that."""
    with connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '2s'; SET LOCAL session_replication_role = replica")
        connection.execute("SELECT original.way_back()")


def filled(url: str) -> Template:
    """Makes a template of an empty database, as an operator would: migrations, then the reference data."""
    migrate(url)
    register = Register(settings_for(url))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # countryguess leaves its file to the collector
            load_countries(register)
        with register.database.write() as connection, Session(connection) as session:
            secrets = {
                holder: tokens.create(
                    session,
                    name=f"{holder[0]} {number}",
                    role=holder[0],
                    clearance=holder[1],
                    nationality=holder[2],
                    now=datetime.now(UTC),
                    days=1,
                )[1]
                for number, holder in enumerate(HOLDERS)
            }
            session.flush()
    finally:
        register.close()
    return Template(url, secrets)


STORE = tempfile.mkdtemp(prefix="tracker-attachments-")
"""Where the registers of this process keep attached files; content has one name wherever it comes from."""

atexit.register(shutil.rmtree, STORE, ignore_errors=True)

WITHOUT_LIMITS: dict[str, object] = {
    "rate_limit": 0,
    "wrong_token_limit": 0,
    "token_use_seconds": 0,
    "attachment_store": STORE,
    "webhooks": False,
}
"""Tests ask more than any caller does, and nothing is to be written behind their backs."""


def settings_for(url: str, **changes: object) -> Settings:
    """Settings of a test register: what a developer's own `.env` says does not count."""
    return Settings(_env_file=None, database_url=url, **(WITHOUT_LIMITS | changes))  # type: ignore[call-arg,arg-type]


def start_server() -> Server:
    """Starts the PostgreSQL of this run, for all its workers."""
    directory = tempfile.mkdtemp(prefix="tracker-pg-")
    os.environ[SERVER_DIRECTORY] = directory
    return find_or_start(Path(directory))


def running_server() -> Server:
    """The PostgreSQL of this run."""
    return Server(Path(os.environ[SERVER_DIRECTORY]))
