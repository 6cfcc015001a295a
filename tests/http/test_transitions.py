"""Where an engagement goes from where it stands, and what that asks for."""

from collections.abc import Callable
from typing import Any, get_args

import pytest
from sqlalchemy import select

from app.access.register import Register
from app.models import LedgerEntry
from app.models.choices import Status
from app.models.lifecycle import LIFECYCLE
from support.client import Api
from support.documents import KINDS, Documents
from support.problems import faults, problem
from support.recording import operating

STATUSES = get_args(Status)
Stored = Callable[[], dict[str, int]]


@pytest.mark.parametrize("here", STATUSES)
def test_only_the_moves_of_the_lifecycle_are_open(api: Api, documents: Documents, stored: Stored, here: str) -> None:
    for to in STATUSES:
        visit = documents.visit(status=here)
        assert visit["allowed_transitions"] == list(LIFECYCLE.moves[here])
        at = f"/visits/{visit['id']}/transitions"
        before = stored()
        answer = api.post(at, {"to": to, "reason": "The minister is ill"})
        if to in LIFECYCLE.moves[here]:
            assert answer.status_code == 200
            moved = answer.json()
            assert moved["status"] == to
            assert moved["allowed_transitions"] == list(LIFECYCLE.moves[to])
            assert answer.headers["etag"] == f'"{moved["version"]}"' == '"2"'
            assert api.read(f"/visits/{visit['id']}") == moved
        else:
            assert faults(answer, 409) == {("/to", "transition")}
            assert stored() == before


@pytest.mark.parametrize("to", sorted(LIFECYCLE.reason_for))
@pytest.mark.parametrize("reason", [None, "", "   "])
def test_what_is_put_off_or_called_off_needs_a_reason(
    api: Api, documents: Documents, stored: Stored, to: str, reason: str | None
) -> None:
    visit = documents.visit(status="confirmed")
    before = stored()
    answer = api.post(f"/visits/{visit['id']}/transitions", {"to": to, "reason": reason})
    assert faults(answer) == {("/reason", "required")}
    assert stored() == before


def test_the_reason_is_kept_in_the_ledger(api: Api, documents: Documents, register: Register) -> None:
    visit = documents.visit(status="confirmed")
    api.post(f"/visits/{visit['id']}/transitions", {"to": "cancelled", "reason": "Cyclone Māui"})
    with operating(register) as connection:
        entry = connection.execute(select(LedgerEntry.__table__).order_by(LedgerEntry.seq.desc())).first()
    assert entry is not None
    assert (entry.action, entry.reason) == ("transition", "Cyclone Māui")
    changes: dict[str, Any] = entry.changes
    assert changes == {
        "status": ["confirmed", "cancelled"],
        "status_reason": [None, "other"],
        "status_comment": [None, "Cyclone Māui"],
    }


@pytest.mark.parametrize("path", KINDS)
def test_every_kind_moves_by_its_own_address_and_by_that_of_all(api: Api, documents: Documents, path: str) -> None:
    record = documents.make(path, status="planned")
    by_kind = api.post(f"/{path}/{record['reference']}/transitions", {"to": "confirmed"})
    assert by_kind.status_code == 200
    by_all = api.post(f"/engagements/{record['id']}/transitions", {"to": "in_progress"})
    assert by_all.json()["kind"] == record["kind"]
    assert by_all.json()["version"] == 3
    assert by_all.json() == api.read(f"/{path}/{record['id']}")
    assert set(record) == set(by_all.json())
    other = next(each for each in KINDS if each != path)
    problem(api.post(f"/{other}/{record['id']}/transitions", {"to": "completed"}), 404)


def test_a_move_honours_if_match(api: Api, documents: Documents, stored: Stored) -> None:
    visit = documents.visit(status="planned")
    at = f"/visits/{visit['id']}/transitions"
    before = stored()
    problem(api.post(at, {"to": "confirmed"}, headers={"if-match": '"2"'}), 412)
    assert stored() == before
    assert api.post(at, {"to": "confirmed"}, headers={"if-match": '"1"'}).status_code == 200


def test_a_withdrawn_engagement_does_not_move(api: Api, documents: Documents) -> None:
    visit = documents.visit(status="planned")
    api.delete(f"/visits/{visit['id']}")
    problem(api.post(f"/visits/{visit['id']}/transitions", {"to": "confirmed"}), 409)


def test_status_changes_only_by_a_move(api: Api, documents: Documents) -> None:
    visit = documents.visit(status="planned")
    assert faults(api.patch(f"/visits/{visit['id']}", {"status": "confirmed"})) == {("/status", "create_only")}


def test_who_may_move(api: Api, documents: Documents) -> None:
    visit = documents.visit(status="planned")
    at = f"/visits/{visit['id']}/transitions"
    problem(api.anonymous().post(at, {"to": "confirmed"}), 401)
    for role in ("reader", "auditor"):
        problem(api.as_(role).post(at, {"to": "confirmed"}), 403)
    for wrong in ({}, {"to": "done"}, {"to": None}, {"to": "confirmed", "colour": "red"}, [], "confirmed", 1):
        problem(api.post(at, wrong), 422)


@pytest.mark.parametrize(
    ("said", "code", "words", "told"),
    [
        ({"reason": "health"}, "health", None, "health"),
        (
            {"reason": "health", "comment": "The minister is ill"},
            "health",
            "The minister is ill",
            "health: The minister is ill",
        ),
        ({"reason": "other", "comment": "Cyclone Māui"}, "other", "Cyclone Māui", "other: Cyclone Māui"),
        ({"reason": "Cyclone Māui"}, "other", "Cyclone Māui", "Cyclone Māui"),
        ({"reason": "Health"}, "other", "Health", "Health"),
        ({"reason": "security", "comment": "x" * 500}, "security", "x" * 500, ("security: " + "x" * 500)[:500]),
    ],
)
def test_a_reason_is_kept_as_a_code_and_words(
    api: Api, documents: Documents, said: dict[str, str], code: str, words: str | None, told: str
) -> None:
    visit = documents.visit(status="confirmed")
    at = f"/visits/{visit['id']}"
    assert (visit["status_reason"], visit["status_comment"]) == (None, None)
    moved = api.post(f"{at}/transitions", {"to": "postponed", **said}).json()
    assert (moved["status_reason"], moved["status_comment"]) == (code, words)
    last = api.items(f"{at}/history")[0]
    assert (last["reason"], last["changes"]["status_reason"]) == (told, [None, code])
    again = api.post(f"{at}/transitions", {"to": "planned", "reason": "Back on"}).json()
    assert (again["status_reason"], again["status_comment"]) == (None, None)


def test_words_beside_a_comment_are_no_code(api: Api, documents: Documents) -> None:
    at = f"/visits/{documents.visit(status='confirmed')['id']}/transitions"
    both = {"to": "cancelled", "reason": "Cyclone", "comment": "Māui"}
    assert faults(api.post(at, both)) == {("/reason", "not_allowed")}
    assert faults(api.post(at, {"to": "cancelled", "comment": "Māui"})) == {("/reason", "required")}
    for name in ("reason", "comment"):
        assert faults(api.post(at, {"to": "cancelled", "reason": "health", name: "x" * 501})) == {
            (f"/{name}", "too_long")
        }


def test_the_reason_is_the_registers_to_write(api: Api, documents: Documents) -> None:
    visit = documents.visit()
    for name in ("status_reason", "status_comment"):
        assert faults(api.patch(f"/visits/{visit['id']}", {name: "health"})) == {(f"/{name}", "unknown_field")}
