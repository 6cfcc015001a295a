"""How things are said on paper."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.printing.document import Block, Note, Table

FIXED = "\u00a0"
"""A space at which no line ends."""

TO = "\u2013"
"""From one to another."""


def words(code: str | None) -> str:
    """A member of an enumeration in words: `senior_officials` is “Senior officials”."""
    return (code or "").replace("_", " ").capitalize()


def day(on: date | str | None) -> str:
    """A day: 3 Dec 2026."""
    if on is None:
        return ""
    found = date.fromisoformat(on) if isinstance(on, str) else on
    return f"{found.day}{FIXED}{found:%b}{FIXED}{found.year}"


def days(first: date | str, last: date | str | None, precision: str = "day") -> str:
    """From one day to another, as exactly as that is known."""
    begin = date.fromisoformat(first) if isinstance(first, str) else first
    vague = {"year": f"{begin.year}", "quarter": f"quarter {(begin.month + 2) // 3} of {begin.year}",
             "month": f"{begin:%B}{FIXED}{begin.year}"}  # fmt: skip
    if precision in vague:
        return vague[precision]
    end = date.fromisoformat(last) if isinstance(last, str) else last
    if end is None or end == begin:
        return day(begin) if end is not None else f"from {day(begin)}"
    if (end.year, end.month) == (begin.year, begin.month):
        return f"{begin.day}{TO}{day(end)}"
    return f"{day(begin)} {TO} {day(end)}"


def hours(first: str | None, last: str | None, zone: str | None) -> str:
    """From one time to another, by the clock of a place: 3 Dec 2026, from 09:00 to 10:30."""
    if first is None:
        return ""
    where = ZoneInfo(zone or "UTC")
    begin = datetime.fromisoformat(first).astimezone(where)
    text = f"{day(begin.date())}, {begin:%H:%M}"
    if last is not None:
        end = datetime.fromisoformat(last).astimezone(where)
        near = end.date() == begin.date() or (end.date() - begin.date() == timedelta(days=1) and end.hour < begin.hour)
        text += f"{TO}{end:%H:%M}" if near else f" {TO} {day(end.date())}, {end:%H:%M}"
    return text if zone else f"{text}{FIXED}UTC"


def listed(*texts: str | None, between: str = ", ") -> str:
    """What there is of some texts, in one."""
    return between.join(each for each in texts if each)


def facts(*rows: tuple[str, str | None]) -> list[tuple[str, str]]:
    """The rows of which there is something to say."""
    return [(name, text) for name, text in rows if text]


def and_more(more: int, what: str, where: str = "in the register") -> Iterator[Block]:
    """That a section was cut off."""
    if more > 0:
        yield Note(f"And {more:,} more {what}: see them {where}.")


def whom(rank: Any, name: Any) -> str:
    """A person as they are addressed."""
    return listed(rank, name, between=" ")


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table without the columns in which nothing stands."""
    kept = [place for place in range(len(columns)) if any(row[place] for row in rows)]
    return Table([columns[place] for place in kept], [[row[place] for place in kept] for row in rows])
