"""Numbers of people as desk officers write them: `~250`, `>300`, `up to 1,200`, `200-250`."""

import re
from dataclasses import dataclass

from app.exchange.cells import Cell, Note, text_of, unsettled

LARGEST = 1_000_000
_LONGEST = 120

_APPROXIMATE = re.compile(
    r"~|≈|\b(?:approx(?:imately)?|about|around|circa|ca?|roughly|nearly|almost|some|estimated|est|or so)\b\.?"
)
_MINIMUM = re.compile(r">=?|≥|\+|\b(?:over|more than|at least|min(?:imum)?|above|plus|or more|upwards of)\b\.?")
_MAXIMUM = re.compile(
    r"<=?|≤|\b(?:up to|max(?:imum)?|at most|under|less than|fewer than|no more than|below|ceiling)\b\.?"
)
_PEOPLE = re.compile(
    r"\b(?:personnel|pax|people|persons?|staff|troops|soldiers|sailors|aviators|members|officers|nzdf|nz|total|of)\b"
)
_COUNT = r"(\d{1,3}(?:[, ]\d{3})+|\d+)( ?k\b)?"
_ONE = re.compile(_COUNT)
_RANGE = re.compile(_COUNT + r" ?(?:-|to|and) ?" + _COUNT)
_WORDS = {
    word: number
    for number, words in enumerate(
        (
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve|dozen",
        ),
        1,
    )
    for word in words.split("|")
} | {"a dozen": 12}


@dataclass(frozen=True, slots=True)
class Count:
    """A number of people, or none; and what was assumed or is wrong."""

    value: int | None = None
    warnings: tuple[Note, ...] = ()
    errors: tuple[Note, ...] = ()


def read_count(cell: Cell, column: str) -> Count:
    """The number in a cell; a range gives its upper end, as plans are made for."""
    text = text_of(cell)
    if not text:
        return Count()
    if unsettled(text):
        return Count(warnings=(Note(column, "to_be_confirmed", f"'{text}': no number yet"),))
    if isinstance(cell, float) and not cell.is_integer():
        return _refused(column, "number_not_whole", f"{text} is not a whole number")
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return _refused(column, "number_unreadable", f"'{text}' is not a number")
    return _read_text(text, column)


def _read_text(text: str, column: str) -> Count:
    rest = re.sub(r"[\u2010-\u2015]", "-", text.casefold()) if len(text) <= _LONGEST else ""
    if re.match(r"- ?\d", rest):
        return _refused(column, "number_range", f"{text} is less than nothing")
    if re.fullmatch(r"\d+\.\d+", rest):
        return _refused(column, "number_not_whole", f"'{text}' is not whole, or has a dot for a comma")
    rest = _without(_PEOPLE, rest)
    kind = None
    for code, signs in (("maximum", _MAXIMUM), ("minimum", _MINIMUM), ("approximate", _APPROXIMATE)):
        if signs.search(rest):
            kind = kind or code
            rest = _without(signs, rest)
    if found := _RANGE.fullmatch(rest):
        low, high = _value(found[1], found[2]), _value(found[3], found[4])
        if low <= high:
            return _counted(high, "range", text, column)
    elif rest in _WORDS:
        return _counted(_WORDS[rest], kind, text, column)
    elif found := _ONE.fullmatch(rest):
        return _counted(_value(found[1], found[2]), kind, text, column)
    return _refused(column, "number_unreadable", f"'{text[:80]}' is not one number")


def _without(signs: re.Pattern[str], text: str) -> str:
    return " ".join(signs.sub(" ", text).split()).strip(" .,()")


_MEANING = {
    "approximate": "an approximate figure",
    "minimum": "a minimum",
    "maximum": "a maximum",
    "range": "a range; its upper end",
}


def _counted(value: int, kind: str | None, text: str, column: str) -> Count:
    if value > LARGEST:
        return _refused(column, "number_range", f"'{text}' is more than {LARGEST:,}")
    warnings = (Note(column, kind, f"'{text}' is {_MEANING[kind]}: taken as {value}"),) if kind else ()
    return Count(value, warnings)


def _value(digits: str, thousand: str | None) -> int:
    return int(re.sub(r"[, ]", "", digits)) * (1000 if thousand else 1)


def _refused(column: str, code: str, detail: str) -> Count:
    return Count(errors=(Note(column, code, detail),))
