"""A day that the register takes for today, so that what depends on it can be told beforehand."""

from support.days import on  # noqa: F401 - a fixture
