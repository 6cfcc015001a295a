"""Tokens that somebody has made up: all are refused in the same words, and nothing is written."""

from collections.abc import Callable
from typing import Any

import pytest

from support.client import Api
from support.forged import FORGED
from support.issuer import Issuer
from support.problems import problem


@pytest.mark.parametrize("may_wait", [False, True], ids=["read", "write"])
def test_every_forged_token_is_refused_in_the_same_words(
    issuer: Issuer, provided: Callable[..., Api], stored: Callable[[], Any], may_wait: bool
) -> None:
    api = provided()
    assert api.with_secret(issuer.token(sub="somebody")).get("/me").status_code == 200
    before, told = stored(), set()
    for name, forge in FORGED.items():
        caller = api.with_secret(forge(issuer)) if name != "not ASCII" else None
        headers = {} if caller else {"authorization": b"Bearer " + forge(issuer).encode()}
        asked = (caller or api).ask
        answer = (
            asked("POST", "/people", json={"name": "x"}, headers=headers)
            if may_wait
            else asked("GET", "/me", headers=headers)
        )
        assert answer.status_code == 401, name
        document = problem(answer, 401)
        told.add((document["detail"], answer.headers["www-authenticate"]))
    assert told == {
        ("The token is unknown, expired, revoked, or not for use from here.", 'Bearer error="invalid_token"')
    }
    assert stored() == before
    assert issuer.asked == 1, "nothing a token says leads anywhere"


def test_the_key_of_a_token_without_an_id_is_the_only_one(issuer: Issuer, provided: Callable[..., Api]) -> None:
    issuer.add("second")
    api = provided()
    problem(api.with_secret(issuer.token(kid=None)).get("/me"), 401)


def test_a_wrong_token_is_refused_before_anything_else_is_told(issuer: Issuer, provided: Callable[..., Api]) -> None:
    caller = provided().with_secret(issuer.token(aud="other"))
    for method, path in (("POST", "/visits"), ("PATCH", "/visits/x"), ("POST", "/imports"), ("GET", "/tokens")):
        problem(caller.ask(method, path, content=b"{"), 401)
