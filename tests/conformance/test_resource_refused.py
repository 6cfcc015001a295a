"""A write that cannot be kept is not acknowledged, and leaves nothing."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from app.access.register import Register
from support.problems import problem
from support.subject import Subject

Stored = Callable[[], dict[str, int]]


@contextmanager
def failing_commits(register: Register) -> Iterator[list[str]]:
    """Meanwhile the database fails as it is told to commit: a full disk, a lost connection."""
    engine, failed = register.database.writer, []
    driver = sqlite3 if register.database.is_sqlite else psycopg

    def fail(_connection: object) -> None:
        failed.append("commit")
        raise OperationalError("COMMIT", {}, driver.OperationalError("disk full"))

    event.listen(engine, "commit", fail)
    try:
        yield failed
    finally:
        event.remove(engine, "commit", fail)


def test_nothing_is_acknowledged_that_was_not_committed(
    subject: Subject, register: Register, stored: Stored, caplog: pytest.LogCaptureFixture
) -> None:
    record = subject.make(external_ref="ENG-1")
    document = subject.document()
    api = subject.api.failing()
    before = stored()
    with failing_commits(register) as failed:
        asked = [
            api.post(subject.path, document),
            api.post(f"{subject.path}/bulk", {"items": [document]}),
            api.put(f"{subject.path}/by-external-ref/ENG-2", document),
            api.patch(subject.at(record), {subject.note: "New"}),
            api.delete(subject.at(record)),
        ]
    assert len(failed) == len(asked)
    for answer in asked:
        problem(answer, 503)
        assert int(answer.headers["retry-after"]) > 0
    assert stored() == before
    assert subject.read(record) == record

    assert api.post(subject.path, document).status_code == 201, "and afterwards all is well"
    assert stored() != before


def test_a_fault_of_the_server_tells_nothing_and_leaves_nothing(
    subject: Subject, register: Register, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = subject.document()
    before = stored()

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    with monkeypatch.context() as patched:
        patched.setattr("app.access.ledger.append", broken)
        answer = subject.api.failing().post(subject.path, document)
    problem(answer, 500)
    assert "secret" not in answer.text
    assert stored() == before
    assert subject.api.post(subject.path, document).status_code == 201
