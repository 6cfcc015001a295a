"""Rows by the hundred thousand into the tables: SQLite by `executemany`, PostgreSQL by `COPY`.

Indexes are taken away meanwhile and made anew afterwards, which is what makes a million rows a matter of minutes.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from operator import itemgetter
from typing import Any, Protocol

import psycopg
from psycopg import sql
from sqlalchemy import URL
from world import BASE, OWN, Entry

from app.core.fts5 import row_number
from app.core.words import tsvector

Rows = Sequence[Sequence[Any]]
LINKED = ("engagement_id", "starts_on")
COLUMNS: dict[str, tuple[str, ...]] = {
    "engagement": BASE,
    **{kind: ("id", *names) for kind, names in OWN.items()},
    "engagement_partner": (*LINKED, "partner", "role", "position", "status", "kind"),
    "engagement_priority": (*LINKED, "priority", "position"),
    "engagement_tag": (*LINKED, "tag", "position"),
    "exercise_domain": (*LINKED, "domain", "position"),
}


ENTRY = ("seq", "record_type", "record_id", "marking_id", "archived", "day")
MIRRORED = itemgetter(*(BASE.index(name) for name in ("id", "marking_id", "archived", "starts_on")))
DAY = itemgetter(BASE.index("starts_on"))


def entry_of(engagement: Entry) -> tuple[Any, ...]:
    """What the directory of records has of an engagement, but for the number of the entry and the words."""
    return engagement.kind.replace("_", " "), *MIRRORED(engagement.base)


class Sink(Protocol):
    """Where rows go."""

    def next_seq(self) -> int: ...
    def write(self, rows: Mapping[str, Rows], entries: Sequence[Entry], first_seq: int) -> None: ...


class SqliteSink:
    """A SQLite file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def next_seq(self) -> int:
        return int(self.connection.execute("SELECT coalesce(max(seq), 0) + 1 FROM search_entry").fetchone()[0])

    def write(self, rows: Mapping[str, Rows], entries: Sequence[Entry], first_seq: int) -> None:
        for table, columns in COLUMNS.items():
            marks = ",".join("?" * len(columns))
            names = ",".join(f'"{each}"' for each in columns)
            self.connection.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows[table])
        numbered = list(enumerate(entries, first_seq))
        self.connection.executemany(
            f"INSERT INTO search_entry ({','.join(ENTRY)}) VALUES ({','.join('?' * len(ENTRY))})",
            [(seq, *entry_of(each)) for seq, each in numbered],
        )
        by_day = sorted((row_number(date.fromisoformat(DAY(each.base)), seq), each) for seq, each in numbered)
        self.connection.executemany(
            "INSERT INTO search_text (rowid, title, body) VALUES (?, ?, ?)",
            [(row, " ".join(each.title_words), " ".join(each.body_words)) for row, each in by_day],
        )
        words = {word for each in entries for word in (*each.title_words, *each.body_words)}
        self.connection.executemany("INSERT OR IGNORE INTO search_word VALUES (?)", [(each,) for each in words])


class PostgresqlSink:
    """A PostgreSQL database."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection

    def next_seq(self) -> int:
        row = self.connection.execute("SELECT coalesce(max(seq), 0) + 1 FROM search_entry").fetchone()
        assert row is not None
        return int(row[0])

    def write(self, rows: Mapping[str, Rows], entries: Sequence[Entry], first_seq: int) -> None:
        for table, columns in COLUMNS.items():
            self._copy(table, columns, rows[table])
        self._copy(
            "search_entry",
            (*ENTRY, "words"),
            [
                (seq, *entry_of(each), tsvector(each.title_words, each.body_words))
                for seq, each in enumerate(entries, first_seq)
            ],
        )

    def _copy(self, table: str, columns: Sequence[str], rows: Rows) -> None:
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), sql.SQL(",").join(map(sql.Identifier, columns))
        )
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


@contextmanager
def sqlite_sink(path: str) -> Iterator[SqliteSink]:
    """A sink into a file, without regard to a crash: a file half filled is thrown away."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=MEMORY", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-1500000"):
        connection.execute(f"PRAGMA {pragma}")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN "
        f"({','.join('?' * (len(COLUMNS) + 1))})",
        [*COLUMNS, "search_entry"],
    ).fetchall()
    connection.execute("BEGIN")
    for name, _ in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    yield SqliteSink(connection)
    for _, definition in indexes:
        connection.execute(definition)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


@contextmanager
def postgresql_sink(url: URL) -> Iterator[PostgresqlSink]:
    """A sink into a database."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        superuser = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        if superuser and superuser[0]:
            connection.execute("SET session_replication_role = replica")  # no foreign key is checked row by row
        connection.execute("SET maintenance_work_mem = '1GB'")
        with connection.transaction():
            indexes = connection.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() "
                "AND tablename = ANY (%s) AND indexname NOT IN (SELECT conname FROM pg_constraint)",
                [[*COLUMNS, "search_entry"]],
            ).fetchall()
            for name, _ in indexes:
                connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
            yield PostgresqlSink(connection)
            for _, definition in indexes:
                connection.execute(definition)
            connection.execute(
                "SELECT setval(pg_get_serial_sequence('search_entry', 'seq'), (SELECT max(seq) FROM search_entry))"
            )
        connection.execute("VACUUM (ANALYZE)")
