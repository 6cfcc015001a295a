"""Fills a database with engagements by the hundred thousand.

uv run python benchmarks/generate.py sqlite:///var/bench/register.db 100000
uv run python benchmarks/generate.py postgresql://user@host/name 1000000
"""

import argparse
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pycountry
from loading import COLUMNS, Rows, postgresql_sink, sqlite_sink
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from world import Entry, Reference, World

import app.api  # noqa: F401 - every resource is declared there
from app.access.actor import system
from app.access.markings import Mark
from app.access.register import Register
from app.access.work import Work, writing_as
from app.config import Settings
from app.core.fts5 import row_number
from app.core.ids import new_id
from app.core.words import tsvector
from app.crud import store
from app.crud.resource import RESOURCES
from app.crud.searching import words_of
from app.db import database_url
from app.engagements.calendar import keep_up
from app.migrating import migrate
from app.models import Base, Engagement, SearchEntry

BATCH = 10_000
CHECKED = 100
COMMON_PARTNERS = ("AU US GB FJ PG SG JP TO WS FR KR CA MY VU SB IN ID PH DE VN TH CN CK TL").split()  # noqa: SIM905 - a list of them is longer than it is clear
INSTITUTIONS = ("ADMM-PLUS", "ARF", "EAS", "SPDMM", "FPDA", "PIF", "UN", "NATO", "UNMISS", "UNTSO", "MFO", "UNC")
RAREST = "TV"
MARKS = (
    Mark("UNCLASSIFIED"),
    Mark("IN-CONFIDENCE"),
    Mark("SENSITIVE", ("POLICY",)),
    Mark("RESTRICTED"),
    Mark("RESTRICTED", (), ("AU", "GB", "US")),
    Mark("RESTRICTED", ("NZEO",)),
)


def refer(register: Register) -> Reference:
    """Makes the records that engagements refer to, through the register itself."""
    random = Random(1)
    codes = [each.alpha_2 for each in pycountry.countries if each.alpha_2 not in {*COMMON_PARTNERS, RAREST, "NZ"}]
    random.shuffle(codes)
    codes = [*COMMON_PARTNERS, *codes[:160], RAREST]
    names = {each.alpha_2: each.name for each in pycountry.countries}
    with writing_as(register, system("benchmark"), new_id()) as work:
        partners, institutions = RESOURCES["partners"], RESOURCES["institutions"]
        known = set(work.session.scalars(select(partners.model.code)))  # type: ignore[attr-defined]
        for code in codes:
            if code not in known:
                store.create(work, partners, {"code": code, "name": names[code], "region": "Oceania"})
        for code in INSTITUTIONS:
            if code not in known:
                store.create(work, institutions, {"code": code, "name": f"Institution {code}"})
        made = {
            "priorities": [_make(work, "priorities", code=f"BENCH-{n}", title=f"Aim {n}").code for n in range(15)],
            "series": [_make(work, "series", slug=f"bench-{n}", name=f"Series {n}").slug for n in range(40)],
            "people": [_make(work, "people", name=f"Person {n}").id for n in range(300)],
            "posts": [
                _make(work, "posts", name=f"Post {n}", post_type="embassy", city="City", country="AU").id
                for n in range(30)
            ],
        }
        markings = {row.id: mark.fields | {"marking": row.banner} for mark in MARKS for row in [work.marking_row(mark)]}
    return Reference([*codes[:8], "UN", *codes[8:]], INSTITUTIONS, markings=markings, **made)


def _make(work: Work, path: str, **document: Any) -> Any:
    return store.create(work, RESOURCES[path], document)


def check_columns() -> None:
    """Fails when a table has got a column that the generator does not know."""
    for table, columns in COLUMNS.items():
        expected = set(Base.metadata.tables[table].c.keys())
        if expected != set(columns):
            raise SystemExit(f"benchmarks/world.py does not fit the table {table}: {expected ^ set(columns)}")


def rows_of(entries: Iterable[Entry]) -> dict[str, Rows]:
    """Engagements as rows by table."""
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in COLUMNS}
    for each in entries:
        rows["engagement"].append(each.base)
        rows[each.kind].append(each.own)
        for table, links in each.links.items():
            rows[table] += links
    return dict(rows)


def check(register: Register, count: int) -> None:
    """Holds a sample of the rows against what the register itself would have written."""
    random = Random(2)
    with register.database.reader.connect() as connection, Session(connection) as session:
        total = session.scalar(select(func.count()).select_from(Engagement))
        assert (total or 0) >= count, total
        ids = session.scalars(select(Engagement.id).order_by(Engagement.created_at).limit(2000)).all()
        ids = [*ids, *session.scalars(select(Engagement.id).order_by(Engagement.created_at.desc()).limit(2000))]
        for record_id in random.sample(ids, min(CHECKED, len(ids))):
            kind = session.scalar(select(Engagement.__table__.c.kind).where(Engagement.id == record_id))
            resource = next(each for each in RESOURCES if each.constants.get("kind") == kind)
            record = session.scalars(store.with_children(resource).where(resource.model.id == record_id)).one()
            if store.represent(record) != record.representation:
                raise SystemExit(f"Not as the register writes it:\n{record.representation}\n{store.represent(record)}")
            title, body = words_of(resource, record, store.current(resource, record))
            seq, day = session.execute(
                select(SearchEntry.seq, SearchEntry.day).where(SearchEntry.record_id == record_id)
            ).one()
            if register.database.is_sqlite:
                stored = text("SELECT title || '|' || body FROM search_text WHERE rowid = :row")
                same = session.scalar(stored, {"row": row_number(day, seq)}) == " ".join(title) + "|" + " ".join(body)
            else:
                words = tsvector(title, body)
                same = bool(
                    connection.exec_driver_sql(
                        "SELECT words = %s::tsvector FROM search_entry WHERE seq = %s", (words, seq)
                    ).scalar()
                )
            if not same:
                raise SystemExit(f"Search words of {record_id} are not as the register writes them: {title} {body}")


def generate(url: str, count: int, *, quiet: bool = False) -> None:
    """Migrates the database and fills it."""
    check_columns()
    started = time.monotonic()
    migrate(url)
    register = Register(Settings(database_url=url, database_role=""))
    register.refresh_markings()
    try:
        world = World(refer(register))
        is_sqlite = register.database.is_sqlite
        register.close()
        address = database_url(url)
        with sqlite_sink(address.database or "") if is_sqlite else postgresql_sink(address) as sink:
            seq, done = sink.next_seq(), 0
            source = world.entries(count)
            while entries := list(islice(source, BATCH)):
                sink.write(rows_of(entries), entries, seq)
                seq, done = seq + len(entries), done + len(entries)
                if not quiet and done % 100_000 == 0:
                    print(f"{done:,} rows, {time.monotonic() - started:.0f} s", flush=True)
        register = Register(Settings(database_url=url, database_role=""))
        check(register, count)
        while not keep_up(register, register.day(datetime.now(UTC))):
            pass  # what has passed by now is moved on here, not by the first request that is measured
    finally:
        register.close()
    if not quiet:
        print(f"{count:,} engagements in {time.monotonic() - started:.0f} s: {url}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("count", type=int)
    arguments = parser.parse_args()
    generate(arguments.url, arguments.count)
