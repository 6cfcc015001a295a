"""A document as Word has it: its own headings, a table of contents, the marking above and below every page."""

import io
import zipfile
from datetime import UTC, datetime, time
from functools import singledispatch
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor, Twips

from app.printing.document import (
    IN_CONTENTS,
    Document,
    Facts,
    Heading,
    Items,
    Markdown,
    Note,
    Paragraph,
    Table,
    Withheld,
)
from app.printing.markdown import Runs, parsed
from app.printing.text import clean, widths

_ACCENT, _QUIET = "14365C", "59636E"
_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)  # before which zip knows no time
_WIDTH = 9_400  # twentieths of a point between the margins


def as_docx(document: Document) -> bytes:
    """The document as Word's DOCX."""
    word: Any = docx.Document()
    _set_up(word, document)
    word.add_paragraph(clean(document.title), style="Title")
    word.add_paragraph(clean(document.subtitle), style="Subtitle")
    _quiet(word.add_paragraph(clean(document.made_at)))
    headings = [each for each in document.blocks if isinstance(each, Heading) and each.level <= IN_CONTENTS]
    if headings:
        _contents(word, headings)
    for block in document.blocks:
        _put(block, word)
    out = io.BytesIO()
    word.save(out)
    return _undated(out.getvalue())


def _set_up(word: Any, document: Document) -> None:
    day = datetime.combine(document.made_on, time(), UTC) if document.made_on else _EPOCH
    told = word.core_properties
    told.author = told.last_modified_by = told.comments = told.keywords = ""
    told.title, told.created, told.modified = clean(document.title)[:255], day, day
    told.revision = 1
    package = word.part.package
    for name, each in list(package.rels.items()):
        if each.reltype.endswith("/thumbnail"):
            del package.rels[name]
    normal = word.styles["Normal"]
    normal.font.name, normal.font.size = "Georgia", Pt(10.5)
    normal.paragraph_format.space_after = Pt(6)
    for name, size in (("Title", 22), ("Subtitle", 12), ("Heading 1", 15), ("Heading 2", 12), ("Heading 3", 10.5)):
        style = word.styles[name]
        style.font.name, style.font.size, style.font.italic = "Georgia", Pt(size), False
        fonts = style.element.rPr.rFonts
        for each in [name for name in fonts.attrib if "Theme" in name]:
            del fonts.attrib[each]
        style.font.color.rgb = RGBColor.from_string(_ACCENT if name in ("Title", "Heading 1") else "1B1F23")
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(22)
    section.top_margin = section.bottom_margin = Mm(25)
    section.header_distance = section.footer_distance = Mm(10)
    _banner(section.header.paragraphs[0], document.marking)
    _foot(section.footer, document)


def _banner(paragraph: Any, marking: str | None) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if marking is not None:
        paragraph.add_run(clean(marking)).bold = True


def _foot(footer: Any, document: Document) -> None:
    line = footer.paragraphs[0]
    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    line.add_run(f"{clean(document.footer)}   page " if document.footer else "page ")
    _field(line, "PAGE", "1")
    line.add_run(" of ")
    _field(line, "NUMPAGES", "1")
    _quiet(line)
    _banner(footer.add_paragraph(), document.marking)


def _field(paragraph: Any, instruction: str, shown: str) -> None:
    """Something that Word works out: the instruction is ours, and what is shown until then."""
    _mark(paragraph, "begin", dirty=True)
    _element(paragraph.add_run().element, "w:instrText", text=f" {instruction} ")
    _mark(paragraph, "separate")
    paragraph.add_run(shown)
    _mark(paragraph, "end")


def _mark(paragraph: Any, kind: str, *, dirty: bool = False) -> None:
    attributes = {"w:fldCharType": kind} | ({"w:dirty": "true"} if dirty else {})
    _element(paragraph.add_run().element, "w:fldChar", attributes)


def _element(parent: Any, name: str, attributes: dict[str, str] | None = None, *, text: str | None = None) -> None:
    made: Any = OxmlElement(name)
    for each, value in (attributes or {}).items():
        made.set(qn(each), value)
    if text is not None:
        made.text = text
        made.set(qn("xml:space"), "preserve")
    parent.append(made)


def _contents(word: Any, headings: list[Heading]) -> None:
    """The table of contents: what it will say but for the pages, which Word fills in."""
    word.add_paragraph().add_run("Contents").bold = True
    line = word.add_paragraph()
    _mark(line, "begin", dirty=True)
    _element(line.add_run().element, "w:instrText", text=' TOC \\o "1-2" \\h \\z \\u ')
    _mark(line, "separate")
    for place, each in enumerate(headings):
        line = line if place == 0 else word.add_paragraph()
        line.paragraph_format.left_indent = Mm(6 * (each.level - 1))
        line.paragraph_format.space_after = Mm(0.5)
        line.add_run(clean(each.text))
    _mark(line, "end")
    word.add_page_break()


