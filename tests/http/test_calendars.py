"""Calendars: schedules at a secret address."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx2 as httpx
import pytest
from icalendar import Calendar

from app.access.actor import system
from app.access.register import Register
from app.access.work import writing_as
from app.core.columns import Base
from app.exchange.icalendar import calendars
from app.exchange.icalendar.calendars import CALENDARS
from support.client import Api
from support.documents import Documents
from support.problems import faults, problem

Stored = Callable[[], dict[str, int]]
NONE = "/calendars/feed/cal_" + "A" * 43 + ".ics"
Person = Callable[..., Any]


@pytest.fixture
def on(register: Register) -> dict[str, str]:
    """A day that every calendar holds."""
    day = str(register.day(datetime.now(UTC)))
    return {"starts_on": day, "ends_on": day}


@pytest.fixture
def person(api: Api) -> Person:
    """`person(clearance="RESTRICTED")` is a user and a token of theirs."""
    admin = api.as_("administrator")

    def made(**changes: Any) -> Any:
        usual = {"name": "Officer", "role": "contributor", "clearance": "RESTRICTED", "nationality": "NZ"}
        user = admin.make("/users", usual | changes)
        token = {"name": "theirs", "role": "contributor", "clearance": "RESTRICTED", "nationality": "NZ"}
        return user, api.with_secret(admin.make("/tokens", token | {"user": user["id"]})["token"])

    return made


def made(api: Api, **changes: Any) -> Any:
    return api.make("/calendars", {"title": "Visits", **changes})


def feed(api: Api, calendar: Any, **headers: str) -> httpx.Response:
    """What a program gets that knows the address and has no token."""
    return api.anonymous().get(calendar["address"], headers=headers)


def titles(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    calendar = Calendar.from_ical(answer.content)
    assert not any(each.errors for each in calendar.walk())
    return sorted(str(each["summary"]) for each in calendar.events)


def test_whoever_knows_the_address_reads_the_calendar(api: Api, documents: Documents, on: Any) -> None:
    documents.visit(title="To Suva", partners=["FJ"], **on)
    documents.visit(title="To Apia", partners=["WS"], **on)
    calendar = made(api, filter={"partner": ["FJ", "TO"]})
    assert calendar["address"].startswith("http://testserver/api/v1/calendars/feed/cal_")
    answer = feed(api, calendar)
    assert titles(answer) == ["To Suva"]
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert Calendar.from_ical(answer.content)["name"] == "Visits"
    secret = calendar["address"].rpartition("/")[2].removesuffix(".ics")
    assert secret.encode() not in answer.content
    again = feed(api, calendar, **{"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_address_is_told_once_and_kept_nowhere(
    api: Api, register: Register, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = api.post("/calendars", {"title": "Visits"})
    assert answer.headers["cache-control"] == "no-store"
    calendar = answer.json()
    secret = calendar["address"].rpartition("/")[2].removesuffix(".ics")
    assert len(secret) == len("cal_") + 43
    assert answer.headers["location"] == f"http://testserver/api/v1/calendars/{calendar['id']}"
    kept = {name: value for name, value in calendar.items() if name != "address"}
    assert api.read(f"/calendars/{calendar['id']}") == kept
    assert api.items("/calendars") == [kept]
    feed(api, calendar)
    with register.database.reader.connect() as connection:
        for table in Base.metadata.tables:
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"'):
                assert not any(secret in str(bytes(each) if isinstance(each, memoryview) else each) for each in row), (
                    table
                )
    assert not [each for each in caplog.records if secret in each.getMessage() and not each.name.startswith("http")]
    assert api.post("/calendars", {"title": "Visits"}, headers={"Idempotency-Key": "abcdefgh"}).status_code in (
        201,
        422,
    )


def test_addresses_that_are_none_are_all_alike(
    api: Api, documents: Documents, register: Register, serve: Callable[..., Api]
) -> None:
    api = serve(wrong_token_limit=0)
    revoked, expired = made(api), made(api)
    assert api.delete(f"/calendars/{revoked['id']}").status_code == 204
    with writing_as(register, system("time"), "test") as work:
        work.connection.exec_driver_sql(
            f"UPDATE calendar SET expires_at = '2020-01-01T00:00:00.000000Z' WHERE id = '{expired['id']}'"
        )
    told = set()
    for address in (
        revoked["address"],
        expired["address"],
        NONE,
        "/calendars/feed/x.ics",
        "/calendars/feed/%00.ics",
        "/calendars/feed/cal_%C4%80.ics",
    ):
        answer = api.anonymous().get(address)
        document = problem(answer, 404)
        told.add(answer.text.replace(document["request_id"], ""))
    assert len(told) == 1
    (text,) = told
    assert json.loads(text)["instance"] == "/api/v1/calendars/feed/***"


def test_what_is_wrong_with_a_request_does_not_repeat_the_secret(api: Api) -> None:
    calendar = made(api)
    secret = calendar["address"].rpartition("/")[2].removesuffix(".ics")
    for answer, status in (
        (api.anonymous().get(calendar["address"], params={"colour": "red"}), 422),
        (api.anonymous().get(calendar["address"], headers={"Accept": "application/json"}), 406),
        (api.anonymous().post(calendar["address"]), 405),
        (api.anonymous().get(calendar["address"] + "/more"), 404),
        (api.anonymous().get(calendar["address"].removesuffix(".ics")), 404),
        (api.anonymous().get(calendar["address"].replace("/feed/", "/feed//")), 404),
    ):
        problem(answer, status)
        assert secret not in answer.text


def test_a_token_opens_no_other_calendar_and_is_not_needed(api: Api) -> None:
    calendar = made(api)
    assert api.get(calendar["address"]).status_code == 200
    problem(api.get(NONE), 404)


def test_guessing_is_slowed_down(serve: Callable[..., Api]) -> None:
    api = serve(wrong_token_limit=3)
    calendar = made(api)
    answers = [api.anonymous().get(NONE) for _ in range(5)]
    assert [each.status_code for each in answers] == [404, 404, 404, 429, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert feed(api, calendar).status_code == 200, "a right one is taken at any time"


def test_a_wrong_address_is_logged_without_its_secret(api: Api) -> None:
    problem(api.anonymous().get(NONE), 404)
    (entry,) = api.as_("auditor").items("/access-log", event="sign_in_failed")
    assert (entry["actor"], entry["operation"]) == (None, "/api/v1/calendars/feed/{secret}.ics")
    assert "cal_" not in str(entry)


def test_a_program_has_a_limit_of_its_own(serve: Callable[..., Api]) -> None:
    api = serve(rate_limit=3)
    calendar = made(api)
    assert [feed(api, calendar).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert api.get("/me").status_code == 200, "its owner is not the one who waits"


def test_it_carries_nothing_above_its_ceiling(serve: Callable[..., Api], documents: Documents, on: Any) -> None:
    api = serve(calendar_ceiling="RESTRICTED")
    for name, marking in {
        "open": {},
        "in confidence": {"classification": "IN-CONFIDENCE"},
        "sensitive": {"classification": "SENSITIVE"},
        "endorsed": {"classification": "IN-CONFIDENCE", "endorsements": ["POLICY"]},
        "eyes only": {"classification": "IN-CONFIDENCE", "endorsements": ["NZEO"]},
        "released": {"classification": "IN-CONFIDENCE", "releasable_to": ["AU"]},
    }.items():
        documents.visit(title=name, **on, **marking)
    assert titles(feed(api, made(api))) == ["open"]
    answer = feed(api, made(api, ceiling="IN-CONFIDENCE"))
    assert titles(answer) == ["[IN-CONFIDENCE] in confidence", "open"]
    assert answer.headers["x-marking"] == "IN-CONFIDENCE"
    assert titles(feed(api, made(api, ceiling="RESTRICTED"))) == [
        "[IN-CONFIDENCE] in confidence",
        "[SENSITIVE] sensitive",
        "open",
    ]


def test_who_needs_to_know_asks_themselves(
    serve: Callable[..., Api], documents: Documents, holder: Any, on: Any
) -> None:
    knows = holder(role="contributor", groups=["polar"])
    knows.make(
        "/visits", documents.of("visits", title="Ice", classification="IN-CONFIDENCE", need_to_know=["polar"], **on)
    )
    served = serve(calendar_ceiling="RESTRICTED").with_secret(knows.secret)
    assert titles(feed(served, made(served, ceiling="RESTRICTED"))) == []


def test_a_ceiling_is_within_what_its_owner_and_the_installation_allow(
    serve: Callable[..., Api], api: Api, person: Person, stored: Stored
) -> None:
    before = stored()
    assert faults(api.post("/calendars", {"title": "x", "ceiling": "IN-CONFIDENCE"})) == {("/ceiling", "above_ceiling")}
    open_ = serve(calendar_ceiling="SENSITIVE")
    assert faults(open_.post("/calendars", {"title": "x", "ceiling": "RESTRICTED"})) == {("/ceiling", "above_ceiling")}
    below = open_.as_("reader", "UNCLASSIFIED")
    assert faults(below.post("/calendars", {"title": "x", "ceiling": "IN-CONFIDENCE"})) == {
        ("/ceiling", "above_clearance")
    }
    assert stored() == before
    _, unknown = person(clearance=None)
    unknown = open_.with_secret(unknown.secret)
    assert faults(unknown.post("/calendars", {"title": "x", "ceiling": "IN-CONFIDENCE"})) == {
        ("/ceiling", "above_clearance")
    }
    assert made(below)["ceiling"] == made(unknown)["ceiling"] == "UNCLASSIFIED"


def test_it_follows_what_becomes_of_its_owner(
    serve: Callable[..., Api], person: Person, documents: Documents, on: Any
) -> None:
    user, token = person()
    api = serve(calendar_ceiling="SENSITIVE")
    admin = api.as_("administrator")
    documents.visit(title="secret", classification="SENSITIVE", **on)
    documents.visit(title="open", **on)
    calendar = made(api.with_secret(token.secret), ceiling="SENSITIVE")
    assert titles(feed(api, calendar)) == ["[SENSITIVE] secret", "open"]
    admin.change(f"/users/{user['id']}", {"clearance": "IN-CONFIDENCE"})
    assert titles(feed(api, calendar)) == ["open"]
    admin.change(f"/users/{user['id']}", {"active": False})
    problem(feed(api, calendar), 404)
    admin.change(f"/users/{user['id']}", {"active": True})
    assert titles(feed(api, calendar)) == ["open"]
    low = serve(calendar_ceiling="UNCLASSIFIED")
    admin.change(f"/users/{user['id']}", {"clearance": "RESTRICTED"})
    assert titles(feed(low, calendar)) == ["open"], "a setting that is lowered counts at once"


def test_that_of_a_token_ends_with_it(api: Api) -> None:
    admin = api.as_("administrator")
    token = admin.make("/tokens", {"name": "display", "role": "reader"})
    calendar = made(api.with_secret(token["token"]))
    assert feed(api, calendar).status_code == 200
    admin.delete(f"/tokens/{token['id']}")
    problem(feed(api, calendar), 404)


def test_what_is_mine_follows_the_offices_that_i_hold(api: Api, documents: Documents, person: Person, on: Any) -> None:
    me, office = documents.make("people"), documents.make("offices")
    _, token = person(person=me["id"])
    documents.visit(title="I lead", principal=me["id"], **on)
    documents.visit(title="My office leads", principal_office=office["id"], **on)
    documents.visit(title="Not mine", **on)
    calendar = made(token, mine=True)
    assert titles(feed(api, calendar)) == ["I lead"]
    api.make("/appointments", {"person": me["id"], "office": office["id"], "starts_on": "2020-01-01"})
    assert titles(feed(api, calendar)) == ["I lead", "My office leads"]
    assert titles(feed(api, made(api, mine=True))) == []


def test_a_saved_filter_gives_what_it_asks(serve: Callable[..., Api], documents: Documents, on: Any) -> None:
    api = serve(calendar_ceiling="RESTRICTED")
    documents.visit(title="With Tonga", partners=["TO"], **on)
    documents.visit(title="With Fiji", partners=["FJ"], **on)
    asked = {
        "slug": "tonga",
        "title": "Tonga",
        "resource": "engagements",
        "query": {"partner": "TO", "limit": 5, "sort": "title"},
    }
    api.make("/saved-filters", asked)
    calendar = api.make("/calendars", {"saved": "tonga"})
    assert (calendar["title"], calendar["filter"]) == ("Tonga", {"partner": "TO"})
    assert titles(feed(api, calendar)) == ["With Tonga"]
    assert faults(api.post("/calendars", {"saved": "samoa"})) == {("/saved", "unknown_reference")}
    assert faults(api.post("/calendars", {"saved": "tonga", "filter": {}})) == {("/filter", "one_of")}
    api.make("/saved-filters", asked | {"slug": "quiet", "classification": "IN-CONFIDENCE"})
    assert faults(api.post("/calendars", {"saved": "quiet"})) == {("/saved", "above_ceiling")}
    assert api.make("/calendars", {"saved": "quiet", "ceiling": "IN-CONFIDENCE"})["title"] == "Tonga"


def test_what_is_no_filter_is_refused_with_all_that_is_wrong(api: Api, stored: Stored) -> None:
    before = stored()
    wrong = {"partnr": "TO", "status": ["nowhere"], "starts_from": "soon", "limit": 5, "saved": "x", "cursor": "y"}
    assert faults(api.post("/calendars", {"title": "x", "filter": wrong})) == {
        ("/filter/partnr", "unknown_field"), ("/filter/status/0", "not_allowed"), ("/filter/starts_from", "date_format"),
        ("/filter/limit", "unknown_field"), ("/filter/saved", "unknown_field"), ("/filter/cursor", "unknown_field"),
    }  # fmt: skip
    for document, expected in (
        ({"filter": {}}, {("/title", "required")}),
        ({"title": "x", "filter": []}, {("/filter", "type")}),
        ({"title": "x", "filter": {"q": "\x00"}}, {("/filter", "control_character")}),
        ({"title": "a\nb"}, {("/title", "line_break")}),
        ({"title": "x", "mine": "yes"}, {("/mine", "type")}),
        ({"title": "x", "secret_hash": "x"}, {("/secret_hash", "unknown_field")}),
        ({"title": "x", "expires_at": "2020-01-01T00:00:00Z"}, {("/expires_at", "date_range")}),
        ({"title": "x", "expires_at": "2190-01-01T00:00:00Z"}, {("/expires_at", "date_range")}),
    ):
        assert faults(api.post("/calendars", document)) == expected, document
    assert stored() == before


def test_it_is_its_owners_own(api: Api) -> None:
    calendar = made(api)
    for other in (api.as_("approver"), api.as_("administrator"), api.as_("auditor")):
        assert other.items("/calendars") == []
        problem(other.get(f"/calendars/{calendar['id']}"), 404)
    problem(api.as_("administrator").delete(f"/calendars/{calendar['id']}"), 404)
    problem(api.as_("auditor").post("/calendars", {"title": "x"}), 403)
    problem(api.anonymous().post("/calendars", {"title": "x"}), 401)
    assert feed(api, calendar).status_code == 200


def test_it_can_be_changed_but_for_its_ceiling(api: Api, documents: Documents, on: Any) -> None:
    documents.visit(title="With Tonga", partners=["TO"], **on)
    calendar = made(api)
    first = feed(api, calendar)
    changed = api.change(f"/calendars/{calendar['id']}", {"title": "Fiji", "filter": {"partner": "FJ"}})
    assert (changed["version"], changed["filter"]) == (2, {"partner": "FJ"})
    assert titles(feed(api, calendar, **{"If-None-Match": first.headers["etag"]})) == []
    assert faults(api.patch(f"/calendars/{calendar['id']}", {"ceiling": "RESTRICTED"})) == {("/ceiling", "create_only")}
    assert faults(api.patch(f"/calendars/{calendar['id']}", {"filter": {"colour": "red"}})) == {
        ("/filter/colour", "unknown_field")
    }
    problem(api.delete(f"/calendars/{calendar['id']}", headers={"If-Match": '"1"'}), 412)


def test_revoked_is_for_good(api: Api) -> None:
    calendar = made(api)
    for _ in range(2):
        assert api.delete(f"/calendars/{calendar['id']}").status_code == 204
    (kept,) = api.items("/calendars")
    assert kept["revoked_at"] is not None
    assert kept["version"] == 2
    problem(api.patch(f"/calendars/{calendar['id']}", {"title": "Again"}), 409)
    problem(feed(api, calendar), 404)


def test_nobody_has_more_than_they_can_look_after(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "MOST", 2)
    first, _ = made(api), made(api)
    problem(api.post("/calendars", {"title": "x"}), 409)
    api.delete(f"/calendars/{first['id']}")
    assert made(api)


def test_when_it_was_last_used_is_told(serve: Callable[..., Api]) -> None:
    api = serve(token_use_seconds=60)
    calendar = made(api)
    before = api.get("/calendars")
    single = api.get(f"/calendars/{calendar['id']}")
    assert before.json()["items"][0]["last_used_at"] is None
    feed(api, calendar)
    api.client.app.state.register.sightings.write()  # type: ignore[attr-defined]
    after = api.get("/calendars", headers={"If-None-Match": before.headers["etag"]})
    assert after.json()["items"][0]["last_used_at"] is not None
    assert (
        api.get(f"/calendars/{calendar['id']}", headers={"If-None-Match": single.headers["etag"]}).json()[
            "last_used_at"
        ]
        is not None
    )


def test_what_is_classified_high_is_logged_as_read_by_that_calendar(
    serve: Callable[..., Api], documents: Documents, on: Any
) -> None:
    api = serve(calendar_ceiling="RESTRICTED", log_reads_from="SENSITIVE")
    documents.visit(title="open", **on)
    low, high = made(api), made(api, ceiling="RESTRICTED")
    auditor = api.as_("auditor")
    visit = documents.visit(title="high", classification="SENSITIVE", **on)
    feed(api, low)
    assert auditor.items("/access-log", event="export") == []
    tag = feed(api, high).headers["etag"]
    (entry,) = auditor.items("/access-log", event="export")
    assert (entry["record_ids"], entry["detail"]) == ([visit["id"]], f"by calendar {high['id']}")
    assert entry["operation"] == "/api/v1/calendars/feed/{secret}.ics"
    assert entry["actor"] == api.read("/me")["name"]
    feed(api, high, **{"If-None-Match": tag})
    assert len(auditor.items("/access-log", event="export")) == 1, "who has it is told nothing"


def test_it_is_in_the_audit_trail_and_in_no_feed_or_search(api: Api) -> None:
    calendar = made(api, title="Kererū")
    api.delete(f"/calendars/{calendar['id']}")
    trail = api.as_("auditor").items("/audit", record=calendar["id"])
    assert sorted(each["action"] for each in trail) == ["create", "revoke"]
    assert calendar["id"] not in api.get("/changes", params={"limit": 200}).text
    assert api.items("/search", q="kereru") == []


def test_the_example_can_be_sent(api: Api) -> None:
    assert feed(api, api.make("/calendars", dict(CALENDARS.example))).status_code == 200


def test_the_document_says_that_no_token_is_needed(api: Api) -> None:
    document = api.client.get("/openapi.json").json()
    operation = document["paths"]["/api/v1/calendars/feed/{secret}.ics"]["get"]
    assert operation["security"] == []
    assert not {"401", "403"} & set(operation["responses"])
    assert {"404", "429"} <= set(operation["responses"])
