"""What stands in one cell of a desk officer's spreadsheet, and the remarks an importer makes about it."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from app.core.csvguard import restore

Cell = str | int | float | bool | date | datetime | time | timedelta | None

# Control characters, lone surrogates, and invisible marks (zero width, direction, soft hyphen) that come with
# text copied from documents and web pages: they say nothing and the register refuses them.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)
_SPACES = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r"\r\n?|[\x85\u2028\u2029]")
_EMPTY_LINES = re.compile(r"\n{3,}")
_APOSTROPHES = re.compile(r"['\u2019\u2018\u02bb\u02bc`\u00b4]")  # the okina of Pacific names among them
_NOT_WORD = re.compile(r"[\W_]+")

# What officers type where they have nothing to say. "NA" is not here: it is Namibia.
_NOTHING = frozenset({"", "-", "--", "---", "\u2013", "\u2014", "n/a", "n.a.", "nil", "none", "null", "#n/a", "?", "."})
_FLAGS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_UNSETTLED = frozenset({"tbc", "tba", "tbd", "to be confirmed", "to be advised", "to be decided", "unknown"})


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on one cell: an assumption that was made, or a reason for refusing the row."""

    column: str
    code: str
    detail: str


def text_of(cell: Cell) -> str:
    """A cell as its reader sees it, without blanks around it, and with its formula guard taken off."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return prose(restore(cell))
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return str(cell)


def prose(text: str) -> str:
    """Text of any number of lines, without invisible characters and stray blanks."""
    lines = _LINE_ENDS.sub("\n", text).split("\n")
    text = "\n".join(_SPACES.sub(" ", _INVISIBLE.sub("", line)).strip() for line in lines)
    return _EMPTY_LINES.sub("\n\n", text).strip()


def flag_of(cell: Cell) -> bool | None:
    """Yes or no, as exports write it and spreadsheet programs save it. None where a cell says neither."""
    return _FLAGS.get(text_of(cell).casefold())


def moment_of(cell: Cell) -> datetime | None:
    """An instant as exports write it and spreadsheet programs save it: in UTC, whether it says so or not."""
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):  # midnight, to some programs
        return datetime.combine(cell, time())
    try:
        moment = datetime.fromisoformat(text_of(cell))
        return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):  # no instant, or one before the first or after the last year
        return None


def one_line(text: str) -> str:
    return " ".join(text.split())


def blank(cell: Cell) -> bool:
    """Whether a cell says nothing: empty, or one of the signs for "not applicable"."""
    return cell is None or (isinstance(cell, str) and text_of(cell).casefold() in _NOTHING)


def unsettled(text: str) -> bool:
    """Whether a cell says that its value is not known yet."""
    return text.casefold().strip(" ().?*") in _UNSETTLED


def unaccented(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """The form in which names are compared: no accents, case or punctuation, `&` as "and", `+` as "plus"."""
    plain = _APOSTROPHES.sub("", unaccented(text).casefold()).replace("&", " and ").replace("+", " plus ")
    return _NOT_WORD.sub(" ", plain).strip()
