"""Lifecycles: which states a record can go to from where, and what each move asks for."""

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Move:
    """One way from one state to another."""

    source: str
    to: str
    roles: frozenset[str]
    """Who may make it; nobody, where only the calendar does."""

    reason: bool = False
    """Whether it is made only with a reason."""

    guard: str | None = None
    """What must hold of the record besides, by the name of the condition."""

    by_calendar: bool = False
    """Whether it also comes by itself, with the day."""


@dataclass(frozen=True)
class Lifecycle:
    """A table of moves between states."""

    states: tuple[str, ...]
    table: tuple[Move, ...]

    @cached_property
    def moves(self) -> dict[str, tuple[str, ...]]:
        """From each state, the states that somebody may move a record to."""
        return {
            state: tuple(each.to for each in self.table if each.source == state and each.roles) for state in self.states
        }

    @cached_property
    def reason_for(self) -> frozenset[str]:
        """States into which a record goes only with a reason."""
        return frozenset(each.to for each in self.table if each.reason)

    def allowed(self, state: str) -> list[str]:
        return list(self.moves[state])

    def find(self, source: str, to: str) -> Move | None:
        """The move from one state to another, if there is one."""
        return next((each for each in self.table if (each.source, each.to) == (source, to)), None)