@singledispatch
def _put(block: Any, _word: Any) -> None:
    raise TypeError(type(block).__name__)


@_put.register
def _(block: Heading, word: Any) -> None:
    word.add_heading(clean(block.text), level=block.level)


@_put.register
def _(block: Paragraph, word: Any) -> None:
    word.add_paragraph(clean(block.text))


@_put.register
def _(block: Markdown, word: Any) -> None:
    for node in parsed(block.source):
        _written(word, node)


@_put.register
def _(block: Facts, word: Any) -> None:
    _table(word, None, block.rows, [1, 3])


@_put.register
def _(block: Table, word: Any) -> None:
    _table(word, block.columns, block.rows, widths(block.columns, block.rows))


@_put.register
def _(block: Items, word: Any) -> None:
    for each in block.texts:
        word.add_paragraph(clean(each), style="List Bullet")


@_put.register
def _(block: Note, word: Any) -> None:
    _shade(word.add_paragraph(clean(block.text)), "FDF6E7")


@_put.register
def _(block: Withheld, word: Any) -> None:
    line = word.add_paragraph()
    run = line.add_run(clean(block.text))
    run.bold, run.font.color.rgb = True, RGBColor(255, 255, 255)
    _shade(line, "1B1F23")


def _written(word: Any, node: Any) -> None:
    if node.kind == "table":
        _table(word, *_cells(node))
        return
    line = word.add_paragraph()
    line.paragraph_format.left_indent = Mm(6 * node.depth)
    if node.kind == "rule":
        line.add_run("―" * 12)
    elif node.kind == "item":
        line.paragraph_format.first_line_indent = Mm(-6)
        line.paragraph_format.tab_stops.add_tab_stop(Mm(6 * node.depth))
        line.add_run(f"{node.label}\t")
    elif node.kind == "heading":
        line.paragraph_format.keep_with_next = True
    elif node.kind == "code":
        _shade(line, "F3F5F7")
    _runs(line, node.runs, heading=node.kind == "heading", quote=node.kind == "quote")


def _runs(line: Any, runs: Runs, *, heading: bool = False, quote: bool = False) -> None:
    for each in runs:
        run = line.add_run(clean(each.text))
        run.bold = each.bold or heading or None
        run.italic = each.italic or quote or None
        run.font.strike = each.struck or None
        if each.code:
            run.font.name = "Consolas"


def _cells(node: Any) -> tuple[list[str], list[list[str]], list[float]]:
    rows = [["".join(run.text for run in cell) for cell in row] for row in node.rows]
    return rows[0], rows[1:], widths(rows[0], rows[1:])


def _table(word: Any, columns: Any, rows: Any, shares: list[float]) -> None:
    if not rows and not columns:
        return
    every = ([list(columns)] if columns else []) + [list(row) for row in rows]
    table = word.add_table(len(every), len(shares))
    table.style = "Table Grid" if columns else "Normal Table"
    table.autofit = False
    sizes = [Twips(int(_WIDTH * each / sum(shares))) for each in shares]
    for place, (row, texts) in enumerate(zip(table.rows, every, strict=True)):
        heading = bool(columns) and place == 0
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - Word's own element
        _element(properties, "w:cantSplit")
        if heading:
            _element(properties, "w:tblHeader")
        for cell, text, size in zip(row.cells, texts, sizes, strict=True):
            cell.width = size
            line = cell.paragraphs[0]
            line.paragraph_format.space_after = Pt(2)
            run = line.add_run(clean(text))
            run.font.size, run.bold = Pt(9 if columns else 10), heading or None
            if heading:
                _shade(line, "E8EDF3")
    word.add_paragraph().paragraph_format.space_after = Pt(2)


_AFTER_SHADE = (
    "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl", "w:rPr",
    "w:sectPr",
)  # fmt: skip
"""What comes after the shade among the properties of a paragraph: Word wants its order."""


def _shade(paragraph: Any, colour: str) -> None:
    shade: Any = OxmlElement("w:shd")
    for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", colour)):
        shade.set(qn(name), value)
    paragraph._p.get_or_add_pPr().insert_element_before(shade, *_AFTER_SHADE)  # noqa: SLF001 - Word's own element


def _quiet(paragraph: Any) -> None:
    for run in paragraph.runs:
        run.font.size, run.font.color.rgb = Pt(8.5), RGBColor.from_string(_QUIET)


def _undated(packed: bytes) -> bytes:
    """The same file without the hour of its making in each part, so that one document makes one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for each in parts.namelist():
            made.writestr(zipfile.ZipInfo(each), parts.read(each), zipfile.ZIP_DEFLATED)
    return out.getvalue()
