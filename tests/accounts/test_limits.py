"""How often a caller may ask, and how often somebody may guess."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from app.access import limits
from app.access.limits import Windows
from support.client import Api
from support.documents import Documents
from support.problems import problem

Serve = Callable[..., Api]


def told(answer: Any) -> tuple[str, int, int]:
    """The policy, what is left, and for how long."""
    left, seconds = (int(each.partition("=")[2]) for each in answer.headers["ratelimit"].split(";")[1:])
    assert answer.headers["ratelimit"].startswith('"default";r=')
    return answer.headers["ratelimit-policy"], left, seconds


def test_who_asks_too_often_has_to_wait(serve: Serve, stored: Callable[[], Any]) -> None:
    api = serve(rate_limit=5)
    before = stored()
    for number in range(5):
        answer = api.get("/visits")
        policy, left, seconds = told(answer)
        assert (answer.status_code, policy, left) == (200, '"default";q=5;w=60', 4 - number)
        assert 0 < seconds <= 60
    for method, path in (("GET", "/visits"), ("POST", "/people"), ("POST", "/imports"), ("GET", "/me")):
        answer = api.ask(method, path, json={"name": "x"})
        problem(answer, 429)
        assert 0 < int(answer.headers["retry-after"]) <= 60
        assert told(answer)[1] == 0
    assert stored() == before
    assert api.as_("reader").get("/visits").status_code == 200, "each caller for themselves"
    problem(api.anonymous().get("/visits"), 401)


def test_whatever_is_answered_counts_once(serve: Serve, documents: Documents) -> None:
    api = serve(rate_limit=100)
    answers = [
        api.get("/visits/VIS-1999-0001"),
        api.get("/visits?colour=red"),
        api.post("/visits", {}),
        api.ask("POST", "/visits", content=b"{not json", headers={"content-type": "application/json"}),
        api.get("/tokens"),
        api.get("/audit"),
        api.post("/visits", documents.of("visits")),
        api.post("/visits/query", {}),
        api.ask("POST", "/imports", files={"file": ("plan.csv", b"Title,Start\n")}),
    ]
    assert [each.status_code for each in answers] == [404, 422, 422, 422, 403, 403, 201, 200, 200]
    assert [told(each)[1] for each in answers] == list(range(99, 90, -1))


def test_a_token_has_its_own_limit(serve: Serve) -> None:
    admin = serve(rate_limit=3).as_("administrator")
    few, many = (
        admin.with_secret(admin.make("/tokens", {"name": "t", "role": "reader", "rate_limit": limit})["token"])
        for limit in (1, 50)
    )
    assert few.read("/me")["rate_limit"] == 1
    problem(few.get("/me"), 429)
    assert {many.get("/me").status_code for _ in range(10)} == {200}
    free = serve(rate_limit=0).as_("administrator")
    assert "ratelimit" not in free.get("/me").headers
    assert free.read("/me")["rate_limit"] is None
    assert free.with_secret(few.secret).get("/me").status_code == 200
    problem(free.with_secret(few.secret).get("/me"), 429)


def test_a_minute_later_there_is_as_much_again(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    api = serve(rate_limit=1)
    assert api.get("/me").status_code == 200
    problem(api.get("/me"), 429)
    monkeypatch.setattr(limits, "WINDOW", 0)
    assert api.get("/me").status_code == 200


def test_pages_and_health_are_not_counted(serve: Serve) -> None:
    api = serve(rate_limit=1)
    for path in ("http://testserver/livez", "http://testserver/readyz", "http://testserver/openapi.json"):
        for _ in range(3):
            answer = api.get(path)
            assert (answer.status_code, "ratelimit" in answer.headers) == (200, False)


def test_guessing_is_slowed_down_and_locks_nobody_out(serve: Serve, stored: Callable[[], Any]) -> None:
    api = serve(wrong_token_limit=10)
    before = stored()
    guesses = [api.with_secret(f"det_{number:043}") for number in range(12)]
    assert [each.get("/visits").status_code for each in guesses] == [401] * 10 + [429] * 2
    answer = guesses[0].post("/visits", {})
    assert "wrong tokens" in problem(answer, 429)["detail"]
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert api.get("/visits").status_code == 200, "a right one is taken at any time"
    problem(api.anonymous().get("/visits"), 401)
    problem(api.with_secret("no.jwt.either").get("/visits"), 429)
    assert stored() == before


def test_guesses_are_counted_by_address(serve: Serve) -> None:
    api = serve(wrong_token_limit=1, trusted_proxies=("127.0.0.1/32",))

    def guess(address: str) -> int:
        headers = {"x-forwarded-for": address}
        return api.with_secret("det_" + "x" * 43).get("/visits", headers=headers).status_code

    assert [guess(each) for each in ("203.0.113.1", "203.0.113.2", "203.0.113.1")] == [401, 401, 429]
    assert [guess(each) for each in ("2001:db8::1", "2001:db8:0:1::1", "2001:db8::2")] == [401, 401, 429]
    assert [guess(each) for each in ("::ffff:198.51.100.1", "::ffff:198.51.100.2", "198.51.100.1")] == [401, 401, 429]
    assert guess("nowhere") == 401


def test_windows_count_and_begin_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    windows, clock = Windows(), [100.0]
    monkeypatch.setattr(limits.time, "monotonic", lambda: clock[0])
    assert [windows.count("a")[0] for _ in range(3)] == [1, 2, 3]
    assert windows.count("b") == (1, 60)
    clock[0] += 59.5
    assert windows.count("a") == (4, 1)
    clock[0] += 0.5
    assert windows.count("a") == (1, 60)


def test_windows_do_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    windows, clock = Windows(), [100.0]
    monkeypatch.setattr(limits.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(limits, "MOST_KEPT", 50)
    for number in range(500):
        windows.count(str(number))
        assert len(windows._windows) <= 50  # noqa: SLF001
    assert windows.count("499")[0] == 2, "the newest are kept"
    clock[0] += 61
    for number in range(51):
        windows.count(f"later {number}")
    assert set(windows._windows) == {f"later {number}" for number in range(1, 51)}  # noqa: SLF001


def test_counting_costs_next_to_nothing() -> None:
    windows = Windows()
    begun = time.perf_counter()
    for number in range(20_000):
        windows.count(str(number % 300))
    assert (time.perf_counter() - begun) / 20_000 < 100e-6
