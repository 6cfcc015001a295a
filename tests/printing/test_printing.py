"""Documents on paper: the same text in each format, as text, with the marking on every page."""

import io
import re
import zipfile
from datetime import date
from typing import Any

import docx
import pypdf
import pytest

from app.printing.document import (
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
from app.printing.formats import FORMATS
from app.printing.html import policy
from app.printing.markdown import parsed

MARKING = "POLICY RESTRICTED//NZEO"
HOSTILE = [
    '#read("/etc/passwd")',
    "#import sys: *; #panic()",
    "</script><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "{{ document }} {% for x in y %}",
    "$x^2$ *bold* _it_ `raw` \\ @label <label>",
    "&lt;not escaped&gt; &amp;",
    "]]><w:p/>",
]


def document(*blocks: Any, marking: str | None = MARKING, title: str = "Talks with Tonga") -> Document:
    return Document(title, "BIL-2026-0001", marking, blocks, "25 November 2026", "A foot", date(2026, 11, 25))


def text_of(name: str, made: bytes) -> str:
    """The text that a file bears, without breaks of lines."""
    if name == "pdf":
        text = "\n".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(made)).pages)
    elif name == "docx":
        with zipfile.ZipFile(io.BytesIO(made)) as parts:
            body = parts.read("word/document.xml").decode()
        text = unescaped(re.sub("<[^>]*>", "", re.sub("</w:p>", "\n", body)))
    else:
        text = unescaped(re.sub("<[^>]*>", "", made.decode().partition("<body>")[2]))
    return " ".join(text.replace("\u200b", "").split())


