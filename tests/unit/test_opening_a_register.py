"""A register as a process has it open: by its settings, and closed with nothing left undone."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.daily import Task
from app.access.ledger import Head
from app.access.limits import Windows
from app.access.markings import Mark
from app.access.oidc import Provider
from app.access.proofs import Proofs
from app.access.register import Register
from app.access.seals import read_seal
from app.core.blobs import Directory
from app.core.columns import table_of
from app.core.prepared import TooLong
from app.models import Marking
from support.databases import settings_for
from support.small_register import small_register

SOMEBODY = Actor("0190163d-8694-739b-aea5-966c26f8ad91", "desk", "reader", "RESTRICTED", "NZ")
POSTGRESQL = "postgresql://desk@db.example/register"


def asked_for(engine: Engine) -> dict[str, Any]:
    """How an engine would connect to its server."""
    found: dict[str, Any] = {}

    def note(_dialect: Any, _record: Any, _arguments: Any, named: Any) -> None:
        found.update(named)
        raise InterruptedError

    event.listen(engine, "do_connect", note)
    with pytest.raises(InterruptedError):
        engine.connect()
    return found


@pytest.fixture
def on_postgresql() -> Any:
    """`on_postgresql(threads=7)` is a register on a server that nobody connects to."""
    opened: list[Register] = []

    def opening(**changes: Any) -> Register:
        opened.append(Register(settings_for(POSTGRESQL, **changes)))
        return opened[-1]

    yield opening
    for each in opened:
        each.close()


def test_its_database_is_opened_as_the_settings_say(on_postgresql: Any) -> None:
    database = on_postgresql(threads=7, busy_timeout_ms=4_321, database_role="clerk", max_exports=3).database
    assert database.url.render_as_string() == "postgresql+psycopg://desk@db.example/register"
    for engine in (database.reader, database.writer):
        assert (engine.pool.size(), engine.pool._max_overflow) == (7, 5)  # noqa: SLF001 - what it may grow by
        options = asked_for(engine)["options"]
        assert "-c role=clerk" in options
        assert "-c lock_timeout=4321" in options
    assert database.replicas.all == ()


def test_a_pooler_and_replicas_are_known_to_it(on_postgresql: Any) -> None:
    database = on_postgresql(database_pooled=True, replica_urls=("postgresql://a/x", "postgresql://b/x")).database
    assert asked_for(database.reader)["prepare_threshold"] is None
    assert [each.engine.url.host for each in database.replicas.all] == ["a", "b"]


def test_callers_are_remembered_where_asking_is_a_round_trip(on_postgresql: Any) -> None:
    register = on_postgresql()
    assert isinstance(register.proofs, Proofs)
    assert "json_build_array" in register._lookup.sql  # noqa: SLF001 - what it asks
    assert register.remembered("det_x", None) is None
    with small_register() as small:
        assert small.proofs is None
        assert "json_build_array" not in small._lookup.sql  # noqa: SLF001


def test_what_it_knows_from_its_settings(tmp_path: Path) -> None:
    with small_register(
        home_country="AU", log_reads_from="SECRET", attachment_store=str(tmp_path), token_use_seconds=30,
        ledger_seals=tmp_path / "seals", ledger_key=SecretStr("0f" * 32), home_timezone="Pacific/Auckland",
    ) as register:  # fmt: skip
        assert register.markings.home_country == "AU"
        assert (register.access_log.reads_from, register.access_log.database) == ("SECRET", register.database)
        assert isinstance(register.files, Directory)
        assert register.files.root == tmp_path
        assert (register.sightings.every, register.sightings.database) == (30, register.database)
        assert register.seals.file == tmp_path / "seals"
        register.seals.note(Head(1, bytes(32)))
        register.seals.close()
        assert read_seal((tmp_path / "seals").read_text()).made_with(bytes([15] * 32))
        assert register.day(datetime(2026, 3, 3, 23, tzinfo=UTC)) == date(2026, 3, 4)
        assert register.day(datetime(2026, 3, 3, 9, tzinfo=UTC)) == date(2026, 3, 3)


def test_what_it_learns_later_is_empty_at_first() -> None:
    with small_register() as register:
        assert (register.prepared, register.validators, register.committed) == ({}, {}, [])
        assert (register.daily.done, register.daily.tasks) == (None, [])
        assert isinstance(register.calls, Windows)
        assert isinstance(register.wrong_tokens, Windows)
        assert register.calls is not register.wrong_tokens
        assert register.admit is None
        with register.database.reads.connect() as connection:
            assert register.heads.ask(connection.connection.cursor()) == [(0,)], "its ledger is empty"


def test_an_identity_provider_is_asked_where_there_is_one(tmp_path: Path) -> None:
    with small_register() as register:
        assert register._provider is None  # noqa: SLF001
    provided = {"oidc_issuer": "https://login.example", "oidc_audience": "register", "oidc_jwks": str(tmp_path / "k")}
    with small_register(**provided) as register:
        assert isinstance(register._provider, Provider)  # noqa: SLF001
        assert register._provider.settings is register.settings  # noqa: SLF001


# What it keeps up with.


def test_it_catches_up_with_the_day_before_it_answers() -> None:
    asked: list[tuple[Any, date]] = []

    def task(register: Register, day: date) -> bool:
        asked.append((register, day))
        return True

    todo: Task = task
    with small_register(home_timezone="Pacific/Kiritimati") as register:
        register.keep_up(may_wait=False)
        register.daily.tasks.append(todo)
        with pytest.raises(TooLong):
            register.keep_up(may_wait=False)
        assert asked == []
        before = register.day(datetime.now(UTC))
        register.keep_up()
        ((which, day),) = asked
        assert which is register
        assert before <= day <= register.day(datetime.now(UTC))
        register.daily.done = register.day(datetime.now(UTC))
        register.keep_up(may_wait=False)
        assert len(asked) == 1


def mark(register: Register, mark: Mark) -> None:
    with register.database.write() as connection, Session(connection) as session:
        register.markings.row_for(session, mark)


def test_markings_are_read_anew_by_the_connection_that_is_at_hand() -> None:
    with small_register(log_reads_from="RESTRICTED") as register:
        mark(register, Mark("RESTRICTED"))
        taken: list[Any] = []
        event.listen(register.database.reader, "checkout", lambda *each: taken.append(each))
        register.refresh_markings()
        assert (register.markings.all, len(taken)) == ((1,), 1)
        assert register.access_log.wanted(register.markings, (1, 2)) == {1}
        mark(register, Mark("SECRET"))
        with register.database.write() as connection:
            register.refresh_markings(connection)
            assert connection.scalar(select(func.count()).select_from(table_of(Marking))) == 2, "it stays open"
        assert (register.markings.all, len(taken)) == ((1, 2), 1)
        assert register.access_log.wanted(register.markings, (1, 2)) == {1, 2}, "what it wanted before is forgotten"


def test_whoever_is_here_is_noted() -> None:
    with small_register(token_use_seconds=60) as register:
        register.note(SOMEBODY)
        waiting = register.sightings._waiting  # noqa: SLF001 - what is to be written
        assert set(waiting) == {("token", SOMEBODY.id)}
        register.note(Actor("a", "desk", "reader", "RESTRICTED", "NZ", user="u"))
        assert set(waiting) == {("token", SOMEBODY.id), ("token", "a"), ("user", "u")}


def test_a_register_is_closed_with_nothing_left_undone(tmp_path: Path) -> None:
    with small_register(token_use_seconds=60, ledger_seals=tmp_path / "seals") as register:
        register.note(SOMEBODY)
        register.seals.note(Head(3, bytes(32)))
        with register.database.reads.connect():
            pass
        assert register.database.reads.kept == 1
        register.close()
        assert register.sightings._waiting == {}  # noqa: SLF001
        assert read_seal((tmp_path / "seals").read_text()).seq == 3
        assert register.database.reads.kept == 0
