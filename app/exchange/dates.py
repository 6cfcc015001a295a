"""Dates as desk officers write them, day before month, from one day to a vague year."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from app.exchange.cells import Cell, Note, text_of, unsettled
from app.exchange.datewords import Partial, Remarks, Unreadable, read_partials

PRECISIONS: Final = ("day", "month", "quarter", "year")
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2200

# Day numbers of the 1900 date system. Smaller numbers are years or slips, not days of the 1900s.
_SERIAL_EPOCH = date(1899, 12, 30)
_FIRST_SERIAL = 10_000
_NUMBER = re.compile(r"\d{4}|\d{5,6}(?:\.\d+)?", re.ASCII)
_LAST_SERIAL = (date(LAST_YEAR, 12, 31) - _SERIAL_EPOCH).days


@dataclass(frozen=True, slots=True)
class Period:
    """When something is: first and last day, and how exactly they are known. No last day: it goes on."""

    starts_on: date
    ends_on: date | None
    date_precision: str

    def end_within(self, precision: str) -> date | None:
        """The last day, when the start is known to a coarser precision than its text shows."""
        if self.ends_on is None or precision == self.date_precision:
            return self.ends_on
        start = self.starts_on
        month, quarter = (start.month, None) if precision == "month" else (None, (start.month + 2) // 3)
        named = Partial(month=month, quarter=None if precision == "year" else quarter, year=start.year)
        return named.span(FIRST_YEAR, LAST_YEAR)[1]


@dataclass(frozen=True, slots=True)
class Dates:
    """What cells say about time; what was assumed, and what is wrong."""

    period: Period | None = None
    warnings: tuple[Note, ...] = ()
    errors: tuple[Note, ...] = ()
    ranged: bool = False
    """Whether an end was stated, and is not only the last day of the month or year that was named."""


def read_dates(cell: Cell, column: str) -> Dates:
    """The period in one cell: a day, a range, a month, a quarter or a year."""
    return _read(cell, None, column, column)


def read_start_and_end(start: Cell, end: Cell, start_column: str, end_column: str) -> Dates:
    """The period in two cells. The start may lean on the end (`30 May`, `2 June 2024`)."""
    if not text_of(end):
        return _read(start, None, start_column, end_column)
    if not text_of(start):
        return Dates(errors=(Note(start_column, "date_missing", f"There is an end ({text_of(end)}) but no start"),))
    return _read(start, end, start_column, end_column)


def coarser(*precisions: str) -> str:
    """The vaguest of some precisions."""
    return max(precisions, key=PRECISIONS.index)


def _read(start: Cell, end: Cell, start_column: str, end_column: str) -> Dates:
    warnings: list[Note] = []
    errors: list[Note] = []
    first = _parts(start, start_column, warnings, errors)
    last = _parts(end, end_column, warnings, errors)
    if errors or not first:
        return Dates(warnings=tuple(warnings), errors=tuple(errors))
    if len(last) > 1 and last[0] != last[-1]:
        warnings.append(Note(end_column, "range_end_taken", f"'{text_of(end)}' is a range; its last day is the end"))
    begin, finish = first[0], (last or first)[-1]
    try:
        period = _period(begin, finish, start_column, warnings)
    except Unreadable as fault:
        errors.append(Note(start_column if fault.partial is begin else end_column, fault.code, fault.detail))
        return Dates(warnings=tuple(warnings), errors=tuple(errors))
    return Dates(period, tuple(warnings), ranged=begin is not finish)


def _parts(cell: Cell, column: str, warnings: list[Note], errors: list[Note]) -> tuple[Partial, ...]:
    """The one or two dates in a cell, not yet put on the calendar."""
    text = text_of(cell)
    if not text:
        return ()
    try:
        parts, remarks = _parts_of(cell, text)
    except Unreadable as fault:
        errors.append(Note(column, fault.code, fault.detail))
        return ()
    warnings.extend(Note(column, code, detail) for code, detail in remarks)
    return parts


def _parts_of(cell: Cell, text: str) -> tuple[tuple[Partial, ...], Remarks]:
    if isinstance(cell, bool | time | timedelta):
        raise Unreadable("date_unreadable", f"'{text}' is not a date")
    if isinstance(cell, date):
        timed = isinstance(cell, datetime) and cell.time() != time()
        remarks = [("time_dropped", f"The time of day in {cell} is not kept")] if timed else []
        return (Partial(day=cell.day, month=cell.month, year=cell.year),), remarks
    if (number := _as_number(cell, text)) is not None:
        remarks = []
        return (_from_number(number, text, remarks),), remarks
    if unsettled(text):
        raise Unreadable("date_unknown", f"'{text}': a start is needed, if only a year")
    return read_partials(text)


def _as_number(cell: Cell, text: str) -> float | None:
    if isinstance(cell, int | float):
        return float(cell)
    return float(text) if _NUMBER.fullmatch(text) else None


def _from_number(number: float, text: str, remarks: Remarks) -> Partial:
    """A bare number: a year, a day as YYYYMMDD, or a day counted as spreadsheet programs count."""
    if 1000 <= number < _FIRST_SERIAL and number.is_integer():  # noqa: PLR2004 - four digits
        return Partial(year=int(number))
    if _FIRST_SERIAL <= number < _LAST_SERIAL + 1:
        day = _SERIAL_EPOCH + timedelta(days=int(number))
        detail = f"{text} was read as a spreadsheet's day number: {day}"
        remarks.append(("serial_number", detail if number.is_integer() else f"{detail}, without its time"))
        return Partial(day=day.day, month=day.month, year=day.year)
    if number.is_integer() and len(text) == len("YYYYMMDD"):
        return Partial(day=int(text[6:]), month=int(text[4:6]), year=int(text[:4]))
    raise Unreadable("date_unreadable", f"{text[:40]} is neither a year nor a spreadsheet's day number")


def _period(begin: Partial, finish: Partial, column: str, warnings: list[Note]) -> Period:
    begin, finish, wrapped = _completed(begin, finish)
    starts_on, _ = begin.span(FIRST_YEAR, LAST_YEAR)
    if finish.open:
        if begin.precision != "day":
            detail = f"Known to the {begin.precision} only: starts on {starts_on}"
            warnings.append(Note(column, f"{begin.precision}_only", detail))
        return Period(starts_on, None, begin.precision)
    _, ends_on = finish.span(FIRST_YEAR, LAST_YEAR)
    if wrapped:
        warnings.append(Note(column, "year_assumed", f"The range runs over New Year: it starts in {starts_on.year}"))
    if ends_on < starts_on:
        raise Unreadable("end_before_start", f"Ends on {ends_on}, before it starts on {starts_on}")
    precision = coarser(begin.precision, finish.precision)
    if precision != "day":
        warnings.append(
            Note(
                column,
                f"{precision}_only",
                f"Known to the {precision} only: taken as {starts_on} to {ends_on}",
            )
        )
    return Period(starts_on, ends_on, precision)


def _completed(begin: Partial, finish: Partial) -> tuple[Partial, Partial, bool]:
    """Both ends with the month and year that only one states; and whether the start was put a year back."""
    if begin is finish or finish.open:
        return begin, finish, False
    full_begin, full_finish = begin.leaning_on(finish), finish.leaning_on(begin)
    over_new_year = (
        begin.year is None
        and full_begin.year is not None
        and begin.month is not None
        and full_finish.month is not None
        and begin.month > full_finish.month
    )
    if over_new_year and full_begin.year is not None:
        return full_begin.moved_to(full_begin.year - 1), full_finish, True
    return full_begin, full_finish, False
