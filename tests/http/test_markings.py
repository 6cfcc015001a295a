"""What one may not see does not exist: not in a list, a count, a search, a filter, an error or a version."""

from collections.abc import Callable
from typing import Any

import pytest

from support.client import Api
from support.documents import KINDS, Documents
from support.problems import faults

Stored = Callable[[], dict[str, int]]

HIDDEN = {"classification": "RESTRICTED", "endorsements": ["POLICY"]}
WHY = {"Change-Reason": "Agreed with the originator"}
NOBODY = "0190163d-8694-739b-aea5-966c26f8ad91"


@pytest.fixture
def low(api: Api) -> Api:
    """A colleague who may not see what is RESTRICTED."""
    return api.as_("contributor", "IN-CONFIDENCE")


def asked_of(key: str, person: str) -> list[tuple[str, str, Any]]:
    """Everything that one can ask of one engagement."""
    return [
        ("GET", f"/visits/{key}", None),
        ("GET", f"/engagements/{key}", None),
        ("GET", f"/visits/{key}?fields=id&expand=partners", None),
        ("PATCH", f"/visits/{key}", {"title": "Mine"}),
        ("PATCH", f"/visits/{key}", {"colour": "red"}),
        ("DELETE", f"/visits/{key}", None),
        ("POST", f"/visits/{key}/restore", None),
        ("POST", f"/visits/{key}/transitions", {"to": "confirmed"}),
        ("POST", f"/engagements/{key}/transitions", {"to": "nowhere"}),
        ("GET", f"/visits/{key}/participants", None),
        ("POST", f"/visits/{key}/participants", {"person": person}),
        ("POST", f"/engagements/{key}/participants/bulk", {"items": [{"person": person}]}),
        ("PUT", f"/visits/{key}/participants/by-external-ref/P-1", {"person": person}),
        ("GET", f"/visits/{key}/participants/{person}", None),
        ("PATCH", f"/visits/{key}/participants/{person}", {"role": "spy"}),
    ]


def without_address(text: str, key: str, request_id: str) -> str:
    return text.replace(key, "KEY").replace(request_id, "REQUEST")


def test_what_is_hidden_and_what_does_not_exist_answer_alike(
    api: Api, documents: Documents, low: Api, stored: Stored
) -> None:
    hidden, person = documents.visit(**HIDDEN), documents.person()
    before = stored()
    for key, other in ((hidden["id"], NOBODY), (hidden["reference"], "VIS-1999-0001")):
        for (method, there, body), (_, nowhere, _) in zip(asked_of(key, person), asked_of(other, person), strict=True):
            for headers in ({}, {"if-match": '"9"'}, {"if-none-match": "*"}):
                mine, none = (low.ask(method, path, json=body, headers=headers) for path in (there, nowhere))
                assert mine.status_code == none.status_code == 404, there
                texts = [
                    without_address(answer.text, each, answer.headers["x-request-id"])
                    for answer, each in ((mine, key), (none, other))
                ]
                assert texts[0] == texts[1]
                drop = ("x-request-id", "traceresponse", "content-length")
                assert [(n, v) for n, v in mine.headers.items() if n not in drop] == [
                    (n, v) for n, v in none.headers.items() if n not in drop
                ]
    assert stored() == before


def everything(low: Api, person: str, marker: str) -> list[Any]:
    """Every way in which somebody could notice an engagement, byte for byte."""
    asked: list[dict[str, Any]] = [
        {},
        {"count": "exact"},
        {"count": "capped", "limit": 1},
        {"q": marker},
        {"q__not": marker},
        {"person": person},
        {"person__not": person, "count": "exact"},
        {"partner": "TO", "sort": "-updated_at"},
        {"partner__not": "TO"},
        {"classification": "RESTRICTED", "count": "exact"},
        {"classification__not": "RESTRICTED", "count": "exact"},
        {"tag": marker},
        {"archived": "any", "count": "exact"},
        {"external_ref": "ENG-090"},
        {"expand": "partners,priorities", "fields": "id,version,partners,updated_at"},
        {"updated_since": "2020-01-01T00:00:00Z"},
        {"during_from": "2026-12-01", "during_to": "2026-12-31"},
    ]
    found = []
    for path in ("/visits", "/engagements"):
        for params in asked:
            answer = low.get(path, params=params)
            assert answer.status_code == 200
            found.append((path, params, answer.text, answer.headers["etag"]))
    found += [("people", low.read(f"/people/{person}")), ("partners", low.read("/partners/TO"))]
    return found


