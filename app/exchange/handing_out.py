"""What leaves the register as a file of the format that is asked for, entered in the access log before it does."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from app.access.accesses import log_export
from app.access.work import Work
from app.core.filenames import disposition
from app.core.query import Asked
from app.crud.answers import BANNER, JSON, matches
from app.crud.csvfiles import CSV
from app.crud.route import accepted
from app.printing.document import Document
from app.printing.formats import FORMATS

FileFormat = Literal["json", "html", "pdf", "docx"]
MEDIA = {each.media_type.partition(";")[0]: name for name, each in FORMATS.items()}
"""The formats beside JSON in which documents are printed, by their media types."""

_TYPES: Any = {JSON: "json", CSV: "csv", **MEDIA}


class FormatQuery(Asked):
    """In which format something is asked for."""

    format: FileFormat | None = None
    """`json`, `html`, `pdf` or `docx`; if it is not given, the first of these that `Accept` names, or else JSON."""


def wanted(name: str | None, request: Request, known: tuple[str, ...] = ("json", *FORMATS)) -> str:
    """The format that a caller asks for: by name, or else by what they accept."""
    if name is not None:
        return name
    asked = (_TYPES.get(each) for each in accepted(request))
    return next((each for each in asked if each in known), "json")


@dataclass(frozen=True, slots=True)
class Handout:
    """What is about to leave."""

    name: str
    """What its file is called, without an ending."""

    told: str
    """What the access log says of it."""

    text: str
    """As JSON."""

    document: Callable[[], Document]
    """To be printed; made only if it is."""

    state: str = ""
    """What else tells one print from another."""

    csv: Callable[[], Response] | None = None
    """The same as CSV, where that makes sense."""


def handed_out(work: Work, request: Request, what: Handout, name: str) -> Response:
    """The answer that holds it, or 304 if the caller has it as it is."""
    text = what.text.encode()
    tag = f'W/"{sha256(text + f"{name} {what.state}".encode()).hexdigest()[:24]}"'
    headers = {"ETag": tag, BANNER: work.banner()}
    if matches(request, tag):
        work.seen.clear()
        return Response(status_code=304, headers=headers)
    log_export(request, work, f"{what.told} as {name}")
    work.seen.clear()  # entered with the export
    if name == "json":
        return Response(text, media_type=JSON, headers=headers)
    if name == "csv" and what.csv is not None:
        answer = what.csv()
        answer.headers["ETag"] = tag
        return answer
    form = FORMATS[name]
    headers["Content-Disposition"] = disposition(f"{what.name}{form.suffix}")
    if name == "html":
        from app.printing.html import policy  # noqa: PLC0415 - few processes print

        headers["Content-Security-Policy"] = policy()
        headers["Content-Disposition"] = headers["Content-Disposition"].replace("attachment", "inline", 1)
    return Response(form.make(what.document()), media_type=form.media_type, headers=headers)
