"""The change feed as it happens: complete, in order, resumable, and silent about what a caller may not see."""

import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.access import tokens
from app.access.register import Register
from app.models import Token
from app.overview import following as machine
from support.client import Api
from support.documents import Documents
from support.events import Event, Follow
from support.problems import faults, problem

WRITERS = 8


def told(events: list[Event]) -> list[Any]:
    """The items of events, each held against its place."""
    items = []
    for each in events:
        assert each.event == "change"
        item = json.loads(each.data)
        assert item["after"] == each.id
        items.append(item)
    return items


def test_a_change_is_told_as_it_happens(api: Api, documents: Documents, follow: Follow) -> None:
    stream = follow().begun()
    assert stream.status == 200
    assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert stream.headers["cache-control"] == "no-store"
    assert stream.headers["x-accel-buffering"] == "no"
    assert "content-length" not in stream.headers
    assert stream.parser.retry == 3000
    before = api.read("/changes", limit=200, after=stream.parser.last_id)
    assert before["items"] == []
    visit = api.make("/visits", documents.of("visits") | {"title": 'Kākāpō and a quote: "'})
    api.change(f"/visits/{visit['id']}", {"summary": "Two\nlines\r\nand\u2028more"})
    events = stream.events(2)
    assert told(events) == api.read("/changes", after=before["after"])["items"]
    assert [each.id for each in events] == [f"{visit['id']}.1", f"{visit['id']}.2"]
    assert all("\n" not in each.data for each in events)


def test_it_begins_where_it_is_told_to(api: Api, documents: Documents, follow: Follow) -> None:
    first, second, third = (documents.visit()["id"] for _ in range(3))
    everything = api.read("/changes", limit=200)
    assert everything["next"] is not None
    after = follow(after=f"{first}.1").events(2)
    assert [each.id for each in after] == [f"{second}.1", f"{third}.1"]
    # The header wins: a client that comes back sends the address that it began with.
    back = follow(after="0", last_event_id=f"{second}.1").events(1)
    assert [each.id for each in back] == [f"{third}.1"]
    beginning = follow(after="0").events(250)
    assert [each.id for each in beginning[:200]] == [each["after"] for each in everything["items"]]


def test_a_place_that_is_none_is_refused_before_anything_is_sent(api: Api) -> None:
    for place in ("x", "0.0", "01a21007-28dd-7918-99fd-db144575f0fc.1", "x" * 61):
        assert faults(api.get("/changes/stream", params={"after": place})) & {("after", "place"), ("after", "too_long")}
        answer = api.get("/changes/stream", headers={"Last-Event-ID": place})
        assert faults(answer) == {("Last-Event-ID", "place")}
    assert faults(api.get("/changes/stream", params={"limit": 5})) == {("limit", "unknown_parameter")}
    problem(api.anonymous().get("/changes/stream"), 401)
    problem(api.post("/changes/stream", {}), 405)


def test_what_a_client_accepts(api: Api, follow: Follow) -> None:
    for accept in ("text/event-stream", "text/*", "*/*", "text/event-stream, application/json;q=0.5"):
        assert follow(accept=accept).begun().status == 200
    for accept in ("application/json", "text/html", "text/event-stream;q=0"):
        problem(api.get("/changes/stream", headers={"accept": accept}), 406)


def test_of_its_head_there_is_an_end(api: Api) -> None:
    answer = api.ask("HEAD", "/changes/stream")
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["content-type"].startswith("text/event-stream")


def test_a_client_that_was_told_of_nothing_comes_back_to_where_it_began(
    api: Api, documents: Documents, follow: Follow
) -> None:
    stream = follow().begun()
    stream.leave()
    assert stream.parser.last_id
    made = documents.visit()["id"]
    back = follow(last_event_id=stream.parser.last_id)
    assert [each.id for each in back.events(1)] == [f"{made}.1"]


