"""Representations that a migration has cleared come back as they were."""

import pytest
from sqlalchemy import Table, update

from app.access.register import Register
from app.crud.resource import RESOURCES
from app.exchange import refill as refilling
from app.exchange.refill import refill
from app.exchange.sample import load_sample
from support.recording import operating


def tables() -> set[Table]:
    return {each.table for each in RESOURCES}


def representations(register: Register) -> dict[str, tuple[str, int]]:
    with operating(register) as connection:
        return {
            str(row.id): (row.representation, row.version)
            for table in tables()
            for row in connection.execute(table.select())
        }


def test_every_record_is_represented_as_before(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refilling, "BATCH", 70)
    load_sample(register)
    before = representations(register)
    with operating(register) as connection:
        for table in tables():
            connection.execute(update(table).values(representation=None))
    seen: list[int] = []
    assert refill(register, seen.append) == len(before) == seen[-1]
    assert representations(register) == before
    assert refill(register) == 0
