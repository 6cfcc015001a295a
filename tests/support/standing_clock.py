"""A clock that stands still until it is told, in place of the one that a module counts seconds by."""

from types import ModuleType

import pytest


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self, now: float) -> None:
        self.now = now

    def monotonic(self) -> float:
        return self.now


def standing(monkeypatch: pytest.MonkeyPatch, module: ModuleType, now: float = 1_000.0) -> Clock:
    """The clock of a module, from now on."""
    made = Clock(now)
    monkeypatch.setattr(module, "time", made)
    return made
