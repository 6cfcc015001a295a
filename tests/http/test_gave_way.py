"""Where the database lets a write fail because of somebody else, it is done again; nobody is told but when it never ends."""

import copy
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from test_concurrency import at_once, ledger

from app.access.actor import system
from app.access.register import Register
from app.access.work import writing_as
from app.core.ids import new_id
from app.crud import store
from app.db import TRIES
from support.client import Api
from support.documents import Documents
from support.holding import file_held
from support.problems import problem
from support.recording import operating
from support.subject import WRITABLE, subject_of

Serve = Callable[..., Api]
Stored = Callable[[], dict[str, int]]


def appointments(documents: Documents, offices: list[str], day: int) -> dict[str, Any]:
    """Appointments to each of these offices in turn; each office is locked until all are kept."""
    items = [
        documents.of("appointments", office=each, starts_on=f"2020-01-{day:02}", ends_on=f"2020-01-{day:02}")
        for each in offices
    ]
    return {"items": items}


@pytest.fixture
def kind_is(kind: str) -> Callable[[str], None]:
    def only(wanted: str) -> None:
        if kind != wanted:
            pytest.skip(f"is about {wanted}")

    return only


def test_two_who_take_the_same_in_opposite_order_both_succeed(
    api: Api, documents: Documents, register: Register, kind: str
) -> None:
    offices = [documents.make("offices")["id"] for _ in range(12)]
    one, other = appointments(documents, offices, 1), appointments(documents, offices[::-1], 2)
    before = deadlocks(register)
    answers = at_once(lambda: api.post("/appointments/bulk", one), lambda: api.post("/appointments/bulk", other))
    assert [each.status_code for each in answers] == [201, 201]
    assert len(api.items("/appointments", limit=200)) == 24
    entries = [each for each in ledger(register) if each["record_type"] == "appointment"]
    assert len(entries) == len({each["record_id"] for each in entries}) == 24
    if kind == "postgresql":
        deadline = time.monotonic() + 10
        while deadlocks(register) == before and time.monotonic() < deadline:
            time.sleep(0.1)  # the server counts them with some delay
        assert deadlocks(register) > before


def deadlocks(register: Register) -> int:
    if register.database.is_sqlite:
        return 0
    with operating(register) as connection:
        counted = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(connection.execute(counted).scalar_one())


@contextmanager
def holding(url: str, office: str) -> Iterator[psycopg.Connection]:
    """Somebody else's transaction, which has an office locked and is never the one to fail of a deadlock."""
    with psycopg.connect(url) as connection:
        connection.execute("SET deadlock_timeout = '60s'")
        connection.execute("SELECT 1 FROM office WHERE id = %s FOR UPDATE", [office])
        yield connection
        connection.rollback()


def test_the_one_whom_the_database_lets_fail_is_done_again(
    api: Api, documents: Documents, register: Register, kind_is: Callable[[str], None]
) -> None:
    """A request that has the first and waits for the second, which somebody has who then wants the first."""
    kind_is("postgresql")
    first, second = (documents.make("offices")["id"] for _ in range(2))
    document = appointments(documents, [first, second], 1)
    url = register.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with ThreadPoolExecutor(1) as pool, holding(url, second) as other:
        asked = pool.submit(lambda: api.post("/appointments/bulk", document, headers={"Idempotency-Key": "once"}))
        _until_it_waits(register, asked)
        other.execute("SELECT 1 FROM office WHERE id = %s FOR UPDATE", [first])  # granted when the request has failed
        assert not asked.done()
        other.rollback()
        answer = asked.result()
    assert answer.status_code == 201
    assert len(api.items("/appointments", limit=200)) == 2
    again = api.post("/appointments/bulk", document, headers={"Idempotency-Key": "once"})
    assert again.headers["idempotency-replayed"] == "true"
    assert again.content == answer.content


def _until_it_waits(register: Register, asked: Future[Any]) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with operating(register) as connection:
        while not connection.execute(waiting).scalar_one():
            assert not asked.done(), asked.result()
            time.sleep(0.01)


GIVES_WAY = """
CREATE SEQUENCE tries;
CREATE FUNCTION gives_way() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF nextval('tries') <= {times} THEN RAISE EXCEPTION 'not now' USING ERRCODE = '{code}'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER gives_way BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION gives_way();
"""
AS_BEFORE = "DROP TRIGGER gives_way ON person; DROP FUNCTION gives_way; DROP SEQUENCE tries"


