"""The access log: nobody reads what is classified high unlogged, and who is turned away is known."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from starlette.requests import Request

from app.access import access_log
from app.access.access_log import Rationed, Sight
from app.access.accesses import log_export
from app.access.register import Register
from app.access.work import Work
from app.errors import Unavailable
from support.client import Api
from support.documents import Documents
from support.problems import faults, problem
from support.recording import operating

Serve = Callable[..., Api]


@pytest.fixture
def auditor(api: Api) -> Api:
    return api.as_("auditor", "TOP SECRET")


@pytest.fixture(autouse=True)
def _new_rations(register: Register) -> None:
    """The application that serves may have served other tests."""
    register.access_log.rationed = Rationed()


@pytest.fixture
def high(documents: Documents) -> Any:
    return documents.visit(classification="RESTRICTED", title="High")


def logged(auditor: Api, **params: Any) -> list[Any]:
    return auditor.items("/access-log", **params)


# Reads.


def test_a_read_of_what_is_classified_high_is_logged(api: Api, auditor: Api, high: Any) -> None:
    answer = api.get(f"/visits/{high['reference']}", params={"fields": "title"})
    (entry,) = logged(auditor)
    assert entry["event"] == "read"
    assert entry["actor"].startswith("contributor")
    assert entry["actor_id"]
    assert entry["address"] == "127.0.0.1"
    assert entry["request_id"] == answer.headers["x-request-id"]
    assert (entry["method"], entry["operation"]) == ("GET", "/api/v1/visits/{id}")
    assert (entry["record_type"], entry["record_ids"]) == ("visit", [high["id"]])
    assert entry["classification"] == "RESTRICTED"
    assert entry["detail"] is None
    assert high["reference"] not in auditor.get("/access-log").text, "no value of an address"


def test_what_is_below_is_not_logged_and_costs_nothing(
    api: Api, auditor: Api, documents: Documents, statements: Callable[[], Any], kind: str
) -> None:
    low = documents.visit(classification="SENSITIVE")
    api.read("/visits")
    for path in (f"/visits/{low['id']}", "/visits", f"/visits/{low['id']}/history", "/changes", "/engagements?q=visit"):
        with statements() as seen:
            api.get(path)
        assert not [each for each in seen if "access_log" in each], path
    with statements() as seen:
        api.read(f"/visits/{low['id']}")
    assert len(seen) == (2 if kind == "sqlite" else 1)
    assert logged(auditor) == []


def test_every_way_to_read_is_logged(api: Api, auditor: Api, documents: Documents, high: Any) -> None:
    person = documents.person()
    path = f"/visits/{high['id']}"
    participant = api.make(f"{path}/participants", {"person": person})
    at = f"{path}/participants/{participant['id']}"
    between = api.read(path)["updated_at"]
    api.change(path, {"title": "Changed"})
    ways: list[tuple[str, Any]] = [
        ("GET", "/visits"), ("GET", "/visits?fields=id"), ("GET", "/engagements"), ("GET", "/visits?q=changed"),
        ("GET", f"/visits?partner={high['partners'][0]['partner']}&partner=AU&sort=starts_on"), ("POST", "/visits/query"), ("GET", path), ("HEAD", path),
        ("GET", f"/engagements/{high['id']}"), ("GET", f"{path}?as_at={between}"), ("GET", f"{path}/history"),
        ("GET", at), ("GET", f"{path}/participants"), ("GET", f"{at}/history"), ("GET", "/changes?limit=200&after=" + _before(api, high)),
    ]  # fmt: skip
    for method, way in ways:
        answer = api.ask(method, way, **({"json": {}} if method == "POST" else {}))
        assert answer.status_code == 200, way
        entries = [each for each in logged(auditor) if each["request_id"] == answer.headers["x-request-id"]]
        assert high["id"] in [each for entry in entries for each in entry["record_ids"]], way
        assert {entry["event"] for entry in entries} == {"read"}
    answer = auditor.get("/audit", params={"record": high["id"]})
    assert logged(auditor)[0]["request_id"] == answer.headers["x-request-id"]


def _before(api: Api, record: Any) -> str:
    """The place in the feed just before a record's first change."""
    after = "0"
    while True:
        page = api.read("/changes", after=after, limit=200)
        for item in page["items"]:
            if item["record_id"] == record["id"]:
                return after
            after = item["after"]


def test_what_was_high_once_is_logged_too(api: Api, auditor: Api, high: Any) -> None:
    path = f"/visits/{high['id']}"
    lowered = api.as_("administrator").change(
        path, {"classification": "UNCLASSIFIED"}, **{"change-reason": "Announced"}
    )
    count = len(logged(auditor))
    api.read(path)
    assert len(logged(auditor)) == count
    api.read(path, as_at=high["updated_at"])
    api.read(f"{path}/history")
    assert [each["operation"] for each in logged(auditor)[: -count or None]] == [
        "/api/v1/visits/{id}/history",
        "/api/v1/visits/{id}",
    ]
    assert lowered["version"] == 2


