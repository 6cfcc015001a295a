"""What became of a record, how it read at an instant, and the way back."""

from datetime import UTC, datetime
from typing import Any

import pytest

from support.client import Api
from support.documents import Documents


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


@pytest.fixture
def visit(api: Api, documents: Documents) -> Any:
    return api.make("/visits", documents.of("visits") | {"title": "First"})


def test_every_change_is_told_newest_first_with_who_and_why(api: Api, visit: Any) -> None:
    path = f"/visits/{visit['id']}"
    api.change(path, {"title": "Second"}, **{"Change-Reason": "The Minister asked"})
    api.post(f"{path}/transitions", {"to": "cancelled", "reason": "Cyclone"})
    api.delete(path)
    api.post(f"{path}/restore")
    told = api.items(f"{path}/history")
    assert [each["version"] for each in told] == [5, 4, 3, 2, 1]
    assert [each["action"] for each in told] == ["restore", "withdraw", "transition", "update", "create"]
    assert told[3]["changes"] == {"title": ["First", "Second"]}
    assert told[3]["reason"] == "The Minister asked"
    assert told[2]["reason"] == "Cyclone"
    assert told[2]["changes"] == {
        "status": ["planned", "cancelled"],
        "status_reason": [None, "other"],
        "status_comment": [None, "Cyclone"],
    }
    assert told[1]["changes"] == {"archived": [False, True]}
    assert {each["actor"] for each in told} == {told[0]["actor"]}


def test_history_comes_in_pages(api: Api, visit: Any) -> None:
    path = f"/visits/{visit['id']}"
    for number in range(4):
        api.change(path, {"title": f"Title {number}"})
    page = api.read(f"{path}/history", limit=2)
    seen = [each["version"] for each in page["items"]]
    while page["next"]:
        page = api.get(page["next"]).json()
        seen += [each["version"] for each in page["items"]]
    assert seen == [5, 4, 3, 2, 1]


def test_all_changes_of_one_request_share_its_id(api: Api, documents: Documents, visit: Any) -> None:
    person = api.make("/people", documents.of("people"))
    answer = api.post(f"/visits/{visit['id']}/participants", {"person": person["id"]})
    request = answer.headers["x-request-id"]
    participant = api.items(f"/engagements/{visit['id']}/participants/{answer.json()['id']}/history")
    engagement = api.items(f"/visits/{visit['id']}/history")
    assert participant[0]["request_id"] == engagement[0]["request_id"] == request
    assert engagement[0]["action"] == "participants"


def test_a_record_reads_as_it_did_at_an_instant(api: Api, visit: Any) -> None:
    path = f"/visits/{visit['id']}"
    between = now()
    api.change(path, {"title": "Second"})
    answer = api.get(path, params={"as_at": between})
    assert answer.json() == visit
    assert answer.headers["etag"] == '"1"'
    assert api.read(path, as_at=now())["title"] == "Second"
    assert api.get(path, params={"as_at": "2001-01-01T00:00:00Z"}).status_code == 404
    assert api.get(path, params={"as_at": "yesterday"}).status_code == 422


def test_the_way_back_is_a_new_version(api: Api, visit: Any) -> None:
    path = f"/visits/{visit['id']}"
    api.change(path, {"title": "Second", "tags": ["navy"]})
    answer = api.post(f"{path}/revert", {"to_version": 1}, headers={"If-Match": '"2"'})
    assert answer.status_code == 200
    assert (answer.json()["title"], answer.json()["tags"], answer.json()["version"]) == ("First", [], 3)
    assert api.items(f"{path}/history")[0]["action"] == "revert"
    assert api.post(f"{path}/revert", {"to_version": 1}, headers={"If-Match": '"2"'}).status_code == 412
    assert api.post(f"{path}/revert", {"to_version": 9}).status_code == 404
    assert api.post(f"{path}/revert", {"to_version": "1"}).status_code == 422


def test_what_was_marked_higher_is_not_told_to_those_below(api: Api, documents: Documents) -> None:
    """A record comes down from RESTRICTED: its past above their clearance stays unknown to others."""
    made = api.make("/visits", documents.of("visits") | {"title": "Secret", "classification": "RESTRICTED"})
    path = f"/visits/{made['id']}"
    low = api.as_("contributor", "UNCLASSIFIED")
    assert low.get(f"{path}/history").status_code == 404
    before = now()
    why = {"Change-Reason": "Announced"}
    api.as_("approver").change(path, {"title": "Public", "classification": "UNCLASSIFIED"}, **why)
    told = low.items(f"{path}/history")
    assert [each["version"] for each in told] == [2]
    assert told[0]["changes"] == {}
    assert "Secret" not in low.get(f"{path}/history").text
    assert low.get(path, params={"as_at": before}).status_code == 404
    assert low.post(f"{path}/revert", {"to_version": 1}).status_code == 404
    assert [each["version"] for each in api.items(f"{path}/history")] == [2, 1]


def test_a_past_below_is_gone_for_those_who_may_not_see_the_present(api: Api, documents: Documents) -> None:
    made = api.make("/visits", documents.of("visits"))
    low = api.as_("contributor", "UNCLASSIFIED")
    path = f"/visits/{made['id']}"
    assert low.get(f"{path}/history").status_code == 200
    api.change(path, {"classification": "RESTRICTED"})
    assert low.get(f"{path}/history").status_code == 404
    assert low.get(path, params={"as_at": now()}).status_code == 404
