"""The copy of a request on paper, and as CSV."""

import re
from collections.abc import Iterator

from starlette.responses import Response

from app.access.work import Work
from app.crud.csvfiles import csv_file
from app.printing.document import Block, Document, Facts, Heading, Markdown, Note, Table, Withheld
from app.printing.words import day, listed, words
from app.releases.copies import CopiedDocument, ReleaseCopy
from app.releases.grounds import cited

ACT = "Official Information Act 1982"
SHORT = 200
"""Texts of one line up to here stand beside the name of their field."""

COLUMNS = ("number", "type", "title", "withheld", "grounds", "field", "text")

_GAP = re.compile(r"\[(withheld: [^\[\]]*)\]")


def printed(copy: ReleaseCopy, marking: str) -> Document:
    """The copy as a document. A draft bears its marking; what is decided bears none, since it is for everybody."""
    decided = copy.decided_at is not None
    told = f"Released under the {ACT}" if decided else f"Draft of a release under the {ACT}: not decided"
    return Document(
        title=copy.title,
        subtitle=f"Request received on {day(copy.received_on)}",
        marking=None if decided else marking,
        blocks=list(blocks(copy)),
        made_at=told,
        footer=told,
        made_on=None if copy.decided_at is None else copy.decided_at.date(),
    )


def blocks(copy: ReleaseCopy) -> Iterator[Block]:
    """The schedule, the grounds, and the records one after another."""
    yield Heading(1, "Schedule of documents")
    if not copy.documents:
        yield Note("There is no document in the scope of the request.")
        return
    rows = [
        [str(each.number), words(each.record_type), each.title, words(each.withheld), _grounds(each)]
        for each in copy.documents
    ]
    yield Table(["No.", "Type", "Title", "Withheld", "Grounds"], rows)
    if copy.grounds:
        yield Heading(2, "Grounds")
        yield Facts([(cited(each.ground), each.text) for each in copy.grounds])
    for each in copy.documents:
        yield from _document(each)


def _grounds(each: CopiedDocument) -> str:
    return listed(*map(cited, each.grounds))


def _document(each: CopiedDocument) -> Iterator[Block]:
    yield Heading(1, f"{each.number}. {each.title}")
    if each.withheld == "all":
        yield Withheld(f"Withheld as a whole: {_grounds(each)}")
        return
    facts: list[tuple[str, str]] = []
    long: list[Block] = []
    for told in each.texts:
        if told.text == each.title:
            continue  # it is the heading
        if len(told.text) <= SHORT and "\n" not in told.text:
            facts.append((words(told.field), told.text))
        else:
            # A gap is no link, whatever stands after it.
            long += [Heading(3, words(told.field)), Markdown(_GAP.sub(r"\\[\1\\]", told.text))]
    if facts:
        yield Facts(facts)
    yield from long


def as_csv(work: Work, name: str, copy: ReleaseCopy) -> Response:
    """The copy as rows: one for each text, and one for each record that is withheld as a whole."""
    rows: list[list[str | None]] = []
    for each in copy.documents:
        first = [str(each.number), each.record_type, each.title, each.withheld, _grounds(each)]
        rows += [[*first, told.field, told.text] for told in each.texts] or [[*first, "", ""]]
    return csv_file(work, name, COLUMNS, rows)