@contextmanager
def giving_way(register: Register, times: int, code: str) -> Iterator[Callable[[], int]]:
    """The server fails so many inserts of a person with this code; a sequence counts them, whatever is undone."""

    def asked(statement: str) -> Any:
        with operating(register) as connection:
            found = connection.execute(text(statement))
            return found.scalar_one() if found.returns_rows else None

    asked(GIVES_WAY.format(times=times, code=code))
    try:
        yield lambda: int(asked("SELECT last_value FROM tries"))
    finally:
        asked(AS_BEFORE)


@pytest.mark.parametrize("code", ["40001", "40P01", "23505"])
def test_it_is_done_again_so_many_times(
    api: Api, documents: Documents, register: Register, kind_is: Callable[[str], None], code: str
) -> None:
    kind_is("postgresql")
    with giving_way(register, TRIES - 1, code) as tries:
        made = api.make("/people", documents.of("people"))
        assert tries() == TRIES
    assert [each["version"] for each in ledger(register) if each["record_id"] == made["id"]] == [1]


@pytest.mark.parametrize("code", ["40001", "40P01"])
def test_and_then_the_client_is_told_and_nothing_is_kept(
    api: Api, documents: Documents, register: Register, stored: Stored, kind_is: Callable[[str], None], code: str
) -> None:
    kind_is("postgresql")
    document = documents.of("people")
    before = stored()
    with giving_way(register, 99, code) as tries:
        answer = api.failing().post("/people", document, headers={"Idempotency-Key": "once"})
        problem(answer, 503)
        assert int(answer.headers["retry-after"]) > 0
        assert tries() == TRIES
        assert stored() == before
    assert api.post("/people", document, headers={"Idempotency-Key": "once"}).status_code == 201


def test_what_fails_for_another_reason_is_not_done_again(
    api: Api, documents: Documents, register: Register, kind_is: Callable[[str], None]
) -> None:
    kind_is("postgresql")
    with giving_way(register, 99, "55P03") as tries:
        problem(api.failing().post("/people", documents.of("people")), 503)
        assert tries() == 1


def test_a_file_that_another_process_holds_for_a_while(
    serve: Serve, register: Register, kind_is: Callable[[str], None], documents: Documents
) -> None:
    """Longer than one try waits, and less than all of them."""
    kind_is("sqlite")
    narrow = serve(busy_timeout_ms=400)
    document = documents.of("visits")
    with file_held(register, 0.25):
        began = time.monotonic()
        assert narrow.post("/visits", document).status_code == 201
        assert time.monotonic() - began > 0.2
    assert len(narrow.items("/visits")) == 1


def test_a_file_that_another_process_never_lets_go(
    serve: Serve, register: Register, kind_is: Callable[[str], None], documents: Documents, stored: Stored
) -> None:
    kind_is("sqlite")
    narrow = serve(busy_timeout_ms=400)
    document = documents.of("visits")
    before = stored()
    with file_held(register, 60):
        began = time.monotonic()
        answer = narrow.failing().post("/visits", document)
        problem(answer, 503)
        assert int(answer.headers["retry-after"]) > 0
        assert 0.4 <= time.monotonic() - began < 8
        assert narrow.get("/visits").status_code == 200  # readers go on
    assert stored() == before
    assert narrow.post("/visits", document).status_code == 201


@pytest.mark.parametrize("path", WRITABLE)
def test_a_try_leaves_the_document_as_it_was(api: Api, documents: Documents, register: Register, path: str) -> None:
    """The next try begins with what was sent, not with what the first one has made of it."""
    subject = subject_of(path, api, documents)
    resource, document = subject.resource, subject.document(external_ref="E-1")
    if "forum" in resource.fields.model_fields:
        document["forum"] = documents.mission().lower()
    patch = {name: value for name, value in document.items() if name in resource.patch.model_fields}
    patch |= {"external_ref": "E-2"}
    sent = copy.deepcopy((document, patch))
    above = None if resource.parent is None else documents.owner(resource)
    with writing_as(register, system("test"), new_id()) as work:
        parent = None
        if resource.parent is not None and above is not None:
            parent = store.find(work, resource.parent.resource, above)
        record = store.create(work, resource, document, parent=parent)
        store.upsert(work, resource, "E-1", document, parent=parent)
        store.change(work, resource, record, patch)
    assert (document, patch) == sent
    assert record.external_ref == "E-2"
