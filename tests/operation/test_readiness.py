"""`/readyz` says what is wrong, in a bounded time, and nothing that is not for everybody."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app.access.register import Register
from app.config import Settings
from app.db import Database
from app.web import readiness
from app.web.readiness import Check, Readiness, checks
from support.client import Api
from support.databases import settings_for
from support.problems import problem

Serve = Callable[..., Api]


def test_all_is_well(api: Api, kind: str) -> None:
    names = {"database", "schema", "files", "disk"}
    assert api.anonymous().get("http://testserver/readyz").json() == {
        "status": "ready",
        "checks": dict.fromkeys(names, "ok"),
    }


def revision(settings: Settings, to: str) -> None:
    """As who owns the schema: the role that the register works as may not."""
    database = Database(settings.database_url)
    with database.writer.connect() as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": to})
    database.close()


def test_an_older_schema_cannot_be_served_a_newer_one_can(serve: Serve, settings: Settings) -> None:
    from app.schema import revisions  # noqa: PLC0415

    known, head = revisions()
    assert head is not None
    before = next(each for each in known if each != head)
    try:
        revision(settings, before)
        answer = problem(serve(busy_timeout_ms=5_001).failing().get("http://testserver/readyz"), 503)
        assert answer["detail"] == answer["checks"]["schema"]
        assert "run `tracker migrate`" in answer["detail"]
        assert answer["checks"]["database"] == "ok"
        revision(settings, "of_a_later_version")
        assert serve(busy_timeout_ms=5_002).get("http://testserver/readyz").json()["checks"]["schema"] == "ok"
    finally:
        revision(settings, head)


def test_a_store_that_cannot_be_written_is_told_and_all_else_served(serve: Serve) -> None:
    answer = serve(attachment_store="/proc/none/files").get("http://testserver/readyz")
    assert answer.json()["status"] == "ready"
    assert answer.json()["checks"]["files"] == "The store of attached files cannot be reached, or not be written."
    assert "/proc" not in answer.text


def test_a_full_disk_is_told(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "FREE", 1 << 62)
    told = serve(busy_timeout_ms=5_003).get("http://testserver/readyz").json()
    assert (told["status"], "nearly full" in told["checks"]["disk"]) == ("ready", True)


def test_who_has_been_told_to_stop_is_not_ready(serve: Serve) -> None:
    api = serve(busy_timeout_ms=5_004)
    api.client.app.state.stopping = True  # type: ignore[attr-defined]
    assert "told to stop" in problem(api.failing().get("http://testserver/readyz"), 503)["detail"]
    assert api.get("http://testserver/livez").status_code == 200


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a database that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"postgresql://tracker:hunter2@127.0.0.1:{server.getsockname()[1]}/tracker?connect_timeout=20"


def test_a_database_that_hangs_gets_an_answer(silent: str, tmp_path: Path) -> None:
    database = Database(silent, threads=1)
    register = Register(settings_for(silent, attachment_store=str(tmp_path)))
    found = Readiness(checks(register))

    async def twice() -> list[dict[str, str]]:
        return [await found.look() for _ in range(2)]

    for said in asyncio.run(twice()):
        assert said["database"] == said["schema"] == "There is no answer within 2 seconds."
        assert said["files"] == "ok"
        assert found.lacking(said)
        assert "hunter2" not in str(said)
    assert sum(each.name == "asking" for each in threading.enumerate()) == 2, "nobody is sent after who hangs"
    register.close()
    database.close()


def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    register = Register(settings_for("postgresql://u:hunter2@127.0.0.1:1/x", attachment_store=str(tmp_path)))
    said = asyncio.run(Readiness(checks(register)).look())
    assert said["database"] == "The database does not answer."
    register.close()


def test_a_check_that_fails_itself_is_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    def look() -> None:
        raise ZeroDivisionError

    found = Readiness([Check("odd", look, needed=True)])
    said = asyncio.run(found.look())
    assert said == {"odd": "It cannot be looked at."}
    assert found.lacking(said) == ["It cannot be looked at."]
    assert "ZeroDivisionError" in caplog.text
