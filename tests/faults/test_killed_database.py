"""PostgreSQL is killed, or stands still, while others write; the register goes on by itself when it is back."""

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2 as httpx
import psycopg
import pytest
from reckoning import Account, reckon
from rounds import WHO, kill_database
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from victim import Victim
from writers import Caller, Crew

from app.db import UNTOLD, Database
from support.client import Api
from support.databases import Template, filled
from support.documents import Documents
from support.postgres import Server, find_or_start
from support.problems import problem


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of our own, which keeps through a crash what it has said is kept."""
    made = find_or_start(Path(tempfile.mkdtemp(prefix="tracker-faults-pg-")), durable=True)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def template(server: Server) -> Template:
    return filled(server.create_database("faults"))


@pytest.fixture
def victim(template: Template, serve_in: Callable[..., Victim]) -> Victim:
    return serve_in(template.url)


@pytest.fixture
def secret(template: Template) -> str:
    return template.secrets[WHO]  # type: ignore[index]


def test_what_was_acknowledged_is_there_and_nothing_is_there_by_half(
    victim: Victim, server: Server, secret: str
) -> None:
    account = Account()
    kill_database(account, victim, server, secret, seed=1)
    assert account.faultless, account
    assert account.refused


def test_what_is_asked_meanwhile_is_503_and_what_is_asked_after_is_answered(
    victim: Victim, server: Server, template: Template, secret: str
) -> None:
    with httpx.Client(base_url=victim.root, timeout=60) as client:
        api = Api(client, template.secrets, secret)
        documents = Documents(api)
        visit = documents.visit()
        with ThreadPoolExecutor(4) as pool:  # so that several connections are kept, and all of them are dead later
            assert all(pool.map(lambda _: api.items("/visits"), range(20)))

        server.crash(signal.SIGQUIT)
        for method, path, body in (
            ("GET", "/visits", None),
            ("GET", f"/visits/{visit['id']}", None),
            ("POST", "/visits", documents.of("visits")),
            ("DELETE", f"/visits/{visit['id']}", None),
        ):
            answer = api.failing().ask(method, path, json=body)
            problem(answer, 503)
            assert int(answer.headers["retry-after"]) > 0
        assert client.get("/livez").status_code == 200
        assert client.get("/readyz").status_code == 503
        server.start_again()
        assert api.read(f"/visits/{visit['id']}") == visit

        # Nobody asks while it is away: what is kept open is dead, and nobody has noticed.
        server.crash()
        server.start_again()
        assert api.make("/visits", documents.of("visits"))
        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(lambda _: api.items("/visits"), range(20)))
        assert client.get("/readyz").status_code == 200


def test_of_a_commit_without_an_answer_it_is_said_that_nobody_knows(template: Template) -> None:
    database = Database(template.url)

    def cut_off() -> None:
        with database.write() as connection, psycopg.connect(template.url, autocommit=True) as other:
            session = connection.scalar(text("SELECT pg_backend_pid()"))
            other.execute("SELECT pg_terminate_backend(%s)", [session])

    with pytest.raises(OperationalError) as raised:
        cut_off()
    assert UNTOLD in raised.value.detail
    database.close()


def test_a_server_that_stands_still_as_under_a_slow_disk(victim: Victim, server: Server, secret: str) -> None:
    """Its processes get no time for a while, which is what those see who wait for one whose disk does not answer."""
    crew = Crew(victim.root, secret, number=3, seed=5)
    crew.until_acknowledged(3)
    stopped = server.processes()[::-1]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        time.sleep(1)
        assert httpx.get(f"{victim.root}/livez").status_code == 200
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    crew.until_acknowledged(3)
    account = Account()
    with Caller(victim.root, secret) as caller:
        reckon(account, crew.stop(), caller, victim.url)
    assert account.faultless, account
    assert account.unanswered == 0
