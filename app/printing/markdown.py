"""Markdown as nodes: what each renderer lays out as data, so that what somebody wrote never becomes source.

HTML in it is text, images are their description, and links say where they lead: paper has nothing to press.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.printing.text import clean

DEEPEST = 5
"""How deep lists and quotations are nested on paper; what is deeper stands at this depth."""

BOTTOM = 100
"""How deep the parser goes. It drops what is deeper, so such a text is taken as it stands."""


@dataclass(frozen=True, slots=True)
class Run:
    """Text in one style. A line feed is a new line."""

    text: str
    bold: bool = False
    italic: bool = False
    struck: bool = False
    code: bool = False


Runs = tuple[Run, ...]
NodeKind = Literal["paragraph", "heading", "item", "quote", "code", "rule", "table"]


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of what was written: one after another, with how deep it stands in lists and quotations."""

    kind: NodeKind
    runs: Runs = ()
    depth: int = 0
    """Of an item 1 and more; of others how far they are indented."""

    level: int = 0
    """Of a heading."""

    label: str = ""
    """Of an item: its number, or a bullet."""

    rows: tuple[tuple[Runs, ...], ...] = ()
    """Of a table: its heading first."""


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "maxNesting": BOTTOM}).enable(["table", "strikethrough"])


def parsed(source: str) -> list[Node]:
    """The nodes of a text in Markdown."""
    tokens = _parser().parse(clean(source))
    if any(token.level >= BOTTOM - 1 for token in tokens):
        return [Node("paragraph", (Run(clean(source)),))]
    walk = _Walk()
    return [node for node in map(walk.step, tokens) if node is not None]


class _Walk:
    """The way through a parser's tokens, and where it has come to."""

    def __init__(self) -> None:
        self.lists: list[int | None] = []
        self.depth = 0
        self.quotes = 0
        self.level = 0
        self.label = ""
        self.rows: list[list[Runs]] = []
        self.in_table = False

    def step(self, token: Token) -> Node | None:
        """Takes a token; the node that is complete with it, if one is."""
        name, _, way = token.type.rpartition("_")
        if name in ("bullet_list", "ordered_list"):
            self._list(token, opens=way == "open")
        elif name == "blockquote":
            self.depth, self.quotes = self.depth + token.nesting, self.quotes + token.nesting
        elif name == "heading":
            self.level = int(token.tag[1:]) if way == "open" else 0
        elif name in ("list_item", "table", "tr"):
            return self._part(name, opens=way == "open")
        elif token.type == "inline":
            return self._inline(token)
        return self._alone(token)

    def _list(self, token: Token, *, opens: bool) -> None:
        self.depth += token.nesting
        if opens:
            self.lists.append(int(token.attrGet("start") or 1) if token.type.startswith("ordered") else None)
        else:
            self.lists.pop()

    def _part(self, name: str, *, opens: bool) -> Node | None:
        if name == "list_item":
            label, self.label = self.label, _label(self.lists) if opens else ""
            return Node("item", depth=self._shown_depth, label=label) if label and not opens else None
        if name == "tr" and opens:
            self.rows.append([])
        elif name == "table":
            self.in_table, rows = opens, self.rows
            self.rows = []
            return None if opens else Node("table", rows=tuple(tuple(row) for row in rows))
        return None

    def _inline(self, token: Token) -> Node | None:
        if self.in_table:
            self.rows[-1].append(_runs(token))
            return None
        kind: NodeKind = "heading" if self.level else "item" if self.label else "quote" if self.quotes else "paragraph"
        node = Node(kind, _runs(token), self._shown_depth, self.level, self.label)
        self.label, self.level = "", 0
        return node

    def _alone(self, token: Token) -> Node | None:
        if token.type == "hr":
            return Node("rule")
        if token.type in ("fence", "code_block"):
            return Node("code", (Run(token.content.rstrip("\n"), code=True),), self._shown_depth)
        return None

    @property
    def _shown_depth(self) -> int:
        return min(self.depth, DEEPEST)


def _label(lists: list[int | None]) -> str:
    number = lists[-1]
    if number is None:
        return "•"
    lists[-1] = number + 1
    return f"{number}."


_STYLES = ("strong", "em", "s")


def restyled(style: Run, name: str, *, on: bool) -> Run:
    """A style with one of its traits on or off."""
    if name == "strong":
        return replace(style, bold=on)
    return replace(style, italic=on) if name == "em" else replace(style, struck=on)


def _runs(inline: Token) -> Runs:
    style = Run("")
    runs: list[Run] = []
    links: list[tuple[str, int]] = []
    for token in inline.children or ():
        name, _, way = token.type.partition("_")
        if name in _STYLES and way in ("open", "close"):
            style = restyled(style, name, on=way == "open")
        elif token.type == "link_open":
            links.append((str(token.attrGet("href") or ""), len(runs)))
        elif token.type == "link_close" and links:
            href, since = links.pop()
            said = "".join(each.text for each in runs[since:])
            if href and href.removeprefix("mailto:") != said:
                runs.append(replace(style, text=f" ({href.removeprefix('mailto:')})"))
        elif token.type == "softbreak":
            runs.append(replace(style, text=" "))
        elif token.type == "hardbreak":
            runs.append(replace(style, text="\n"))
        elif token.type == "code_inline":
            runs.append(replace(style, text=token.content, code=True))
        elif token.content:  # text; of an image, its description
            runs.append(replace(style, text=token.content))
    return tuple(runs)
