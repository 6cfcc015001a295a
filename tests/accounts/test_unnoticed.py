"""Tokens and users are nobody's business but administrators' and auditors': nothing else tells of them."""

from typing import Any

import pytest

from app.crud.resource import RESOURCES
from support.client import Api
from support.documents import Documents
from support.problems import problem


def everything(reader: Api, ids: list[str]) -> list[Any]:
    """Every way in which somebody could notice a token or user, byte for byte."""
    found: list[Any] = []
    for each in RESOURCES:
        if each.parent is not None:
            continue
        path = f"/{each.path}"
        asked: list[dict[str, Any]] = [{"limit": 200, "count": "exact", "archived": "any"}, {"q": "kereru"}]
        for params in asked[: 2 if "q" in each.list_query.model_fields else 1]:
            answer = reader.get(path, params=params)
            assert answer.status_code == 200
            found.append((path, params, answer.text, answer.headers["etag"]))
        for one in ids:
            for address in (one, f"{one}/history", f"{one}?as_at=2100-01-01T00:00:00Z", f"{one}?expand={path[1:]}"):
                answer = reader.get(f"{path}/{address}")
                assert answer.status_code in (404, 422)
                assert "kereru" not in answer.text
    page = {"next": "/changes?limit=200"}
    while page["next"] is not None:
        page = reader.get(page["next"]).json()
        found.append(page)
    found.append([reader.get("/changes", params={"after": f"{one}.1"}).status_code for one in ids])
    return found


@pytest.mark.parametrize("role", ["reader", "contributor", "approver", "administrator"])
def test_nothing_but_their_own_addresses_tells_of_tokens_and_users(api: Api, documents: Documents, role: str) -> None:
    admin, reader = api.as_("administrator"), api.as_(role, "TOP SECRET")
    documents.visit(title="Open visit")
    nobody = "0190163d-8694-739b-aea5-966c26f8ad91"
    before = everything(reader, [nobody, nobody])
    user = admin.make("/users", {"name": "kereru", "email": "kereru@example.govt.nz"})
    token = admin.make("/tokens", {"name": "kereru", "role": "reader", "user": user["id"]})
    admin.post(f"/tokens/{token['id']}/rotate", {})
    admin.change(f"/users/{user['id']}", {"active": False})
    admin.delete(f"/tokens/{token['id']}")
    assert everything(reader, [user["id"], token["id"]]) == before
    assert len([each for each in admin.items("/audit") if each["record_type"] in ("user", "token")]) == 5


def test_a_token_is_no_place_in_the_feed_though_its_changes_are_in_the_ledger(api: Api, documents: Documents) -> None:
    admin = api.as_("administrator")
    token = admin.make("/tokens", {"name": "desk", "role": "reader"})
    for caller in (api, admin):
        assert (
            problem(caller.get("/changes", params={"after": f"{token['id']}.1"}), 422)["errors"][0]["code"] == "place"
        )
    visit = documents.visit()
    place = f"{visit['id']}.1"
    assert api.read("/changes", after=place)["items"] == []
    page = admin.get("/audit", params={"limit": 1}).json()
    page = admin.get(page["next"]).json()
    assert page["items"][0]["record_id"] == token["id"]
    assert admin.get(page["next"]).json()["items"], "the audit trail goes on behind it all the same"


def test_no_ordinary_resource_refers_to_an_administrative_one() -> None:
    administrative = {RESOURCES[each].model for each in ("tokens", "users")}
    assert not administrative & {each.model for each in RESOURCES}
    for each in RESOURCES:
        for name, reference in each.expandable.items():
            assert reference.column.class_ not in administrative, (each.path, name)


def test_there_are_no_other_addresses(api: Api) -> None:
    admin = api.as_("administrator")
    token = admin.make("/tokens", {"name": "desk", "role": "reader"})
    user = admin.make("/users", {"name": "Aroha"})
    for at in (f"/tokens/{token['id']}", f"/users/{user['id']}"):
        for method, rest in (("GET", "/history"), ("POST", "/restore"), ("POST", "/revert")):
            problem(admin.ask(method, at + rest, json={}), 404)
    for noun in ("tokens", "users"):
        problem(admin.post(f"/{noun}/bulk", {"items": []}), 405)
        problem(admin.put(f"/{noun}/by-external-ref/x", {}), 404)
    problem(admin.delete(f"/users/{user['id']}"), 405)
