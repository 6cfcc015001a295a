"""Requests for official information: the time they have, and who moves them where."""

from datetime import timedelta
from typing import Any

import pytest

from app.releases.clock import decision_due
from support.client import Api
from support.days import AT_HOME as TODAY
from support.problems import problem


def make(api: Api, **fields: Any) -> Any:
    return api.make("/information-requests", {"title": "Maritime security", "received_on": "2026-11-02", **fields})


def test_when_it_is_due(api: Api) -> None:
    request = make(api)
    assert (request["state"], request["due_on"]) == ("open", "2026-11-30")
    assert request["allowed_transitions"] == ["decided", "closed"]
    assert api.change(f"/information-requests/{request['id']}", {"received_on": "2026-11-03"})["due_on"] == "2026-12-01"
    at = {"due_from": "2026-12-01", "due_to": "2026-12-01", "state": "open"}
    assert [each["id"] for each in api.items("/information-requests", **at)] == [request["id"]]


def test_what_is_overdue(api: Api) -> None:
    late, fresh = make(api, received_on="2026-09-01"), make(api, received_on=str(TODAY - timedelta(days=1)))
    assert [each["id"] for each in api.items("/information-requests", overdue="true")] == [late["id"]]
    assert [each["id"] for each in api.items("/information-requests", overdue="false")] == [fresh["id"]]
    api.post(f"/information-requests/{late['id']}/transitions", {"to": "closed", "reason": "Transferred to MFAT."})
    assert api.items("/information-requests", overdue="true") == []


def test_an_extension(api: Api) -> None:
    received = TODAY - timedelta(days=2)
    due = decision_due(received)
    request = make(api, received_on=str(received))
    later = str(due + timedelta(days=14))
    at = f"/information-requests/{request['id']}"
    extended = api.change(at, {"extended_to": later, "extension_reason": "Consultations are necessary."})
    assert extended["due_on"] == later
    assert api.change(at, {"extended_to": None, "extension_reason": None})["due_on"] == str(due)


@pytest.mark.parametrize(
    ("fields", "code", "pointer"),
    [
        ({"extended_to": "2027-03-01"}, "required_with", "/extension_reason"),
        ({"extension_reason": "Many documents."}, "required_with", "/extended_to"),
        ({"extended_to": "2026-11-30", "extension_reason": "Many documents."}, "before_start", "/extended_to"),
        ({"received_on": "2099-01-01"}, "in_future", "/received_on"),
        ({"received_on": None}, "type", "/received_on"),
    ],
)
def test_what_a_request_cannot_say(api: Api, fields: dict[str, Any], code: str, pointer: str) -> None:
    document = {"title": "Maritime security", "received_on": "2026-11-02", **fields}
    faults = problem(api.ask("POST", "/information-requests", json=document), 422)["errors"]
    assert {(each["code"], each["pointer"]) for each in faults} >= {(code, pointer)} or faults[0]["pointer"] == pointer
    assert api.items("/information-requests") == []


def test_the_time_is_extended_before_it_is_over(api: Api) -> None:
    request = make(api, received_on="2026-07-01")
    change = {"extended_to": "2027-01-29", "extension_reason": "Many documents."}
    answer = api.ask("PATCH", f"/information-requests/{request['id']}", json=change)
    assert [each["code"] for each in problem(answer, 422)["errors"]] == ["too_late"]
    # What was extended before it was recorded here, was.
    assert make(api, received_on="2026-07-01", **change)["due_on"] == "2027-01-29"


def test_who_decides(release: Any) -> None:
    at = f"{release.at}/transitions"
    problem(release.api.ask("POST", at, json={"to": "decided"}), 403)
    approver = release.api.as_("approver")
    mine = approver.make(f"{release.at}/documents", {"record": approver.make("/offices", {"title": "Desk"})["id"]})
    refusal = problem(approver.ask("POST", at, json={"to": "decided"}), 403)
    assert "somebody else" in refusal["detail"]
    assert release.api.read(release.at)["state"] == "open"
    decided = release.move(release.api.as_("administrator"), "decided")
    assert (decided["state"], decided["decided_by"].split()[0], len(decided["copy_sha256"])) == (
        "decided",
        "administrator",
        64,
    )
    assert mine["request_id"] == decided["id"]


@pytest.mark.parametrize(
    ("ways", "role", "status", "code"),
    [
        (["released"], "approver", 409, "transition"),
        (["closed"], "contributor", 422, "required"),
        (["decided", "open"], "approver", 422, "required"),
        (["decided", "closed"], "approver", 409, "transition"),
    ],
)
def test_moves_that_are_refused(release: Any, ways: list[str], role: str, status: int, code: str) -> None:
    *before, last = ways
    for to in before:
        release.decide(to)
    kept = release.api.read(release.at)
    answer = release.api.as_(role).ask("POST", f"{release.at}/transitions", json={"to": last})
    assert [each["code"] for each in problem(answer, status)["errors"]] == [code]
    assert release.api.read(release.at) == kept


def test_what_is_decided_stays_until_it_is_opened_again(release: Any) -> None:
    release.decide()
    document = f"{release.at}/documents/{release.scope[0]['id']}"
    before = release.copy().json(), release.api.read(document)
    problem(release.api.ask("PATCH", document, json={"withholdings": [{"ground": "6(a)"}]}), 409)
    problem(release.api.ask("DELETE", document), 409)
    problem(
        release.api.ask(
            "POST", f"{release.at}/documents", json={"record": release.api.make("/offices", {"title": "Desk"})["id"]}
        ),
        409,
    )
    problem(release.api.ask("POST", f"{release.at}/documents/select", json={"resource": "briefings"}), 409)
    changed = release.api.ask("PATCH", release.at, json={"title": "Something else", "note": "Said to the requester."})
    assert [each["code"] for each in problem(changed, 422)["errors"]] == ["not_open"]
    release.api.change(release.at, {"note": "Said to the requester."})
    release.api.change(f"/briefings/{release.papers[0]['id']}", {"body": "Something else"})
    assert (release.copy().json(), release.api.read(document)) == before
    opened = release.decide("open", reason="The Ombudsman asked for more.")
    assert (opened["decided_at"], opened["copy_sha256"]) == (None, None)
    release.withhold(0, {"ground": "6(a)"})


def test_released_and_opened_again(release: Any) -> None:
    release.decide()
    released = release.move(release.api, "released")
    assert released["released_at"] is not None
    assert released["allowed_transitions"] == ["open"]
    problem(release.api.ask("POST", f"{release.at}/transitions", json={"to": "open", "reason": "More is asked."}), 403)
    assert release.decide("open", reason="More is asked.")["released_at"] is None
    actions = [each["action"] for each in release.api.items(f"{release.at}/history")]
    assert actions[:3] == ["transition", "transition", "decide"]