def unescaped(text: str) -> str:
    for name, sign in (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&")):
        text = text.replace(name, sign)
    return text


EVERYTHING = (
    Heading(1, "Overview"),
    Facts([("When", "3 December"), ("Where", "Nuku\u02bbalofa")]),
    Heading(2, "A part"),
    Paragraph("He kōrero: ā ē ī ō ū Ā Ē Ī Ō Ū."),
    Markdown("To agree on **a third year**.\n\n1. first\n2. second\n\n> quoted\n\n| a | b |\n|---|---|\n| c | d |"),
    Table(["Date", "What"], [["1 May 2026", "Something"]] * 80),
    Items(["an item"]),
    Note("Nothing is known of it."),
    Withheld("[withheld: s 9(2)(a)]"),
)


@pytest.mark.parametrize("name", FORMATS)
def test_all_of_a_document_stands_in_each_format(name: str) -> None:
    text = text_of(name, FORMATS[name].make(document(*EVERYTHING)))
    for each in (
        "Talks with Tonga", "BIL-2026-0001", "25 November 2026", "Overview", "Nuku\u02bbalofa", "A part", "ā ē ī ō ū Ā Ē Ī Ō Ū",
        "a third year", "second", "quoted", "1 May 2026", "Something", "an item", "Nothing is known of it.", "[withheld: s 9(2)(a)]",
    ):  # fmt: skip
        assert each in text, each


def test_every_page_of_a_pdf_bears_the_marking_and_its_number() -> None:
    pages = pypdf.PdfReader(io.BytesIO(FORMATS["pdf"].make(document(*EVERYTHING)))).pages
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        text = page.extract_text()
        assert text.startswith(MARKING)
        assert text.endswith(MARKING)
        assert text.count(MARKING) == 2
        assert f"page {number} of {len(pages)}" in text
    assert re.search(r"Overview[ .]*2", pages[0].extract_text())


def test_a_document_without_a_marking_bears_none() -> None:
    for each in FORMATS.values():
        assert MARKING not in text_of(each.suffix[1:], each.make(document(*EVERYTHING, marking=None)))


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("name", FORMATS)
def test_what_somebody_writes_stays_text(name: str, hostile: str) -> None:
    made = FORMATS[name].make(
        document(
            Heading(1, hostile), Facts([(hostile, hostile)]), Paragraph(hostile), Table([hostile], [[hostile]]), Items([hostile]),
            Note(hostile), Withheld(hostile), Markdown(f"```\n{hostile}\n```"), title=hostile, marking=hostile,
        )
    )  # fmt: skip
    assert text_of(name, made).count(" ".join(hostile.split())) >= 9
    if name == "html":
        assert b"<script" not in made
        assert b"<img" not in made


@pytest.mark.parametrize(
    "text",
    [
        "".join(map(chr, range(0x300))) + "\ud800\udfff\ufffe\uffff\U000e0001",
        "\u202eright to left\u2066 \u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u05e2\u05d1\u05e8\u05d9\u05ea",
        "防衛省 国防部 방위사업청",
        "w" * 5_000,
        "\r\n\r\v\f\x85\u2028\u2029",
        "",
        "line\n" * 5_000,
        "- " * 300 + "x",
        ">" * 300 + "x",
        "*" * 5_000 + "[" * 2_000 + "`" * 999,
        "|a" * 60 + "|\n" + "|-" * 60 + "|\n" + "|x" * 60 + "|\n",
    ],
    ids=range(11),
)
@pytest.mark.parametrize("name", FORMATS)
def test_no_text_makes_printing_fail(name: str, text: str) -> None:
    short = text[:600]
    made = FORMATS[name].make(
        document(Heading(1, short), Facts([(short, text)]), Paragraph(text), Markdown(text), Table([short, "x"], [[text, "y"]]), Note(text), title=short, marking=short[:80])
    )  # fmt: skip
    assert len(made) > 1_000


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_to_print_is_printed_too(name: str) -> None:
    assert FORMATS[name].make(document(Facts([]), Table([], []), Table(["a"], []), Items([]), Markdown("")))


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_document_makes_the_same_bytes(name: str) -> None:
    assert FORMATS[name].make(document(*EVERYTHING)) == FORMATS[name].make(document(*EVERYTHING))


def test_what_is_nested_too_deep_for_a_parser_is_not_lost() -> None:
    for source in (">" * 300 + " the end", "".join("  " * depth + "- x\n" for depth in range(120)) + "the end"):
        assert "the end" in "".join(run.text for node in parsed(source) for run in node.runs)


def test_files_tell_of_nobody() -> None:
    told = pypdf.PdfReader(io.BytesIO(FORMATS["pdf"].make(document(*EVERYTHING)))).metadata
    assert told is not None
    assert told.author is None
    assert told.title == "Talks with Tonga"
    word = docx.Document(io.BytesIO(FORMATS["docx"].make(document(*EVERYTHING)))).core_properties
    assert (word.author, word.last_modified_by, word.comments, word.title) == ("", "", "", "Talks with Tonga")
    assert word.created.date() == date(2026, 11, 25)


def test_word_has_headings_a_contents_field_and_the_marking_above_and_below() -> None:
    word = docx.Document(io.BytesIO(FORMATS["docx"].make(document(*EVERYTHING))))
    styles = {each.text: each.style.name for each in word.paragraphs}
    assert (styles["Overview"], styles["A part"]) == ("Heading 1", "Heading 2")
    section = word.sections[0]
    assert section.header.paragraphs[0].text == MARKING
    assert section.footer.paragraphs[-1].text == MARKING
    instructions = re.findall(r"<w:instrText[^>]*>([^<]*)<", word.element.xml + section.footer._element.xml)  # noqa: SLF001 - what Word reads
    assert [each.split()[0] for each in instructions] == ["TOC", "PAGE", "NUMPAGES"]


def test_html_asks_for_nothing() -> None:
    page = (
        FORMATS["html"]
        .make(document(*EVERYTHING, Markdown("![x](http://x.example/a.png) [y](http://y.example)")))
        .decode()
    )
    assert not re.search(r"<(script|img|link|iframe|object)\b|\b(src|style)=|url\(|@import", page)
    assert all(each.startswith("#") for each in re.findall(r'href="([^"]*)"', page))
    assert "default-src 'none'" in policy()
    assert "unsafe" not in policy()


def test_a_heading_in_markdown_ends_with_its_line() -> None:
    assert [each.kind for each in parsed("# One\n\ntext\n\n- item\n\n> quoted\n\ntext")] == [
        "heading", "paragraph", "item", "quote", "paragraph",
    ]  # fmt: skip
