"""How many examples are drawn: a few, the same for every change, and as many times more others as there is time for."""

import os
from typing import Any

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("EXAMPLES_TIMES", "1"))
"""`EXAMPLES_TIMES=50 uv run pytest tests/oracle` draws fifty times as many."""


def drawing(examples: int, **more: Any) -> settings:
    """The settings of a test that draws so many examples from a register that is made once."""
    slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    return settings(
        max_examples=examples * TIMES,
        derandomize=TIMES == 1,  # a change is not refused for what was there before it
        deadline=None,
        suppress_health_check=slow,
        **more,
    )
