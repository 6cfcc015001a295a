"""A document as PDF. The template is ours and fixed; the document comes to it as JSON, and is never its source."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, time
from functools import cache, singledispatch
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Literal

import typst

from app.printing.document import Document, Facts, Heading, Items, Markdown, Note, Paragraph, Table, Withheld
from app.printing.markdown import Node, parsed
from app.printing.text import breakable, clean, widths

_PRESSES = BoundedSemaphore(2)
"""A large document takes some hundred megabytes while it is laid out, so not all threads do that at once."""

TEMPLATE = Path(__file__).parent / "templates" / "document.typ"


def as_pdf(document: Document) -> bytes:
    """The document as PDF, A4."""
    return bytes(typeset(document, "pdf"))


def typeset(document: Document, to: Literal["pdf", "png"]) -> Any:
    """The document as PDF, or as a picture of each page (`png`)."""
    day = datetime.combine(document.made_on, time(), UTC) if document.made_on else datetime.fromtimestamp(0, UTC)
    compiler = typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=_fonts())
    data = json.dumps(_data(document))
    with _PRESSES:
        return compiler.compile(format=to, sys_inputs={"document": data}, timestamp=day)


@cache
def _fonts() -> Any:
    """Typst's own fonts, which every installation has; the machine's only for letters that those lack."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)


def _text(text: str) -> str:
    return breakable(clean(text))


def _data(document: Document) -> dict[str, Any]:
    day = document.made_on
    return {
        "title": _text(document.title),
        "subtitle": _text(document.subtitle),
        "marking": None if document.marking is None else _text(document.marking),
        "made": _text(document.made_at),
        "footer": _text(document.footer),
        "day": None if day is None else {"year": day.year, "month": day.month, "day": day.day},
        "contents": any(isinstance(each, Heading) for each in document.blocks),
        "blocks": [_block(each) for each in document.blocks],
    }


@singledispatch
def _block(block: Any) -> dict[str, Any]:
    raise TypeError(type(block).__name__)


@_block.register
def _(block: Heading) -> dict[str, Any]:
    return {"block": "heading", "level": block.level, "text": _text(block.text)}


@_block.register(Paragraph)
@_block.register(Note)
@_block.register(Withheld)
def _(block: Any) -> dict[str, Any]:
    return {"block": type(block).__name__.lower(), "text": _text(block.text)}


@_block.register
def _(block: Markdown) -> dict[str, Any]:
    return {"block": "markdown", "nodes": [_node(each) for each in parsed(block.source)]}


@_block.register
def _(block: Facts) -> dict[str, Any]:
    return {"block": "facts", "rows": [[_text(name), _text(text)] for name, text in block.rows]}


@_block.register
def _(block: Table) -> dict[str, Any]:
    rows = [[_text(each) for each in row] for row in block.rows]
    columns = [_text(each) for each in block.columns]
    return {"block": "table", "columns": columns, "rows": rows, "widths": widths(columns, rows)}


@_block.register
def _(block: Items) -> dict[str, Any]:
    return {"block": "items", "texts": [_text(each) for each in block.texts]}


def _node(node: Node) -> dict[str, Any]:
    found = asdict(node)
    for run in (*found["runs"], *(each for row in found["rows"] for cell in row for each in cell)):
        run["text"] = breakable(run["text"])
    return found
