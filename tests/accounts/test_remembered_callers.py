"""A caller who is remembered is asked for in every statement all the same: what changes about them counts at once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.access.proofs import KEPT, Proof, Proofs
from app.access.register import Register
from app.access.tokens import hashed
from support.client import Api
from support.documents import Documents
from support.problems import problem
from support.recording import operating, recorded

READS = ("/visits", "/visits?q=kereru", "/visits?count=exact", "/engagements?partner=AU&partner=FJ", "/visits/{id}",
         "/visits/{id}/participants", "/engagements/{id}?expand=partners")  # fmt: skip


@pytest.fixture
def visit(api: Api, documents: Documents) -> Any:
    visit = documents.visit(classification="RESTRICTED", title="Kererū", partners=["AU"])
    api.make(f"/visits/{visit['id']}/participants", {"person": documents.person(), "role": "Kererū"})
    return visit


@pytest.fixture
def caller(admin: Api, visit: Any) -> Api:
    """Somebody of their own who has read it all, and so is remembered."""
    desk = {"name": "Desk", "role": "reader", "clearance": "RESTRICTED", "nationality": "NZ"}
    caller = admin.with_secret(admin.make("/tokens", desk)["token"])
    for each in READS:
        assert "Kererū" in caller.get(each.format(**visit)).text, each
    return caller


@pytest.fixture
def alter(register: Register, caller: Api) -> Callable[[str], None]:
    """Changes the caller's token past the application, as another process of it does."""

    def altering(assignment: str) -> None:
        statement = text(f"UPDATE token SET {assignment} WHERE secret_hash = :hashed")
        with operating(register) as connection:
            assert connection.execute(statement, {"hashed": hashed(str(caller.secret))}).rowcount == 1

    return altering


def cost(register: Register, caller: Api) -> int:
    """How many statements a list takes, but for those of wall and access log."""
    with recorded(register) as seen:
        caller.get("/visits")
    return len([each for each in seen if "set_config" not in each and "access_log" not in each])


@pytest.mark.parametrize("path", READS)
def test_a_revoked_token_lets_nobody_in_from_the_next_statement_on(
    caller: Api, visit: Any, alter: Callable[[str], None], path: str
) -> None:
    alter("revoked_at = created_at")
    problem(caller.get(path.format(**visit)), 401)


@pytest.mark.parametrize("path", READS)
def test_a_lower_clearance_counts_from_the_next_statement_on(
    caller: Api, visit: Any, alter: Callable[[str], None], path: str
) -> None:
    alter("clearance = 'UNCLASSIFIED'")
    assert "Kerer" not in caller.get(path.format(**visit)).text
    alter("clearance = 'RESTRICTED'")
    assert "Kererū" in caller.get(path.format(**visit)).text


def test_whoever_has_lost_their_token_is_told_nothing_else(
    caller: Api, visit: Any, alter: Callable[[str], None]
) -> None:
    alter("revoked_at = created_at")
    for path in (
        "/visits?mood=1",
        "/visits?cursor=no",
        "/visits/none",
        "/visits/{id}?as_at=yesterday",
        "/visits?q=kea",
    ):
        assert "ratelimit" not in problem(caller.get(path.format(**visit)), 401)
    problem(caller.post("/visits/query", {"mood": 1}), 401)


def test_each_thing_that_decides_is_compared(
    caller: Api, visit: Any, alter: Callable[[str], None], register: Register
) -> None:
    """As a statement that finds nothing until the caller has been asked for again."""
    for assignment in ("role = 'auditor'", "nationality = 'AU'", "nationality = NULL", "groups = '[\"budget\"]'",
                       "networks = '[\"127.0.0.0/8\"]'", "rate_limit = 100000", "name = 'Another desk'"):  # fmt: skip
        alter(assignment)
        costs = [cost(register, caller), cost(register, caller)]
        assert costs == ([2, 2] if register.database.is_sqlite else [3, 1]), assignment


def test_a_user_who_is_no_longer_active_is_out(admin: Api, visit: Any, register: Register) -> None:
    user = admin.make("/users", {"name": "Desk", "nationality": "NZ"})
    token = {"name": "Desk", "role": "reader", "clearance": "RESTRICTED", "nationality": "NZ", "user": user["id"]}
    caller = admin.with_secret(admin.make("/tokens", token)["token"])
    for _ in range(2):
        assert caller.get(f"/visits/{visit['id']}").status_code == 200
    with operating(register) as connection:
        connection.execute(text("UPDATE account SET active = false"))
    problem(caller.get(f"/visits/{visit['id']}"), 401)


def test_a_marking_made_elsewhere_is_seen_at_once(api: Api, caller: Api, serve: Any) -> None:
    other = serve(busy_timeout_ms=9_003).as_("contributor", "RESTRICTED")
    marking = {"classification": "IN-CONFIDENCE", "endorsements": ["STAFF"]}
    other.make(
        "/visits",
        {
            "title": "Tūī",
            "starts_on": "2026-05-01",
            "direction": "outbound",
            "lead": "joint",
            "partners": ["AU"],
            **marking,
        },
    )
    assert "Tūī" in caller.get("/visits").text


def test_what_the_clock_and_the_address_decide_is_looked_at_each_time(caller: Api, register: Register) -> None:
    secret = str(caller.secret)
    if register.database.is_sqlite:
        assert register.remembered(secret, "127.0.0.1") is None
        return
    proof = register.remembered(secret, "127.0.0.1")
    assert proof is not None
    assert register.proofs is not None
    register.proofs.remember(proof._replace(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert register.remembered(secret, "127.0.0.1") is None
    register.proofs.remember(proof._replace(networks=["10.0.0.0/8"]))
    assert register.remembered(secret, "127.0.0.1") is None
    assert register.remembered(secret, "10.1.1.1") is not None


def test_a_rotated_secret_is_not_remembered(admin: Api, caller: Api, register: Register) -> None:
    """Its time ends by the clock, which no statement compares."""
    token = next(each for each in admin.items("/tokens") if each["name"] == "Desk")
    admin.post(f"/tokens/{token['id']}/rotate", {"overlap_minutes": 5})
    for _ in range(2):
        assert caller.get("/visits").status_code == 200
    assert cost(register, caller) == 3


def test_callers_are_remembered_up_to_a_bound() -> None:
    kept = Proofs()
    proof = Proof.__new__(Proof, None, b"", "", None, datetime.now(UTC))  # type: ignore[arg-type]
    for number in range(KEPT + 1):
        kept.remember(proof._replace(secret_hash=str(number).encode()))
    assert kept.get(b"0") is None
    assert kept.get(str(KEPT).encode()) is not None
