"""Progress bars, for commands that take their time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

Progress = Callable[[int, int], None]
"""Is told how much is done, and of how much."""


@contextmanager
def bar(stream: TextIO, title: str) -> Iterator[Progress | None]:
    """A progress bar, where somebody is there to see it."""
    if not stream.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - nobody else needs it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=stream)) as shown:
        task = shown.add_task(title.replace("[", r"\["), total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
