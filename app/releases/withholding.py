"""Taking passages out of texts, and finding what is left of them elsewhere. Text is all that this knows of."""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Self

from app.core.words import fold, words
from app.models.choices import Ground
from app.releases.grounds import cited, in_order

SQUEEZED_FROM = 6
"""How many letters and digits a passage must have to be looked for across the borders of words."""

_SPACES = re.compile(r"\s+")
_NOTHING = re.compile(r"[\W_]+")


class Cut(NamedTuple):
    """A passage that is withheld from a text; without one, the whole text is."""

    passage: str | None
    ground: Ground


class Gap(NamedTuple):
    """What stands in the place of what is withheld."""

    grounds: tuple[Ground, ...]

    @property
    def text(self) -> str:
        return f"[withheld: {', '.join(map(cited, self.grounds))}]"


Part = str | Gap


def redacted(text: str, cuts: Iterable[Cut]) -> list[Part]:
    """A text without what is withheld: what is left, with gaps. Cuts that overlap or touch become one gap."""
    found: list[tuple[int, int, Ground]] = []
    for cut in cuts:
        if cut.passage is None:
            found.append((0, len(text), cut.ground))
        else:
            found += [(*place, cut.ground) for place in places(text, cut.passage)]
    parts: list[Part] = []
    done = 0
    for start, end, grounds in _merged(sorted(found)):
        parts += [text[done:start]] if start > done else []
        parts.append(Gap(tuple(in_order(grounds))))
        done = end
    return [*parts, text[done:]] if done < len(text) or not parts else parts


def _merged(found: Sequence[tuple[int, int, Ground]]) -> Iterator[tuple[int, int, set[Ground]]]:
    current: tuple[int, int, set[Ground]] | None = None
    for start, end, ground in found:
        if current is not None and start <= current[1]:
            current = (current[0], max(current[1], end), current[2] | {ground})
            continue
        if current is not None:
            yield current
        current = (start, end, {ground})
    if current is not None:
        yield current


def places(text: str, passage: str) -> list[tuple[int, int]]:
    """Where a passage stands in a text, as it is written; any spaces and line breaks stand for any others.

    Also where it begins within itself: of `anana` in `bananana` nothing is left but the first letter.
    """
    pieces = _SPACES.split(passage.strip())
    if pieces == [""]:
        return []
    pattern = re.compile(r"\s+".join(map(re.escape, pieces)))
    found = []
    at = pattern.search(text)
    while at is not None:
        found.append(at.span())
        at = pattern.search(text, at.start() + 1)
    return found


class Shapes(NamedTuple):
    """A text in the shapes in which it is compared."""

    plain: str
    """Folded, with one space wherever there are any. A passage within a longer word counts: `Smith` in `Smiths`."""

    words: str
    """Its words alone, folded."""

    squeezed: str
    """Its letters and digits alone, folded: what marks of Markdown or entities stand between does not part them."""

    @classmethod
    def of(cls, text: str) -> Self:
        read = html.unescape(text)
        spoken = " ".join(words(read))
        return cls(" ".join(fold(read).split()), f" {spoken} ", _NOTHING.sub("", fold(read)))


def stands_in(text: Shapes, passage: Shapes) -> bool:
    """Whether a passage can still be read in a text: in other letters, other spacing, or with marks of Markdown."""
    return (
        (bool(passage.plain) and passage.plain in text.plain)
        or (bool(passage.words.strip()) and passage.words in text.words)
        or (len(passage.squeezed) >= SQUEEZED_FROM and passage.squeezed in text.squeezed)
    )
