"""One request's work: who asks, what they may do and see, and what is told of what they were shown."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session
from starlette.requests import Request

from app.access import tokens
from app.access.access_log import Sight
from app.access.actor import Actor
from app.access.ledger import Change
from app.access.markings import Mark
from app.access.permissions import Action
from app.access.proofs import Proof, Proofs, Unproven
from app.access.register import Register
from app.access.work import (
    LONGEST_REASON,
    Work,
    action_of,
    address_of,
    bearer,
    reading,
    reason_of,
    register_of,
    remembered,
    request_id,
    settle,
    writing,
    writing_as,
)
from app.core.columns import table_of
from app.core.prepared import TooLong
from app.errors import Forbidden, Invalid, TooManyRequests, Unauthenticated
from app.models import Engagement, LedgerEntry, Marking, Person
from support.asking import request_to
from support.small_register import small_register

DESK = Actor("0190163d-8694-739b-aea5-966c26f8ad91", "desk", "contributor", "RESTRICTED", "NZ")
NOW = datetime(2026, 3, 3, 23, tzinfo=UTC)
OPEN, RESTRICTED, SECRET = Mark("UNCLASSIFIED"), Mark("RESTRICTED"), Mark("SECRET")


@pytest.fixture
def register() -> Iterator[Register]:
    """A register with three markings: 1 is UNCLASSIFIED, 2 RESTRICTED, 3 SECRET."""
    with small_register(log_reads_from="RESTRICTED", home_timezone="Pacific/Auckland") as opened:
        with opened.database.write() as connection, Session(connection) as session:
            for number, mark in enumerate((OPEN, RESTRICTED, SECRET), 1):
                assert opened.markings.row_for(session, mark).id == number
        opened.refresh_markings()
        yield opened


@pytest.fixture
def connection(register: Register) -> Iterator[Connection]:
    with register.database.write() as made:
        yield made


@pytest.fixture
def told() -> list[tuple[int, ...]]:
    """What the wall was told, each time."""
    return []


@pytest.fixture
def work(register: Register, connection: Connection, told: list[tuple[int, ...]]) -> Work:
    """The work of a contributor, cleared to RESTRICTED."""
    tell = lambda at, markings: told.append(tuple(markings)) if at is connection else None  # noqa: E731
    return Work(register, DESK, connection, "r-1", now=NOW, tell_wall=tell)


# What they may see.


def test_a_work_sees_what_its_caller_may(work: Work) -> None:
    table = table_of(Engagement)
    assert work.markings == (1, 2)
    assert str(work.visible(table)) == "engagement.marking_id IN (1, 2)"
    assert str(work.visible(table_of(Person))) == "true"


def test_a_marking_that_a_work_makes_is_its_own_until_it_is_kept(work: Work, told: list[Any]) -> None:
    made = Mark("RESTRICTED", ("STAFF",))
    row = work.marking_row(made)
    assert (row.id, work.made, work.markings) == (4, {4: made}, (1, 2, 4))
    assert told == [(1, 2, 4)]
    assert work.marking_row(made) is row
    assert told == [(1, 2, 4)], "the wall is told once"
    assert work.mark(4) == made
    assert not work.register.markings.knows(4)


def test_a_marking_that_is_known_is_nobodys_own(work: Work, told: list[Any]) -> None:
    assert work.marking_row(RESTRICTED).id == 2
    assert (work.made, told) == ({}, [])
    assert work.mark(2) == RESTRICTED


def test_beyond_every_row_is_seen_for_as_long_as_it_takes(work: Work, told: list[Any]) -> None:
    work.marking_row(Mark("RESTRICTED", ("STAFF",)))
    told.clear()
    with work.beyond():
        assert told == [(1, 2, 3, 4)]
    assert told == [(1, 2, 3, 4), (1, 2, 4)]


def test_everywhere_the_register_works_in_the_callers_name(work: Work, told: list[Any]) -> None:
    work.shows([2])
    work.seen.append(Sight("visit", "v-1", 2))
    with work.everywhere() as other:
        assert (other.actor.name, other.actor.id, other.actor.clearance) == ("desk", None, "TOP SECRET")
        assert other.markings == (1, 2, 3)
        assert (other.shown, other.seen, other.session is work.session) == (set(), [], True)
        other.shows([3])
        other.marking_row(Mark("SECRET", ("STAFF",)))
    assert (work.shown, work.made) == ({2}, {})
    assert told[-1] == (1, 2)


# What they were shown.


def test_an_answer_is_marked_as_the_highest_of_what_it_holds(work: Work) -> None:
    assert work.banner() == "UNCLASSIFIED"
    work.shows([1, None])
    assert (work.shown, work.banner()) == ({1}, "UNCLASSIFIED")
    work.shows([work.marking_row(Mark("RESTRICTED", ("STAFF",))).id])
    assert work.banner() == "STAFF RESTRICTED"


def test_what_the_access_log_wants_to_know_of_is_noted(work: Work) -> None:
    work.holds("visit", iter([("v-1", 1), ("v-2", 2), ("v-3", None)]))
    work.holds("person", [(5, 2)])
    assert work.shown == {1, 2}
    assert work.seen == [Sight("visit", "v-2", 2), Sight("person", "5", 2)]


def test_where_the_access_log_wants_nothing_nothing_is_noted(work: Work, register: Register) -> None:
    work.actor = Actor(DESK.id, "desk", "reader", "UNCLASSIFIED", "NZ")
    work.holds("visit", [("v-1", 1)])
    assert (work.shown, work.seen) == ({1}, [])


def test_a_day_is_the_day_at_home(work: Work) -> None:
    assert work.today == date(2026, 3, 4)


# Who asks.


def asks(register: Register | None, authorization: str | bytes | None = None, **scope: Any) -> Request:
    return request_to(register, headers={} if authorization is None else {"authorization": authorization}, **scope)


@pytest.mark.parametrize("authorization", ["Bearer abc", "bearer  abc ", "BEARER abc"])
def test_a_token_comes_as_a_bearer_token(authorization: str) -> None:
    assert bearer(asks(None, authorization)) == "abc"
    assert bearer(asks(None, "Bearer a b")) == "a b"


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer  ", "Basic abc", "abc", "x Bearer abc"])
def test_whatever_else_comes_is_no_token(authorization: str | None) -> None:
    with pytest.raises(Unauthenticated) as raised:
        bearer(asks(None, authorization))
    assert raised.value.detail == "Send a token: `Authorization: Bearer …`."
    assert raised.value.headers == {"WWW-Authenticate": "Bearer"}


def test_what_a_request_says_of_itself(register: Register) -> None:
    asking = request_to(register, request_id="r-9", endpoint=endpoint(Action.MERGE))
    assert (address_of(asking), request_id(asking), action_of(asking)) == ("192.0.2.7", "r-9", "merge")
    assert register_of(asking) is register
    bare = request_to(register, client=None, endpoint=SimpleNamespace())
    assert address_of(bare) is None
    assert len(request_id(bare)) == 36
    with pytest.raises(AttributeError):
        action_of(bare)


def endpoint(action: Action, **more: Any) -> Any:
    return SimpleNamespace(action=action, **more)


@pytest.fixture
def secret(register: Register) -> str:
    """The secret of a contributor's token."""
    with register.database.write() as connection, Session(connection) as session:
        holder: dict[str, Any] = {"role": "contributor", "clearance": "RESTRICTED", "nationality": "NZ"}
        return tokens.create(session, name="desk", now=datetime.now(UTC), days=1, **holder)[1]


