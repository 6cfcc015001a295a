"""How often callers ask in a minute, by a clock that the test winds."""

from typing import Any

import pytest

from app.access import limits
from app.access.actor import Actor, system
from app.access.limits import Windows, charge, neighbourhood, too_many_wrong
from app.errors import TooManyRequests
from support.standing_clock import Clock, standing

SOMEBODY = Actor("0190163d-8694-739b-aea5-966c26f8ad91", "somebody", "reader", "RESTRICTED", "NZ")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return standing(monkeypatch, limits)


def test_a_window_begins_with_the_first_and_lasts_a_minute(clock: Clock) -> None:
    windows = Windows()
    assert windows.count("a") == (1, 60)
    clock.now += 59.5
    assert windows.count("a") == (2, 1)
    assert windows.count("b") == (1, 60)
    clock.now += 0.4
    assert windows.count("a") == (3, 1)
    clock.now += 0.1
    assert windows.count("a") == (1, 60), "a minute is over"
    clock.now += 30.25
    assert windows.count("a") == (2, 30)


def test_so_many_are_counted_and_no_more(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEPT", 3)
    windows = Windows()
    for who in "abc":
        windows.count(who)
        clock.now += 1
    assert windows.count("a")[0] == 2, "three are kept"
    windows.count("d")
    assert windows.count("b")[0] == 2
    assert windows.count("a")[0] == 1, "the oldest was forgotten, and forgets the next"
    assert windows.count("c")[0] == 2
    assert windows.count("d")[0] == 2


def test_with_too_many_all_whose_minute_is_over_are_forgotten(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEPT", 3)
    windows = Windows()
    for who in "abc":
        windows.count(who)
    clock.now += 60
    windows.count("d")
    assert kept(windows) == ["d"]


def test_nobody_is_forgotten_before_there_are_too_many(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEPT", 3)
    windows = Windows()
    for who in "ab":
        windows.count(who)
    clock.now += 60
    windows.count("c")
    assert kept(windows) == ["a", "b", "c"]
    windows.count("a")
    assert kept(windows) == ["b", "c", "a"], "whose window begins anew is not among the oldest"


def kept(windows: Windows) -> list[str]:
    return list(windows._windows)  # noqa: SLF001 - memory is what this is about


def told(scope: dict[str, Any]) -> list[str]:
    return [value.decode() for _, value in scope["rate_limit"]]


def test_a_caller_is_told_what_is_left_and_then_refused(clock: Clock) -> None:
    windows, left = Windows(), []
    for _ in range(2):
        scope: dict[str, Any] = {}
        charge(windows, scope, SOMEBODY, 2)
        left.append(told(scope))
        assert [name for name, _ in scope["rate_limit"]] == [b"ratelimit-policy", b"ratelimit"]
    assert left == [['"default";q=2;w=60', f'"default";r={each};t=60'] for each in (1, 0)]
    clock.now += 20
    with pytest.raises(TooManyRequests, match="At most 2 requests a minute are taken from one caller.") as refused:
        charge(windows, scope := {}, SOMEBODY, 2)
    assert refused.value.headers == {"Retry-After": "40"}
    assert told(scope)[1] == '"default";r=0;t=40'


def test_a_caller_may_have_a_limit_of_their_own_or_none(clock: Clock) -> None:
    for who, limit, counted in (
        (SOMEBODY, 0, None),
        (system("upkeep"), 5, None),
        (Actor(**{**fields(SOMEBODY), "rate_limit": 0}), 5, None),
        (Actor(**{**fields(SOMEBODY), "rate_limit": 7}), 0, '"default";q=7;w=60'),
    ):
        scope: dict[str, Any] = {}
        charge(Windows(), scope, who, limit)
        assert (told(scope)[0] if "rate_limit" in scope else None) == counted


def fields(actor: Actor) -> dict[str, Any]:
    return {name: getattr(actor, name) for name in Actor.__slots__}


def test_a_request_is_counted_once_and_a_calendar_for_itself(clock: Clock) -> None:
    windows, scope = Windows(), dict[str, Any]()
    charge(windows, scope, SOMEBODY, 5)
    charge(windows, scope, SOMEBODY, 5)
    charge(windows, calendar := {}, Actor(**{**fields(SOMEBODY), "calendar": "its id"}), 5)
    charge(windows, another := {}, Actor(**{**fields(SOMEBODY), "id": "another"}), 5)
    assert [told(each)[1] for each in (scope, calendar, another)] == ['"default";r=4;t=60'] * 3


def test_wrong_tokens_are_counted_by_where_they_come_from(clock: Clock) -> None:
    windows = Windows()
    assert [too_many_wrong(windows, "10.0.0.1", 2) for _ in range(2)] == [None, None]
    refused = too_many_wrong(windows, "10.0.0.1", 2)
    assert refused is not None
    assert refused.headers == {"Retry-After": "60"}
    assert refused.detail == "Too many wrong tokens have come from here. A right one is taken at any time."
    assert too_many_wrong(windows, "10.0.0.2", 2) is None
    assert all(too_many_wrong(windows, "10.0.0.1", 0) is None for _ in range(9))


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        (None, ""),
        ("nowhere", ""),
    ],
)
def test_whoever_has_one_address_of_ipv6_has_its_network(address: str | None, counted: str) -> None:
    assert neighbourhood(address) == counted