def test_nobody_notices_what_is_hidden(api: Api, documents: Documents, low: Api) -> None:
    seen, person = documents.visit(title="Open visit"), documents.person()
    api.make(f"/visits/{seen['id']}/participants", {"person": documents.make("people")["id"]})
    before = everything(low, person, "kereru")
    hidden = documents.visit(
        **HIDDEN, title="Kererū", tags=["kereru"], external_ref="ENG-090", principal=person, partners=["TO", "FJ"]
    )
    assert everything(low, person, "kereru") == before
    api.make(f"/visits/{hidden['id']}/participants", {"person": person})
    guest = api.make(f"/visits/{seen['id']}/participants", {"person": person, "role": "kereru", **HIDDEN})
    assert everything(low, person, "kereru") == before, "nor a hidden guest at an open visit"
    api.change(f"/visits/{seen['id']}/participants/{guest['id']}", {"role": "kereru again"})
    api.change(f"/visits/{hidden['id']}", {"summary": "kereru"})
    api.delete(f"/visits/{hidden['id']}")
    assert everything(low, person, "kereru") == before
    assert low.read(f"/visits/{seen['id']}/participants", count="exact")["total"] == 1
    assert api.read(f"/visits/{seen['id']}/participants", count="exact")["total"] == 2


def test_pages_have_no_gap_where_something_is_hidden(api: Api, documents: Documents, low: Api) -> None:
    made = [documents.visit(**(HIDDEN if number % 3 == 1 else {})) for number in range(12)]
    open_ones = [each["id"] for each in made if each["classification"] == "UNCLASSIFIED"]
    page, found = low.read("/visits", limit=3, sort="created_at", count="exact"), []
    assert page["total"] == len(open_ones)
    while True:
        found += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        assert len(page["items"]) == 3
        page = low.get(page["next"]).json()
    assert found == open_ones


def test_what_a_hidden_record_has_taken_does_not_tell(api: Api, documents: Documents, low: Api) -> None:
    documents.visit(**HIDDEN, external_ref="ENG-090")
    mine = low.post("/visits", documents.of("visits", external_ref="ENG-090"))
    assert mine.status_code == 201
    upserted = low.put("/visits/by-external-ref/ENG-090", documents.of("visits", title="Mine"))
    assert upserted.status_code == 200
    assert upserted.json()["id"] == mine.json()["id"]


def test_a_hidden_guest_does_not_stand_in_the_way(api: Api, documents: Documents, low: Api) -> None:
    visit, person = documents.visit(), documents.person()
    at = f"/visits/{visit['id']}/participants"
    api.make(at, {"person": person, **HIDDEN})
    assert low.post(at, {"person": person}).status_code == 201
    assert [each["person"] for each in low.items(at)] == [person]


@pytest.mark.parametrize(
    ("marking", "sees"),
    [
        ({"classification": "UNCLASSIFIED"}, {"NZ", "AU", "TO", None}),
        ({"classification": "IN-CONFIDENCE"}, {"NZ", "AU", "TO", None}),
        ({"classification": "IN-CONFIDENCE", "endorsements": ["NZEO"]}, {"NZ"}),
        ({"classification": "IN-CONFIDENCE", "releasable_to": ["AU"]}, {"NZ", "AU"}),
        ({"classification": "IN-CONFIDENCE", "releasable_to": ["AU", "TO"]}, {"NZ", "AU", "TO"}),
        ({"classification": "RESTRICTED", "endorsements": ["STAFF"], "releasable_to": ["TO"]}, {"NZ", "TO"}),
    ],
)
def test_nationals_see_what_is_released_to_them(
    api: Api, documents: Documents, marking: dict[str, Any], sees: set[str | None]
) -> None:
    visit = documents.visit(**marking)
    for nationality in ("NZ", "AU", "TO", None):
        reader = api.as_("reader", "RESTRICTED", nationality)
        status = 200 if nationality in sees else 404
        assert reader.get(f"/visits/{visit['id']}").status_code == status
        assert reader.get(f"/engagements/{visit['reference']}").status_code == status
        assert len(reader.items("/visits")) == (nationality in sees)


