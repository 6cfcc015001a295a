"""Lifecycles: which states a record can go to from where, and what each move asks for."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """A table of moves: from each state, the states it can go to."""

    moves: Mapping[str, tuple[str, ...]]
    reason_for: frozenset[str] = frozenset()
    """States into which a record goes only with a reason."""

    def allowed(self, state: str) -> list[str]:
        return list(self.moves[state])
