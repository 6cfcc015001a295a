"""Subscriptions: what has changed in what a query finds, since its owner last said that they know."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest

from app.feeds import findings
from app.feeds.subscriptions import SUBSCRIPTIONS
from support.client import Api
from support.days import AT_HOME as TODAY
from support.documents import Documents
from support.problems import faults, problem

Statements = Callable[[], AbstractContextManager[list[str]]]
TONGA = {"title": "Visits with Tonga", "resource": "visits", "query": {"partner": "TO"}}


def told(caller: Api, subscription: Any) -> list[tuple[str, str, int | None, int | None]]:
    """What has changed: how, which record, from which version to which."""
    answer = caller.read(f"/subscriptions/{subscription['id']}/changes")
    return [(each["change"], each["record"], each["from_version"], each["version"]) for each in answer["items"]]


def know(caller: Api, subscription: Any) -> None:
    at = f"/subscriptions/{subscription['id']}"
    answer = caller.post(f"{at}/seen", {"state": caller.read(f"{at}/changes")["state"]})
    assert answer.status_code == 204, answer.text


def test_it_tells_what_is_new_changed_and_gone(api: Api, documents: Documents) -> None:
    kept, changed, left, withdrawn = (documents.visit(title=f"{n}", partners=["TO"]) for n in range(4))
    mine = api.make("/subscriptions", TONGA)
    assert told(api, mine) == []
    api.change(f"/visits/{changed['id']}", {"title": "Otherwise"})
    api.change(f"/visits/{left['id']}", {"partners": ["FJ"]})
    api.delete(f"/visits/{withdrawn['id']}")
    documents.visit(partners=["FJ"])
    new = documents.visit(partners=["TO"])
    expected = [
        ("new", new["id"], None, 1),
        ("changed", changed["id"], 1, 2),
        ("gone", left["id"], 1, 2),
        ("gone", withdrawn["id"], 1, 2),
    ]
    assert sorted(told(api, mine)) == sorted(expected)
    assert kept["id"] not in str(told(api, mine))
    document = {each["record"]: each["document"] for each in api.read(f"/subscriptions/{mine['id']}/changes")["items"]}
    assert document[changed["id"]] == api.read(f"/visits/{changed['id']}")
    assert document[withdrawn["id"]]["archived"] is True
    know(api, mine)
    assert told(api, mine) == []
    api.change(f"/visits/{left['id']}", {"partners": ["TO"]})
    assert told(api, mine) == [("new", left["id"], None, 3)]


def test_what_was_changed_there_and_back_has_changed_and_not_come_and_gone(api: Api, documents: Documents) -> None:
    visit = documents.visit(partners=["TO"])
    mine = api.make("/subscriptions", TONGA)
    api.change(f"/visits/{visit['id']}", {"partners": ["FJ"]})
    api.change(f"/visits/{visit['id']}", {"partners": ["TO"]})
    assert told(api, mine) == [("changed", visit["id"], 1, 3)]


def test_what_others_do_beside_the_record_counts(api: Api, documents: Documents) -> None:
    """Who takes part is no field of a visit, and yet a filter asks for it."""
    visit, person = documents.visit(), documents.person()
    mine = api.make("/subscriptions", TONGA | {"query": {"person": person}})
    api.make(f"/visits/{visit['id']}/participants", {"person": person})
    assert [each[:2] for each in told(api, mine)] == [("new", visit["id"])]


def test_it_follows_any_list_and_what_the_day_brings(api: Api, documents: Documents) -> None:
    mine = api.make("/subscriptions", TONGA | {"resource": "commitments", "query": {"overdue": True}})
    late = documents.make("commitments", made_on=None, due_on=(TODAY - timedelta(days=1)).isoformat())
    documents.make("commitments", made_on=None, due_on=(TODAY + timedelta(days=1)).isoformat())
    assert told(api, mine) == [("new", late["id"], None, 1)]
    everywhere = api.make("/subscriptions", TONGA | {"resource": "engagements", "query": {"q": "kererū"}})
    talks = documents.make("bilateral-talks", title="Kererū")
    assert told(api, everywhere) == [("new", talks["id"], None, 1)]


def test_nothing_is_taken_for_known_that_was_never_read(api: Api, documents: Documents) -> None:
    mine = api.make("/subscriptions", TONGA)
    first = documents.visit(partners=["TO"])
    at = f"/subscriptions/{mine['id']}"
    state = api.read(f"{at}/changes")["state"]
    second = documents.visit(partners=["TO"])
    problem(api.post(f"{at}/seen", {"state": state}), 409)
    assert {each[1] for each in told(api, mine)} == {first["id"], second["id"]}
    assert faults(api.post(f"{at}/seen", {})) == {("/state", "required")}


def test_a_saved_filter_is_followed_as_it_was(api: Api, documents: Documents) -> None:
    saved = {"slug": "tonga", **TONGA, "classification": "IN-CONFIDENCE", "query": {"partner": "TO", "limit": 3}}
    api.make("/saved-filters", saved)
    mine = api.make("/subscriptions", {"saved": "tonga"})
    assert (mine["title"], mine["resource"], mine["query"]) == ("Visits with Tonga", "visits", saved["query"])
    assert mine["classification"] == "IN-CONFIDENCE"
    named = api.make("/subscriptions", {"saved": "tonga", "title": "Mine", "classification": "RESTRICTED"})
    assert (named["title"], named["classification"]) == ("Mine", "RESTRICTED")
    api.change("/saved-filters/tonga", {"query": {"partner": "FJ"}})
    visit = documents.visit(partners=["TO"])
    assert [each[1] for each in told(api, mine)] == [visit["id"]]
    assert faults(api.post("/subscriptions", {"saved": "samoa"})) == {("/saved", "unknown_reference")}
    assert faults(api.post("/subscriptions", {"saved": "tonga", "query": {}})) == {("/query", "one_of")}
    assert faults(api.as_("reader").post("/subscriptions", {"saved": "tonga"})) == {("/saved", "unknown_reference")}


def test_it_exists_for_its_owner_only(api: Api) -> None:
    mine = api.make("/subscriptions", TONGA)
    at = f"/subscriptions/{mine['id']}"
    assert api.items("/subscriptions") == [mine]
    for caller in (api.as_("reader"), api.as_("administrator")):
        assert caller.items("/subscriptions") == []
        for answer in (
            caller.get(at), caller.get(f"{at}/changes"), caller.post(f"{at}/seen", {"state": "x"}),
            caller.patch(at, {"title": "x"}), caller.delete(at),
        ):  # fmt: skip
            problem(answer, 404)
    problem(api.as_("auditor").post("/subscriptions", TONGA), 403)
    assert api.change(at, {"title": "Tonga"})["title"] == "Tonga"
    assert faults(api.patch(at, {"query": {}})) == {("/query", "create_only")}
    assert api.delete(at).status_code == 204
    assert api.items("/subscriptions") == []


def test_what_its_owner_may_not_see_is_not_told(api: Api, documents: Documents) -> None:
    below = api.as_("reader", "UNCLASSIFIED")
    visit = documents.visit(partners=["TO"])
    mine = below.make("/subscriptions", TONGA)
    before = below.get(f"/subscriptions/{mine['id']}/changes")
    hidden = documents.visit(partners=["TO"], classification="RESTRICTED")
    api.change(f"/visits/{hidden['id']}", {"title": "Hidden still"})
    after = below.get(f"/subscriptions/{mine['id']}/changes")
    assert (after.content, after.headers["etag"]) == (before.content, before.headers["etag"])
    api.change(f"/visits/{visit['id']}", {"classification": "RESTRICTED"})
    (gone,) = below.read(f"/subscriptions/{mine['id']}/changes")["items"]
    assert (gone["change"], gone["record"], gone["version"], gone["document"]) == ("gone", visit["id"], None, None)


def test_the_banner_is_of_what_is_told(api: Api, documents: Documents) -> None:
    documents.visit(partners=["TO"], classification="RESTRICTED")
    mine = api.make("/subscriptions", TONGA)
    answer = api.read(f"/subscriptions/{mine['id']}/changes")
    assert (answer["items"], answer["marking"]) == ([], "UNCLASSIFIED")
    documents.visit(partners=["TO"], classification="IN-CONFIDENCE")
    assert api.read(f"/subscriptions/{mine['id']}/changes")["marking"] == "IN-CONFIDENCE"


def test_polling_costs_nothing_while_nothing_changes(api: Api, documents: Documents) -> None:
    mine = api.make("/subscriptions", TONGA)
    at = f"/subscriptions/{mine['id']}/changes"
    tag = api.get(at).headers["etag"]
    assert api.get(at, headers={"if-none-match": tag}).status_code == 304
    documents.visit(partners=["TO"])
    assert api.get(at, headers={"if-none-match": tag}).status_code == 200


def test_what_finds_too_much_is_not_followed(api: Api, documents: Documents, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "MOST", 2)
    mine = api.make("/subscriptions", TONGA)
    for _ in range(3):
        documents.visit(partners=["TO"])
    assert faults(api.post("/subscriptions", TONGA)) == {("/query", "too_long")}
    problem(api.get(f"/subscriptions/{mine['id']}/changes"), 409)


def test_its_cost_does_not_grow_with_what_it_finds(api: Api, documents: Documents, statements: Statements) -> None:
    mine = api.make("/subscriptions", TONGA)
    documents.visit(partners=["TO"])
    told(api, mine)
    with statements() as few:
        told(api, mine)
    for _ in range(6):
        documents.visit(partners=["TO"])
    with statements() as many:
        assert len(told(api, mine)) == 7
    assert len(many) == len(few)


def test_what_is_no_query_of_a_list_of_its_own_is_refused(api: Api, stored: Callable[[], dict[str, int]]) -> None:
    before = stored()
    assert faults(api.post("/subscriptions", TONGA | {"query": {"partnr": "TO"}})) == {
        ("/query/partnr", "unknown_field")
    }
    assert faults(api.post("/subscriptions", TONGA | {"resource": "participants", "query": {}})) == {
        ("/resource", "not_allowed")
    }
    assert faults(api.post("/subscriptions", {})) == {("/title", "required"), ("/resource", "required")}
    assert faults(api.post("/subscriptions", [])) == {("", "type")}
    assert stored() == before


def test_the_example_can_be_sent(api: Api) -> None:
    made = api.make("/subscriptions", dict(SUBSCRIPTIONS.example))
    assert told(api, made) == []
