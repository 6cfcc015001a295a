"""Saved filters: a query under a name, its owner's own or shared with all."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from app.access.actor import system
from app.access.register import Register
from app.access.work import writing_as
from app.feeds.saved_filters import SAVED_FILTERS
from support.client import Api
from support.documents import Documents
from support.problems import faults, problem

Stored = Callable[[], dict[str, int]]
Statements = Callable[[], AbstractContextManager[list[str]]]
TONGA = {"slug": "tonga", "title": "Visits with Tonga", "resource": "visits", "query": {"partner": "TO"}}


@pytest.fixture
def other(api: Api) -> Api:
    """Another desk officer, who is no administrator either."""
    return api.as_("approver")


@pytest.fixture
def visits(documents: Documents) -> dict[str, str]:
    return {
        name: documents.visit(title=name, partners=[partner], direction=direction, starts_on=day, ends_on=day)["id"]
        for name, partner, direction, day in (
            ("out to Tonga", "TO", "outbound", "2026-03-01"),
            ("in from Tonga", "TO", "inbound", "2026-04-01"),
            ("out to Fiji", "FJ", "outbound", "2026-05-01"),
        )
    }


def titles(caller: Api, path: str = "/visits", **params: Any) -> list[str]:
    return [each["title"] for each in caller.items(path, **params)]


def test_a_saved_filter_asks_what_was_saved(api: Api, visits: dict[str, str]) -> None:
    made = api.make("/saved-filters", TONGA)
    assert (made["version"], made["shared"], made["marking"]) == (1, False, "UNCLASSIFIED")
    assert api.read("/saved-filters/tonga") == api.read(f"/saved-filters/{made['id']}") == made
    assert titles(api, saved="tonga") == ["in from Tonga", "out to Tonga"]
    asked = api.post("/visits/query", {"saved": "TONGA", "sort": "starts_on"}).json()
    assert [each["title"] for each in asked["items"]] == ["out to Tonga", "in from Tonga"]


def test_what_is_given_beside_it_stands_instead(api: Api, visits: dict[str, str]) -> None:
    api.make("/saved-filters", TONGA | {"query": {"partner": "TO", "limit": 1, "sort": "starts_on"}})
    assert titles(api, saved="tonga") == ["out to Tonga"]
    assert titles(api, saved="tonga", limit=50) == ["out to Tonga", "in from Tonga"]
    assert titles(api, saved="tonga", direction="inbound") == ["in from Tonga"]
    assert titles(api, saved="tonga", partner="FJ") == ["out to Fiji"]
    assert titles(api, saved="tonga", sort="-starts_on") == ["in from Tonga"]


def test_pages_go_on_with_what_was_saved(api: Api, visits: dict[str, str]) -> None:
    api.make("/saved-filters", TONGA | {"query": {"partner": "TO", "limit": 1}})
    first = api.read("/visits", saved="tonga")
    assert "saved=tonga" in first["next"]
    second = api.get(first["next"]).json()
    assert [each["title"] for each in (*first["items"], *second["items"])] == ["in from Tonga", "out to Tonga"]
    assert second["next"] is None


def test_it_shapes_and_orders_too(api: Api, visits: dict[str, str]) -> None:
    api.make("/saved-filters", TONGA | {"query": {"fields": "title", "sort": "title", "count": "exact"}})
    answer = api.read("/visits", saved="tonga")
    assert answer["total"] == 3
    assert answer["items"] == [{"title": name} for name in sorted(visits)]


def test_it_belongs_to_one_list(api: Api, visits: dict[str, str]) -> None:
    api.make("/saved-filters", TONGA)
    for path in ("/engagements", "/dialogues", "/partners", "/saved-filters"):
        assert faults(api.get(path, params={"saved": "tonga"})) == {("saved", "unknown_reference")}
        assert faults(api.post(f"{path}/query", {"saved": "tonga"})) == {("saved", "unknown_reference")}
    assert faults(api.get("/visits", params={"saved": "samoa"})) == {("saved", "unknown_reference")}
    assert faults(api.get("/visits", params={"saved": "no slug!"})) == {("saved", "pattern")}


def test_one_that_is_not_shared_exists_for_its_owner_only(api: Api, other: Api, visits: dict[str, str]) -> None:
    made = api.make("/saved-filters", TONGA)
    for caller in (other, api.as_("administrator"), api.as_("auditor")):
        assert caller.items("/saved-filters") == []
        assert caller.read("/saved-filters", count="exact")["total"] == 0
        for key in ("tonga", made["id"]):
            problem(caller.get(f"/saved-filters/{key}"), 404)
        assert faults(caller.get("/visits", params={"saved": "tonga"})) == {("saved", "unknown_reference")}
    for caller in (other, api.as_("administrator")):
        problem(caller.patch(f"/saved-filters/{made['id']}", {"shared": True}), 404)
        problem(caller.delete(f"/saved-filters/{made['id']}"), 404)
    assert api.read("/saved-filters/tonga") == made


def test_its_name_stands_in_nobodys_way(api: Api, other: Api, visits: dict[str, str]) -> None:
    api.make("/saved-filters", TONGA)
    theirs = other.make("/saved-filters", TONGA | {"query": {"partner": "FJ"}, "shared": True})
    assert titles(other, saved="tonga") == ["out to Fiji"]
    assert titles(api, saved="tonga") == ["in from Tonga", "out to Tonga"], "their own comes before others'"
    assert titles(api.as_("reader"), saved="tonga") == ["out to Fiji"]
    assert api.read("/saved-filters/tonga")["query"] == {"partner": "TO"}
    assert api.read(f"/saved-filters/{theirs['id']}") == theirs
    assert faults(api.post("/saved-filters", TONGA), 409) == {("/slug", "taken")}
    assert faults(api.patch("/saved-filters/tonga", {"shared": True})) == {("/shared", "taken")}


def test_a_shared_one_is_changed_by_its_owner_and_by_administrators(api: Api, other: Api) -> None:
    api.make("/saved-filters", TONGA | {"shared": True})
    assert other.read("/saved-filters/tonga")["owner_name"]
    problem(other.patch("/saved-filters/tonga", {"title": "Mine now"}), 403)
    problem(other.delete("/saved-filters/tonga"), 403)
    assert api.change("/saved-filters/tonga", {"title": "Ours"})["title"] == "Ours"
    assert api.as_("administrator").change("/saved-filters/tonga", {"note": "Kept"})["note"] == "Kept"
    assert api.delete("/saved-filters/tonga").status_code == 204
    assert faults(api.get("/visits", params={"saved": "tonga"})) == {("saved", "unknown_reference")}
    assert api.post("/saved-filters/tonga/restore").status_code == 200
    assert api.get("/visits", params={"saved": "tonga"}).status_code == 200


def test_readers_save_filters_and_auditors_do_not(api: Api) -> None:
    reader = api.as_("reader")
    made = reader.make("/saved-filters", TONGA)
    assert reader.change("/saved-filters/tonga", {"title": "Ours"})["version"] == 2
    problem(api.as_("auditor").post("/saved-filters", TONGA), 403)
    problem(api.anonymous().post("/saved-filters", TONGA), 401)
    assert reader.get(f"/saved-filters/{made['id']}", headers={"if-none-match": '"2"'}).status_code == 304
    problem(reader.patch("/saved-filters/tonga", {"title": "x"}, headers={"if-match": '"1"'}), 412)


def test_its_marking_hides_it_as_any_other(api: Api, visits: dict[str, str]) -> None:
    api.make("/saved-filters", TONGA | {"shared": True, "classification": "RESTRICTED"})
    below = api.as_("contributor", "IN-CONFIDENCE")
    assert below.items("/saved-filters") == []
    problem(below.get("/saved-filters/tonga"), 404)
    assert faults(below.get("/visits", params={"saved": "tonga"})) == {("saved", "unknown_reference")}
    assert below.post("/saved-filters", TONGA | {"shared": True}).status_code == 201
    assert api.read("/saved-filters")["marking"] == "RESTRICTED"


def test_it_never_shows_more_than_its_user_may_see(api: Api, documents: Documents) -> None:
    documents.visit(title="In sight")
    documents.visit(title="Out of sight", classification="RESTRICTED")
    api.make("/saved-filters", TONGA | {"query": {"classification__not": "SECRET"}, "shared": True})
    assert sorted(titles(api, saved="tonga")) == ["In sight", "Out of sight"]
    assert titles(api.as_("reader", "UNCLASSIFIED"), saved="tonga") == ["In sight"]


def test_what_is_no_query_is_refused_with_all_that_is_wrong(api: Api, stored: Stored) -> None:
    before = stored()
    wrong: dict[str, Any] = {
        "partnr": "TO", "status": ["nowhere"], "starts_from": "soon", "limit": 500, "cursor": "x", "saved": "y",
    }  # fmt: skip
    assert faults(api.post("/saved-filters", TONGA | {"query": wrong})) == {
        ("/query/partnr", "unknown_field"),
        ("/query/status/0", "not_allowed"),
        ("/query/starts_from", "date_format"),
        ("/query/limit", "range"),
        ("/query/cursor", "not_allowed"),
        ("/query/saved", "not_allowed"),
    }
    odd = {"sort": "colour", "fields": "colour", "expand": "tags"}
    assert faults(api.post("/saved-filters", TONGA | {"query": {"sort": "colour"}})) == {("/query/sort", "not_allowed")}
    assert {where for where, _ in faults(api.post("/saved-filters", TONGA | {"query": odd}))} == {
        f"/query/{each}" for each in odd
    }
    assert faults(api.post("/saved-filters", TONGA | {"query": {"q": "\x00"}})) == {("/query", "control_character")}
    assert faults(api.post("/saved-filters", TONGA | {"query": []})) == {("/query", "type")}
    for noun in ("colours", "tokens", "report", "saved-filters", ""):
        assert "/resource" in {where for where, _ in faults(api.post("/saved-filters", TONGA | {"resource": noun}))}
    assert stored() == before


def test_list_and_name_are_for_good(api: Api) -> None:
    api.make("/saved-filters", TONGA)
    assert faults(api.patch("/saved-filters/tonga", {"slug": "samoa", "resource": "dialogues"})) == {
        ("/slug", "create_only"),
        ("/resource", "create_only"),
    }
    assert faults(api.patch("/saved-filters/tonga", {"query": {"colour": "red"}})) == {
        ("/query/colour", "unknown_field")
    }


def test_what_no_longer_is_a_query_is_said_to_be_none(api: Api, register: Register) -> None:
    api.make("/saved-filters", TONGA)
    with writing_as(register, system("migration"), "test") as work:
        work.connection.exec_driver_sql("""UPDATE saved_filter SET query = '{"colour": "red"}'""")
    assert faults(api.get("/visits", params={"saved": "tonga"})) == {("saved", "not_allowed")}


def test_it_is_in_the_audit_trail_and_in_no_feed_or_search(api: Api) -> None:
    made = api.make("/saved-filters", TONGA | {"shared": True})
    trail = api.as_("auditor").items("/audit", record=made["id"])
    assert [(each["action"], each["record_type"]) for each in trail] == [("create", "saved filter")]
    assert made["id"] not in api.get("/changes", params={"limit": 200}).text
    assert api.items("/search", q="Visits with Tonga") == []


def test_a_list_that_names_none_costs_nothing_more(api: Api, visits: dict[str, str], statements: Statements) -> None:
    api.make("/saved-filters", TONGA)
    titles(api)
    with statements() as plain:
        titles(api)
    with statements() as saved:
        titles(api, saved="tonga")
    assert not any("saved_filter" in each for each in plain)
    assert len([each for each in saved if "saved_filter" in each]) == 1


def test_it_works_below_records_and_in_a_scope(api: Api, documents: Documents) -> None:
    visit = documents.visit()
    place = f"/visits/{visit['id']}/participants"
    api.make(place, documents.of("participants", side="partner"))
    api.make("/saved-filters", TONGA | {"resource": "participants", "query": {"side": "home"}, "slug": "ours"})
    assert api.items(place, saved="ours") == []
    documents.make("briefings", title="Kava")
    api.make("/saved-filters", TONGA | {"resource": "briefings", "query": {"q": "kava"}, "slug": "kava"})
    request = documents.make("information-requests")
    select = f"/information-requests/{request['id']}/documents/select"
    answer = api.post(select, {"resource": "briefings", "query": {"saved": "kava"}})
    assert answer.json()["added"] == 1
    wrong = api.post(select, {"resource": "briefings", "query": {"saved": "tonga"}})
    assert faults(wrong) == {("/query/saved", "unknown_reference")}


def test_the_example_can_be_sent(api: Api) -> None:
    made = api.make("/saved-filters", dict(SAVED_FILTERS.example))
    assert api.get("/visits", params={"saved": made["slug"]}).status_code == 200
    assert api.items("/saved-filters", resource="visits", shared="true") == [made]
