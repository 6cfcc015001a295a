"""A pack in the format that is asked for, entered in the access log before it leaves."""

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
from app.crud.route import accepted
from app.printing.document import Document
from app.printing.formats import FORMATS

PackFormat = Literal["json", "html", "pdf", "docx"]
MEDIA = {each.media_type.partition(";")[0]: name for name, each in FORMATS.items()}
"""The formats beside JSON, by their media types."""

_TYPES: Any = {JSON: "json", **MEDIA}


class PackQuery(Asked):
    """How a pack is asked for."""

    format: PackFormat | None = None
    """`json`, `html`, `pdf` or `docx`; if it is not given, the first of these that `Accept` names, or else JSON."""


def wanted(query: PackQuery, request: Request) -> PackFormat:
    """The format that a caller asks for."""
    if query.format is not None:
        return query.format
    first: PackFormat = next((_TYPES[each] for each in accepted(request) if each in _TYPES), "json")
    return first


@dataclass(frozen=True, slots=True)
class Handout:
    """A pack that is about to leave."""

    reference: str
    text: str
    """As JSON."""

    document: Callable[[], Document]
    """To be printed; made only if it is."""

    state: str = ""
    """What else tells one print from another."""


def handed_out(work: Work, request: Request, pack: Handout, name: PackFormat) -> Response:
    """The answer that holds a pack, or 304 if the caller has it as it is."""
    text = pack.text.encode()
    tag = f'W/"{sha256(text + f"{name} {pack.state}".encode()).hexdigest()[:24]}"'
    headers = {"ETag": tag, BANNER: work.banner()}
    if matches(request, tag):
        work.seen.clear()
        return Response(status_code=304, headers=headers)
    log_export(request, work, f"pack of {pack.reference} as {name}")
    work.seen.clear()  # entered with the export
    if name == "json":
        return Response(text, media_type=JSON, headers=headers)
    form = FORMATS[name]
    headers["Content-Disposition"] = disposition(f"{pack.reference}-pack{form.suffix}")
    if name == "html":
        from app.printing.html import policy  # noqa: PLC0415 - few processes print

        headers["Content-Security-Policy"] = policy()
        headers["Content-Disposition"] = headers["Content-Disposition"].replace("attachment", "inline", 1)
    return Response(form.make(pack.document()), media_type=form.media_type, headers=headers)
