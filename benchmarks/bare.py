"""The floor: a bare ASGI application that fetches the same bytes with the driver and hand-written SQL.

No framework, no authentication, no validation, no ledger checks: what a page costs when nothing is done but fetch it.
"""

import json
import os
import sqlite3
import threading
import uuid
from asyncio import get_running_loop
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl

import psycopg

URL = os.environ["BENCH_DATABASE_URL"]
MARKINGS = os.environ["BENCH_MARKINGS"]  # the same rows are visible as to the caller of the register
SQLITE = URL.startswith("sqlite")
THREADS = int(os.environ.get("BENCH_BARE_THREADS", "0" if SQLITE else "4"))
"""0: on the event loop itself. What is fastest: SQLite on the loop, PostgreSQL by a few threads."""

MARK = ":" if SQLITE else "%("
END = "" if SQLITE else ")s"
SEEN = f"e.marking_id IN ({MARKINGS}) AND NOT e.archived"
MATCH = (
    "e.id IN (SELECT record_id FROM search_text JOIN search_entry ON seq = search_text.rowid & 4294967295 "
    "WHERE search_text MATCH :q)"
    if SQLITE
    else "e.id IN (SELECT record_id FROM search_entry WHERE words @@ CAST(%(q)s AS tsquery))"
)
ROW = "(CAST(julianday({day}) - 1721424.5 AS INTEGER) << 32) + last_insert_rowid()"
_local = threading.local()
_pool = ThreadPoolExecutor(THREADS or 1)


def value(name: str) -> str:
    return f"{MARK}{name}{END}"


def connection() -> Any:
    if not hasattr(_local, "connection"):
        if SQLITE:
            _local.connection = sqlite3.connect(URL.removeprefix("sqlite:///"), isolation_level=None)
            for pragma in ("synchronous=FULL", "cache_size=-65536", "mmap_size=2147418112"):
                _local.connection.execute(f"PRAGMA {pragma}")
        else:
            _local.connection = psycopg.connect(URL, autocommit=True)
    return _local.connection


def page(kind: str | None, asked: dict[str, str]) -> bytes:
    """A page by descending date."""
    day, key, is_kind, source = "e.starts_on", "e.id", "e.kind", "engagement e"
    where = [SEEN]
    if "partner" in asked:
        day, key, is_kind = "l.starts_on", "l.engagement_id", "l.kind"
        source = "engagement_partner l JOIN engagement e ON e.id = l.engagement_id"
        where.append(f"l.partner = {value('partner')}")
    if kind:
        where.append(f"{is_kind} = '{kind}'")
    if "starts_to" in asked:
        where.append(f"{day} <= {value('starts_to')}")
    if "after" in asked:
        asked["after_day"], asked["after_id"] = asked.pop("after").split(",")
        where.append(f"({day}, {key}) < ({value('after_day')}, {value('after_id')})")
    if "q" in asked:
        where.append(MATCH)
        asked["q"] += "*" if SQLITE else ":*"  # the beginning of a word will do
    sql = (
        f"SELECT e.representation, {day}, {key} FROM {source} WHERE {' AND '.join(where)} "
        f"ORDER BY {day} DESC, {key} DESC LIMIT 51"
    )
    rows = connection().execute(sql, asked).fetchall()
    following = f'"/engagements?after={rows[49][1]},{rows[49][2]}"' if len(rows) > 50 else "null"
    return f'{{"items":[{",".join([row[0] for row in rows[:50]])}],"next":{following},"total":null}}'.encode()


def count(asked: dict[str, str]) -> bytes:
    sql = (
        f"SELECT count(*) FROM engagement_partner l JOIN engagement e ON e.id = l.engagement_id "
        f"WHERE {SEEN} AND l.partner = {value('partner')}"
    )
    total = connection().execute(sql, {"partner": asked["partner"]}).fetchone()[0]
    return f'{{"items":[],"next":null,"total":{total}}}'.encode()


def single(key: str) -> bytes:
    sql = f"SELECT representation, version FROM engagement e WHERE e.marking_id IN ({MARKINGS}) AND id = {value('key')}"
    found: str = connection().execute(sql, {"key": key}).fetchone()[0]
    return found.encode()


WRITES = [
    each.strip()
    for each in f"""
INSERT INTO engagement (
  id, version, created_at, updated_at, archived, representation, marking_id, kind, reference, title, status,
  starts_on, ends_on, date_precision
) VALUES (
  {{key}}, 1, {{at}}, {{at}}, {{no}}, {{text}}, 1, 'visit', {{reference}}, {{title}}, 'planned',
  {{day}}, {{day}}, 'day'
);
INSERT INTO visit (id, direction, itinerary) VALUES ({{key}}, 'inbound', '[]');
INSERT INTO engagement_partner (partner, role, position, engagement_id, starts_on, status, kind)
VALUES ({{partner}}, 'host', 0, {{key}}, {{day}}, 'planned', 'visit');
INSERT INTO search_entry (record_type, record_id, marking_id, archived, day, words)
VALUES ('visit', {{key}}, 1, {{no}}, {{day}}, {"NULL" if SQLITE else "to_tsvector('simple', {text})"});
{"INSERT INTO search_text (rowid, title, body) VALUES (" + ROW + ", {title}, {text});" if SQLITE else ""}
UPDATE ledger_head SET seq = seq + 1, hash = {{hash}};
INSERT INTO ledger (
  seq, at, actor, request_id, action, record_type, record_id, version, marking_id, changes, representation,
  content_hash, previous_hash, hash
)
SELECT seq, {{at}}, 'bare', 'bare', 'create', 'visit', {{key}}, 1, 1, '{{{{}}}}', {{text}}, {{hash}}, {{hash}}, {{hash}}
FROM ledger_head
""".split(";")
    if each.strip()
]


def create(body: bytes) -> bytes:
    """What a visit needs at the least: its rows, its search entry and a line in the ledger, in one transaction."""
    document, key, text = json.loads(body), str(uuid.uuid4()), body.decode()
    at = "2026-11-24T00:00:00.000000Z"
    values = {"key": key, "title": document["title"], "day": document["starts_on"], "text": text, "at": at}
    values |= {"reference": f"B{key[:18]}", "hash": os.urandom(32), "no": False, "partner": document["partners"][0]}
    cursor = connection().cursor()
    cursor.execute("BEGIN IMMEDIATE" if SQLITE else "BEGIN")
    for statement in WRITES:
        cursor.execute(statement.format(**{name: value(name) for name in values}), values)
    cursor.execute("COMMIT")
    return body


def answer(method: str, path: str, query: str, body: bytes) -> bytes:
    if method == "POST":
        return create(body)
    asked = dict(parse_qsl(query))
    if asked.pop("count", None):
        return count(asked)
    asked.pop("sort", None)
    if path == "/engagements":
        return page(None, asked)
    if path == "/visits":
        return page("visit", asked)
    return single(path.rpartition("/")[2])


async def app(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    if scope["type"] != "http":
        return
    body = b""
    if scope["method"] == "POST":
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
    asked = (scope["method"], scope["path"], scope["query_string"].decode(), body)
    found = await get_running_loop().run_in_executor(_pool, answer, *asked) if THREADS else answer(*asked)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(found)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": found})
