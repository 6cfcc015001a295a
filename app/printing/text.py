"""Text as files can hold it: XML and PDF take neither control characters nor halves of characters."""

import re
from typing import Any

_INVALID = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_BREAKS = re.compile("\r\n?|[\x85\u2028\u2029]")
_LONG = re.compile(r"\S{33,}")
_PIECE = 24
BREAK_HERE = "\u200b"
"""A space without width: a line may end here."""


def clean(text: str) -> str:
    """The text with line feeds alone to break lines, and a sign in the place of what no file can hold."""
    return _INVALID.sub("\ufffd", _BREAKS.sub("\n", text))


def breakable(text: str) -> str:
    """The text with places at which words that are longer than a line can be broken."""
    return _LONG.sub(_broken, text)


def _broken(found: re.Match[str]) -> str:
    word = found[0]
    return BREAK_HERE.join(word[place : place + _PIECE] for place in range(0, len(word), _PIECE))


def widths(columns: Any, rows: Any) -> list[float]:
    """How the width of a page is shared among columns: by what stands in them, none too narrow for its longest word."""
    shares = []
    for place, name in enumerate(columns):
        texts = [name, *(row[place] for row in rows)]
        lengths = [len(each) for each in texts[1:]] or [0]
        word = max(len(part) for text in texts for part in re.split(f"[ \\n{BREAK_HERE}]", text))
        shares.append(max(word + 2, min(max(sum(lengths) / len(lengths), 0.6 * max(lengths)), 45)))
    return shares
