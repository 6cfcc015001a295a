"""The register behind pgbouncer in transaction mode, where no two transactions of a connection share a session."""

import csv
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from support.client import Api
from support.cluster import Cluster, pgbouncer
from support.databases import Template
from support.documents import Documents

NAME = "register"

pytestmark = pytest.mark.skipif(pgbouncer() is None, reason="pgbouncer is not installed")


@pytest.fixture(scope="module")
def pooled(process: Callable[..., Api], nodes: Cluster, template: Template) -> Iterator[Api]:
    """A process whose two server connections are shared by all that it does."""
    with nodes.bouncer(size=2) as url:
        yield process(url(NAME), database_pooled=True)


def test_records_are_made_changed_listed_and_found(pooled: Api) -> None:
    visit = Documents(pooled).visit(title="Talks through a pooler", partners=["JP"])
    assert pooled.patch(f"/visits/{visit['id']}", {"summary": "Ship visits"}).status_code == 200
    assert pooled.items("/visits", partner="JP", q="pooler")[0]["summary"] == "Ship visits"
    assert pooled.items("/search", q="pooler")[0]["id"] == visit["id"]
    assert pooled.get("/statistics?group_by=partner").status_code == 200
    assert pooled.get(f"/visits/{visit['id']}/history").json()["items"][0]["version"] == 2


def test_whoever_comes_next_sees_nothing_of_the_one_before(pooled: Api) -> None:
    hidden = Documents(pooled).visit(classification="RESTRICTED")
    low = pooled.as_("reader", "UNCLASSIFIED")

    def asked(number: int) -> tuple[int, int]:
        caller = (pooled, low)[number % 2]
        return number % 2, caller.get(f"/visits/{hidden['id']}").status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(asked, range(200))) == {(0, 200), (1, 404)}


def test_the_register_works_in_its_role_behind_the_wall(pooled: Api) -> None:
    Documents(pooled).visit(classification="RESTRICTED")
    database = pooled.client.app.state.register.database  # type: ignore[attr-defined]
    for engine in (database.reader, database.writer):
        with engine.connect() as connection:
            role, zone, seen = connection.exec_driver_sql(
                "SELECT current_user, current_setting('timezone'), (SELECT count(*) FROM engagement)"
            ).one()
        assert (role, zone, seen) == ("tracker_app", "UTC", 0), "nobody has said yet what may be seen"


def test_an_export_is_of_one_moment(pooled: Api) -> None:
    documents = Documents(pooled)
    for _ in range(3):
        documents.visit(partners=["FJ"], title="Exported")
    answer = pooled.get("/visits/export?format=csv&partner=FJ&q=exported")
    assert answer.status_code == 200, answer.text
    assert len(list(csv.DictReader(io.StringIO(answer.text)))) == 3


def test_many_writers_wait_for_a_connection_and_none_fails(pooled: Api) -> None:
    documents = Documents(pooled)

    def write(number: int) -> Any:
        return pooled.post("/visits", documents.of("visits", title=f"Writer {number}"))

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(write, range(36)))
    assert {each.status_code for each in answers} == {201}
    assert len({each.json()["reference"] for each in answers}) == 36


def test_commands_work_through_it(nodes: Cluster, template: Template) -> None:
    with nodes.bouncer() as url:
        for command in (["migrate"], ["token", "list"], ["audit", "verify"]):
            done = subprocess.run(
                [sys.executable, "-c", "from app.cli import main; main()", *command],
                env=os.environ | {"TRACKER_DATABASE_URL": url(NAME), "TRACKER_DATABASE_POOLED": "true"},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
