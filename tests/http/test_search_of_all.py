"""Search across all kinds of records: ranked, with snippets and counts, of what the caller may see."""

from typing import Any

import pytest

from support.client import Api
from support.documents import Documents
from support.problems import problem


@pytest.fixture
def birds(api: Api, documents: Documents) -> dict[str, Any]:
    """Records of several kinds with one word in different places."""
    visit = documents.visit(title="Kererū in winter")
    return {
        "whole title": visit,
        "begins a word": documents.make("dialogues", title="Kererupedia"),
        "in the text": documents.make(
            "commitments", title="Birds", description="We count the **Kererū** of the islands."
        ),
        "begins in the text": documents.make("people", name="Somebody", biography="Wrote on kererus."),
        "below": api.make(f"/visits/{visit['id']}/objectives", {"title": "Objective", "measure": "A kererū is seen"}),
        "not": documents.make("briefings", title="Kākāpō"),
    }


def found(api: Api, **params: Any) -> Any:
    return api.read("/search", **params)


def test_the_best_matches_come_first(api: Api, birds: dict[str, Any]) -> None:
    answer = found(api, q="kereru")
    ids = [each["id"] for each in answer["items"]]
    order = ["whole title", "begins a word", "below", "in the text", "begins in the text"]
    assert ids == [birds[each]["id"] for each in order]
    assert (answer["total"], answer["capped"], answer["next"]) == (5, False, None)


def test_what_is_told_of_each(api: Api, birds: dict[str, Any]) -> None:
    visit, _, objective, commitment, _ = found(api, q="KERERU")["items"]
    assert (visit["type"], visit["record_type"], visit["key"]) == ("visits", "visit", birds["whole title"]["reference"])
    assert (visit["title"], visit["marking"]) == ("Kererū in winter", "UNCLASSIFIED")
    assert visit["snippet"] == "<mark>Kererū</mark> in winter"
    assert commitment["snippet"] == "We count the **<mark>Kererū</mark>** of the islands."
    assert objective["address"] == f"/api/v1/engagements/{visit['id']}/objectives/{birds['below']['id']}"
    for each in (visit, objective, commitment):
        assert api.read(each["address"].removeprefix("/api/v1"))["id"] == each["id"]


def test_counts_and_types(api: Api, birds: dict[str, Any]) -> None:
    answer = found(api, q="kereru", type=["people", "commitments"])
    assert {each["type"] for each in answer["items"]} == {"people", "commitments"}
    assert {each["type"]: each["count"] for each in answer["counts"]} == {
        "visits": 1, "dialogues": 1, "commitments": 1, "people": 1, "objectives": 1,
    }  # fmt: skip


def test_pages_repeat_and_lose_nothing(api: Api, birds: dict[str, Any], documents: Documents) -> None:
    whole = [each["id"] for each in found(api, q="kereru")["items"]]
    page = found(api, q="kereru", limit=2)
    walked = [each["id"] for each in page["items"]]
    documents.visit(title="Kererū, a newer one")
    while page["next"] is not None:
        page = api.get(page["next"]).json()
        walked += [each["id"] for each in page["items"]]
    assert walked == whole


def test_the_same_in_the_body(api: Api, birds: dict[str, Any]) -> None:
    asked = {"q": "kereru", "type": ["visits", "people"], "limit": 1}
    answer = api.post("/search/query", asked).json()
    by_address = found(api, **asked)
    assert answer["items"] == by_address["items"]
    following = api.post(answer["next"].partition("/api/v1")[2], {"q": "kereru", "type": ["visits", "people"]}).json()
    assert [each["type"] for each in following["items"]] == ["people"]


def test_what_is_withdrawn_is_not_found_until_it_is_restored(api: Api, birds: dict[str, Any]) -> None:
    at = f"/visits/{birds['whole title']['id']}"
    api.delete(at)
    assert birds["whole title"]["id"] not in [each["id"] for each in found(api, q="kereru")["items"]]
    assert "visits" not in [each["type"] for each in found(api, q="kereru")["counts"]]
    api.post(f"{at}/restore")
    assert birds["whole title"]["id"] in [each["id"] for each in found(api, q="kereru")["items"]]


def test_nothing_hidden_is_found_or_counted(api: Api, birds: dict[str, Any], documents: Documents) -> None:
    low = api.as_("reader", "UNCLASSIFIED")
    before = low.ask("GET", "/search", params={"q": "kereru"}).content
    hidden = {"classification": "RESTRICTED"}
    above = documents.visit(title="Kererū", **hidden)
    documents.make("commitments", title="Kererū", **hidden)
    api.make(f"/visits/{above['id']}/objectives", {"title": "Kererū"})
    api.make(f"/visits/{birds['whole title']['id']}/objectives", {"title": "Kererū", **hidden})
    assert low.ask("GET", "/search", params={"q": "kereru"}).content == before
    answer = api.ask("GET", "/search", params={"q": "kereru"})
    assert answer.json()["total"] == 9
    assert answer.headers["X-Marking"] == answer.json()["marking"] == "RESTRICTED"


@pytest.mark.parametrize(
    ("params", "parameter", "code"),
    [
        ({}, "q", "required"),
        ({"q": "x" * 501}, "q", "too_long"),
        ({"q": "x", "type": "no-such"}, "type", "not_allowed"),
        ({"q": "x", "type": "users"}, "type", "not_allowed"),
        ({"q": "x", "type": "engagements"}, "type", "not_allowed"),
        ({"q": "x", "cursor": "nonsense"}, "cursor", "cursor"),
        ({"q": "x", "limit": 201}, "limit", "range"),
        ({"q": "x", "sort": "title"}, "sort", "unknown_parameter"),
    ],
)
def test_searches_that_are_none(api: Api, params: dict[str, str], parameter: str, code: str) -> None:
    faults = problem(api.ask("GET", "/search", params=params), 422)["errors"]
    assert [(each["parameter"], each["code"]) for each in faults] == [(parameter, code)]


@pytest.mark.parametrize(
    "q",
    [
        "",
        "  ",
        "'; DROP TABLE visit --",
        '"',
        "*",
        "a AND b OR NOT c",
        "NEAR(a b)",
        "title:kereru",
        "\u202ekereru",
        "<script>",
    ],
)
def test_any_text_is_a_search(api: Api, birds: dict[str, Any], q: str) -> None:
    assert "<script" not in str(found(api, q=q))


def test_it_takes_the_same_statements_for_many_as_for_few(api: Api, documents: Documents, statements: Any) -> None:
    def asked() -> int:
        with statements() as seen:
            found(api, q="kereru")
        return len(seen)

    documents.visit(title="Kererū")
    asked()
    few = asked()
    for number in range(20):
        documents.visit(title=f"Kererū {number}")
    assert asked() == few