def test_whoever_has_a_token_reads(register: Register, secret: str) -> None:
    asking = asks(register, f"Bearer {secret}", endpoint=endpoint(Action.READ), request_id="r-9")
    with reading(asking) as work:
        assert (work.actor.name, work.request_id, work.markings) == ("desk", "r-9", (1, 2))
        assert asking.scope["actor"] is work.actor


def test_whoever_has_none_does_not(register: Register, secret: str) -> None:
    for authorization in (None, "Bearer det_" + "a" * 43):
        asking = asks(register, authorization, endpoint=endpoint(Action.READ))
        with pytest.raises(Unauthenticated), reading(asking):
            raise AssertionError
        assert "actor" not in asking.scope


def test_a_token_is_held_against_where_the_request_comes_from(register: Register) -> None:
    with register.database.write() as connection, Session(connection) as session:
        holder: dict[str, Any] = {"role": "reader", "clearance": "RESTRICTED", "nationality": "NZ"}
        secret = tokens.create(
            session, name="desk", now=datetime.now(UTC), days=1, networks=["192.0.2.0/24"], **holder
        )[1]
    with reading(asks(register, f"Bearer {secret}", endpoint=endpoint(Action.READ))) as work:
        assert work.actor.name == "desk"
    elsewhere = asks(register, f"Bearer {secret}", endpoint=endpoint(Action.READ), client=("203.0.113.5", 1))
    with pytest.raises(Unauthenticated), reading(elsewhere):
        raise AssertionError


