"""A document as one page of HTML that asks for nothing from anywhere, and prints well."""

from base64 import b64encode
from functools import cache
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from app.printing.document import IN_CONTENTS, Document, Heading, Markdown
from app.printing.markdown import parsed
from app.printing.text import clean


@cache
def _environment() -> Environment:
    loader = PackageLoader("app.printing")
    # finalize: whatever of the document is put out is put out clean
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        finalize=lambda each: clean(each) if type(each) is str else each,
    )  # fmt: skip


@cache
def _template() -> Template:
    return _environment().get_template("document.html")


@cache
def style() -> str:
    """The style of every such page."""
    source, _, _ = PackageLoader("app.printing").get_source(_environment(), "document.css")
    return source


@cache
def policy() -> str:
    """A Content-Security-Policy that lets the page have its style, and nothing else."""
    digest = b64encode(sha256(style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )


def as_html(document: Document) -> bytes:
    """The document as HTML, in UTF-8."""
    blocks = [
        (type(each).__name__, each, parsed(each.source) if isinstance(each, Markdown) else [])
        for each in document.blocks
    ]
    contents = [
        (place, each)
        for place, each in enumerate(document.blocks)
        if isinstance(each, Heading) and each.level <= IN_CONTENTS
    ]
    page = _template().render(
        document=document,
        blocks=blocks,
        contents=contents,
        style=Markup(style()),  # noqa: S704 - our own
        policy=_in_page(),
    )
    return page.encode()


def _in_page() -> str:
    """The policy as a page can say it itself; who may frame it, only a header can say."""
    return policy().replace(" frame-ancestors 'none';", "")
