"""The copy of a request, as it is or as it was decided, in the format that is asked for."""

from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import undefer
from starlette.requests import Request
from starlette.responses import Response

from app.access.accesses import off_the_loop
from app.access.work import Work
from app.core.query import Asked
from app.crud.asking import from_address
from app.crud.reading import stored
from app.exchange.handing_out import FileFormat, Handout, handed_out, wanted
from app.models import InformationRequest
from app.printing.formats import FORMATS
from app.releases.copies import ReleaseCopy, copy_of, held
from app.releases.printing import as_csv, printed
from app.releases.requests import REQUESTS


class CopyQuery(Asked):
    """In which format a copy is asked for."""

    format: FileFormat | Literal["csv"] | None = None
    """`json`, `csv`, `html`, `pdf` or `docx`; if it is not given, the first that `Accept` names, or else JSON."""


def copy(work: Work, request: Request, id: str) -> Response:  # noqa: A002
    off_the_loop(request)
    query = from_address(CopyQuery, request)
    found = stored(work, REQUESTS, id)
    asked = work.session.scalars(
        select(InformationRequest).options(undefer(InformationRequest.copy)).where(InformationRequest.id == found.id)
    ).one()
    text = asked.copy or copy_of(asked, held(work, asked)).model_dump_json()
    name, marking = f"release-{asked.received_on}", work.banner()

    def content() -> ReleaseCopy:
        return ReleaseCopy.model_validate_json(text)

    what = Handout(
        name,
        f"copy of request {asked.id}",
        text,
        lambda: printed(content(), marking),
        f"{asked.state} {marking if asked.copy is None else None}",
        lambda: as_csv(work, name, content()),
    )
    return handed_out(work, request, what, wanted(query.format, request, ("json", "csv", *FORMATS)))
