"""When tokens, users and calendars were last seen: noted at once, written now and then, and never in anybody's way."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.dialects import postgresql

from app.access import sightings
from app.access.register import Register
from app.access.sightings import Sightings
from app.core.columns import table_of
from app.core.ids import new_id
from app.models import Calendar, Token, User
from support.small_register import small_register
from support.standing_clock import Clock, standing

NOW = datetime.now(UTC)
EARLIER, LATER = NOW - timedelta(days=1), NOW + timedelta(days=1)
EVERY = 60


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return standing(monkeypatch, sightings, 100.0)


@pytest.fixture
def register() -> Iterator[Register]:
    with small_register() as opened:
        yield opened


@pytest.fixture
def seen(register: Register, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sightings]:
    """What a process has seen; nothing of it is written unless a test says so."""
    monkeypatch.setattr(sightings, "GATHERED", 60.0)
    made = Sightings(register.database, EVERY)
    yield made
    made.close()


def put(register: Register, model: Any, **values: Any) -> str:
    record = {"id": new_id(), "version": 1, "created_at": NOW, "updated_at": NOW, "representation": '{"name":"Ō"}'}
    usual: dict[Any, dict[str, Any]] = {
        Token: {"name": "desk", "secret_hash": new_id().encode()[:32], "role": "reader", "clearance": "SECRET",
                "groups": [], "expires_at": NOW},
        User: {"name": "desk", "groups": [], "active": True},
        Calendar: {"title": "Pacific", "filter": {}, "mine": False, "ceiling": "SECRET", "owner": new_id(),
                   "owner_name": "desk", "secret_hash": new_id().encode()[4:36], "expires_at": NOW},
    }  # fmt: skip
    with register.database.write() as connection:
        connection.execute(table_of(model).insert().values(record | usual[model] | values))
    return str(record["id"])


def row(register: Register, model: Any, record: str) -> dict[str, Any]:
    table = table_of(model)
    with register.database.reader.connect() as connection:
        return dict(connection.execute(select(table).where(table.c.id == record)).mappings().one())


KINDS = {"token": (Token, "last_used_at"), "user": (User, "last_seen_at"), "calendar": (Calendar, "last_used_at")}


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_written_when_somebody_was_seen(register: Register, seen: Sightings, clock: Clock, kind: str) -> None:
    model, column = KINDS[kind]
    record, other = put(register, model), put(register, model)
    before, untouched = row(register, model, record), row(register, model, other)
    began = datetime.now(UTC)
    seen.note(kind, record)
    ended = datetime.now(UTC)
    seen.write()
    after = row(register, model, record)
    at = after[column]
    assert began <= at <= ended
    told = f'{{"name":"Ō","{column}":"{at.isoformat().replace("+00:00", "Z")}"}}'
    assert after == before | {column: at, "representation": told}, "it is no change, and has no version"
    assert row(register, model, other) == untouched


def test_the_time_has_its_zone(seen: Sightings) -> None:
    """PostgreSQL would take one without for a time of its own zone."""
    seen.note("token", new_id())
    assert [each.utcoffset() for each in seen._waiting.values()] == [timedelta(0)]  # noqa: SLF001


def test_several_are_written_together_each_with_its_own_time(register: Register, seen: Sightings) -> None:
    tokens, user = [put(register, Token) for _ in range(3)], put(register, User)
    for each in reversed(tokens):
        seen.note("token", each)
    seen.note("user", user)
    seen.write()
    at = [row(register, Token, each)["last_used_at"] for each in tokens]
    assert at[0] > at[1] > at[2]
    assert row(register, User, user)["last_seen_at"] > at[0]
    assert row(register, Token, tokens[0])["representation"] != row(register, Token, tokens[1])["representation"]


def test_what_another_process_has_seen_later_stands(register: Register, seen: Sightings) -> None:
    late, early = put(register, Token, last_used_at=LATER), put(register, Token, last_used_at=EARLIER)
    before = row(register, Token, late)
    for each in (late, early):
        seen.note("token", each)
    seen.write()
    assert row(register, Token, late) == before
    assert row(register, Token, early)["last_used_at"] > EARLIER


def test_what_clients_read_stays_to_be_made_where_it_is_not_there(register: Register, seen: Sightings) -> None:
    record = put(register, Token, representation=None)
    seen.note("token", record)
    seen.write()
    assert (row(register, Token, record)["representation"], row(register, Token, record)["last_used_at"]) != (
        None,
        None,
    )
    assert row(register, Token, record)["representation"] is None


def test_somebody_is_noted_once_in_a_while(register: Register, seen: Sightings, clock: Clock) -> None:
    record, user = put(register, Token), put(register, User)

    def noted(kind: str = "token", which: str = record) -> bool:
        seen.note(kind, which)
        found = bool(seen._waiting)  # noqa: SLF001 - what is to be written
        seen.write()
        return found

    assert [noted(), noted(), noted("user", user)] == [True, False, True]
    clock.now += EVERY - 0.5
    assert not noted()
    clock.now += 0.5
    assert [noted(), noted()] == [True, False]


def test_whoever_wants_to_know_nothing_is_told_nothing(register: Register) -> None:
    seen = Sightings(register.database, 0)
    seen.note("token", put(register, Token))
    assert seen._waiting == {}  # noqa: SLF001
    assert not thread_of("sightings")
    seen.close()


def test_where_nothing_was_noted_nothing_is_written(register: Register, seen: Sightings) -> None:
    begun: list[Any] = []
    event.listen(register.database.writer, "begin", begun.append)
    seen.write()
    assert begun == []
    seen.note("token", new_id())
    seen.write()
    assert len(begun) == 1, "though there is no such token"
    seen.write()
    assert len(begun) == 1


def test_rows_are_taken_in_one_order_so_that_no_two_processes_wait_for_each_other(
    register: Register, seen: Sightings
) -> None:
    asked: list[str] = []

    def note(_connection: Any, statement: Any, *_: Any) -> None:
        asked.append(" ".join(str(statement.compile(dialect=postgresql.dialect())).split()))

    event.listen(register.database.writer, "before_execute", note)
    seen.note("token", put(register, Token))
    asked.clear()
    seen.write()
    assert asked[0].endswith("ORDER BY token.id FOR UPDATE")
    assert [each.split()[0] for each in asked] == ["SELECT", "UPDATE"]


def test_what_cannot_be_written_is_let_go(
    register: Register, seen: Sightings, caplog: pytest.LogCaptureFixture
) -> None:
    record = put(register, Calendar)
    with register.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE calendar RENAME TO elsewhere")
    seen.note("calendar", record)
    seen.note("token", record)
    with caplog.at_level(logging.WARNING, "tracker"):
        seen.write()
    assert caplog.messages == ["the last use of 2 tokens, users and calendars could not be noted"]
    assert seen._waiting == {}  # noqa: SLF001


# Behind everybody's back.


def thread_of(name: str) -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == name]


def eventually(what: Callable[[], Any]) -> None:
    until = time.monotonic() + 10
    while not what():
        assert time.monotonic() < until
        time.sleep(0.002)


def last_used(register: Register, record: str) -> Any:
    return row(register, Token, record)["last_used_at"]


def test_they_are_written_behind_everybodys_back(
    register: Register, seen: Sightings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sightings, "GATHERED", 0.01)
    first, second = put(register, Token), put(register, Token)
    seen.note("token", first)
    eventually(lambda: last_used(register, first))
    (thread,) = thread_of("sightings")
    assert thread.daemon, "which does not hold up the end of the process"
    seen.note("token", second)
    eventually(lambda: last_used(register, second))
    assert thread_of("sightings") == [thread]
    seen.close()
    assert not thread_of("sightings")


def test_they_are_gathered_for_a_while(register: Register, seen: Sightings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sightings, "GATHERED", 60.0)
    record = put(register, Token)
    seen.note("token", record)
    time.sleep(0.05)
    assert last_used(register, record) is None
    seen.close()
    assert last_used(register, record) is not None, "the end of the process writes what is left, at once"
    assert not thread_of("sightings")


def test_a_writer_that_waits_for_somebody_ends_too(
    register: Register, seen: Sightings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sightings, "GATHERED", 0.0)
    record = put(register, Token)
    seen.note("token", record)
    eventually(lambda: last_used(register, record))
    time.sleep(0.02)
    seen.close()
    assert not thread_of("sightings")


def test_the_end_of_a_process_does_not_wait_for_them_for_ever(seen: Sightings, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, let = threading.Event(), threading.Event()
    written: list[bool] = []

    def write() -> None:
        if threading.current_thread().name == "sightings":
            begun.set()
            let.wait(10)
            written.append(True)

    monkeypatch.setattr(seen, "write", write)
    monkeypatch.setattr(sightings, "GATHERED", 0.0)
    monkeypatch.setattr(sightings, "PATIENCE", 0.01)
    seen.note("token", new_id())
    assert begun.wait(10)
    seen.close()
    assert not written, "they are still being written"
    let.set()


def test_nobody_is_kept_awake_by_it(register: Register, seen: Sightings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sightings, "GATHERED", 0.0)
    written: list[bool] = []
    monkeypatch.setattr(seen, "write", lambda: written.append(True))
    seen.note("token", new_id())
    eventually(lambda: written)
    time.sleep(0.05)
    assert written == [True], "it waits until somebody is seen"


def test_what_is_noted_is_told_as_clients_read_it() -> None:
    at = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    told = sightings._seen('{"name": "Ō", "last_used_at": null, "version": 1}', "last_used_at", at)  # noqa: SLF001
    assert told == '{"name":"Ō","last_used_at":"2026-03-04T05:06:07Z","version":1}'
    assert json.loads(told)["last_used_at"] == "2026-03-04T05:06:07Z"
