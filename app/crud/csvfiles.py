"""Lists that leave the register as CSV: safe for spreadsheet programs, marked, and entered in the access log."""

import csv
import io
from collections.abc import Iterable, Sequence

from starlette.requests import Request
from starlette.responses import Response

from app.access.work import Work
from app.core.csvguard import neutralise
from app.core.filenames import disposition
from app.crud.answers import BANNER

CSV = "text/csv"


def wants_csv(request: Request, asked: str | None) -> bool:
    """Whether a caller asks for CSV: by `format`, or else by what they accept."""
    if asked is not None:
        return asked == "csv"
    accept = request.headers.get("accept", "").lower()
    return CSV in accept and "application/json" not in accept


def csv_file(work: Work, name: str, columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> Response:
    """A CSV file with a header row; nothing in it is run as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([neutralise(each or "") for each in row])
    headers = {BANNER: work.banner(), "Content-Disposition": disposition(f"{name}.csv")}
    # With a mark at the beginning, without which some programs take UTF-8 for something else.
    return Response("\ufeff" + out.getvalue(), media_type=f"{CSV}; charset=utf-8", headers=headers)
