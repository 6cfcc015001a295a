"""What is in the scope of a request: put there singly or by a query, marked no higher, withheld word for word."""

from typing import Any

import pytest
from releasing import SECRET, paper, passage

from support.client import Api
from support.problems import problem

HIGH = {"classification": "RESTRICTED"}


def test_a_record_is_asked_for_in_a_version(release: Any) -> None:
    first = release.scope[0]
    assert (first["record_type"], first["record_version"], first["title"]) == (
        "briefing",
        1,
        "A third year of training",
    )
    release.api.change(f"/briefings/{release.papers[0]['id']}", {"title": "Another name", "body": "Something else"})
    assert [each["title"] for each in release.copy().json()["documents"]] == [
        "A third year of training",
        "Maritime security in the Pacific",
    ]
    request = release.api.make("/information-requests", {"title": "Again", "received_on": "2026-11-03"})
    at = f"/information-requests/{request['id']}/documents"
    assert (
        release.api.make(at, {"record": release.papers[0]["id"], "record_version": 1})["title"]
        == "A third year of training"
    )
    assert release.api.read(f"/briefings/{release.papers[0]['id']}")["title"] == "Another name"


@pytest.mark.parametrize(
    ("withholding", "code", "pointer"),
    [
        (passage("the patrol boat is to be sold"), "not_found", "/withholdings/0/passage"),
        (passage("THE PATROL BOAT"), "not_found", "/withholdings/0/passage"),
        (passage("x", field="classification"), "not_allowed", "/withholdings/0/field"),
        (passage("x", field="no_such_field"), "not_allowed", "/withholdings/0/field"),
        (passage("x", field="summary"), "not_allowed", "/withholdings/0/field"),
        (passage("training", ground="9(2)(a)"), "required_with", "/withholdings/0/note"),
        (passage("training", ground="9(2)(a)", note=" "), "required_with", "/withholdings/0/note"),
        (passage("training", ground="7"), "not_allowed", "/withholdings/0/ground"),
        ({"passage": "training", "ground": "6(a)"}, "required_with", "/withholdings/0/field"),
        ({"field": "body", "passage": "", "ground": "6(a)"}, "too_short", "/withholdings/0/passage"),
        (passage("   "), "too_short", "/withholdings/0/passage"),
        ({"field": "body"}, "required", "/withholdings/0/ground"),
    ],
)
def test_what_cannot_be_withheld(release: Any, withholding: dict[str, Any], code: str, pointer: str) -> None:
    at = f"{release.at}/documents/{release.scope[0]['id']}"
    before = release.api.read(at)
    answer = release.api.ask("PATCH", at, json={"withholdings": [withholding]})
    assert [(each["code"], each["pointer"]) for each in problem(answer, 422)["errors"]] == [(code, pointer)]
    assert release.api.read(at) == before


@pytest.mark.parametrize("passages", [["("], [".*"], ["a" * 20_001], ["training"] * 501, ["\x00"], [5], None])
def test_hostile_passages(release: Any, passages: Any) -> None:
    at = f"{release.at}/documents/{release.scope[0]['id']}"
    given = None if passages is None else [{"field": "body", "passage": each, "ground": "6(a)"} for each in passages]
    answer = release.api.ask("PATCH", at, json={"withholdings": given if given is not None else {"ground": "6(a)"}})
    problem(answer, 422)
    assert release.api.read(at)["withholdings"] == []


def test_what_is_in_a_scope_is_there_once_and_exists(release: Any, api: Api) -> None:
    at = f"{release.at}/documents"
    low, hidden = api.as_("contributor", "UNCLASSIFIED"), paper(api, "Hidden", **HIGH)
    for record, code in (
        (release.papers[0]["id"], "taken"),
        ("01976ab0-0000-7000-8000-000000000000", "unknown_reference"),
        (hidden["id"], "unknown_reference"),
        (release.record["id"], "unknown_reference"),
        (release.scope[0]["id"], "unknown_reference"),
    ):
        answer = low.ask("POST", at, json={"record": record})
        assert [each["code"] for each in problem(answer, 422)["errors"]] == [code], record
    answer = api.ask("POST", at, json={"record": paper(api, "Another")["id"], "record_version": 7})
    assert [(each["code"], each["pointer"]) for each in problem(answer, 422)["errors"]] == [
        ("unknown_reference", "/record_version")
    ]
    api.delete(f"{at}/{release.scope[0]['id']}")
    again = api.make(at, {"record": release.papers[0]["id"]})
    problem(api.ask("POST", f"{at}/{release.scope[0]['id']}/restore"), 409)
    assert {each["id"] for each in api.items(at)} == {again["id"], release.scope[1]["id"]}