def test_a_list_names_those_on_the_page_that_are_high(api: Api, auditor: Api, documents: Documents) -> None:
    made = [
        documents.visit(classification=each, starts_on=f"2031-01-0{day}", ends_on=...)
        for day, each in enumerate(["RESTRICTED", "SENSITIVE", "RESTRICTED", "RESTRICTED"], 1)
    ]
    page = api.read("/visits", sort="starts_on", limit=3)
    (entry,) = logged(auditor)
    assert entry["record_ids"] == [made[0]["id"], made[2]["id"]]
    api.get(page["next"])
    assert logged(auditor)[0]["record_ids"] == [made[3]["id"]]


def test_the_feed_and_history_log_what_they_show_and_no_more(api: Api, auditor: Api, documents: Documents) -> None:
    made = [documents.visit(classification="RESTRICTED") for _ in range(3)]
    start = _before(api, made[0])
    count = len(logged(auditor, limit=200))
    api.read("/changes", after=start, limit=2)
    latest = logged(auditor, limit=200)[: -count or None]
    assert [each["record_ids"] for each in latest] == [[made[0]["id"], made[1]["id"]]]


def test_who_has_it_already_or_is_told_nothing_reads_nothing(api: Api, auditor: Api, high: Any) -> None:
    path = f"/visits/{high['id']}"
    assert api.get(path, headers={"if-none-match": '"1"'}).status_code == 304
    assert api.get(path, params={"fields": "nothing"}).status_code == 422
    assert api.as_("reader", "SENSITIVE").get(path).status_code == 404
    assert api.as_("reader", "SENSITIVE").items("/visits") == []
    api.change(path, {"title": "Changed"})
    assert logged(auditor) == [], "who writes stands in the ledger"


@pytest.mark.parametrize(("setting", "classified", "expected"), [
    ("UNCLASSIFIED", "UNCLASSIFIED", True), ("SENSITIVE", "SENSITIVE", True), ("SENSITIVE", "IN-CONFIDENCE", False), ("SECRET", "RESTRICTED", False),
])  # fmt: skip
def test_from_where_on_reads_are_logged_is_set(
    serve: Serve, auditor: Api, documents: Documents, setting: str, classified: str, expected: bool
) -> None:
    visit = documents.visit(classification=classified)
    serve(log_reads_from=setting).read(f"/visits/{visit['id']}")
    assert bool(logged(auditor)) == expected


@contextmanager
def failing_log(register: Register) -> Iterator[None]:
    """Meanwhile nothing can be written to the access log."""

    def fail(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "INSERT INTO access_log" in statement:
            raise OperationalError(statement, {}, Exception("disk full"))

    event.listen(register.database.writer, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(register.database.writer, "before_cursor_execute", fail)


def test_nothing_is_told_unlogged(
    api: Api, auditor: Api, documents: Documents, register: Register, high: Any, caplog: pytest.LogCaptureFixture
) -> None:
    low = documents.visit()
    failing = api.failing()
    with failing_log(register):
        for path in (f"/visits/{high['id']}", "/visits", f"/visits/{high['id']}/history"):
            answer = failing.get(path)
            problem(answer, 503)
            assert int(answer.headers["retry-after"]) > 0
            assert high["title"] not in answer.text
            assert high["id"] not in answer.json()["detail"]
        assert failing.read(f"/visits/{low['id']}") == low
        problem(failing.as_("reader").post("/visits", {}), 403)
        problem(failing.with_secret(f"det_{'A' * 43}").get("/visits"), 401)
    assert logged(auditor) == []
    assert "the access log cannot be written" in caplog.text
    assert api.read(f"/visits/{high['id']}") == high
    assert len(logged(auditor)) == 1


def test_many_who_read_at_once_are_all_logged(api: Api, auditor: Api, documents: Documents, register: Register) -> None:
    made = [documents.visit(classification="RESTRICTED")["id"] for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda each: [api.get(f"/visits/{each}") for _ in range(5)], made))
    assert {answer.status_code for each in answers for answer in each} == {200}
    entries = logged(auditor, limit=200)
    assert sorted(each["request_id"] for each in entries) == sorted(
        answer.headers["x-request-id"] for each in answers for answer in each
    )
    for record in made:
        assert [each["record_ids"] for each in entries].count([record]) == 5
    with failing_log(register), ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda each: api.failing().get(f"/visits/{each}").status_code, made)) == {503}
    assert len(logged(auditor, limit=200)) == 40