@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_skipped_or_doubled_however_often_the_connection_breaks(
    api: Api, documents: Documents, follow: Follow, seed: int
) -> None:
    """Eight write while a client breaks off at random and comes back with the last id that it has seen."""
    draw = random.Random(seed)
    bodies = [[documents.of("visits") for _ in range(5)] for _ in range(WRITERS)]
    steady = follow().begun()
    place, seen = steady.parser.last_id, []

    def write(each: list[Any]) -> list[str]:
        made = [api.make("/visits", body)["id"] for body in each]
        for record in made:
            api.change(f"/visits/{record}", {"venue": "Changed"})
        return made

    with ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(write, each) for each in bodies]
        while not all(each.done() for each in writing):
            stream = follow(last_event_id=place)
            seen += told(stream.meanwhile(draw.uniform(0, 0.4)))
            stream.leave()  # what came after the last event that was read is lost with the connection
            place = stream.parser.last_id
        made = {record for each in writing for record in each.result()}
    expected = 2 * len(made)
    while len(seen) < expected:
        stream = follow(last_event_id=place)
        seen += told(stream.events(draw.randint(1, min(7, expected - len(seen)))))
        stream.leave()
        place = seen[-1]["after"]
    assert {each["record_id"] for each in seen} == made
    assert len({each["after"] for each in seen}) == len(seen) == expected
    assert told(steady.events(expected)) == seen
    assert steady.meanwhile(0.2) == []
    for record in made:
        assert [each["version"] for each in seen if each["record_id"] == record] == [1, 2]


