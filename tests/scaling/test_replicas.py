"""Reads on a replica: never older than what was kept when they were asked, and never an error for the replica's sake."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from app.replicas import Replica, Replicas
from support.client import Api
from support.cluster import Cluster
from support.documents import Documents

NAME = "register"


@pytest.fixture(scope="module")
def reader(process: Callable[..., Api], nodes: Cluster) -> Api:
    """A process that reads from the replica."""
    return process(replica_urls=(nodes.standby.url_of(NAME),))


def replica_of(api: Api) -> Replica:
    (replica,) = api.client.app.state.register.database.replicas.all  # type: ignore[attr-defined]
    return replica  # type: ignore[no-any-return]


def past_the_ledger(nodes: Cluster, visit: Any, title: str) -> None:
    """Changes what is stored in a way that the ledger does not know of, so that it shows which server was read."""
    nodes.primary.ask(
        f"UPDATE engagement SET representation = replace(representation, '{visit['title']}', '{title}') "
        f"WHERE id = '{visit['id']}'",
        NAME,
    )


@pytest.fixture(autouse=True)
def caught_up(nodes: Cluster) -> None:
    nodes.catch_up()


def test_reads_are_answered_by_the_replica(reader: Api, nodes: Cluster) -> None:
    visit = Documents(reader).visit(title="Ours in Suva")
    with nodes.lagging():
        past_the_ledger(nodes, visit, "Theirs in Suva")
        assert reader.get(f"/visits/{visit['id']}").json()["title"] == "Ours in Suva"
        assert [each["title"] for each in reader.items("/visits", q="suva")] == ["Ours in Suva"]
    nodes.catch_up()
    assert reader.get(f"/visits/{visit['id']}").json()["title"] == "Theirs in Suva"


def test_who_has_written_reads_it_at_once_on_any_process(
    reader: Api, process: Callable[..., Api], nodes: Cluster
) -> None:
    other = process(replica_urls=(nodes.standby.url_of(NAME),))
    visit = Documents(reader).visit(title="Before the change")
    with nodes.lagging():
        changed = reader.patch(f"/visits/{visit['id']}", {"title": "After the change"})
        assert changed.status_code == 200, changed.text
        new = Documents(reader).visit(title="While the replica lags")
        for each in (reader, other, other.as_("reader", "RESTRICTED")):
            found = each.get(f"/visits/{visit['id']}")
            assert (found.json()["title"], found.headers["etag"]) == ("After the change", changed.headers["etag"])
            assert new["id"] in {one["id"] for one in each.items("/visits", sort="-created_at", limit=3)}
            assert each.items("/search", q="replica lags")[0]["id"] == new["id"]
            entries = each.items(f"/visits/{visit['id']}/history")
            assert entries[0]["version"] == changed.json()["version"]
    assert not replica_of(reader).is_failing, "it is only behind"


def test_a_list_asked_again_is_new_as_soon_as_it_changes(reader: Api, nodes: Cluster) -> None:
    first = reader.get("/visits?limit=1&sort=-created_at")
    again = {"If-None-Match": first.headers["etag"]}
    assert reader.get("/visits?limit=1&sort=-created_at", headers=again).status_code == 304
    with nodes.lagging():
        new = Documents(reader).visit()
        found = reader.get("/visits?limit=1&sort=-created_at", headers=again)
        assert (found.status_code, found.json()["items"][0]["id"]) == (200, new["id"])


def test_a_token_that_is_revoked_opens_nothing_on_a_replica_that_lags(reader: Api, nodes: Cluster) -> None:
    administrator = reader.as_("administrator")
    made = administrator.make("/tokens", {"name": "leaver", "role": "reader"})
    leaver = reader.with_secret(made["token"])
    nodes.catch_up()
    assert leaver.get("/visits").status_code == 200
    with nodes.lagging():
        assert administrator.delete(f"/tokens/{made['id']}").status_code in (200, 204)
        assert leaver.get("/visits").status_code == 401


def test_what_is_hidden_is_hidden_on_the_replica_too(reader: Api, nodes: Cluster) -> None:
    hidden = Documents(reader).visit(classification="RESTRICTED")
    nodes.catch_up()
    low = reader.as_("reader", "UNCLASSIFIED")
    for _ in range(12):  # more than there are connections
        assert reader.get(f"/visits/{hidden['id']}").status_code == 200
        assert low.get(f"/visits/{hidden['id']}").status_code == 404


def test_a_replica_that_dies_and_returns_costs_no_error(reader: Api, nodes: Cluster) -> None:
    visit = Documents(reader).visit()
    nodes.catch_up()
    over, statuses = threading.Event(), []

    def asking() -> None:
        while not over.is_set():
            statuses.append(reader.get(f"/visits/{visit['id']}").status_code)

    threads = [threading.Thread(target=asking) for _ in range(4)]
    for each in threads:
        each.start()
    try:
        for _ in range(2):
            nodes.standby.kill()
            seen = len(statuses)
            while len(statuses) < seen + 60:
                over.wait(0.01)
            assert replica_of(reader).is_failing
            nodes.standby.start()
            nodes.catch_up()
            replica_of(reader).not_before = 0
            while replica_of(reader).is_failing:
                over.wait(0.01)
    finally:
        over.set()
        for each in threads:
            each.join()
    assert set(statuses) == {200}


def test_a_replica_that_was_never_there_costs_no_error(process: Callable[..., Api], nodes: Cluster) -> None:
    reader = process(
        replica_urls=("postgresql://postgres@127.0.0.1:1/register", nodes.standby.url_of(NAME)),
    )
    assert {reader.get("/visits").status_code for _ in range(20)} == {200}
    ready = reader.client.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]["replicas"][:30]) == (200, "A replica does not answer (1 o")
    first, second = reader.client.app.state.register.database.replicas.all  # type: ignore[attr-defined]
    assert (first.is_failing, second.is_failing) == (True, False)


def test_what_is_wrong_with_a_request_is_said_as_the_primary_says_it(reader: Api, process: Callable[..., Api]) -> None:
    primary = process()
    for address in ("/visits?limit=0", "/visits/nothing", "/visits?cursor=x", "/statistics?group_by=shoe"):
        one, other = (each.get(address) for each in (reader, primary))
        assert one.status_code == other.status_code >= 400
        assert {**one.json(), "request_id": ""} == {**other.json(), "request_id": ""}
    assert not replica_of(reader).is_failing


def test_replicas_take_turns_and_one_request_tries_one_that_failed() -> None:
    one, other = (Replica(name, None) for name in ("one", "other"))  # type: ignore[arg-type] - none is asked
    replicas = Replicas([one, other])
    assert [replicas.next() for _ in range(4)] == [one, other, one, other]
    one.failures, one.not_before = 1, 0.0
    assert [replicas.next() for _ in range(4)] == [one, other, other, other], "one tries, the others do not wait for it"
    assert Replicas().next() is None
