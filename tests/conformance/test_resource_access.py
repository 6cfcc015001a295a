"""Who may use a resource: nobody without a token, readers to read, writers to write."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from app.access import tokens
from app.access.permissions import PERMISSIONS, Action
from app.access.register import Register
from app.models import Token
from support.client import Api
from support.problems import problem
from support.subject import Subject

Stored = Callable[[], dict[str, int]]

NOBODY = "0190163d-8694-739b-aea5-966c26f8ad91"
READS = [("GET", ""), ("POST", "/query"), ("GET", f"/{NOBODY}")]
WRITES = [
    ("POST", ""),
    ("POST", "/bulk"),
    ("PUT", "/by-external-ref/E-1"),
    ("PATCH", f"/{NOBODY}"),
    ("DELETE", f"/{NOBODY}"),
    ("POST", f"/{NOBODY}/restore"),
]


def operations(subject: Subject) -> list[tuple[str, str]]:
    return [*READS, *WRITES] if subject.resource.writable else READS


def test_a_stranger_is_turned_away_before_anything_is_said(any_subject: Subject, stored: Stored) -> None:
    path = any_subject.path
    before = stored()
    for method, rest in operations(any_subject):
        answer = any_subject.api.anonymous().ask(method, path + rest, content=b"{not json")
        problem(answer, 401)
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert stored() == before


BAD = [
    "Bearer",
    "Bearer ",
    "Basic dXNlcjpw",
    "Bearer det_unknown",
    f"Bearer det_{'A' * 43}",
    "Bearer \x7f",
    "det_x",
    "",
]


def test_a_bad_token_is_no_token(any_subject: Subject) -> None:
    for header in BAD:
        for method, rest in operations(any_subject):
            answer = any_subject.api.ask(method, any_subject.path + rest, headers={"authorization": header})
            problem(answer, 401)
            assert "www-authenticate" in answer.headers


@pytest.mark.parametrize("end", ["expired", "revoked", "elsewhere"])
def test_a_token_that_has_ended_is_no_token(api: Api, register: Register, end: str) -> None:
    with register.database.write() as connection, Session(connection) as session:
        token, secret = tokens.create(
            session,
            name="ended",
            role="administrator",
            clearance="RESTRICTED",
            nationality="NZ",
            now=datetime.now(UTC),
            days=-1 if end == "expired" else 1,
            networks=["203.0.113.0/24"] if end == "elsewhere" else None,
        )
        if end == "revoked":
            session.get_one(Token, token.id).revoked_at = datetime.now(UTC)
        session.flush()
        session.commit()
    answer = api.with_secret(secret).get("/visits")
    problem(answer, 401)
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


def test_who_only_reads_cannot_write(subject: Subject, stored: Stored) -> None:
    record = subject.make()
    before = stored()
    for role in ("reader", "auditor"):
        for method, rest in WRITES:
            # Whatever else is wrong with the request, that it is not theirs to make comes first.
            path = subject.path + rest.replace(NOBODY, record["id"])
            problem(subject.api.as_(role).ask(method, path, content=b"{not json"), 403)
    assert stored() == before


def test_every_role_reads(any_subject: Subject) -> None:
    record = any_subject.make()
    for role in ("reader", "contributor", "approver", "administrator", "auditor"):
        caller = any_subject.api.as_(role)
        assert record in caller.items(any_subject.path, limit=200, sort="-created_at")
        assert caller.read(any_subject.at(record)) == record
        assert caller.post(f"{any_subject.path}/query", {}).status_code == 200


def test_who_writes_creates(subject: Subject) -> None:
    administers = subject.resource.administered or subject.resource.in_person
    action = Action.ADMINISTER if administers else Action.WRITE
    for role in PERMISSIONS[Action.WRITE]:
        answer = subject.api.as_(role).post(subject.path, subject.document())
        assert answer.status_code == (201 if role in PERMISSIONS[action] else 403)