def test_nobody_does_what_their_role_excludes(register: Register, secret: str) -> None:
    asking = asks(register, f"Bearer {secret}", endpoint=endpoint(Action.ADMINISTER))
    for work in (reading, writing):
        with pytest.raises(Forbidden), work(asking):
            raise AssertionError
    assert asking.scope["actor"].name == "desk", "the access log names them"


def test_requests_are_counted_before_they_are_judged(secret: str, register: Register) -> None:
    register.settings = register.settings.model_copy(update={"rate_limit": 1})
    with reading(asks(register, f"Bearer {secret}", endpoint=endpoint(Action.READ))):
        pass
    asking = asks(register, f"Bearer {secret}", endpoint=endpoint(Action.ADMINISTER))
    with pytest.raises(TooManyRequests), reading(asking):
        raise AssertionError
    assert [name for name, _ in asking.scope["rate_limit"]] == [b"ratelimit-policy", b"ratelimit"]


def test_an_endpoint_may_say_itself_who_is_let_in(register: Register) -> None:
    asked: list[Any] = []

    def admits(*given: Any) -> Actor:
        asked.append(given)
        return DESK

    asking = asks(register, endpoint=endpoint(Action.READ, admits=admits))
    with reading(asking) as work:
        assert work.actor is DESK
        assert asked == [(register, work.connection, asking)]