def test_what_is_handed_out_as_a_file_is_logged_by_one_call(
    api: Api, auditor: Api, register: Register, high: Any, documents: Documents
) -> None:
    low = documents.visit()
    rows: list[tuple[Any, int | None]] = []
    with register.database.reader.connect() as connection:
        rows += [tuple(row) for row in connection.execute(text("SELECT id, marking_id FROM engagement ORDER BY id"))]  # type: ignore[misc]
        actor = register.authenticate(connection.connection.cursor(), str(api.secret), None)
        work = Work(register, actor, connection, "export-1234")
        work.holds("engagement", rows)
        work.holds("partner", [("AU", None)])
    route = SimpleNamespace(path="/api/v1/engagements.csv")
    scope = {
        "type": "http",
        "method": "GET",
        "app": api.client.app,
        "headers": [],
        "client": ("203.0.113.7", 1),
        "route": route,
    }  # type: ignore[attr-defined]
    log_export(Request(scope), work, "2 rows")
    (entry,) = logged(auditor)
    assert (entry["event"], entry["operation"], entry["detail"]) == ("export", "/api/v1/engagements.csv", "2 rows")
    assert (entry["address"], entry["request_id"], entry["actor"]) == ("203.0.113.7", "export-1234", actor.name)
    assert entry["record_ids"] == [high["id"]]
    assert low["id"] not in entry["record_ids"]
    work.seen.clear()
    log_export(Request(scope), work)
    assert logged(auditor)[0]["record_ids"] is None, "an export of nothing high is entered too"
    work.seen += [Sight("visit", str(uuid4()), rows[0][1] or 0) for _ in range(450)]
    log_export(Request(scope), work)
    assert [len(each["record_ids"]) for each in logged(auditor)[:3]] == [50, 200, 200]
    with failing_log(register), pytest.raises(Unavailable):
        log_export(Request(scope), work)


# Refusals.


def test_a_sign_in_that_fails_is_logged_without_the_token(api: Api, auditor: Api, high: Any) -> None:
    wrong = f"det_{'A' * 43}"
    for path in (f"/visits/{high['id']}", "/imports"):
        problem(api.with_secret(wrong).ask("POST" if path == "/imports" else "GET", path), 401)
    told = logged(auditor, event="sign_in_failed")
    assert [each["operation"] for each in told] == ["/api/v1/imports", "/api/v1/visits/{id}"]
    for each in told:
        assert (each["actor"], each["actor_id"], each["record_ids"], each["address"]) == (None, None, None, "127.0.0.1")
    assert wrong not in auditor.get("/access-log").text
    assert "AAAA" not in auditor.get("/access-log").text


def test_who_sends_no_token_has_not_tried(api: Api, auditor: Api) -> None:
    problem(api.anonymous().get("/visits"), 401)
    assert logged(auditor) == []


def test_what_a_role_does_not_include_is_logged(api: Api, auditor: Api, high: Any) -> None:
    reader = api.as_("reader")
    problem(reader.patch(f"/visits/{high['id']}", {"title": "X"}), 403)
    problem(reader.get("/audit"), 403)
    problem(reader.get("/access-log"), 403)
    problem(reader.post("/imports"), 403)
    told = logged(auditor, event="refused")
    assert [(each["method"], each["operation"]) for each in told] == [
        ("POST", "/api/v1/imports"),
        ("GET", "/api/v1/access-log"),
        ("GET", "/api/v1/audit"),
        ("PATCH", "/api/v1/visits/{id}"),
    ]
    assert {each["actor"].split()[0] for each in told} == {"reader"}
    assert all(each["actor_id"] for each in told)


