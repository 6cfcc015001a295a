"""Catching up with a day, while others ask."""

import threading
import time
from datetime import date
from typing import Any

import pytest

from app.access import daily
from app.access.daily import Daily

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
