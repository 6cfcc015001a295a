"""A document to be printed: a title, a marking, and blocks from top to bottom. All of it is text, and stays text."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

IN_CONTENTS = 2
"""The lowest level of headings that stand in the contents."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading."""

    level: int
    """1 of a section, 2 of a part of one, 3 below that."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Markdown:
    """What somebody wrote in Markdown. Its headings stand in no contents."""

    source: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with what they stand for, a line each."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns with a heading each. Headings are repeated on each page."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Items:
    """Lines with a bullet."""

    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Note:
    """What is set apart: a warning, or that there is nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """A bar in the place of what is not told, with what there is to say of that."""

    text: str


Block = Heading | Paragraph | Markdown | Facts | Table | Items | Note | Withheld


@dataclass(frozen=True, slots=True)
class Document:
    """What is printed."""

    title: str
    subtitle: str
    marking: str | None
    """What stands above and below every page; None: nothing."""

    blocks: Sequence[Block]
    made_at: str
    """When it was made, as it is printed."""

    footer: str = ""
    """What else stands at the foot of every page."""

    made_on: date | None = None
    """The day that the file itself says it was made on."""


_BLOCKS = {each.__name__: each for each in (Heading, Paragraph, Markdown, Facts, Table, Items, Note, Withheld)}


def kept(document: Document) -> str:
    """A document as text that can be kept, so that it can be printed again as it was."""
    blocks = [{"block": type(each).__name__, **asdict(each)} for each in document.blocks]
    made_on = None if document.made_on is None else document.made_on.isoformat()
    return json.dumps(asdict(document) | {"blocks": blocks, "made_on": made_on}, ensure_ascii=False)


def opened(text: str) -> Document:
    """The document that was kept."""
    read = json.loads(text)
    blocks = [_BLOCKS[each.pop("block")](**each) for each in read["blocks"]]
    made_on = None if read["made_on"] is None else date.fromisoformat(read["made_on"])
    return Document(**read | {"blocks": blocks, "made_on": made_on})
