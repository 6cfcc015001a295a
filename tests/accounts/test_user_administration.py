"""Users as administrators manage them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from support.client import Api
from support.problems import faults, problem

AROHA: dict[str, Any] = {
    "name": "Aroha",
    "email": "aroha@example.govt.nz",
    "issuer": "https://login.example.govt.nz",
    "subject": "aroha",
    "role": "contributor",
    "clearance": "RESTRICTED",
    "nationality": "NZ",
}


def test_a_user_is_made_read_and_changed(admin: Api) -> None:
    made = admin.make("/users", AROHA)
    assert made | AROHA == made
    assert (made["active"], made["groups"], made["last_seen_at"], made["version"]) == (True, [], None, 1)
    at = f"/users/{made['id']}"
    assert admin.read(at) == made
    changed = admin.change(at, {"email": None, "role": "approver"})
    assert (changed["email"], changed["role"], changed["version"]) == (None, "approver", 2)
    assert [each["action"] for each in admin.items("/audit", record=made["id"])] == ["update", "create"]
    assert admin.items("/audit", record_type="user")[0]["changes"] == {
        "email": [AROHA["email"], None],
        "role": ["contributor", "approver"],
    }
    problem(admin.patch(at, {"name": "x"}, headers={"if-match": '"1"'}), 412)


def test_issuer_and_subject_are_unique_together_and_stay(admin: Api, stored: Callable[[], Any]) -> None:
    made = admin.make("/users", AROHA)
    admin.make("/users", AROHA | {"issuer": "https://other.example"})
    admin.make("/users", AROHA | {"subject": "AROHA"})
    before = stored()
    assert faults(admin.post("/users", AROHA), 409) == {("/subject", "taken")}
    at = f"/users/{made['id']}"
    for name in ("issuer", "subject"):
        assert faults(admin.patch(at, {name: "x"})) == {(f"/{name}", "create_only")}
        assert faults(admin.post("/users", AROHA | {name: None})) == {(f"/{name}", "required_with")}
    assert stored() == before
    nobodys = [admin.make("/users", {"name": "Same"}) for _ in range(2)]
    assert nobodys[0]["id"] != nobodys[1]["id"]


def test_two_who_make_the_same_user_at_once_make_one(admin: Api) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: admin.post("/users", AROHA), range(4)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
    assert len(admin.items("/users", subject="aroha")) == 1


def test_who_is_not_active_is_refused_with_every_token(admin: Api) -> None:
    made = admin.make("/users", AROHA)
    callers = [
        admin.with_secret(admin.make("/tokens", {"name": f"t{each}", "role": "reader", "user": made["id"]})["token"])
        for each in range(2)
    ]
    for each in callers:
        assert each.read("/me")["user"] == {"id": made["id"], "name": "Aroha"}
    admin.change(f"/users/{made['id']}", {"active": False})
    for each in callers:
        problem(each.get("/me"), 401)
        problem(each.post("/visits", {}), 401)
    admin.change(f"/users/{made['id']}", {"active": True})
    for each in callers:
        assert each.get("/me").status_code == 200


def test_a_user_with_more_can_be_made_inactive_but_not_given_more(holder: Callable[..., Api]) -> None:
    above = holder(clearance="TOP SECRET", groups=["cabinet"]).make(
        "/users", AROHA | {"clearance": "SECRET", "groups": ["cabinet"]}
    )
    lesser = holder(clearance="IN-CONFIDENCE", nationality="AU")
    at = f"/users/{above['id']}"
    assert faults(lesser.patch(at, {"clearance": "TOP SECRET"})) == {("/clearance", "above_clearance")}
    assert faults(lesser.patch(at, {"groups": ["cabinet", "budget"]})) == {
        ("/groups/0", "above_clearance"),
        ("/groups/1", "above_clearance"),
    }
    assert lesser.change(at, {"active": False})["active"] is False
    less = lesser.change(at, {"clearance": "IN-CONFIDENCE", "nationality": None, "groups": None})
    assert faults(lesser.patch(at, {"nationality": "NZ"})) == {("/nationality", "above_clearance")}
    assert (less["clearance"], less["groups"]) == ("IN-CONFIDENCE", [])


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"email": "nowhere"},
        {"active": "yes"},
        {"active": None, "name": 5},
        {"subject": "a\x00b"},
        {"subject": "x" * 256},
        {"issuer": "x" * 501},
        {"nationality": "ZZ"},
        {"role": "king"},
        {"last_seen_at": "2026-01-01T00:00:00Z"},
        {"external_ref": "x"},
        {"password": "x"},
    ],
)
def test_what_no_user_can_be(admin: Api, stored: Callable[[], Any], changes: dict[str, Any]) -> None:
    before = stored()
    assert faults(admin.post("/users", AROHA | changes))
    assert stored() == before


def test_finding_users(admin: Api) -> None:
    for name, role, active in (("a", "reader", True), ("b", None, True), ("c", "reader", False)):
        admin.make("/users", {"name": name, "role": role, "active": active, "email": f"{name}@example.govt.nz"})

    def names(**asked: Any) -> list[str]:
        return [each["name"] for each in admin.items("/users", **asked)]

    assert names() == ["a", "b", "c"]
    assert names(active="false") == ["c"]
    assert names(active="true", role="reader") == ["a"]
    assert names(email=["b@example.govt.nz", "x@example.govt.nz"]) == ["b"]
    assert names(name__not="a", sort="-name") == ["c", "b"]
    assert [each["name"] for each in admin.post("/users/query", {"active": False}).json()["items"]] == ["c"]
    assert faults(admin.get("/users", params={"archived": "any"})) == {("archived", "unknown_parameter")}
