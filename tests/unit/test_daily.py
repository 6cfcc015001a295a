"""Catching up with a day, while others ask."""

import logging
import threading
import time
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from app.access import daily
from app.access.daily import AGAIN_AFTER, MORE_AFTER, Daily
from app.errors import Problem, Unavailable
from support.standing_clock import Clock, standing

DAY = date(2026, 11, 25)


class Slow:
    """A task that is done only when it is let, and in two parts."""

    def __init__(self) -> None:
        self.begun, self.let = threading.Event(), threading.Event()
        self.parts = 0

    def __call__(self, _register: Any, _day: date) -> bool:
        self.begun.set()
        assert self.let.wait(10)
        self.parts += 1
        return self.parts == 2


def waited(days: Daily) -> float:
    """Seconds that somebody waits who asks while another one catches up."""
    began = time.monotonic()
    days.catch_up(None, DAY)  # type: ignore[arg-type]
    return time.monotonic() - began


def test_all_wait_for_the_beginning_of_a_day_and_nobody_for_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily, "PATIENCE", 0.5)
    monkeypatch.setattr(daily, "MORE_AFTER", 0.0)
    days, task = Daily(), Slow()
    days.tasks.append(task)
    for left, wait in ((False, True), (True, False)):
        assert days.left is left
        task.begun.clear()
        task.let.clear()
        first = threading.Thread(target=days.catch_up, args=(None, DAY))
        first.start()
        assert task.begun.wait(10)
        assert (waited(days) >= 0.4) is wait
        task.let.set()
        first.join()
    assert (days.done, days.left) == (DAY, False)


class Task:
    """Does a part of its work each time, or fails."""

    def __init__(self, *results: bool | Exception) -> None:
        self.results = list(results)
        self.asked: list[tuple[Any, date]] = []

    def __call__(self, register: Any, day: date) -> bool:
        self.asked.append((register, day))
        result = self.results.pop(0) if self.results else True
        if isinstance(result, Exception):
            raise result
        return result


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return standing(monkeypatch, daily, 100.0)


REGISTER: Any = object()


def caught_up(days: Daily, day: date = DAY) -> bool:
    """Whether a day is done once somebody has asked."""
    days.catch_up(REGISTER, day)
    return not days.is_behind(day)


def with_tasks(*tasks: Task) -> Daily:
    days = Daily()
    days.tasks.extend(tasks)
    return days


def test_where_a_day_brings_nothing_nobody_is_behind() -> None:
    assert not Daily().is_behind(DAY)


def test_a_machine_that_has_just_started_is_behind_like_any_other(clock: Clock) -> None:
    clock.now = 0.0
    assert with_tasks(Task()).is_behind(DAY)


def test_what_a_day_brings_is_done_once() -> None:
    first, second = Task(), Task()
    days = with_tasks(first, second)
    assert days.is_behind(DAY)
    assert caught_up(days)
    days.catch_up(REGISTER, DAY)
    assert first.asked == second.asked == [(REGISTER, DAY)]
    assert days.done == DAY
    assert days.is_behind(DAY + timedelta(days=1))
    assert caught_up(days, DAY + timedelta(days=1))
    assert len(first.asked) == 2


def test_what_is_too_much_at_once_goes_on_a_little_later(clock: Clock) -> None:
    first, second = Task(False), Task()
    days = with_tasks(first, second)
    days.catch_up(REGISTER, DAY)
    assert (days.done, days.left, days.is_behind(DAY)) == (None, True, False)
    clock.now += MORE_AFTER - 0.5
    assert not days.is_behind(DAY)
    clock.now += 0.5
    assert days.is_behind(DAY)
    assert caught_up(days)
    assert (days.done, days.left, len(first.asked), len(second.asked)) == (DAY, False, 2, 2)


@pytest.mark.parametrize("error", [OperationalError("UPDATE", {}, Exception("locked")), Unavailable()])
def test_what_fails_is_tried_again_and_holds_up_nobody(
    clock: Clock, caplog: pytest.LogCaptureFixture, error: Problem | OperationalError
) -> None:
    days = with_tasks(Task(error))
    with caplog.at_level(logging.WARNING, "tracker"):
        days.catch_up(REGISTER, DAY)
    (record,) = caplog.records
    assert record.getMessage() == "the register cannot catch up with the day now; it is tried again"
    assert record.exc_info is not None
    assert record.exc_info[1] is error
    assert (days.done, days.is_behind(DAY)) == (None, False)
    clock.now += AGAIN_AFTER - 0.5
    assert not days.is_behind(DAY)
    clock.now += 0.5
    assert days.is_behind(DAY)
    assert caught_up(days)


def test_a_mistake_of_the_program_is_not_passed_over(clock: Clock) -> None:
    days = with_tasks(Task(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        days.catch_up(REGISTER, DAY)
    assert caught_up(days), "and does not hold up the next one"