@pytest.mark.parametrize("clearance", ["UNCLASSIFIED", "IN-CONFIDENCE", "SENSITIVE", "RESTRICTED", "TOP SECRET"])
def test_clearance_reaches_down_not_up(api: Api, documents: Documents, clearance: str) -> None:
    order = ["UNCLASSIFIED", "IN-CONFIDENCE", "SENSITIVE", "RESTRICTED"]
    for each in order:
        documents.visit(classification=each)
    reader = api.as_("auditor", clearance)
    seen = [each["classification"] for each in reader.items("/visits", sort="created_at")]
    assert seen == (order if clearance == "TOP SECRET" else order[: order.index(clearance) + 1])


def test_nobody_marks_beyond_what_they_may_see(documents: Documents, low: Api, stored: Stored) -> None:
    mine = low.make("/visits", documents.of("visits"))
    foreign = low.as_("contributor", "RESTRICTED", "AU")
    above = {"classification": "RESTRICTED"}
    eyes_only = {"classification": "IN-CONFIDENCE", "endorsements": ["NZEO"]}
    for_others = {"classification": "IN-CONFIDENCE", "releasable_to": ["TO"]}
    before = stored()
    for caller, marking in ((low, above), (foreign, eyes_only), (foreign, for_others)):
        for answer in (
            caller.post("/visits", documents.of("visits", **marking)),
            caller.patch(f"/visits/{mine['id']}", marking),
            caller.post("/visits/bulk", {"items": [documents.of("visits", **marking)]}),
        ):
            assert {code for _, code in faults(answer)} == {"above_clearance"}
    assert stored() == before


def test_the_installation_has_a_ceiling(
    api: Api, documents: Documents, serve: Callable[..., Api], stored: Stored
) -> None:
    cleared = api.as_("contributor", "TOP SECRET")
    before = stored()
    for above in ("CONFIDENTIAL", "SECRET", "TOP SECRET"):
        answer = cleared.post("/visits", documents.of("visits", classification=above))
        assert faults(answer) == {("/classification", "above_ceiling")}
        assert "RESTRICTED" in answer.json()["errors"][0]["detail"]
    assert stored() == before
    higher = serve(max_classification="SECRET").as_("contributor", "TOP SECRET")
    made = higher.make("/visits", documents.of("visits", classification="SECRET"))
    assert made["classification"] == "SECRET"
    assert api.get(f"/visits/{made['id']}").status_code == 404


@pytest.mark.parametrize("path", KINDS)
@pytest.mark.parametrize(
    ("marking", "fault"),
    [
        ({"endorsements": ["POLICY"]}, ("/endorsements", "endorsement_alone")),
        ({"endorsements": ["NZEO"], "classification": "UNCLASSIFIED"}, ("/endorsements", "endorsement_alone")),
        (
            {"endorsements": ["NZEO"], "classification": "RESTRICTED", "releasable_to": ["AU"]},
            ("/releasable_to", "eyes_only_released"),
        ),
        ({"endorsements": ["SECRET SAUCE"], "classification": "RESTRICTED"}, ("/endorsements/0", "not_allowed")),
        ({"classification": "restricted"}, ("/classification", "not_allowed")),
    ],
)
def test_a_marking_follows_the_rules(
    api: Api, documents: Documents, path: str, marking: dict[str, Any], fault: tuple[str, str]
) -> None:
    assert faults(api.post(f"/{path}", documents.of(path, **marking))) == {fault}


def test_a_marking_may_change_within_the_rules(api: Api, documents: Documents, low: Api) -> None:
    visit = documents.visit()
    at = f"/visits/{visit['id']}"
    assert api.change(at, {"classification": "RESTRICTED", "endorsements": ["POLICY", "CABINET"]})["version"] == 2
    assert low.get(at).status_code == 404
    assert faults(api.patch(at, {"classification": None})) == {("/endorsements", "endorsement_alone")}
    back = api.as_("approver").change(at, {"classification": None, "endorsements": None}, **WHY)
    assert (back["classification"], back["endorsements"]) == ("UNCLASSIFIED", [])
    assert low.read(at) == back
    same = api.change(at, {"classification": "UNCLASSIFIED", "releasable_to": []})
    assert same["version"] == back["version"]


def test_a_marking_that_another_process_made_is_known_at_once(
    api: Api, documents: Documents, serve: Callable[..., Api]
) -> None:
    there = serve(busy_timeout_ms=9_000)  # another process of the same register
    assert there.items("/visits") == []
    visit = documents.visit(classification="SENSITIVE", endorsements=["BUDGET", "COMMERCIAL"])
    assert there.read(f"/visits/{visit['id']}") == visit
    assert there.items("/visits") == [visit]
    assert there.as_("reader", "IN-CONFIDENCE").items("/visits") == []
