"""Briefings: what they are about, when they are due, who clears them, and how they read before."""

from typing import Any

import pytest

from support.client import Api
from support.documents import Documents
from support.problems import faults

NOWHERE = "0190163d-8694-739b-aea5-966c26f8ad91"


def paper(documents: Documents, **changes: Any) -> Any:
    return documents.make("briefings", **changes)


def transition(api: Api, record: Any, to: str, **more: Any) -> Any:
    return api.post(f"/briefings/{record['id']}/transitions", {"to": to, **more})


def test_a_paper_is_about_something(api: Api, documents: Documents) -> None:
    alone = {"partner": None, "engagement": None, "person": None}
    for kind in ("advice", "analysis"):
        assert paper(documents, briefing_type=kind, **alone)["state"] == "draft"
    for kind, pointer in {
        "brief": "/engagement",
        "talking_points": "/engagement",
        "biography": "/person",
        "itinerary": "/engagement",
    }.items():
        answer = api.post("/briefings", documents.of("briefings", briefing_type=kind, **alone))
        assert faults(answer) == {(pointer, "required")}


def test_days_are_counted_back_from_an_engagement(api: Api, documents: Documents) -> None:
    answer = api.post("/briefings", documents.of("briefings", due_days_before=3))
    assert faults(answer) == {("/due_days_before", "required_with")}
    visit = documents.visit(starts_on="2026-12-10", ends_on="2026-12-12")
    made = paper(documents, engagement=visit["id"], due_days_before=5, due_on="2020-01-01")
    assert made["due_on"] == "2026-12-05"
    again = api.change(f"/briefings/{made['id']}", {"due_days_before": 7})
    assert again["due_on"] == "2026-12-03"
    fixed = api.change(f"/briefings/{made['id']}", {"due_days_before": None, "due_on": "2026-12-01"})
    assert fixed["due_on"] == "2026-12-01"


def test_a_paper_moves_with_its_engagement(api: Api, documents: Documents) -> None:
    visit = documents.visit(starts_on="2026-12-10", ends_on="2026-12-12")
    moving = paper(documents, engagement=visit["id"], due_days_before=5)
    staying = paper(documents, engagement=visit["id"], due_on="2026-12-01")
    api.change(f"/visits/{visit['id']}", {"starts_on": "2026-12-20", "ends_on": "2026-12-22"})
    moved = api.read(f"/briefings/{moving['id']}")
    assert (moved["due_on"], moved["version"]) == ("2026-12-15", 2)
    assert api.read(f"/briefings/{staying['id']}") == staying
    assert api.items("/briefings", due_from="2026-12-14", due_to="2026-12-16") == [moved]
    entry = api.items(f"/briefings/{moving['id']}/history")[0]
    assert (entry["action"], entry["changes"]["due_on"]) == ("follow", ["2026-12-05", "2026-12-15"])
    api.change(f"/visits/{visit['id']}", {"title": "Another title"})
    assert api.read(f"/briefings/{moving['id']}")["version"] == 2


def test_one_beyond_the_caller_moves_unnoticed(api: Api, documents: Documents) -> None:
    visit = documents.visit(starts_on="2026-12-10", ends_on="2026-12-12")
    below, hidden = (
        api.as_("contributor", "UNCLASSIFIED"),
        paper(documents, engagement=visit["id"], due_days_before=5, classification="RESTRICTED"),
    )
    changed = below.patch(f"/visits/{visit['id']}", {"starts_on": "2026-12-11"})
    assert changed.json()["version"] == visit["version"] + 1
    assert changed.headers["x-marking"] == "UNCLASSIFIED"
    assert below.get(f"/briefings/{hidden['id']}").status_code == 404
    assert api.read(f"/briefings/{hidden['id']}")["due_on"] == "2026-12-06"