def test_nobody_fills_the_disk(api: Api, auditor: Api, register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    most = access_log.RATIONED_MOST
    wrong, reader = api.with_secret(f"det_{'A' * 43}"), api.as_("reader")
    for _ in range(most + 7):
        problem(wrong.get("/visits"), 401)
        problem(reader.get("/audit"), 403)
    assert len(logged(auditor, event="sign_in_failed", limit=200)) == most
    assert len(logged(auditor, event="refused", limit=200)) == most
    monkeypatch.setattr(access_log, "RATIONED_SECONDS", 0.0)  # a minute later
    problem(wrong.get("/visits"), 401)
    problem(reader.get("/audit"), 403)
    for each in ("sign_in_failed", "refused"):
        newest, second, *_ = logged(auditor, event=each)
        assert newest["detail"] == "7 more before this one were not entered"
        assert second["detail"] is None


def test_a_ration_is_each_address_its_own_until_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("app.access.access_log.time.monotonic", lambda: now[0])
    rationed, most, keys = Rationed(), access_log.RATIONED_MOST, access_log.RATIONED_KEYS
    for key in range(keys - 1):
        assert [rationed.admit(f"{key}") for _ in range(most + 1)] == [0] * most + [None]
    admitted = [rationed.admit(f"flood {key}") for key in range(10_000)]
    assert len([each for each in admitted if each is not None]) <= most + 1
    assert len(rationed.rations) <= keys + 1
    now[0] += 60
    assert rationed.admit("0") == 1, "the one that was left out is told of"
    assert rationed.admit("0") == 0


# The log itself.


def test_it_is_for_auditors_and_shows_them_what_they_may_see(
    api: Api, auditor: Api, high: Any, documents: Documents
) -> None:
    eyes_only = documents.visit(classification="RESTRICTED", endorsements=["NZEO"])
    problem(api.anonymous().get("/access-log"), 401)
    for role in ("reader", "contributor", "approver"):
        problem(api.as_(role).get("/access-log"), 403)
    page = api.read("/visits")
    assert {each["id"] for each in page["items"]} == {high["id"], eyes_only["id"]}
    reads = logged(auditor, event="read")
    assert {tuple(each["record_ids"]) for each in reads} == {(high["id"],), (eyes_only["id"],)}
    assert len({each["request_id"] for each in reads}) == 1
    assert logged(api.as_("administrator"), event="read") == reads
    abroad = api.as_("auditor", "TOP SECRET", "AU")
    assert [each["record_ids"] for each in logged(abroad, event="read")] == [[high["id"]]]
    assert eyes_only["id"] not in abroad.get("/access-log").text
    assert logged(abroad, record=eyes_only["id"]) == []
    assert logged(api.as_("auditor", "SENSITIVE"), event="read") == []


def test_what_it_can_be_asked(api: Api, auditor: Api, high: Any, documents: Documents) -> None:
    other = documents.visit(classification="RESTRICTED")
    for each in (high, other):
        api.read(f"/visits/{each['id']}")
        api.as_("approver").read(f"/visits/{each['id']}")
    problem(api.as_("reader").post("/visits", {}), 403)
    everything = logged(auditor)
    assert len(everything) == 5
    assert [each["at"] for each in everything] == sorted((each["at"] for each in everything), reverse=True)
    assert logged(auditor, record=high["id"].upper()) == [
        each for each in everything if each["record_ids"] == [high["id"]]
    ]
    name = everything[1]["actor"]
    assert len(logged(auditor, actor=name)) == 2
    assert len(logged(auditor, actor=name, record=other["id"], event="read")) == 1
    since, until = everything[3]["at"], everything[1]["at"]
    assert logged(auditor, since=since, until=until) == [each for each in everything if since <= each["at"] < until]
    page = auditor.read("/access-log", limit=2)
    seen = page["items"]
    while page["next"]:
        page = auditor.get(page["next"]).json()
        seen += page["items"]
    assert seen == everything


@pytest.mark.parametrize(("params", "fault"), [
    ({"event": "seen"}, ("event", "not_allowed")), ({"record": "x" * 36}, ("record", "pattern")), ({"since": "now"}, ("since", "instant_format")),
    ({"limit": "0"}, ("limit", "range")), ({"cursor": "x"}, ("cursor", "cursor")), ({"colour": "red"}, ("colour", "unknown_parameter")),
    ({"actor": "x\ny"}, ("actor", "line_break")), ({"cursor": "WyItYXQsLWlkIiwgIngiLCAieSJd"}, ("cursor", "cursor")),
])  # fmt: skip
def test_what_it_cannot_be_asked(auditor: Api, params: dict[str, str], fault: tuple[str, str]) -> None:
    assert faults(auditor.get("/access-log", params=params)) == {fault}


@pytest.mark.parametrize("record", ["' OR 1=1 --", '"]', "%"])
def test_no_text_gets_out_of_its_place(auditor: Api, api: Api, high: Any, record: str) -> None:
    api.read(f"/visits/{high['id']}")
    assert logged(auditor, actor=record) == []


STATEMENTS = [
    "UPDATE access_log SET actor = 'somebody else'",
    "DELETE FROM access_log",
    "UPDATE access_log SET id = id",
]


def test_an_entry_stays_as_it_was_written(api: Api, register: Register, high: Any, kind: str) -> None:
    api.read(f"/visits/{high['id']}")
    same = "INTO access_log SELECT * FROM access_log"
    statements = [*STATEMENTS, *([f"REPLACE {same}"] if kind == "sqlite" else ["TRUNCATE access_log"])]

    def rows() -> Any:
        with operating(register) as connection:
            return connection.execute(text("SELECT * FROM access_log ORDER BY id")).all()

    before = rows()
    assert before
    for statement in statements:
        with pytest.raises(DBAPIError, match="append-only"), operating(register) as connection:
            connection.execute(text(statement))
    assert rows() == before
