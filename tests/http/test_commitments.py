"""Commitments: who owes what, until when, and who may know."""

from datetime import timedelta
from typing import Any

import pytest

from app.access.register import Register
from support.client import Api
from support.days import AT_HOME as TODAY
from support.documents import Documents
from support.problems import faults, problem
from support.recording import recorded


def day(ahead: int) -> str:
    return (TODAY + timedelta(days=ahead)).isoformat()


def promise(documents: Documents, **changes: Any) -> Any:
    return documents.make("commitments", **({"made_on": day(-90), "due_on": day(30)} | changes))


def move(api: Api, commitment: Any, to: str, **more: Any) -> Any:
    answer = api.post(f"/commitments/{commitment['id']}/transitions", {"to": to, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def found(api: Api, **asked: Any) -> set[str]:
    return {each["id"] for each in api.items("/commitments", limit=200, **asked)}


def test_it_is_open_until_it_is_kept(api: Api, documents: Documents) -> None:
    made = promise(documents)
    assert (made["status"], made["closed_on"]) == ("open", None)
    assert made["allowed_transitions"] == ["kept", "broken", "withdrawn", "superseded"]
    kept = move(api, made, "kept")
    assert (kept["status"], kept["closed_on"], kept["allowed_transitions"]) == ("kept", TODAY.isoformat(), ["open"])
    (last, *_) = api.items(f"/commitments/{made['id']}/history")
    assert last["changes"] == {"status": ["open", "kept"], "closed_on": [None, TODAY.isoformat()]}
    opened = move(api, made, "open", reason="The second team never came")
    assert (opened["status"], opened["closed_on"]) == ("open", None)
    assert move(api, made, "superseded", on=day(-3))["closed_on"] == day(-3)


@pytest.mark.parametrize("to", ["broken", "withdrawn"])
def test_what_is_not_kept_takes_a_reason(api: Api, documents: Documents, to: str) -> None:
    made = promise(documents)
    at = f"/commitments/{made['id']}/transitions"
    assert faults(api.post(at, {"to": to})) == {("/reason", "required")}
    assert move(api, made, to, reason="No ship was free")["status"] == to
    assert api.items(f"/commitments/{made['id']}/history")[0]["reason"] == "No ship was free"
    problem(api.post(at, {"to": "kept"}), 409)
    assert faults(api.post(at, {"to": "open"})) == {("/reason", "required")}


def test_wrong_moves(api: Api, documents: Documents) -> None:
    made = promise(documents)
    at = f"/commitments/{made['id']}/transitions"
    assert faults(api.post(at, {"to": "lost", "on": "soon"})) == {("/to", "not_allowed"), ("/on", "date_format")}
    for wrong in (day(2), day(-91)):
        assert faults(api.post(at, {"to": "kept", "on": wrong})) == {("/on", "date_range")}
    problem(api.post(at, {"to": "open"}), 409)
    problem(api.post(at, {"to": "kept"}, headers={"If-Match": '"2"'}), 412)
    problem(api.as_("reader").post(at, {"to": "kept"}), 403)
    move(api, made, "kept")
    assert faults(api.post(at, {"to": "open", "reason": "x", "on": day(0)})) == {("/on", "still_open")}
    api.delete(f"/commitments/{made['id']}")
    problem(api.post(at, {"to": "open", "reason": "x"}), 409)


def test_what_is_not_made_yet_is_not_closed_today(api: Api, documents: Documents) -> None:
    """Or it would have ended before it began, and nothing of it could be changed any more."""
    made = promise(documents, made_on=day(2))
    assert faults(api.post(f"/commitments/{made['id']}/transitions", {"to": "superseded"})) == {("/on", "date_range")}
    api.change(f"/commitments/{made['id']}", {"made_on": day(0)})
    assert move(api, made, "superseded")["closed_on"] == day(0)


def test_history_is_entered_too(api: Api, documents: Documents) -> None:
    old = promise(documents, status="broken", closed_on=day(-5))
    assert (old["status"], old["closed_on"]) == ("broken", day(-5))
    document = documents.of("commitments")
    open_and_closed = document | {"made_on": day(-9), "due_on": day(-10), "closed_on": day(-8)}
    assert faults(api.post("/commitments", open_and_closed)) == {
        ("/due_on", "before_start"),
        ("/closed_on", "still_open"),
    }
    for field in ({"status": "kept"}, {"closed_on": day(0)}):
        assert {code for _, code in faults(api.patch(f"/commitments/{old['id']}", field))} == {"create_only"}


def test_what_is_asked_of_the_list(api: Api, documents: Documents) -> None:
    office = documents.make("offices")["id"]
    visit = documents.visit()["id"]
    late = promise(documents, due_on=day(-1), partner="TO", owner_office=office)["id"]
    today = promise(documents, due_on=day(0), partner="AU", owed_by="partner", engagement=visit)["id"]
    never = promise(documents, due_on=None, partner="AU")["id"]
    kept = promise(documents, due_on=day(-9), partner="TO", status="kept")["id"]
    assert found(api) == {late, today, never, kept}
    assert found(api, overdue="true") == {late}
    assert found(api, overdue="false") == found(api, overdue__not="true") == {today, never, kept}
    assert found(api, status="open", partner="AU") == {today, never}
    assert found(api, owed_by="partner") == found(api, engagement=visit) == {today}
    assert found(api, owner_office=office) == {late}
    assert found(api, due_from=day(-1), due_to=day(0)) == {late, today}
    assert found(api, status__not="open") == {kept}
    assert {each["id"] for each in api.post("/commitments/query", {"overdue": True}).json()["items"]} == {late}
    assert [each["id"] for each in api.items("/commitments", sort="due_on")] == [kept, late, today, never]
    expanded = api.read(f"/commitments/{today}", expand="partner,engagement")
    assert (expanded["partner"]["code"], expanded["engagement"]["id"]) == ("AU", visit)


def test_it_is_never_marked_below_its_engagement(api: Api, documents: Documents) -> None:
    visit = documents.visit(classification="RESTRICTED", need_to_know=[])["id"]
    low = api.as_("contributor", "UNCLASSIFIED")
    document = documents.of("commitments", engagement=visit)
    assert api.make("/commitments", document)["classification"] == "RESTRICTED"
    below = document | {"classification": "IN-CONFIDENCE"}
    assert faults(api.post("/commitments", below)) == {("/engagement", "marked_higher")}
    free = documents.make("commitments")
    assert faults(api.patch(f"/commitments/{free['id']}", {"engagement": visit})) == {("/engagement", "marked_higher")}
    moved = api.change(f"/commitments/{free['id']}", {"engagement": visit, "classification": "RESTRICTED"})
    assert moved["engagement"] == visit
    # For who may not see the engagement there is none, whatever marking is given.
    assert faults(low.post("/commitments", document)) == {("/engagement", "unknown_reference")}
    problem(low.get(f"/commitments/{free['id']}"), 404)
    assert found(low) == set()


def test_it_is_raised_with_its_engagement(api: Api, documents: Documents) -> None:
    visit = documents.visit()["id"]
    low = api.as_("auditor", "UNCLASSIFIED")
    made = promise(documents, engagement=visit, title="Kererū")
    higher = promise(documents, engagement=visit, classification="RESTRICTED")
    api.delete(f"/commitments/{promise(documents, engagement=visit)['id']}")
    assert found(low, archived="any") != set()
    api.change(f"/visits/{visit}", {"classification": "IN-CONFIDENCE", "endorsements": ["NZEO"]})
    assert found(low, archived="any") == set()
    problem(low.get(f"/commitments/{made['id']}"), 404)
    problem(low.get(f"/commitments/{made['id']}/history"), 404)
    now = api.read(f"/commitments/{made['id']}")
    assert (now["classification"], now["endorsements"], now["version"]) == ("IN-CONFIDENCE", ["NZEO"], 2)
    assert api.items(f"/commitments/{made['id']}/history")[0]["action"] == "remark"
    both = api.read(f"/commitments/{higher['id']}")
    assert (both["classification"], both["endorsements"]) == ("RESTRICTED", ["NZEO"])
    # The engagement is marked lower again: what came of it stays as it is until somebody sees to it.
    reason = {"Change-Reason": "Published"}
    api.as_("approver").change(f"/visits/{visit}", {"classification": "UNCLASSIFIED", "endorsements": []}, **reason)
    assert found(low) == set()


def test_a_hidden_commitment_is_raised_too(api: Api, documents: Documents) -> None:
    """Whoever marks an engagement anew need not know of what came of it."""
    visit = documents.visit()["id"]
    hidden = promise(documents, engagement=visit, classification="RESTRICTED")
    low = api.as_("contributor", "IN-CONFIDENCE")
    answer = low.patch(f"/visits/{visit}", {"classification": "IN-CONFIDENCE", "endorsements": ["NZEO"]})
    assert answer.status_code == 200
    assert "RESTRICTED" not in answer.headers["x-marking"]
    assert api.read(f"/commitments/{hidden['id']}")["endorsements"] == ["NZEO"]


def test_a_list_is_one_statement(api: Api, documents: Documents, register: Register) -> None:
    for _ in range(3):
        promise(documents, due_on=day(-1))
    api.read("/commitments", overdue="true", partner="TO")
    with recorded(register) as seen:
        api.read("/commitments", overdue="true", partner="TO")
    assert len([each for each in seen if " commitment" in each]) == 1