def test_nothing_in_a_request_is_marked_above_it(release: Any, api: Api) -> None:
    above = paper(api, "Restricted", **HIGH)
    at = f"{release.at}/documents"
    answer = api.ask("POST", at, json={"record": above["id"]})
    assert [(each["code"], each["pointer"]) for each in problem(answer, 422)["errors"]] == [
        ("marked_higher", "/record")
    ]
    answer = api.ask("POST", at, json={"record": paper(api, "Open")["id"], **HIGH})
    assert [(each["code"], each["pointer"]) for each in problem(answer, 422)["errors"]] == [
        ("marked_higher", "/classification")
    ]
    api.change(release.at, HIGH)
    api.make(at, {"record": above["id"]})
    lower = api.as_("approver").ask(
        "PATCH", release.at, json={"classification": "UNCLASSIFIED"}, headers={"Change-Reason": "Less"}
    )
    assert [each["code"] for each in problem(lower, 422)["errors"]] == ["marked_higher"]


def test_a_request_follows_what_is_marked_higher(release: Any, api: Api) -> None:
    low = api.as_("reader", "UNCLASSIFIED")
    at = f"{release.at}/documents/{release.scope[1]['id']}"
    assert low.read(at)["title"]
    api.change(f"/briefings/{release.papers[1]['id']}", HIGH)
    assert api.read(release.at)["classification"] == "RESTRICTED"
    for address in (release.at, at, f"{release.at}/copy", f"{release.at}/documents"):
        problem(low.ask("GET", address), 404)
    assert low.items("/information-requests") == []


def test_all_that_a_query_finds(release: Any, api: Api) -> None:
    paper(api, "Unlike", body="Of something else")
    more, above = paper(api, "A fourth year of training"), paper(api, "Training in Fiji", **HIGH)
    found = release.select("briefings", q="training", sort="title")
    assert found["added"] == 1
    assert {(each["record"], each["code"]) for each in found["left_out"]} == {
        (release.papers[0]["id"], "taken"), (above["id"], "marked_higher"),
    }  # fmt: skip
    assert {each["record"] for each in api.items(f"{release.at}/documents")} == {
        *(each["id"] for each in release.papers), more["id"],
    }  # fmt: skip


def test_a_query_of_all_kinds_goes_through_all_pages(release: Any, api: Api, documents: Any) -> None:
    made = {documents.visit()["id"] for _ in range(5)}
    assert release.select("engagements", limit=2) == {"added": 5, "left_out": []}
    assert made <= {each["record"] for each in api.items(f"{release.at}/documents")}


@pytest.mark.parametrize(
    ("asked", "code", "pointer"),
    [
        ({"resource": "no-such"}, "not_allowed", "/resource"),
        ({"resource": "information-requests"}, "not_allowed", "/resource"),
        ({"resource": "users"}, "not_allowed", "/resource"),
        ({"resource": "objectives"}, "not_allowed", "/resource"),
        ({"resource": "briefings", "query": {"no_such": 1}}, "unknown_field", "/query/no_such"),
        ({"resource": "briefings", "query": {"sort": "body"}}, "not_allowed", "/query/sort"),
        ({"resource": "briefings", "query": {"cursor": "x"}}, "cursor", "/query/cursor"),
        ({"resource": "briefings", "query": []}, "type", "/query"),
        ({"query": {}}, "required", "/resource"),
    ],
)
def test_queries_that_are_none(release: Any, asked: dict[str, Any], code: str, pointer: str) -> None:
    answer = release.api.ask("POST", f"{release.at}/documents/select", json=asked)
    assert [(each["code"], each["pointer"]) for each in problem(answer, 422)["errors"]] == [(code, pointer)]
    assert len(release.api.items(f"{release.at}/documents")) == 2


def test_passages_are_withheld_only_by_those_who_may_write(release: Any) -> None:
    at = f"{release.at}/documents/{release.scope[0]['id']}"
    for role in ("reader", "auditor"):
        problem(release.api.as_(role).ask("PATCH", at, json={"withholdings": [passage(SECRET)]}), 403)
        problem(
            release.api.as_(role).ask("POST", f"{release.at}/documents/select", json={"resource": "briefings"}), 403
        )
    assert release.api.read(at)["withholdings"] == []
