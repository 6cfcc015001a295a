"""Callers whom a process remembers, and the statement that says whether they are still who they were."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, select, update
from sqlalchemy.orm import Session

from app.access import proofs, tokens
from app.access.actor import Actor
from app.access.heads import Heads
from app.access.ledger import GENESIS
from app.access.proofs import ROW, Proof, Proofs, proven
from app.core.columns import table_of
from app.core.prepared import Prepared
from app.models import LedgerHead, Marking, Token, User

NOW = datetime(2026, 3, 4, tzinfo=UTC)
SOMEBODY = Actor("0190163d-8694-739b-aea5-966c26f8ad91", "somebody", "reader", "RESTRICTED", "NZ")
TOKEN = table_of(Token)


def proof_of(secret: bytes, row: str = "[]") -> Proof:
    return Proof(SOMEBODY, secret, row, None, NOW + timedelta(days=1))


def test_a_process_remembers_until_it_is_told_otherwise() -> None:
    known = Proofs()
    first, second = proof_of(b"a"), proof_of(b"b")
    known.remember(first)
    known.remember(second)
    assert (known.get(b"a"), known.get(b"b"), known.get(b"c")) == (first, second, None)
    known.forget(first)
    known.forget(first)
    assert (known.get(b"a"), known.get(b"b")) == (None, second)


def test_so_many_are_remembered_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "KEPT", 2)
    known, made = Proofs(), [proof_of(each) for each in (b"a", b"b", b"c")]
    for each in made[:2]:
        known.remember(each)
    assert [known.get(each.secret_hash) for each in made] == [*made[:2], None]
    known.remember(made[2])
    assert [known.get(each.secret_hash) for each in made] == [None, None, made[2]]


@pytest.fixture
def connection() -> Iterator[Connection]:
    """A database with one token and an empty ledger."""
    engine = create_engine("sqlite://")
    with engine.connect() as made:
        for model in (Marking, User, Token, LedgerHead):
            columns = ", ".join(f'"{each}"' for each in table_of(model).c.keys())  # noqa: SIM118 - a collection's own
            made.exec_driver_sql(f'CREATE TABLE "{table_of(model).name}" ({columns})')
        own: Any = made.connection.driver_connection
        own.create_function("json_build_array", -1, lambda *each: json.dumps(each))  # as PostgreSQL has it
        made.execute(table_of(LedgerHead).insert().values(id=1, seq=7, hash=GENESIS))
        with Session(made) as session:
            tokens.create(
                session, name="desk", role="reader", clearance="RESTRICTED", nationality="NZ", now=NOW, days=1
            )
        yield made
    engine.dispose()


@pytest.fixture
def proof(connection: Connection) -> Proof:
    secret = bytes(connection.execute(select(TOKEN.c.secret_hash)).scalar_one())
    row = connection.scalar(tokens.LOOKUP.with_only_columns(ROW).where(TOKEN.c.secret_hash == secret))
    return proof_of(secret, str(row))


CHANGES: list[dict[str, Any]] = [
    {"role": "administrator"},
    {"clearance": "UNCLASSIFIED"},
    {"nationality": None},
    {"groups": ["polar"]},
    {"networks": ["10.0.0.0/8"]},
    {"revoked_at": NOW},
    {"expires_at": NOW},
    {"rate_limit": 5},
    {"user": SOMEBODY.id},
    {"secret_hash": bytes(32)},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_whoever_is_another_by_now_is_not_proven(connection: Connection, proof: Proof, change: dict[str, Any]) -> None:
    heads = Heads(connection.dialect)
    cursor: Any = connection.connection.cursor()
    assert heads.ask(cursor, proof) == heads.ask(cursor) == [(7,)]
    connection.execute(update(TOKEN).values(change))
    assert (heads.ask(cursor, proof), heads.ask(cursor)) == ([], [(7,)])


def test_a_marking_that_came_since_asks_for_a_new_look(connection: Connection, proof: Proof) -> None:
    heads = Heads(connection.dialect)
    connection.exec_driver_sql("INSERT INTO marking (id) VALUES (1)")
    assert heads.ask(connection.connection.cursor(), proof) == []


def test_a_proof_is_of_one_secret(connection: Connection, proof: Proof) -> None:
    asking = Prepared(select(TOKEN.c.name).where(proven()), connection.dialect)
    cursor: Any = connection.connection.cursor()
    assert proof.values == {"proof_hash": proof.secret_hash, "proof_row": proof.row}
    assert asking.run(cursor, proof.values) == [("desk",)]
    for other in (proof._replace(secret_hash=bytes(32)), proof._replace(row="[]")):
        assert asking.run(cursor, other.values) == []
