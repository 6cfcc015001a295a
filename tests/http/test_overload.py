"""More requests than a process can carry: some are told at once to come later, and none of the others is lost."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import anyio
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from app.core.turns import Turns
from app.errors import Unavailable
from support.client import Api
from support.documents import Documents


@contextmanager
def nobody_writes(api: Api) -> Iterator[None]:
    """A block in which every writer waits for the database."""
    database = api.client.app.state.register.database  # type: ignore[attr-defined]
    with database.write() as connection:
        connection.execute(text("UPDATE ledger_head SET seq = seq"))
        yield


def turns_of(api: Api) -> Turns:
    return api.client.app.state.turns  # type: ignore[attr-defined,no-any-return]


def turned_away() -> float:
    return REGISTRY.get_sample_value("tracker_requests_turned_away_total") or 0


def wait_for(condition: Callable[[], bool]) -> None:
    def poll() -> None:
        while not condition():
            anyio.from_thread.run(anyio.sleep, 0.01)

    anyio.run(anyio.to_thread.run_sync, poll)


def test_who_would_wait_too_far_back_is_told_to_come_later(serve: Callable[..., Api]) -> None:
    api = serve(threads=1, max_waiting=3)
    documents, turns = Documents(api), turns_of(api)
    before = turned_away()
    bodies = [documents.of("visits", title=f"Visit {number}") for number in range(9)]
    with ThreadPoolExecutor(len(bodies)) as pool:
        with nobody_writes(api):
            first = [pool.submit(api.failing().post, "/visits", each) for each in bodies[:4]]
            wait_for(lambda: turns.waiting == 3)
            late = [pool.submit(api.failing().post, "/visits", each) for each in bodies[4:]]
            refused = [each.result() for each in late]
        served = [each.result() for each in first]
    assert [each.status_code for each in served] == [201] * 4
    for each in refused:
        assert (each.status_code, each.headers["retry-after"], each.json()["type"]) == (
            503,
            "1",
            "/problems/unavailable",
        )
    assert turned_away() == before + 5
    assert {each["title"] for each in api.items("/visits")} == {f"Visit {number}" for number in range(4)}
    assert api.post("/visits", bodies[8]).status_code == 201, "and then there is room again"


def test_nobody_waits_longer_than_it_is_worth(serve: Callable[..., Api], kind: str) -> None:
    api = serve(threads=1, waiting_seconds=0.2)
    documents = Documents(api)

    def post(number: int) -> Any:
        return api.failing().post("/visits", documents.of("visits", title=f"Visit {number}"))

    with ThreadPoolExecutor(3) as pool, nobody_writes(api):
        asked: list[Future[Any]] = [pool.submit(post, 1)]
        wait_for(lambda: turns_of(api)._turns.statistics().borrowed_tokens == 1)  # noqa: SLF001
        asked += [pool.submit(post, number) for number in (2, 3)]
        refused = [each.result() for each in asked[1:]]
        assert [each.status_code for each in refused] == [503, 503]
        assert "within 0.2 seconds" in refused[0].json()["detail"]
        if kind == "sqlite":
            assert api.get("/visits").status_code == 200, "short reads need no turn"
    assert asked[0].result().status_code == 201
    assert [each["title"] for each in api.items("/visits")] == ["Visit 1"]


def test_whether_it_is_ready_can_be_asked_of_a_process_that_is_busy(serve: Callable[..., Api]) -> None:
    api = serve(threads=1)
    with ThreadPoolExecutor(2) as pool, nobody_writes(api):
        asked = [pool.submit(api.post, "/visits", Documents(api).of("visits")) for _ in range(2)]
        wait_for(lambda: turns_of(api).waiting == 1)
        assert api.client.get("/readyz").status_code == 200
    assert {each.result().status_code for each in asked} == {201}


def test_a_turn_is_given_back_whatever_becomes_of_it() -> None:
    async def main() -> None:
        turns = Turns(1, 1, 5)

        def fail() -> None:
            raise KeyError

        for _ in range(3):
            with pytest.raises(KeyError):
                await turns.work(fail)
        done = threading.Event()
        with anyio.move_on_after(0):
            await turns.work(done.set)
        assert done.is_set(), "what a thread has begun is waited for"
        assert await turns.work(lambda: 4) == 4
        assert turns.waiting == 0

    anyio.run(main)


def test_there_is_room_for_so_many_and_no_more() -> None:
    async def main() -> None:
        turns, release = Turns(2, 2, 5), threading.Event()
        done: list[int] = []

        async def one(number: int) -> None:
            try:
                await turns.work(release.wait)
                done.append(number)
            except Unavailable:
                done.append(-number)

        async with anyio.create_task_group() as group:
            for number in range(1, 7):
                group.start_soon(one, number)
                await anyio.sleep(0.01)
            assert done == [-5, -6]
            release.set()
        assert sorted(done) == [-6, -5, 1, 2, 3, 4]

    anyio.run(main)
