"""Signing in with an identity provider that runs, has real keys, and changes them."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.access import jwks
from support.client import Api
from support.issuer import Issuer, new_key, send, signed
from support.problems import problem

Provided = Callable[..., Api]
AHEAD, AGO = 20, -20.5
"""Seconds by which a clock may be wrong."""


def users(api: Api) -> list[Any]:
    return api.as_("administrator").items("/users")


def test_whoever_the_provider_vouches_for_comes_in_and_becomes_a_user(issuer: Issuer, provided: Provided) -> None:
    api = provided()
    aroha = api.with_secret(issuer.token())
    me = aroha.read("/me")
    (user,) = users(api)
    assert (user["name"], user["issuer"], user["subject"]) == ("Aroha", issuer.url, "aroha")
    assert (user["role"], user["clearance"], user["nationality"], user["groups"]) == (None, None, None, [])
    assert me["user"] == {"id": user["id"], "name": "Aroha"}
    assert (me["token"], me["role"], me["clearance"], me["nationality"]) == (None, "contributor", "UNCLASSIFIED", None)
    assert aroha.get("/visits").status_code == 200
    assert len(users(api)) == 1
    entry = api.as_("administrator").items("/audit", record=user["id"])[0]
    assert (entry["actor"], entry["action"], entry["record_type"]) == ("first sign-in", "create", "user")


def test_the_ledger_names_the_user(issuer: Issuer, provided: Provided) -> None:
    api = provided()
    made = api.with_secret(issuer.token()).make("/people", {"name": "Somebody"})
    assert api.items(f"/people/{made['id']}/history")[0]["actor"] == "Aroha"
    keyed = {"headers": {"Idempotency-Key": "once"}}
    first, again = (api.with_secret(issuer.token()).post("/people", {"name": "Once"}, **keyed) for _ in range(2))
    assert first.json() == again.json()


def test_a_first_request_may_be_a_write(issuer: Issuer, provided: Provided) -> None:
    api = provided()
    assert api.with_secret(issuer.token()).post("/people", {"name": "Somebody"}).status_code == 201
    assert [each["name"] for each in users(api)] == ["Aroha"]


def test_many_first_requests_at_once_make_one_user(issuer: Issuer, provided: Provided) -> None:
    api = provided()
    api.with_secret(issuer.token(sub="other")).get("/me")
    aroha = api.with_secret(issuer.token())
    with ThreadPoolExecutor(8) as pool:
        assert {each.status_code for each in pool.map(lambda _: aroha.get("/me"), range(8))} == {200}
    assert sorted(each["subject"] for each in users(api)) == ["aroha", "other"]


def test_signatures_that_are_taken(issuer: Issuer, provided: Provided) -> None:
    for algorithm in ("RS256", "PS256", "ES256", "EdDSA"):
        issuer.add(algorithm, algorithm)
    api = provided()
    for algorithm in ("RS256", "PS256", "ES256", "EdDSA"):
        assert api.with_secret(issuer.token(kid=algorithm)).get("/me").status_code == 200, algorithm
    narrow = provided(oidc_algorithms=("ES256",))
    for algorithm, status in (("RS256", 401), ("PS256", 401), ("ES256", 200), ("EdDSA", 401)):
        assert narrow.with_secret(issuer.token(kid=algorithm)).get("/me").status_code == status, algorithm


NO_FAULT: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({"typ": "application/AT+JWT"}, {}),
    ({"typ": "JWT"}, {}),
    ({"kid": ...}, {}),
    ({"x5t": "abc", "nonce": "n"}, {}),
    ({}, {"aud": ["other", "engagement-register"]}),
    ({}, {"nbf": AHEAD, "iat": AHEAD}),
    ({}, {"exp": AGO}),
    ({}, {"iat": ...}),
    ({}, {"name": ..., "sub": "Ärger 5/7"}),
)


def test_what_is_no_fault_of_a_token(issuer: Issuer, provided: Provided) -> None:
    api = provided()
    for header, claims in NO_FAULT:
        now = int(time.time())
        said = {name: now + value if value in (AHEAD, AGO) else value for name, value in claims.items()}
        answer = api.with_secret(issuer.token(header=header, **said)).get("/me")
        assert answer.status_code == 200, (header, claims)


def test_claims_are_mapped_to_what_the_register_knows(issuer: Issuer, provided: Provided) -> None:
    api = provided(
        oidc_role_claim="realm_access.roles",
        oidc_roles={"desk": "contributor", "boss": "approver"},
        oidc_clearance_claim="https://example.govt.nz/clearance",
        oidc_clearances={"R": "RESTRICTED", "IC": "IN-CONFIDENCE"},
        oidc_nationality_claim="nationality",
        oidc_nationalities={"NZL": "NZ"},
        oidc_groups_claim="groups",
        oidc_groups={"/ft": "french-talks"},
        oidc_name_claim="preferred_username",
    )
    claims: dict[str, Any] = {
        "realm_access": {"roles": ["administrator", "desk", "boss", 5]},
        "https://example.govt.nz/clearance": ["IC", "R", "TOP SECRET"],
        "nationality": "NZL",
        "groups": ["/ft", "/other", "cabinet"],
        "preferred_username": "aroha@\x00",
    }
    me = api.with_secret(issuer.token(**claims)).read("/me")
    assert (me["role"], me["clearance"], me["nationality"]) == ("approver", "RESTRICTED", "NZ")
    assert (me["groups"], me["name"]) == (["french-talks"], "aroha"), "a name that cannot be shown is none"
    nothing = api.with_secret(issuer.token(realm_access=["desk"], sub="other"))
    assert "role" in problem(nothing.get("/me"), 403)["detail"]


def test_without_a_map_values_are_ours_already_and_only_the_role_is_believed(
    issuer: Issuer, provided: Provided
) -> None:
    claims = {"roles": "auditor", "clearance": "RESTRICTED", "nationality": "NZ", "groups": ["cabinet"]}
    me = provided().with_secret(issuer.token(**claims)).read("/me")
    assert (me["role"], me["clearance"], me["nationality"], me["groups"]) == ("auditor", "UNCLASSIFIED", None, [])
    named = {f"oidc_{name}_claim": name for name in ("clearance", "nationality", "groups")}
    me = provided(**named).with_secret(issuer.token(**claims, sub="b")).read("/me")
    assert (me["clearance"], me["nationality"], me["groups"]) == ("RESTRICTED", "NZ", ["cabinet"])


def test_what_the_token_does_not_say_the_user_has(issuer: Issuer, provided: Provided) -> None:
    api = provided(oidc_groups_claim="groups", oidc_clearance_claim="clearance")
    aroha = api.with_secret(issuer.token(roles=...))
    problem(aroha.get("/me"), 403)
    problem(aroha.post("/visits", {}), 403)
    (user,) = users(api)
    admin = api.as_("administrator")
    admin.change(f"/users/{user['id']}", {"role": "reader", "clearance": "RESTRICTED", "nationality": "NZ"})
    me = aroha.read("/me")
    assert (me["role"], me["clearance"], me["nationality"]) == ("reader", "RESTRICTED", "NZ")
    said = api.with_secret(issuer.token(clearance="IN-CONFIDENCE", roles=["approver", "reader"])).read("/me")
    assert (said["role"], said["clearance"]) == ("approver", "IN-CONFIDENCE"), "what the token says comes first"
    assert api.with_secret(issuer.token(clearance="COSMIC", roles="king")).read("/me")["clearance"] == "RESTRICTED"


def test_who_is_not_active_is_refused_at_once(issuer: Issuer, provided: Provided) -> None:
    api = provided()
    aroha, other = (api.with_secret(issuer.token(sub=sub)) for sub in ("aroha", "other"))
    assert {aroha.get("/me").status_code, other.get("/me").status_code} == {200}
    admin = api.as_("administrator")
    (user,) = [each for each in users(api) if each["subject"] == "aroha"]
    admin.change(f"/users/{user['id']}", {"active": False})
    problem(aroha.get("/me"), 401)
    problem(aroha.post("/visits", {}), 401)
    assert other.get("/me").status_code == 200


def test_a_user_made_beforehand_is_who_comes(issuer: Issuer, provided: Provided) -> None:
    api = provided()
    admin = api.as_("administrator")
    made = admin.make(
        "/users", {"name": "Aroha of the desk", "issuer": issuer.url, "subject": "aroha", "role": "reader"}
    )
    me = api.with_secret(issuer.token(roles=...)).read("/me")
    assert (me["user"]["id"], me["name"], me["role"]) == (made["id"], "Aroha of the desk", "reader")
    admin.make("/users", {"name": "Elsewhere", "issuer": "https://other.example", "subject": "elsewhere"})
    api.with_secret(issuer.token(sub="elsewhere")).get("/me")
    assert len(admin.items("/users", subject="elsewhere")) == 2, "the same name with another provider is somebody else"


def test_a_sight_is_noted(issuer: Issuer, provided: Provided) -> None:
    api = provided(token_use_seconds=60)
    api.with_secret(issuer.token()).get("/me")
    api.client.app.state.register.sightings.write()  # type: ignore[attr-defined]
    (user,) = users(api)
    assert abs((datetime.now(UTC) - datetime.fromisoformat(user["last_seen_at"])).total_seconds()) < 60
    assert user["version"] == 1


def test_without_a_provider_its_tokens_are_unknown(issuer: Issuer, api: Api) -> None:
    problem(api.with_secret(issuer.token()).get("/me"), 401)
    assert issuer.asked == 0


def test_keys_are_fetched_once_and_again_for_one_that_is_unknown(
    issuer: Issuer, provided: Provided, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = provided()
    for _ in range(5):
        assert api.with_secret(issuer.token()).get("/me").status_code == 200
    assert issuer.asked == 1
    old = issuer.token()
    issuer.rotate("first", "second")
    for _ in range(3):
        problem(api.with_secret(issuer.token(kid="second")).get("/me"), 401)
    assert issuer.asked == 1, "not again within half a minute"
    monkeypatch.setattr(jwks, "AGAIN", 0)
    assert api.with_secret(issuer.token(kid="second")).get("/me").status_code == 200
    assert issuer.asked == 2
    problem(api.with_secret(old).get("/me"), 401)


def test_keys_are_fetched_again_after_a_while(
    issuer: Issuer, provided: Provided, monkeypatch: pytest.MonkeyPatch
) -> None:
    api, old = provided(), issuer.token()
    assert api.with_secret(old).get("/me").status_code == 200
    issuer.rotate("first", "second")
    assert api.with_secret(old).get("/me").status_code == 200, "for some minutes"
    monkeypatch.setattr(jwks, "KEPT", 0)
    monkeypatch.setattr(jwks, "AGAIN", 0)
    problem(api.with_secret(old).get("/me"), 401)


def redirect(handler: Any) -> None:
    send(handler, 302, b"", Location="/.well-known/openid-configuration")


OUT_OF_ORDER: dict[str, Any] = {
    "error": 500,
    "nothing": 204,
    "not JSON": b"<html>",
    "no set": b"[]",
    "no keys": b'{"keys": 5}',
    "too large": b" " * (jwks.LARGEST + 1),
    "redirect": redirect,
    "nested": b'{"keys": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "many": b'{"keys": [' + b",".join([b"{}"] * 101) + b"]}",
}


def test_old_keys_serve_while_the_provider_is_out_of_order(
    issuer: Issuer, provided: Provided, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = provided()
    assert api.with_secret(issuer.token()).get("/me").status_code == 200
    monkeypatch.setattr(jwks, "KEPT", 0)
    monkeypatch.setattr(jwks, "AGAIN", 0)
    for number, (what, answer) in enumerate(OUT_OF_ORDER.items(), 2):
        issuer.answer = answer
        assert api.with_secret(issuer.token()).get("/me").status_code == 200, what
        assert issuer.asked == number, what
    monkeypatch.setattr(jwks, "OUTLIVES", 0)
    refused = api.with_secret(issuer.token()).failing().get("/me")
    problem(refused, 503)
    assert refused.headers["retry-after"]
    assert api.get("/me").status_code == 200, "API tokens need no provider"


def test_without_any_keys_nobody_comes_in(issuer: Issuer, provided: Provided) -> None:
    issuer.answer = 500
    api = provided()
    caller = api.with_secret(issuer.token()).failing()
    for _ in range(3):
        problem(caller.get("/me"), 503)
    problem(caller.post("/people", {"name": "x"}), 503)
    assert issuer.asked == 1
    assert api.items("/people") == []


def test_a_slow_provider_holds_up_nobody_else(
    issuer: Issuer, provided: Provided, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jwks, "TIMEOUT", 2)
    asked, end = threading.Event(), threading.Event()

    def dribble(handler: Any) -> None:
        asked.set()
        handler.send_response(200)
        handler.end_headers()
        while not end.wait(0.05):
            try:
                handler.wfile.write(b" ")
            except OSError:
                return

    issuer.answer = dribble
    api = provided(threads=4)
    caller = api.with_secret(issuer.token()).failing()
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(caller.get, "/me") for _ in range(8)]
        assert asked.wait(10)
        assert api.get("/visits").status_code == 200
        assert api.post("/people", {"name": "Somebody"}).status_code == 201, "threads are left for others"
        assert not all(each.done() for each in waiting), "meanwhile"
        for each in waiting:
            problem(each.result(), 503)
    assert issuer.asked == 1
    end.set()


def test_keys_from_a_file_that_changes(issuer: Issuer, provided: Provided, tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_bytes(issuer.document())
    api, old = provided(oidc_jwks=str(file)), issuer.token()
    assert api.with_secret(old).get("/me").status_code == 200
    issuer.rotate("first", "second")
    file.write_bytes(issuer.document())
    assert api.with_secret(issuer.token(kid="second")).get("/me").status_code == 200
    problem(api.with_secret(old).get("/me"), 401)
    file.write_bytes(b"half of it")
    assert api.with_secret(issuer.token(kid="second")).get("/me").status_code == 200
    file.unlink()
    assert api.with_secret(issuer.token(kid="second")).get("/me").status_code == 200
    assert issuer.asked == 0


def test_keys_from_a_file_that_comes_later(issuer: Issuer, provided: Provided, tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    api = provided(oidc_jwks=str(file))
    caller = api.with_secret(issuer.token())
    problem(caller.failing().get("/me"), 503)
    draft = tmp_path / "draft"
    draft.write_bytes(issuer.document())
    draft.replace(file)
    assert caller.get("/me").status_code == 200


def test_keys_that_are_passed_over(issuer: Issuer, provided: Provided) -> None:
    good = issuer.keys["first"][1].as_dict(private=False)
    secret = {"kty": "oct", "kid": "shared", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}
    weak = {"kty": "RSA", "kid": "weak", "n": "AQAB" * 40, "e": "AQAB"}
    encrypts = new_key("ES256", "enc")
    odd: list[Any] = [
        secret, weak, encrypts.as_dict(private=False) | {"use": "enc"}, {"kty": "EC", "kid": "half"}, {"kty": ["EC"]},
        {"kty": "AKP", "kid": "new"}, 5, None, good | {"kid": ["first"]}, good | {"kid": "first", "x": "AAAA"},
    ]  # fmt: skip
    issuer.answer = json.dumps({"keys": [*odd[:-1], good, odd[-1]]}).encode()
    api = provided()
    assert api.with_secret(issuer.token()).get("/me").status_code == 200
    enc = signed({"alg": "ES256", "typ": "JWT", "kid": "enc"}, issuer.claims(), encrypts, "ES256")
    problem(api.with_secret(enc).get("/me"), 401)
