"""The words of dates: from a cell's text to the day, month, quarter and year that it names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from dateutil.parser import parserinfo
from dateutil.relativedelta import relativedelta

Remarks = list[tuple[str, str]]

_LONGEST = 80
_LATE_MONTH = 12
_CENTURY_TURNS = 70


class Unreadable(Exception):  # noqa: N818 - it is not our error
    """A text that is no date, with the reason in words for its writer."""

    def __init__(self, code: str, detail: str, partial: "Partial | None" = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.partial = partial


@dataclass(frozen=True, slots=True)
class Partial:
    """As much of a date as was written."""

    day: int | None = None
    month: int | None = None
    quarter: int | None = None
    year: int | None = None
    open: bool = False
    """No date but "ongoing"."""

    @property
    def precision(self) -> str:
        if self.day is not None:
            return "day"
        if self.month is not None:
            return "month"
        return "quarter" if self.quarter is not None else "year"

    def leaning_on(self, other: "Partial") -> "Partial":
        """The date with the month and year taken from the other end of a range where it has none."""
        month = self.month
        if month is None and self.day is not None:
            month = other.month
        return replace(self, month=month, year=other.year if self.year is None else self.year)

    def moved_to(self, year: int) -> "Partial":
        return replace(self, year=year)

    def span(self, first_year: int, last_year: int) -> tuple[date, date]:
        """First and last day on the calendar."""
        if self.year is None:
            raise Unreadable("year_missing", "There is no year", self)
        if not first_year <= self.year <= last_year:
            raise Unreadable("date_range", f"The year {self.year} is not in {first_year} to {last_year}", self)
        if self.day is not None and self.month is None:
            raise Unreadable("date_unreadable", "There is no month", self)
        months = {"day": 0, "month": 1, "quarter": 3, "year": 12}[self.precision]
        month = self.month or ((self.quarter or 1) - 1) * 3 + 1
        try:
            first = date(self.year, month, self.day or 1)
        except ValueError:
            raise Unreadable(
                "date_impossible", f"There is no day {self.day or 1} in month {month} of {self.year}", self
            ) from None
        return first, first + relativedelta(months=months, days=-1) if months else first


_NAMES = parserinfo()
_FILLERS = {"of", "the", "on", "in", "from", "starting", "week", "w", "c"} | {"tues", "weds", "thur", "thurs"}
_PARTS = {"early", "mid", "late", "beginning", "middle", "end"}
_DOUBTS = {
    "tbc",
    "tba",
    "tbd",
    "approx",
    "approximately",
    "about",
    "around",
    "circa",
    "ca",
    "provisional",
    "probably",
}
_OPEN = {"ongoing", "present", "current", "now", "open", "continuing", "enduring"}
_JOINS = {"to": " to ", "until": " to ", "till": " to ", "through": " to ", "thru": " to ", "and": " and "}
_QUARTERS = {"q": "q", "qtr": "q", "quarter": "q"}
_ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4"}

_CLOCK = re.compile(
    r"(?<=\d)(?:t| |, ?| at )+(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?) ?(?:[ap]m|z|hrs?|[+-]\d{2}:?\d{2})?(?= |$)"
)
_WORD = re.compile(r"[a-z]+\.?|[^\W\d_]+")


def read_partials(text: str) -> tuple[tuple[Partial, ...], Remarks]:
    """The date, or the two ends of the range, that a text names, and what was assumed in reading it."""
    remarks: Remarks = []
    if len(text) > _LONGEST:
        raise Unreadable("date_unreadable", "Too long for a date")
    plain = _in_numbers(text, remarks)
    if (single := _single(plain)) is not None:
        return (_checked(single, remarks),), remarks
    for left, right in _halves(plain):
        begin, finish = _single(left, within_range=True), _single(right, within_range=True)
        if begin is not None and finish is not None and not begin.partial.open:
            # Only the first part of a reading may be month before day, as in "June 3-5, 2024".
            return (_checked(begin, remarks), _checked(finish, remarks)), remarks
    raise Unreadable("date_unreadable", f"'{text}' is not a date that can be read")


def _in_numbers(text: str, remarks: Remarks) -> str:
    """The text with months as `m06`, ranges as ` to `, and nothing but numbers and signs otherwise."""
    plain = re.sub(r" ?[‒–—―] ?", " to ", text.casefold().replace("‐", "-").replace("‑", "-"))  # noqa: RUF001
    if found := _CLOCK.search(plain):
        if found[1].strip("0:."):
            remarks.append(("time_dropped", f"The time of day in '{text}' is not kept"))
        plain = _CLOCK.sub("", plain)
    plain = re.sub(r"\bto date\b", "to present", re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", plain))
    plain = re.sub(r"^since (.*)$", r"\1 to present", plain.replace("&", " and "))
    if re.search(r"[~*?]|\bc\.", plain):
        remarks.append(("date_provisional", f"'{text}' is marked as not certain"))
        plain = re.sub(r"[~*?]|\bc\.", " ", plain)
    plain = re.sub(r" ?['’](?=\d\d\b)", "-", plain)  # noqa: RUF001
    plain = re.sub(r"\s+-\s*|\s*-\s+", " to ", plain)
    plain = _WORD.sub(lambda found: _word(found[0].rstrip("."), text, remarks), plain)
    plain = re.sub(r"[,;()'’]", " ", plain)  # noqa: RUF001
    return re.sub(r"\s*([-/.])\s*", r"\1", " ".join(plain.split())).strip(" -/.")


def _word(word: str, text: str, remarks: Remarks) -> str:
    if (month := _NAMES.month(word)) is not None:
        return f" m{month:02} "
    if word in _PARTS:
        remarks.append(("part_of_period", f"'{word}' in '{text}' is not kept: the whole is taken"))
        return " "
    if word in _DOUBTS:
        remarks.append(("date_provisional", f"'{text}' is marked as not certain"))
        return " "
    if word in _FILLERS or _NAMES.weekday(word) is not None:
        return " "
    if word in _OPEN:
        return " open "
    joined = _JOINS.get(word) or _QUARTERS.get(word) or _ORDINALS.get(word)
    if joined is None:
        raise Unreadable("date_unreadable", f"'{text}' is not a date that can be read")
    return joined


def _halves(plain: str) -> Iterator[tuple[str, str]]:
    if re.fullmatch(r"\d{4}[-/]\d{2}", plain):  # 2024/25; months to 12 have been read already
        yield plain[:4], plain[:2] + plain[5:]
    for joint in (" to ", " and ", "-", "/"):
        for found in re.finditer(re.escape(joint), plain):
            yield plain[: found.start()].strip(" -/."), plain[found.end() :].strip(" -/.")


@dataclass(frozen=True, slots=True)
class _Reading:
    partial: Partial
    written: str
    numeric: bool
    short_year: bool


_GAP = r"[ ./-]{1,3}"
_GAP0 = r"[ ./-]{0,3}"
_YEAR = r"(?P<y>\d{4}|\d{2})"
_LONG_YEAR = r"(?P<y>\d{4})"
_NAMED = r"m(?P<m>\d\d)"
_DAY = r"(?P<d>\d{1,2})"
_SINGLE = [
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})",
        r"(?P<y>(?:19|20|21)\d\d)(?P<m>\d\d)(?P<d>\d\d)",
        rf"{_DAY}{_GAP0}{_NAMED}(?:{_GAP0}{_YEAR})",
        rf"{_NAMED}{_GAP0}{_DAY} {_LONG_YEAR}",
        rf"{_LONG_YEAR}{_GAP}{_NAMED}{_GAP}{_DAY}",
        rf"{_NAMED}{_GAP0}{_LONG_YEAR}",
        rf"{_NAMED} ?[-/. ] ?(?P<y>\d{{2}})",
        rf"{_LONG_YEAR}{_GAP0}{_NAMED}",
        r"(?P<m>0?[1-9]|1[0-2])[-/.](?P<y>\d{4})",
        r"(?P<y>\d{4})[-/.](?P<m>0[1-9]|1[0-2])",
        rf"q ?(?P<q>[1-4]){_GAP0}(?P<y>\d{{4}})|q ?(?P<q1>[1-4]){_GAP}(?P<y1>\d{{2}})",
        rf"(?P<q>[1-4]) ?q{_GAP0}{_YEAR}",
        rf"{_LONG_YEAR}{_GAP0}q ?(?P<q>[1-4])",
        _LONG_YEAR,
    )
]
_NUMERIC = re.compile(r"(?P<d>\d{1,2})([/. -])(?P<m>\d{1,2})\2(?P<y>\d{4}|\d{2})", re.ASCII)
_WITHIN_RANGE = [
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"{_DAY}{_GAP0}{_NAMED}",
        rf"{_NAMED}{_GAP0}{_DAY}",
        rf"{_DAY} {_LONG_YEAR}",
        r"q ?(?P<q>[1-4])",
        _NAMED,
        _DAY,
    )
]
_NUMERIC_WITHIN_RANGE = re.compile(r"(?P<d>\d{1,2})[/.](?P<m>\d{1,2})", re.ASCII)


def _single(plain: str, *, within_range: bool = False) -> _Reading | None:
    """One date, or nothing when the text is not one. Within a range the year and month may be missing."""
    if plain == "open":
        return _Reading(Partial(open=True), plain, numeric=False, short_year=False)
    numeric = [_NUMERIC, *([_NUMERIC_WITHIN_RANGE] if within_range else [])]
    for pattern in [*numeric, *(_WITHIN_RANGE if within_range else []), *_SINGLE]:
        if found := pattern.fullmatch(plain):
            return _reading(found, plain, numeric=pattern in numeric)
    return _dateless(plain) if not within_range else None


def _dateless(plain: str) -> _Reading | None:
    """A day or month alone: readable, but its year is for another cell to say."""
    for pattern in (_NUMERIC_WITHIN_RANGE, *_WITHIN_RANGE):
        if found := pattern.fullmatch(plain):
            return _reading(found, plain, numeric=pattern is _NUMERIC_WITHIN_RANGE)
    return None


def _reading(found: re.Match[str], plain: str, *, numeric: bool) -> _Reading:
    groups = {name.rstrip("1"): int(value) for name, value in found.groupdict().items() if value is not None}
    written = found.groupdict().get("y") or found.groupdict().get("y1") or ""
    year = groups.get("y")
    short = len(written) == len("24")
    if short and year is not None:
        year += 2000 if year < _CENTURY_TURNS else 1900
    partial = Partial(groups.get("d"), groups.get("m"), groups.get("q"), year)
    return _Reading(partial, plain, numeric, short)


def _checked(reading: _Reading, remarks: Remarks) -> Partial:
    """The date, with remarks on what could also be read otherwise."""
    part = reading.partial
    if reading.numeric and part.day is not None and part.month is not None:
        if part.month > _LATE_MONTH >= part.day:
            raise Unreadable(
                "date_order",
                f"'{reading.written}' has the month first; dates are read day first, so write it out",
            )
        if part.day <= _LATE_MONTH and part.day != part.month:
            remarks.append(("day_first_assumed", f"'{reading.written}' was read day first"))
    if reading.short_year:
        if re.fullmatch(r"m\d\d \d\d", reading.written) and 0 < int(reading.written[-2:]) <= 31:  # noqa: PLR2004
            raise Unreadable("date_ambiguous", "A month and a number: is it a day or a year?")
        remarks.append(("two_digit_year", f"The year was read as {part.year}"))
    return part
