"""API tokens as administrators manage them."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from app.access.register import Register
from app.accounts.tokens import TOKENS
from app.accounts.users import USERS
from app.models import Answer, Token
from support.client import Api
from support.problems import faults, problem

NOBODY = "0190163d-8694-739b-aea5-966c26f8ad91"
DESK = {"name": "Tokyo desk", "role": "contributor", "clearance": "IN-CONFIDENCE", "nationality": "NZ"}


def soon(**ahead: float) -> str:
    return (datetime.now(UTC) + timedelta(**ahead)).isoformat()


def make(admin: Api, **changes: Any) -> tuple[dict[str, Any], Api]:
    """A token, and the API as its holder uses it."""
    made = admin.make("/tokens", DESK | changes)
    return made, admin.with_secret(made["token"])


def is_refused(caller: Api) -> None:
    problem(caller.get("/me"), 401)


def test_a_token_is_made_told_once_and_lets_its_holder_in(admin: Api) -> None:
    answer = admin.post("/tokens", DESK)
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    made = answer.json()
    assert answer.headers["location"] == f"/api/v1/tokens/{made['id']}"
    secret = made.pop("token")
    assert admin.read(f"/tokens/{made['id']}") == made
    assert made | DESK == made
    assert (made["user"], made["groups"], made["networks"], made["rate_limit"]) == (None, [], None, None)
    days = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=89) < days <= timedelta(days=90)
    me = admin.with_secret(secret).read("/me")
    assert (me["name"], me["role"], me["clearance"]) == ("Tokyo desk", "contributor", "IN-CONFIDENCE")
    assert me["token"] == {"name": "Tokyo desk", "expires_at": made["expires_at"]}


def test_the_examples_are_what_can_be_sent(admin: Api) -> None:
    for resource in (TOKENS, USERS):
        made = admin.make(f"/{resource.path}", dict(resource.example))
        assert admin.change(f"/{resource.path}/{made['id']}", resource.patch_example)["version"] == 1


def test_a_secret_is_kept_nowhere(admin: Api, register: Register, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        made, desk = make(admin)
        rotated = admin.post(f"/tokens/{made['id']}/rotate", {"overlap_minutes": 5}).json()
        admin.with_secret("det_" + "a" * 43).get("/me")
        desk.get("/me")
    secrets = [made["token"], rotated["token"]]
    seen = [admin.get(path).text for path in ("/tokens", f"/tokens/{made['id']}", "/audit", "/changes", "/me")]
    with register.database.reader.connect() as connection:
        tables = connection.execute(
            text(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
                if register.database.is_sqlite
                else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            )
        ).scalars()
        kept = [str(connection.execute(text(f'SELECT * FROM "{name}"')).all()) for name in list(tables)]
        hashes = [bytes(each).hex() for each in connection.execute(text("SELECT secret_hash FROM token")).scalars()]
    for secret in secrets:
        for body in (*seen, *kept, caplog.text):
            assert secret.removeprefix("det_") not in body
    assert not any(each in body for body in seen for each in hashes)


def test_a_key_for_sending_again_is_refused_where_a_secret_would_be_kept(
    admin: Api, stored: Callable[[], Any], register: Register
) -> None:
    made, _ = make(admin)
    before = stored()
    keyed = {"headers": {"Idempotency-Key": "once"}}
    for path, body in (("/tokens", DESK), (f"/tokens/{made['id']}/rotate", {})):
        assert faults(admin.post(path, body, **keyed)) == {("Idempotency-Key", "not_allowed")}
    assert stored() == before
    assert admin.post("/users", {"name": "Aroha"}, **keyed).status_code == 201
    with register.database.reader.connect() as connection:
        (kept,) = connection.execute(select(Answer.body)).scalars()
    assert json.loads(kept)["name"] == "Aroha", "only what holds no secret is kept"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"clearance": "SENSITIVE"}, ("/clearance", "above_clearance")),
        ({"clearance": "TOP SECRET"}, ("/clearance", "above_clearance")),
        ({"nationality": "NZ"}, ("/nationality", "above_clearance")),
        ({"nationality": "TO"}, ("/nationality", "above_clearance")),
        ({"groups": ["cabinet", "french-talks"]}, ("/groups/0", "above_clearance")),
    ],
)
def test_nobody_gives_more_than_they_have(
    holder: Callable[..., Api], stored: Callable[[], Any], changes: dict[str, Any], fault: tuple[str, str]
) -> None:
    lesser = holder(clearance="IN-CONFIDENCE", nationality="AU", groups=["french-talks"])
    before = stored()
    document = {"name": "gift", "role": "reader", **changes}
    assert faults(lesser.post("/tokens", document)) == {fault}
    assert faults(lesser.post("/users", document)) == {fault}
    assert stored() == before


def test_what_one_has_one_can_give(holder: Callable[..., Api]) -> None:
    lesser = holder(clearance="IN-CONFIDENCE", nationality="AU", groups=["french-talks"])
    for changes in (
        {"clearance": "IN-CONFIDENCE"},
        {"nationality": "AU"},
        {"nationality": None},
        {"groups": ["French-Talks", "french-talks"]},
        {"role": "administrator"},
    ):
        _, given = make(lesser, **({"clearance": "UNCLASSIFIED", "nationality": None} | changes))
        assert given.get("/me").status_code == 200
    assert given.read("/me")["groups"] == []
    assert make(lesser, nationality=None, groups=["French-Talks", "french-talks"])[0]["groups"] == ["french-talks"]
    assert make(holder(), nationality="TO")[0]["nationality"] == "TO", "a New Zealander sees what others see"


def test_a_token_with_more_is_neither_prolonged_nor_rotated_but_can_be_revoked(holder: Callable[..., Api]) -> None:
    above, caller = make(holder(clearance="TOP SECRET"), clearance="SECRET")
    admin = holder()
    at = f"/tokens/{above['id']}"
    for answer in (
        admin.patch(at, {"expires_at": soon(days=300)}),
        admin.patch(at, {"networks": None, "name": "mine"}),
        admin.post(f"{at}/rotate", {}),
    ):
        assert faults(answer) == {("/clearance", "above_clearance")}
        assert "det_" not in answer.text
    assert admin.read(at)["version"] == 1
    assert admin.delete(at).status_code == 204
    is_refused(caller)


def test_what_a_token_stands_for_never_changes(admin: Api) -> None:
    made, desk = make(admin)
    at = f"/tokens/{made['id']}"
    other = {"user": None, "role": "administrator", "clearance": "RESTRICTED", "nationality": "AU", "groups": ["a"]}
    assert faults(admin.patch(at, other)) == {(f"/{name}", "create_only") for name in other}
    for name in ("id", "version", "last_used_at", "revoked_at", "secret_hash", "token", "archived", "old_until"):
        assert faults(admin.patch(at, {name: None})) == {(f"/{name}", "unknown_field")}
        assert faults(admin.post("/tokens", DESK | {name: "x"})) == {(f"/{name}", "unknown_field")}
    assert desk.read("/me")["role"] == "contributor"


def test_name_networks_limit_and_end_change(admin: Api) -> None:
    made, desk = make(admin)
    at, end = f"/tokens/{made['id']}", soon(days=2)
    changed = admin.change(at, {"name": "Osaka desk", "networks": ["10.0.0.0/8", "127.0.0.1"], "rate_limit": 50})
    assert (changed["version"], changed["networks"]) == (2, ["10.0.0.0/8", "127.0.0.1/32"])
    assert desk.read("/me")["rate_limit"] == 50
    assert admin.change(at, {"expires_at": end})["expires_at"] == end.replace("+00:00", "Z")
    admin.change(at, {"networks": ["10.0.0.0/8"]})
    is_refused(desk)
    admin.change(at, {"networks": None})
    assert desk.get("/me").status_code == 200
    stale = admin.patch(at, {"name": "x"}, headers={"if-match": '"1"'})
    problem(stale, 412)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"name": " "}, ("/name", "blank")),
        ({"name": "a\nb"}, ("/name", "line_break")),
        ({"networks": []}, ("/networks", "too_short")),
        ({"networks": ["10.0.0.1/8"]}, ("/networks/0", "network")),
        ({"networks": ["everywhere"]}, ("/networks/0", "network")),
        ({"rate_limit": 0}, ("/rate_limit", "range")),
        ({"rate_limit": True}, ("/rate_limit", "type")),
        ({"expires_at": "2020-01-01T00:00:00Z"}, ("/expires_at", "date_range")),
        ({"expires_at": "2100-01-01T00:00:00Z"}, ("/expires_at", "date_range")),
        ({"expires_at": "tomorrow"}, ("/expires_at", "instant_format")),
        ({"role": "king"}, ("/role", "not_allowed")),
        ({"clearance": None}, ("/clearance", "not_allowed")),
        ({"nationality": "ZZ"}, ("/nationality", "unknown_reference")),
        ({"groups": ["no group"]}, ("/groups/0", "pattern")),
        ({"user": NOBODY}, ("/user", "unknown_reference")),
        ({"user": "me"}, ("/user", "pattern")),
    ],
)
def test_what_no_token_can_be(
    admin: Api, stored: Callable[[], Any], changes: dict[str, Any], fault: tuple[str, str]
) -> None:
    before = stored()
    assert faults(admin.post("/tokens", DESK | changes)) == {fault}
    assert stored() == before


def test_a_token_is_good_for_a_bounded_time(serve: Callable[..., Api]) -> None:
    admin = serve(token_max_days=10).as_("administrator")
    made, _ = make(admin)
    assert datetime.fromisoformat(made["expires_at"]) < datetime.now(UTC) + timedelta(days=10)
    at = f"/tokens/{made['id']}"
    assert faults(admin.patch(at, {"expires_at": soon(days=11)})) == {("/expires_at", "date_range")}
    assert admin.patch(at, {"expires_at": soon(days=9)}).status_code == 200
    assert admin.patch(at, {"expires_at": soon(minutes=5)}).status_code == 200


def test_rotating_at_once(admin: Api) -> None:
    made, old = make(admin)
    at = f"/tokens/{made['id']}"
    answer = admin.post(f"{at}/rotate", {})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    new = admin.with_secret(answer.json()["token"])
    assert new.read("/me")["name"] == "Tokyo desk"
    is_refused(old)
    assert (answer.json()["old_until"], answer.headers["etag"]) == (None, '"2"')
    bare = admin.ask("POST", f"{at}/rotate")
    assert (bare.status_code, bare.headers["etag"]) == (200, '"3"')
    is_refused(new)
    problem(admin.ask("POST", f"{at}/rotate", content=b"{}"), 415)
    problem(admin.ask("POST", "/tokens"), 415)


def test_rotating_with_overlap(admin: Api, register: Register) -> None:
    made, old = make(admin)
    at = f"/tokens/{made['id']}"
    second = admin.post(f"{at}/rotate", {"overlap_minutes": 1_440}).json()
    assert timedelta(hours=23) < datetime.fromisoformat(second["old_until"]) - datetime.now(UTC)
    for caller in (old, admin.with_secret(second["token"])):
        assert caller.get("/me").status_code == 200
    with register.database.write() as connection:
        connection.execute(update(Token).where(Token.id == made["id"]).values(old_until=datetime.now(UTC)))
    is_refused(old)
    third = admin.post(f"{at}/rotate", {"overlap_minutes": 1}).json()
    assert admin.with_secret(second["token"]).get("/me").status_code == 200
    admin.post(f"{at}/rotate", {"overlap_minutes": 1})
    is_refused(admin.with_secret(second["token"]))
    assert admin.with_secret(third["token"]).get("/me").status_code == 200, "one old secret, no more"
    for wrong in (-1, 1_441, "5", True, 1.5):
        assert admin.post(f"{at}/rotate", {"overlap_minutes": wrong}).status_code == 422


def test_revoking_ends_a_token_for_good(admin: Api) -> None:
    made, desk = make(admin)
    at = f"/tokens/{made['id']}"
    old = admin.post(f"{at}/rotate", {"overlap_minutes": 10}).json()["token"]
    problem(admin.delete(at, headers={"if-match": '"1"'}), 412)
    assert admin.delete(at).status_code == 204
    is_refused(desk)
    is_refused(admin.with_secret(old))
    assert admin.delete(at).status_code == 204
    found = admin.read(at)
    assert found["revoked_at"] is not None
    assert found["version"] == 3, "twice is once"
    problem(admin.patch(at, {"expires_at": soon(days=5)}), 409)
    problem(admin.post(f"{at}/rotate", {}), 409)
    assert [each["id"] for each in admin.items("/tokens", name="Tokyo desk")] == [made["id"]]


def test_an_expired_token_is_prolonged_before_it_is_rotated(admin: Api, register: Register) -> None:
    made, desk = make(admin)
    at = f"/tokens/{made['id']}"
    with register.database.write() as connection:
        connection.execute(update(Token).where(Token.id == made["id"]).values(expires_at=datetime.now(UTC)))
    is_refused(desk)
    problem(admin.post(f"{at}/rotate", {}), 409)
    assert admin.patch(at, {"name": "Late desk"}).status_code == 200
    admin.change(at, {"expires_at": soon(days=1)})
    assert desk.get("/me").status_code == 200


def test_finding_tokens(admin: Api, register: Register) -> None:
    user = admin.make("/users", {"name": "Aroha"})
    made = {
        name: make(admin, name=name, role=role, user=owner)[0]
        for name, role, owner in (("a", "reader", user["id"]), ("b", "auditor", None), ("c", "reader", None))
    }
    admin.delete(f"/tokens/{made['c']['id']}")

    def names(**asked: Any) -> set[str]:
        return {each["name"] for each in admin.items("/tokens", limit=200, **asked)} & {*made}

    assert names(name=["a", "b", "x"]) == {"a", "b"}
    assert names(role="reader") == {"a", "c"}
    assert names(role__not="reader") == {"b"}
    assert names(user=user["id"]) == {"a"}
    assert names(active="true") == {"a", "b"}
    assert names(active="false") == names(active__not="true") == {"c"}
    with register.database.write() as connection:
        connection.execute(update(Token).where(Token.name == "b").values(expires_at=datetime.now(UTC)))
    admin.change(f"/users/{user['id']}", {"active": False})
    assert names(active="false") == {"a", "b", "c"}
    body = {"name": ["a"], "active": False, "count": "exact", "expand": "user", "fields": "name,user"}
    asked = admin.post("/tokens/query", body).json()
    assert (asked["total"], asked["items"][0]["user"]["name"]) == (1, "Aroha")
    for wrong in ({"archived": "any"}, {"active": "maybe"}, {"secret_hash": "x"}, {"sort": "secret_hash"}):
        assert admin.get("/tokens", params=wrong).status_code == 422
    pages, following = [], "/tokens?limit=50&sort=name"
    while following:
        page = admin.get(following).json()
        pages += [each["id"] for each in page["items"]]
        following = page["next"]
    assert len(pages) == len(set(pages)) == admin.read("/tokens", count="exact")["total"]


def test_reading_a_token(admin: Api) -> None:
    made, _ = make(admin)
    at = f"/tokens/{made['id']}"
    assert admin.get(at).headers["etag"] == '"1"'
    assert admin.get(at, headers={"if-none-match": '"1"'}).status_code == 200, "its last use may be another by now"
    assert admin.read(at, fields="name") == {"name": "Tokyo desk"}
    assert faults(admin.get(at, params={"as_at": "2026-01-01T00:00:00Z"})) == {("as_at", "unknown_parameter")}
    problem(admin.get(f"/tokens/{NOBODY}"), 404)
    problem(admin.get("/tokens/Tokyo%20desk"), 404)


def test_everything_that_becomes_of_a_token_is_in_the_audit_trail(admin: Api) -> None:
    made, _ = make(admin)
    at = f"/tokens/{made['id']}"
    admin.patch(at, {"name": "Osaka desk"}, headers={"Change-Reason": "Moved"})
    admin.post(f"{at}/rotate", {"overlap_minutes": 5})
    admin.delete(at)
    found = admin.items("/audit", record=made["id"])
    assert [each["action"] for each in found] == ["revoke", "rotate", "update", "create"]
    assert {each["record_type"] for each in found} == {"token"}
    assert found[2]["changes"] == {"name": ["Tokyo desk", "Osaka desk"]}
    assert found[2]["reason"] == "Moved"
    assert found[0]["changes"]["revoked_at"][0] is None
    assert found[1]["changes"]["old_until"][1] > found[1]["at"][:19]
    assert found[3]["changes"]["role"] == [None, "contributor"]
    assert admin.as_("auditor").items("/audit", record_type="token", record=made["id"]) == found
    assert "hash" not in json.dumps([each["changes"] for each in found])


def test_only_administrators_manage_tokens(admin: Api, stored: Callable[[], Any]) -> None:
    made, _ = make(admin)
    at = f"/tokens/{made['id']}"
    before = stored()
    for role in ("reader", "contributor", "approver", "auditor"):
        other = admin.as_(role)
        for method, path in (
            ("GET", "/tokens"), ("POST", "/tokens"), ("POST", "/tokens/query"), ("GET", at), ("PATCH", at),
            ("DELETE", at), ("POST", f"{at}/rotate"), ("GET", f"/tokens/{NOBODY}"),
            ("GET", "/users"), ("POST", "/users"), ("POST", "/users/query"), ("GET", f"/users/{NOBODY}"),
            ("PATCH", f"/users/{NOBODY}"),
        ):  # fmt: skip
            problem(other.ask(method, path, content=b"{not json"), 403)
    assert stored() == before


def test_a_use_is_noted_once_in_a_while_and_is_no_change(serve: Callable[..., Api]) -> None:
    api = serve(token_use_seconds=60)
    admin, register = api.as_("administrator"), api.client.app.state.register  # type: ignore[attr-defined]
    user = admin.make("/users", {"name": "Aroha"})
    made, desk = make(admin, user=user["id"])
    at = f"/tokens/{made['id']}"
    assert admin.read(at)["last_used_at"] is None
    desk.get("/visits")
    register.sightings.write()
    seen = admin.read(at)
    assert datetime.now(UTC) - datetime.fromisoformat(seen["last_used_at"]) < timedelta(minutes=1)
    assert seen | {"last_used_at": None} | {"token": made["token"]} == made
    assert list(admin.items("/tokens", name="Tokyo desk")) == [seen]
    assert admin.read(f"/users/{user['id']}")["last_seen_at"] is not None
    desk.get("/visits")
    register.sightings.write()
    assert admin.read(at) == seen, "within the minute nothing is written again"
    assert [each["action"] for each in admin.items("/audit", record=made["id"])] == ["create"]


def test_uses_are_written_by_themselves_and_at_the_end(
    serve: Callable[..., Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.access.sightings.GATHERED", 0.01)
    api = serve(token_use_seconds=1)
    admin, register = api.as_("administrator"), api.client.app.state.register  # type: ignore[attr-defined]
    made, desk = make(admin)
    desk.get("/me")
    end = datetime.now(UTC) + timedelta(seconds=20)
    while admin.read(f"/tokens/{made['id']}")["last_used_at"] is None:
        assert datetime.now(UTC) < end
    monkeypatch.setattr("app.access.sightings.GATHERED", 3_600)
    other, caller = make(admin, name="other")
    caller.get("/me")
    register.sightings.close()
    assert admin.read(f"/tokens/{other['id']}")["last_used_at"] is not None