def test_a_paper_is_marked_no_lower_than_what_it_is_for(api: Api, documents: Documents) -> None:
    visit = documents.visit(classification="RESTRICTED")
    assert paper(documents, engagement=visit["id"])["classification"] == "RESTRICTED"
    lower = documents.of("briefings", engagement=visit["id"], classification="UNCLASSIFIED")
    assert faults(api.post("/briefings", lower)) == {("/engagement", "marked_higher")}
    open_one = documents.visit()
    made = paper(documents, engagement=open_one["id"])
    api.change(f"/visits/{open_one['id']}", {"classification": "RESTRICTED"})
    assert api.read(f"/briefings/{made['id']}")["classification"] == "RESTRICTED"
    unknown = documents.of("briefings", engagement=visit["id"])
    assert faults(api.as_("contributor", "UNCLASSIFIED").post("/briefings", unknown)) == {
        ("/engagement", "unknown_reference")
    }


def test_what_is_overdue_depends_on_the_day_and_the_state(api: Api, documents: Documents) -> None:
    late, early, never = [paper(documents, due_on=day) for day in ("2020-01-01", "2199-01-01", None)]
    ids = {each["id"] for each in (late, early, never)}
    assert {each["id"] for each in api.items("/briefings", overdue="true")} & ids == {late["id"]}
    assert {each["id"] for each in api.items("/briefings", overdue="false")} & ids == {early["id"], never["id"]}
    transition(api, late, "submitted")
    transition(api.as_("approver"), late, "cleared")
    assert api.items("/briefings", overdue="true") == []


def test_a_paper_is_written_submitted_and_cleared_by_somebody_else(api: Api, documents: Documents) -> None:
    made = paper(documents)
    assert made["allowed_transitions"] == ["submitted"]
    assert transition(api, made, "cleared").status_code == 409
    assert transition(api, made, "submitted").json()["allowed_transitions"] == ["draft", "cleared"]
    assert transition(api, made, "cleared").status_code == 403  # a contributor
    assert faults(transition(api, made, "draft")) == {("/reason", "required")}
    assert transition(api, made, "draft", reason="Say what we want first").json()["state"] == "draft"
    assert api.items(f"/briefings/{made['id']}/history")[0]["reason"] == "Say what we want first"
    transition(api, made, "submitted")
    cleared = transition(api.as_("approver"), made, "cleared").json()
    assert (cleared["state"], cleared["cleared_by"].split()[0]) == ("cleared", "approver")
    assert cleared["cleared_at"] is not None
    assert transition(api, made, "draft", reason="More").status_code == 403


def test_nobody_clears_what_they_wrote(api: Api, documents: Documents) -> None:
    approver, other = api.as_("approver"), api.as_("administrator")
    made = paper(documents)
    approver.change(f"/briefings/{made['id']}", {"body": "A better text"})
    transition(api, made, "submitted")
    assert transition(approver, made, "cleared").status_code == 403
    assert transition(other, made, "cleared").status_code == 200
    # What somebody else has cleared is not theirs any more.
    api.change(f"/briefings/{made['id']}", {"body": "The best text"})
    transition(api, made, "submitted")
    assert transition(approver, made, "cleared").status_code == 200


def test_a_change_of_its_words_takes_the_clearance_back(api: Api, documents: Documents) -> None:
    made = paper(documents)
    transition(api, made, "submitted")
    transition(api.as_("approver"), made, "cleared")
    path = f"/briefings/{made['id']}"
    assert api.change(path, {"due_on": "2026-12-24"})["state"] == "cleared"
    changed = api.change(path, {"title": "Another title"})
    assert (changed["state"], changed["cleared_at"], changed["cleared_by"]) == ("draft", None, None)


def test_an_empty_paper_is_not_submitted(api: Api, documents: Documents) -> None:
    assert faults(transition(api, paper(documents, body=None), "submitted")) == {("/body", "required")}


