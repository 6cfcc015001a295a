"""Snippets: where in a text the words of a search stand, told so that a page can show it."""

import html
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from app.core.words import APOSTROPHES, index_words

AROUND = 90
"""How many characters a snippet has on either side of the first hit."""

MOST_READ = 20_000
"""How much of a text is looked through."""

_TOKEN = re.compile(rf"[^\W_]+(?:[{APOSTROPHES}][^\W_]+)*")
_SPACES = re.compile(r"\s+")

Place = tuple[int, int]


def hits(text: str, wanted: Sequence[str]) -> Iterator[Place]:
    """Where words of a text begin with one of the words that are wanted, those folded as `query_words` gives them."""
    for found in _TOKEN.finditer(text, 0, MOST_READ):
        if any(word.startswith(each) for word in _folded(found.group()) for each in wanted):
            yield found.span()


@lru_cache(maxsize=20_000)
def _folded(word: str) -> tuple[str, ...]:
    return tuple(index_words(word))


def snippet(texts: Sequence[str], wanted: Sequence[str]) -> str:
    """The part of a text that is around its first hit, of the first text that has one; else the first one's beginning.

    It is HTML: hits stand in `<mark>`, and all else is escaped.
    """
    for text in texts:
        plain = _SPACES.sub(" ", text)
        places = list(hits(plain, wanted))
        if places:
            return _around(plain, places)
    return _around(_SPACES.sub(" ", texts[0]), []) if texts else ""


def _around(text: str, places: Sequence[Place]) -> str:
    first = places[0][0] if places else 0
    start = _edge(text, max(0, first - AROUND))
    end = min(len(text), first + 2 * AROUND)
    pieces, done = ["…"] if start else [], start
    for begin, finish in places:
        if finish > end:
            break
        pieces += [html.escape(text[done:begin]), f"<mark>{html.escape(text[begin:finish])}</mark>"]
        done = finish
    pieces.append(html.escape(text[done:end]))
    return "".join([*pieces, "…" if end < len(text) else ""])


def _edge(text: str, place: int) -> int:
    """The beginning of the word after a place, so that a snippet does not begin within one."""
    if place == 0:
        return 0
    space = text.find(" ", place, place + AROUND)
    return place if space < 0 else space + 1