@pytest.mark.parametrize("inline", [True, False])
def test_on_the_event_loop_nobody_waits_to_be_known(
    register: Register, inline: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def authenticate(cursor: Any, secret: str, address: str | None, **options: Any) -> Actor:
        asked.append(cursor)
        assert (secret, address) == ("abc", "192.0.2.7")
        assert options["may_wait"] == (not inline)
        assert isinstance(options["connection"], Connection), "so that no second one is waited for"
        raise TooLong

    monkeypatch.setattr(register, "authenticate", authenticate)
    scope = {"inline": True} if inline else {}
    with pytest.raises(TooLong), reading(asks(register, "Bearer abc", endpoint=endpoint(Action.READ), **scope)):
        raise AssertionError
    with pytest.raises(sqlite3.ProgrammingError, match="closed cursor"):
        asked[0].execute("SELECT 1")


# Who is remembered.


def test_whoever_is_remembered_is_still_to_be_proven(register: Register) -> None:
    assert remembered(asks(register, "Bearer abc")) is None
    register.proofs = Proofs()
    proof = Proof(DESK, tokens.hashed("abc"), "[]", ["192.0.2.0/24"], datetime.now(UTC) + timedelta(days=1))
    register.proofs.remember(proof)
    assert remembered(asks(register, "Bearer abc")) is proof
    assert remembered(asks(register, "Bearer abd")) is None
    assert remembered(asks(register, "Bearer abc", client=("203.0.113.5", 1))) is None


@pytest.fixture
def proving(work: Work) -> Work:
    """The work of somebody who is remembered; what is seen of callers is noted."""
    work.register.sightings.every = 60
    work.proof = Proof(DESK, b"", "[]", None, NOW)
    return work


def test_rows_that_were_found_prove_who_asks(proving: Work) -> None:
    proving.prove([(1,)])
    assert proving.proof is None
    assert set(proving.register.sightings._waiting) == {("token", DESK.id)}  # noqa: SLF001
    proving.prove([])


def test_without_a_row_nobody_is_proven(proving: Work) -> None:
    with pytest.raises(Unproven):
        proving.prove([])
    assert proving.proof is not None
    assert not proving.register.sightings._waiting  # noqa: SLF001


def test_whoever_was_asked_for_need_not_be_proven(work: Work) -> None:
    work.register.sightings.every = 60
    for rows in ([], [(1,)]):
        work.prove(rows)
    assert not work.register.sightings._waiting  # noqa: SLF001


# What is kept.


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("As agreed in Suva", "As agreed in Suva"),
        ("  whāngai \t", "whāngai"),
        ("", None),
        (" ", None),
        (b"\xff", "\ufffd"),
        ("ā" * LONGEST_REASON, "ā" * LONGEST_REASON),
    ],
)
def test_a_change_may_be_given_a_reason(header: str | bytes, reason: str | None) -> None:
    assert reason_of(request_to(None, headers={"change-reason": header})) == reason
    assert reason_of(request_to(None)) is None


def test_a_reason_is_not_a_report() -> None:
    with pytest.raises(Invalid) as raised:
        reason_of(request_to(None, headers={"change-reason": "x" * (LONGEST_REASON + 1)}))
    (fault,) = raised.value.faults
    assert fault.as_dict() == {
        "parameter": "Change-Reason",
        "detail": "Must have at most 500 characters",
        "code": "too_long",
    }


def change(**values: Any) -> Change:
    usual: dict[str, Any] = {"action": "create", "record_type": "visit", "record_id": DESK.id, "version": 1}
    usual |= {"marking_id": 2, "prior_marking_id": None, "changes": {}, "representation": "{}"}
    return Change(**(usual | values))


def entries(register: Register) -> list[Any]:
    with register.database.reader.connect() as connection:
        return list(connection.execute(select(table_of(LedgerEntry))).mappings())


def test_a_change_is_kept_with_its_entry(register: Register) -> None:
    committed: list[int] = []
    register.committed.append(lambda: committed.append(len(entries(register))))
    with writing_as(register, DESK, "r-1", reason="As agreed") as work:
        work.now = NOW
        work.changes.append(change())
        assert work.head is None
    (entry,) = entries(register)
    said = {"seq": 1, "at": NOW, "actor": "desk", "actor_id": DESK.id, "request_id": "r-1", "reason": "As agreed"}
    assert {name: entry[name] for name in said} == said
    assert work.head is not None
    assert (work.head.seq, work.head.hash) == (1, entry["hash"])
    assert committed == [1], "it is told once it is kept"


def test_what_is_pending_goes_to_the_database_with_it(register: Register) -> None:
    with register.database.write() as connection:
        work = Work(register, DESK, connection, "r-1")
        work.session.add(
            Marking(key="k", banner="b", classification="SECRET", endorsements=[], releasable_to=[], need_to_know=[])
        )
        settle(work)
        assert connection.scalar(select(Marking.id).where(Marking.key == "k")) == 4
    assert (work.head, entries(register)) == (None, [])


def test_entries_are_written_once(register: Register) -> None:
    with register.database.write() as connection:
        work = Work(register, DESK, connection, "r-1")
        for seq in (1, 2):
            work.changes.append(change())
            settle(work)
            assert work.head is not None
            assert (work.head.seq, work.changes) == (seq, [])
        settle(work)
    assert [each["seq"] for each in entries(register)] == [1, 2]
