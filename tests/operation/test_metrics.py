"""Metrics: who may read them, what they tell, and that several processes count as one."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.access.register import Register
from app.config import Settings
from app.telemetry.pools import Turn
from support.client import PREFIX, Api
from support.command import serving
from support.databases import Databases
from support.documents import Documents
from support.postgres import free_port
from support.problems import problem

Samples = dict[tuple[str, ...], float]


def samples(text: str) -> Samples:
    """Values by name and labels, those in the order of their names."""
    return {
        (each.name, *(value for _, value in sorted(each.labels.items()))): each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }


COUNT = "tracker_http_request_duration_seconds_count"


@pytest.fixture
def read(api: Api) -> Callable[[], Samples]:
    def reading() -> Samples:
        answer = api.as_("administrator").get("http://testserver/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=")
        return samples(answer.text)

    return reading


def test_only_auditors_and_administrators_read_metrics(api: Api) -> None:
    problem(api.anonymous().get("http://testserver/metrics"), 401)
    for role in ("reader", "contributor", "approver"):
        problem(api.as_(role).get("http://testserver/metrics"), 403)
    for role in ("auditor", "administrator"):
        assert api.as_(role, "UNCLASSIFIED").get("http://testserver/metrics").status_code == 200


def test_requests_are_counted_by_route_and_class(api: Api, documents: Documents, read: Callable[[], Samples]) -> None:
    before = read()
    visit = documents.visit()
    api.get(f"/visits/{visit['id']}")
    api.get(f"/visits/{visit['reference']}")
    api.get("/visits/VIS-1999-9999")
    api.get("/nothing/of/the/sort")
    after = read()

    def more(*labels: str) -> float:
        return after.get((COUNT, *labels), 0) - before.get((COUNT, *labels), 0)

    assert more("POST", f"{PREFIX}/visits", "2xx") == 1
    assert more("GET", f"{PREFIX}/visits/{{id}}", "2xx") == 2
    assert more("GET", f"{PREFIX}/visits/{{id}}", "4xx") == 1
    assert more("GET", "none", "4xx") == 1
    assert after["tracker_http_requests_in_progress",] == 1, "the reading itself"
    text = api.as_("auditor").get("http://testserver/metrics").text
    for told in (visit["id"], visit["reference"], "VIS-", "contributor"):
        assert told not in text


def test_the_database_and_the_build_are_told(
    api: Api, documents: Documents, read: Callable[[], Samples], kind: str
) -> None:
    time.sleep(1.1)  # for which what was found is good, here for whoever had this application before
    before = read()["tracker_ledger_entries_total",]
    documents.visit()
    time.sleep(1.1)
    found = read()
    assert found["tracker_ledger_entries_total",] == before + 1
    assert found["tracker_database_up",] == 1
    assert any(name[0] == "tracker_build_info" and kind in name for name in found)
    assert found["tracker_webhook_deliveries", "dead"] == 0
    assert found["tracker_database_connections_in_use", "writer"] == 0
    assert ("process_resident_memory_bytes",) in found


def test_waiting_for_a_turn_and_for_a_connection_is_measured(
    api: Api, register: Register, read: Callable[[], Samples]
) -> None:
    name = "tracker_database_wait_seconds_count"
    before = read()
    turn = Turn("turn to write")
    with turn:
        waiting = threading.Thread(target=turn.__enter__)
        waiting.start()
        time.sleep(0.1)
    waiting.join()
    pool: Any = register.database.writer.pool
    most = pool.size() + register.database.spare
    held = [register.database.writer.connect() for _ in range(most)]
    during = read()
    threading.Timer(0.2, held.pop().close).start()
    register.database.writer.connect().close()
    for each in held:
        each.close()
    after = read()
    assert (
        during["tracker_database_connections_in_use", "writer"]
        > before["tracker_database_connections_in_use", "writer"]
    )
    assert after[name, "turn to write"] == before.get((name, "turn to write"), 0) + 1
    assert after[name, "writer"] == before[name, "writer"] + 1
    assert (
        after["tracker_database_connections_in_use", "writer"]
        == before["tracker_database_connections_in_use", "writer"]
    )


def test_several_processes_count_as_one(all_databases: dict[str, Databases], tmp_path: Path) -> None:
    source, port = all_databases["sqlite"], free_port()
    known = {"authorization": f"Bearer {source.template.secrets['auditor', 'RESTRICTED', 'NZ']}"}
    with source.copy() as url:
        address = {"TRACKER_METRICS_ADDRESS": f"127.0.0.1:{port}"}
        with serving(url, tmp_path, "--workers", "2", **address) as served:

            def told() -> Samples:
                return samples(httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=20).text)

            def workers() -> set[str]:
                return {each[1] for each in told() if each[0] == "process_resident_memory_bytes"}

            served.eventually(lambda: len(served.told("startup complete")) == 2, 90)
            for _ in range(20):
                assert httpx.get(f"{served.root}{PREFIX}/visits", headers=known).status_code == 200
            found = told()
            assert found[COUNT, "GET", f"{PREFIX}/visits", "2xx"] == 20
            assert found["tracker_http_requests_in_progress",] == 0
            assert found["tracker_database_up",] == 1
            before = workers()
            assert len(before) == 2
            assert (
                samples(httpx.get(f"{served.root}/metrics", headers=known).text)[
                    COUNT, "GET", f"{PREFIX}/visits", "2xx"
                ]
                == 20
            )
            gone = before.pop()
            os.kill(int(gone), signal.SIGKILL)
            served.eventually(lambda: gone not in workers())
            assert told()[COUNT, "GET", f"{PREFIX}/visits", "2xx"] == 20, "what it has counted stays"
            assert served.stop() == 0


def test_a_place_for_metrics_that_is_taken(settings: Settings, tmp_path: Path) -> None:
    from app.commands.opening import Refused  # noqa: PLC0415
    from app.commands.serving import measured  # noqa: PLC0415

    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(Refused, match=place), measured(settings.model_copy(update={"metrics_address": place})):
            pass
