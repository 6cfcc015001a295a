"""The banner: what an answer holds decides how the answer itself is marked."""

from typing import Any

import pytest

from support.client import Api
from support.documents import Documents

MARKED = {"classification": "RESTRICTED", "releasable_to": ["TO", "AU"]}
BANNER = "RESTRICTED//REL TO NZL, AUS, TON"


@pytest.fixture
def visits(documents: Documents) -> list[Any]:
    return [
        documents.visit(title="Open"),
        documents.visit(title="Policy", classification="IN-CONFIDENCE", endorsements=["POLICY"]),
        documents.visit(title="Released", **MARKED),
        documents.visit(title="Eyes only", classification="SENSITIVE", endorsements=["NZEO"]),
    ]


def test_a_record_bears_its_own(api: Api, visits: list[Any]) -> None:
    written = ["UNCLASSIFIED", "POLICY IN-CONFIDENCE", BANNER, "SENSITIVE//NZEO"]
    assert [each["marking"] for each in visits] == written
    for visit, marking in zip(visits, written, strict=True):
        for path in (
            f"/visits/{visit['id']}",
            f"/engagements/{visit['reference']}",
            f"/visits/{visit['id']}?fields=id",
        ):
            assert api.get(path).headers["x-marking"] == marking
        unchanged = api.get(f"/visits/{visit['id']}", headers={"If-None-Match": "*"})
        assert (unchanged.status_code, unchanged.headers["x-marking"]) == (304, marking)
        changed = api.patch(f"/visits/{visit['id']}", {"title": "Other"})
        assert changed.headers["x-marking"] == changed.json()["marking"] == marking


def test_a_page_bears_the_highest_of_what_it_holds(api: Api, visits: list[Any]) -> None:
    del visits
    foreign = api.as_("reader", "RESTRICTED", "AU")
    for caller, params, marking in (
        (api, {}, "POLICY RESTRICTED//NZEO"),
        (api, {"limit": 1, "sort": "created_at"}, "UNCLASSIFIED"),
        (api, {"limit": 2, "sort": "created_at"}, "POLICY IN-CONFIDENCE"),
        (api, {"q": "released"}, BANNER),
        (api, {"q": "nothing of the sort"}, "UNCLASSIFIED"),
        (foreign, {}, "POLICY RESTRICTED//REL TO NZL, AUS, TON"),
        (api.as_("reader", "UNCLASSIFIED"), {}, "UNCLASSIFIED"),
        (api, {"classification": "SENSITIVE", "fields": "title"}, "SENSITIVE//NZEO"),
    ):
        answer = caller.get("/visits", params=params)
        assert (answer.json()["marking"], answer.headers["x-marking"]) == (marking, marking), params
        asked = caller.post("/visits/query", params | {"fields": ["title"]} if "fields" in params else params)
        assert asked.headers["x-marking"] == marking
    assert api.get("/partners").headers["x-marking"] == "UNCLASSIFIED"


def test_what_is_made_in_one_request_bears_the_highest(api: Api, documents: Documents) -> None:
    items = [documents.of("visits"), documents.of("visits", classification="SENSITIVE", endorsements=["BUDGET"])]
    answer = api.post("/visits/bulk", {"items": items}, headers={"Idempotency-Key": "k"})
    assert answer.headers["x-marking"] == "BUDGET SENSITIVE"
    again = api.post("/visits/bulk", {"items": items}, headers={"Idempotency-Key": "k"})
    assert again.headers["x-marking"] == "BUDGET SENSITIVE"


def test_participants_bear_no_less_than_their_engagement(api: Api, documents: Documents) -> None:
    visit, person = documents.visit(classification="IN-CONFIDENCE"), documents.person()
    at = f"/visits/{visit['id']}/participants"
    assert api.get(at).headers["x-marking"] == "IN-CONFIDENCE"
    api.make(at, {"person": person, "classification": "UNCLASSIFIED"})
    assert api.get(at).headers["x-marking"] == "IN-CONFIDENCE"
    api.make(at, {"person": documents.make("people")["id"], "classification": "RESTRICTED"})
    assert api.get(at).headers["x-marking"] == "RESTRICTED"
    assert api.as_("reader", "SENSITIVE").get(at).headers["x-marking"] == "IN-CONFIDENCE"


def test_the_past_bears_what_it_was_marked(api: Api, documents: Documents) -> None:
    visit = documents.visit(**MARKED)
    at = f"/visits/{visit['id']}"
    api.as_("approver").change(at, {"classification": "UNCLASSIFIED", "releasable_to": []}, **{"Change-Reason": "Old"})
    assert api.get(at).headers["x-marking"] == "UNCLASSIFIED"
    for path in (f"{at}/history", f"/changes?after={visit['id']}.1"):
        answer = api.get(path)
        assert answer.headers["x-marking"] == answer.json()["marking"] == BANNER
        below = api.as_("reader", "UNCLASSIFIED").get(path)
        assert below.headers["x-marking"] == "UNCLASSIFIED"
    assert api.as_("auditor").get("/audit").headers["x-marking"] == BANNER
