"""Rules behind cadence, load and timeliness: standings, turns, weeks, quantiles, working days."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.calendar import months_after
from app.core.workingdays import working_days_between
from app.models.choices import Cadence, HostedBy, Level
from app.overview.cadence.approval_times import Decided, Waiting, counted
from app.overview.cadence.hosting import host, turn_after
from app.overview.cadence.load import Edge, spread
from app.overview.cadence.periods import instants, monday, week_name, weeks
from app.overview.cadence.quantiles import at_most, middle
from app.overview.cadence.report_times import WorkingDays
from app.overview.cadence.seeking import Near
from app.overview.cadence.targets import BEHIND, WORST_FIRST, Target, worst
from app.overview.standing import LEVELS

TODAY = date(2027, 3, 15)
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
LEVEL = st.sampled_from([*LEVELS, None])


def near(day: date, level: Level | None, number: int = 0) -> Near:
    """A visit on a day; one of today or before was held."""
    time = "done" if day <= TODAY else "planned"
    return Near(time, str(UUID(int=number)), "VIS-2027-0001", "visit", "A visit", level, "planned", day, day, "day", 1)


def counting(level: Level | None, met: list[tuple[date, Level | None]]) -> list[date]:
    """The days of engagements that are as high as is called for."""
    return [
        day for day, each in met if level is None or (each is not None and LEVELS.index(each) <= LEVELS.index(level))
    ]


def stands(months: int, level: Level | None, met: list[tuple[date, Level | None]]) -> Cadence:
    """How it stands, worked out from all that there is."""
    days = counting(level, met)
    held, planned = [day for day in days if day <= TODAY], [day for day in days if day > TODAY]
    if not held:
        return "on_track" if planned else "none"
    due = months_after(max(held), months)
    if due < TODAY:
        return "overdue"
    if any(day <= due for day in planned):
        return "on_track"
    return "due" if months_after(due, -max(1, months // 4)) <= TODAY else "on_track"


@given(st.integers(1, 60), LEVEL, st.lists(st.tuples(DAYS, LEVEL), max_size=8))
def test_a_target_stands_as_all_that_there_is_says(
    months: int, level: Level | None, met: list[tuple[date, Level | None]]
) -> None:
    found = [near(*each, number) for number, each in enumerate(met)]
    target = Target("PRI-1", "An aim", "FJ", None, 0, months, level, found)
    assert target.standing(TODAY).standing == stands(months, level, met)


@given(st.integers(1, 60), LEVEL, st.lists(st.tuples(DAYS, LEVEL), max_size=8), st.tuples(DAYS, LEVEL))
def test_where_we_have_met_before_to_meet_once_more_never_makes_it_worse(
    months: int, level: Level | None, met: list[tuple[date, Level | None]], more: tuple[date, Level | None]
) -> None:
    before, after = stands(months, level, met), stands(months, level, [*met, more])
    if any(day <= TODAY for day in counting(level, met)):
        assert WORST_FIRST.index(after) >= WORST_FIRST.index(before)


def test_the_worst_is_what_somebody_has_to_look_at_first() -> None:
    assert set(WORST_FIRST) == set(get_args(Cadence))
    assert worst(["on_track", "due", "none", "overdue"]) == "overdue"
    assert worst(["on_track", "due", "none"]) == "none"
    assert worst(["on_track", "due"]) == "due"
    assert worst([]) is None
    assert WORST_FIRST[:2] == BEHIND


@pytest.mark.parametrize(
    ("kind", "hosted_by", "direction", "role", "expected"),
    [
        ("visit", None, "inbound", "participant", "home"),
        ("visit", None, "outbound", "participant", "partner"),
        ("visit", None, "inbound", "host", "home"),
        ("bilateral_talks", "home", None, "host", "home"),
        ("bilateral_talks", "third_country", None, "participant", "third_country"),
        ("bilateral_talks", None, None, "co_host", "partner"),
        ("bilateral_talks", None, None, "participant", None),
        ("dialogue", None, None, "host", None),
        ("exercise", None, None, "host", None),
    ],
)
def test_who_is_host(
    kind: str, hosted_by: HostedBy | None, direction: str | None, role: str, expected: str | None
) -> None:
    assert host(kind, hosted_by, direction, role) == expected


def test_whose_turn_it_is() -> None:
    assert [turn_after(each) for each in ("home", "partner", "third_country", None)] == ["partner", "home", None, None]


@given(DAYS, st.integers(0, 60))
def test_every_day_is_in_one_week(day: date, more: int) -> None:
    mondays = list(weeks(day, day + timedelta(days=more)))
    assert all(each.weekday() == 0 for each in mondays)
    for number in range(more + 1):
        assert mondays.count(monday(day + timedelta(days=number))) == 1
    assert week_name(day) == f"{day:%G-W%V}"
    assert len({week_name(each) for each in mondays}) == len(mondays)


def edges(spans: list[tuple[date, date | None, int]]) -> Iterator[Edge]:
    """Where visits begin and end that are under way in four weeks from today."""
    for first, last, number in spans:
        if first > TODAY + timedelta(days=27) or (last is not None and last < TODAY):
            continue
        runs = first < TODAY
        yield Edge("runs" if runs else "begins", None if runs else first, "visit", None, number)
        if last is not None and last <= TODAY + timedelta(days=27):
            yield Edge("ends", last, "visit", None, number)


@given(st.lists(st.tuples(st.integers(-30, 60), st.none() | st.integers(0, 40), st.integers(1, 3)), max_size=6))
def test_a_week_holds_what_its_days_hold(drawn: list[tuple[int, int | None, int]]) -> None:
    spans = []
    for begins, length, number in drawn:
        first = TODAY + timedelta(days=begins)
        spans.append((first, None if length is None else first + timedelta(days=length), number))
    found = spread(edges(spans), list(weeks(TODAY, TODAY + timedelta(days=27))))
    assert len(found) == 4
    for place, week in enumerate(found):
        days = [TODAY + timedelta(days=7 * place + each) for each in range(7)]
        held = [sum(first <= day and (last is None or day <= last) for day in days) for first, last, _ in spans]
        numbers = [number for _, _, number in spans]
        assert week.days == sum(each * number for each, number in zip(held, numbers, strict=True))
        assert week.engagements == sum(number for each, number in zip(held, numbers, strict=True) if each)
        assert week.by_kind.visit == week.by_level.none == week.engagements


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=30))
def test_quantiles(values: list[float]) -> None:
    half, most = middle(values), at_most(values, 0.9)
    assert half is not None
    assert most is not None
    assert sum(each <= most + 0.05 for each in values) >= 0.9 * len(values)
    assert sum(each < most - 0.05 for each in values) < 0.9 * len(values)
    assert min(values) - 0.05 <= half <= max(values) + 0.05


def test_quantiles_of_nothing() -> None:
    assert (middle([]), at_most([], 0.9)) == (None, None)
    assert (middle([1, 2]), at_most([5], 0.9), at_most(list(range(1, 11)), 0.9)) == (1.5, 5.0, 9.0)


def test_approvals_that_wait() -> None:
    now = datetime(2027, 3, 15, tzinfo=UTC)
    waiting = [Waiting("working", 2, now - timedelta(hours=36)), Waiting("working", 1, now)]
    found: dict[str, Any] = counted([Decided("working", 2.0)], waiting, now)
    assert (found["decided"], found["waiting"], found["oldest_waiting_days"]) == (1, 3, 1.5)


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 60), st.integers(0, 60))
def test_working_days_counted_beforehand(first: date, before: int, length: int) -> None:
    due = first + timedelta(days=before)
    came = due + timedelta(days=length)
    days = WorkingDays(first, came, "NZ", None)
    assert days.between(due, came) == working_days_between(due, came, "NZ")


def test_days_at_home_begin_at_home() -> None:
    begins, ends = instants(date(2027, 3, 15), date(2027, 3, 15), "Pacific/Auckland")
    assert begins.astimezone(UTC) == datetime(2027, 3, 14, 11, tzinfo=UTC)
    assert ends - begins == timedelta(days=1)
