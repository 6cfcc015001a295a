"""Words for full-text search, the same for both databases: folded, so that `Maori` finds `Māori`."""

import re
import unicodedata

# Of the longest words in the widest letters, 256 bytes each, as many as one `tsvector` of PostgreSQL holds: a megabyte.
MAX_WORDS = 3_900
MAX_QUERY_WORDS = 12
MAX_WORD = 64

# Letters that do not decompose into a base letter and a mark.
_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "\u0131": "i"}
)
# A glottal stop, however it is typed, belongs to its word: Nuku'alofa and Nukualofa are one place.
APOSTROPHES = "'\u2018\u2019\u02bb\u02bc\u02be\u02bf`"
_APOSTROPHES = re.compile(rf"(?<=\w)[{APOSTROPHES}](?=\w)")
# At a word's edge it is no part of it, though Unicode has some of its forms as letters.
_WORD = re.compile(r"[^\W_\u02bb\u02bc\u02be\u02bf]+")


def fold(text: str) -> str:
    """`text` without case, accents and macrons."""
    # Once more after: signs such as № and ℡ come apart into capitals.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(each for each in decomposed if not unicodedata.combining(each))
    return unicodedata.normalize("NFC", bare).translate(_LETTERS)


def words(text: str) -> list[str]:
    """The words of a text in their order; one with an apostrophe inside counts whole."""
    return [each[:MAX_WORD] for each in _WORD.findall(_APOSTROPHES.sub("", fold(text)))]


def index_words(text: str) -> list[str]:
    """The words under which a text is found. `d'Ivoire` is found under `divoire`, `d` and `ivoire`."""
    found = words(text)
    known = set(found)
    return found + [each for each in words(_APOSTROPHES.sub(" ", fold(text))) if each not in known]


def query_words(text: str) -> list[str]:
    """The words that a searcher means; a record must have all of them, each as the beginning of a word."""
    return list(dict.fromkeys(words(text)))[:MAX_QUERY_WORDS]


def tsvector(title: list[str], body: list[str]) -> str:
    """A `tsvector` literal made of our own words, so that no parser or locale of the server has a say."""
    return " ".join([*_lexemes(title, 1, "A"), *_lexemes(body, len(title) + 1, "D")])


def _lexemes(found: list[str], start: int, weight: str) -> list[str]:
    return [f"'{word}':{min(place, 16_383)}{weight}" for place, word in enumerate(found[:MAX_WORDS], start)]


def tsquery(found: list[str], *, prefix: bool = True, weight: str = "") -> str:
    """A `tsquery` literal; the words hold letters and digits only, so nothing needs escaping."""
    flags = weight + ("*" if prefix else "")
    return " & ".join(f"'{word}':{flags}" if flags else f"'{word}'" for word in found)


def match(found: list[str]) -> str:
    """The same for SQLite's FTS5, of whole words."""
    return " ".join(f'"{word}"' for word in found)
