"""Medians and the like of a few thousand values, which no two databases work out alike."""

from collections.abc import Sequence
from math import ceil
from statistics import median

MOST = 20_000
"""How many values are looked at, the newest, so that an answer costs no more than these."""


def middle(values: Sequence[float]) -> float | None:
    """The median, to a tenth; None of nothing."""
    return round(float(median(values)), 1) if values else None


def at_most(values: Sequence[float], share: float) -> float | None:
    """The least of the values that so large a share of them does not exceed, to a tenth; None of nothing."""
    return round(float(sorted(values)[max(0, ceil(share * len(values)) - 1)]), 1) if values else None