@pytest.mark.parametrize("document", [{}, {"to": "done"}, {"to": None}, {"to": "draft", "more": 1}, [], "x"])
def test_what_is_no_transition_is_refused(api: Api, documents: Documents, document: Any) -> None:
    made = paper(documents)
    assert api.post(f"/briefings/{made['id']}/transitions", document).status_code == 422


def test_roles(api: Api, documents: Documents) -> None:
    made = paper(documents)
    for role in ("reader", "auditor"):
        assert transition(api.as_(role), made, "submitted").status_code == 403
    assert api.post(f"/briefings/{NOWHERE}/transitions", {"to": "submitted"}).status_code == 404


def test_revisions_tell_who_wrote_how_much(api: Api, documents: Documents) -> None:
    made = paper(documents, body="One two three", summary=None)
    api.change(f"/briefings/{made['id']}", {"body": "One two four five"})
    transition(api, made, "submitted")
    path = f"/briefings/{made['id']}/revisions"
    third, second, first = api.items(path)
    assert [each["version"] for each in (third, second, first)] == [3, 2, 1]
    assert (second["words"], second["words_added"], second["words_removed"]) == (4, 2, 1)
    assert (second["changed"], third["action"], third["words_added"]) == (["body"], "transition", 0)
    assert (first["action"], first["words"]) == ("create", 3)
    page = api.read(path, limit=2)
    assert [each["version"] for each in page["items"]] == [3, 2]
    assert api.get(page["next"].removeprefix("http://testserver")).json()["items"] == [first]
    assert api.read(f"{path}/1")["body"] == "One two three"
    for wrong in ("4", "0", "x", "-1", "1e3", "9" * 30):
        assert api.get(f"{path}/{wrong}").status_code == 404


def test_a_difference_is_unified_text(api: Api, documents: Documents) -> None:
    made = paper(documents, body="One\ntwo\nthree")
    api.change(f"/briefings/{made['id']}", {"body": "One\n2\nthree"})
    path = f"/briefings/{made['id']}/diff"
    answer = api.read(path, **{"from": 1, "to": 2})
    assert answer["unified"] == ("--- body, version 1\n+++ body, version 2\n@@ -1,3 +1,3 @@\n One\n-two\n+2\n three")
    assert (answer["words_added"], answer["words_removed"]) == (1, 1)
    assert api.read(path, **{"from": 2, "to": 2})["unified"] == ""
    assert api.get(path, params={"from": 1, "to": 9}).status_code == 404
    for wrong in ({}, {"from": 1}, {"from": "x", "to": 1}, {"from": 0, "to": 1}, {"from": 1, "to": 2, "field": "x"}):
        assert api.get(path, params=wrong).status_code == 422


def test_a_text_without_a_line_in_common_is_compared_at_once(api: Api, documents: Documents) -> None:
    lines = [f"line {number}" for number in range(9_000)]
    made = paper(documents, body="\n".join(lines))
    api.change(f"/briefings/{made['id']}", {"body": "\n".join(reversed(lines))})
    assert "-line 17\n" in api.read(f"/briefings/{made['id']}/diff", **{"from": 1, "to": 2})["unified"]


def test_what_was_marked_higher_then_is_not_told_now(api: Api, documents: Documents) -> None:
    made = paper(documents, body="Secret words", classification="RESTRICTED")
    lowering = {"headers": {"Change-Reason": "Agreed"}}
    path = f"/briefings/{made['id']}"
    answer = api.as_("approver").patch(path, {"body": "Plain", "classification": "UNCLASSIFIED"}, **lowering)
    assert answer.status_code == 200
    below = api.as_("reader", "UNCLASSIFIED")
    (told,) = below.items(f"{path}/revisions")
    assert (told["version"], told["changed"], told["words_removed"]) == (2, [], 0)
    assert below.get(f"{path}/revisions/1").status_code == 404
    assert below.get(f"{path}/diff", params={"from": 1, "to": 2}).status_code == 404
    assert api.get(f"{path}/diff", params={"from": 1, "to": 2}).headers["x-marking"] == "RESTRICTED"