def test_hidden_records_leave_no_trace(
    api: Api, documents: Documents, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two readers below: what one receives while much is hidden, the other receives while nothing happens."""
    monkeypatch.setattr(machine, "HEARTBEAT", 0.15)
    low = api.as_("reader", "UNCLASSIFIED")
    documents.visit()
    stop = threading.Event()

    def hide() -> None:
        while not stop.is_set():
            made = api.make("/visits", documents.of("visits") | {"classification": "RESTRICTED", "title": "Hidden"})
            api.change(f"/visits/{made['id']}", {"title": "Hidden still"})

    def taken(stream: Any) -> list[bytes]:
        assert stream.meanwhile(1.3) == []
        stream.leave()
        return [body for _, body in stream.took]

    silence = taken(follow(low).begun())
    with ThreadPoolExecutor(1) as pool:
        hiding = pool.submit(hide)
        still = taken(follow(low).begun())
        stop.set()
        hiding.result()
    # A heartbeat put off by what is hidden would be missing: something happens far more often than one is due.
    assert silence[0] == still[0]
    assert set(silence[1:]) == set(still[1:]) == {b":\n\n"}
    assert abs(len(silence) - len(still)) <= 2
    assert len(silence) > 5
    seen = follow(low, after="0").meanwhile(0.5)
    assert "Hidden" not in str(seen)
    assert documents.visit()["id"] == told(follow(low, last_event_id=seen[-1].id).events(1))[0]["record_id"]


def test_what_was_hidden_is_told_once_it_may_be_seen(api: Api, documents: Documents, follow: Follow) -> None:
    low = api.as_("reader", "UNCLASSIFIED")
    stream = follow(low).begun()
    made = api.make("/visits", documents.of("visits") | {"classification": "RESTRICTED", "title": "Hidden"})
    assert stream.meanwhile(0.3) == []
    lowered = {"classification": "UNCLASSIFIED", "title": "Open"}
    api.as_("approver").change(f"/visits/{made['id']}", lowered, **{"Change-Reason": "Announced"})
    (item,) = told(stream.events(1))
    assert item["version"] == 2
    assert item["changes"] == {}
    assert "Hidden" not in str(item)


def new_token(register: Register, **changes: Any) -> tuple[str, str]:
    holder = {"name": "follower", "role": "reader", "clearance": "RESTRICTED", "nationality": "NZ", "days": 1}
    with register.database.write() as connection, Session(connection) as session:
        token, secret = tokens.create(session, now=datetime.now(UTC), **(holder | changes))
    return token.id, secret


ENDS = {
    "revoked": {"revoked_at": datetime(2026, 1, 1, tzinfo=UTC)},
    "expired": {"expires_at": datetime(2026, 1, 1, tzinfo=UTC)},
    "less": {"clearance": "UNCLASSIFIED"},
    "more": {"clearance": "SECRET"},
    "foreign": {"nationality": "AU"},
    "another role": {"role": "auditor"},
    "elsewhere": {"networks": ["203.0.113.0/24"]},
}


@pytest.mark.parametrize("end", ENDS)
def test_a_stream_ends_with_its_token(
    api: Api, documents: Documents, register: Register, follow: Follow, end: str
) -> None:
    token, secret = new_token(register)
    stream = follow(api.with_secret(secret)).begun()
    other = follow().begun()
    with register.database.write() as connection:
        connection.execute(update(Token).where(Token.id == token).values(**ENDS[end]))
    assert stream.until_end(within=5) == []
    made = documents.visit()["id"]
    assert [each.id for each in other.events(1)] == [f"{made}.1"]


def test_nobody_is_told_of_a_change_after_their_token_ended(
    api: Api, documents: Documents, register: Register, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even in the seconds between two checks."""
    monkeypatch.setattr(machine, "CHECK_EVERY", 60.0)
    token, secret = new_token(register)
    stream = follow(api.with_secret(secret)).begun()
    time.sleep(0.2)  # the first look has checked
    with register.database.write() as connection:
        connection.execute(update(Token).where(Token.id == token).values(revoked_at=datetime.now(UTC)))
    documents.visit()
    assert stream.until_end(within=5) == []


def test_only_so_many_at_a_time(api: Api, follow: Follow, register: Register) -> None:
    open_now = [follow().begun() for _ in range(4)]
    answer = api.get("/changes/stream")
    problem(answer, 429)
    assert int(answer.headers["retry-after"]) > 0
    assert follow(api.as_("reader")).begun().status == 200
    open_now[0].leave()
    assert follow().begun().status == 200


def test_a_process_has_its_own_bound(serve: Any, follow: Follow) -> None:
    narrow = serve(max_streams=2)
    streams = [follow(narrow).begun(), follow(narrow.as_("reader")).begun()]
    answer = narrow.as_("auditor").failing().get("/changes/stream")
    problem(answer, 503)
    assert int(answer.headers["retry-after"]) > 0
    streams[0].leave()
    assert follow(narrow.as_("auditor")).begun().status == 200


def test_one_look_serves_all(
    api: Api, documents: Documents, register: Register, follow: Follow, statements: Any
) -> None:
    """As long as nothing is kept, the head is all that is asked for, however many follow."""
    streams = [follow(each).begun() for each in (api, api, api.as_("reader"), api.as_("auditor"))]
    time.sleep(0.3)
    with statements() as seen:
        time.sleep(0.5)
    looks = [each for each in seen if "ledger_head" in each]
    checks = [each for each in seen if "token" in each]
    assert len(looks) > 2
    assert len(looks) + len(checks) == len(seen)
    assert len(checks) <= 4 * len(streams)
    for each in streams:
        each.leave()
    time.sleep(0.1)
    with statements() as seen:
        time.sleep(0.2)
    assert seen == []


def test_a_client_that_takes_nothing_is_given_up(serve: Any, follow: Follow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "PATIENCE", 0.2)
    narrow = serve(max_streams_per_caller=1)
    for _ in range(2):
        stream = follow(narrow, stalled=True)
        assert stream.status == 200
        stream.task.result(timeout=5)


def test_a_stalled_client_does_not_outlive_its_token(api: Api, register: Register, follow: Follow) -> None:
    token, secret = new_token(register)
    stream = follow(api.with_secret(secret), stalled=True)
    with register.database.write() as connection:
        connection.execute(update(Token).where(Token.id == token).values(revoked_at=datetime.now(UTC)))
    stream.task.result(timeout=5)


def test_streams_end_when_the_process_is_told_to_stop(serve: Any, follow: Follow, apps: Any) -> None:
    other = serve(max_streams=3)
    stream = follow(other).begun()
    app = other.client._transport.app  # noqa: SLF001 - which is not the usual one
    apps.portal.call(app.state.streams.closed)
    assert stream.until_end(within=2) == []
    problem(other.failing().get("/changes/stream"), 503)


def test_who_follows_reads_and_is_logged(api: Api, documents: Documents, register: Register, follow: Follow) -> None:
    auditor = api.as_("auditor")
    low, high = follow(api.as_("reader", "SENSITIVE")).begun(), follow(api).begun()
    visit = documents.visit(classification="RESTRICTED")
    other = documents.visit(classification="SENSITIVE")
    assert [each.id for each in high.events(2)] == [f"{visit['id']}.1", f"{other['id']}.1"]
    assert [each.id for each in low.events(1)] == [f"{other['id']}.1"]
    (entry,) = auditor.items("/access-log")
    assert (entry["event"], entry["operation"]) == ("read", "/api/v1/changes/stream")
    assert entry["record_ids"] == [visit["id"]]
    assert entry["actor"].startswith("contributor")

    def fail(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "INSERT INTO access_log" in statement:
            raise OperationalError(statement, {}, Exception("disk full"))

    event.listen(register.database.writer, "before_cursor_execute", fail)
    try:
        documents.visit(classification="RESTRICTED", title="Never told unlogged")
        assert high.until_end() == []
    finally:
        event.remove(register.database.writer, "before_cursor_execute", fail)
    assert "Never told" not in str(high.took)
    assert len(auditor.items("/access-log")) == 1
    back = follow(api, last_event_id=f"{other['id']}.1")
    assert "Never told unlogged" in back.events(1)[0].data
    assert len(auditor.items("/access-log")) == 2
