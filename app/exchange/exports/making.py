"""Making an export: a list, read as it was at one moment, entered in the access log, and written in some format."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from app.access.work import Work
from app.core.query import ListQuery
from app.crud.listing import census
from app.crud.reading import check_shape
from app.crud.resource import Resource
from app.crud.saving import meant
from app.crud.walking import in_order, walk
from app.errors import Fault, Invalid
from app.exchange.exports.columns import chosen
from app.exchange.exports.sheet import Pages, Sheet
from app.exchange.exports.texts import as_csv, as_geojson, as_lines

Log = Callable[[], None]
"""Enters in the access log what the work has seen since it was last called. Raises Unavailable if that cannot be."""


def _as_xlsx(sheet: Sheet, pages: Pages) -> Iterator[bytes]:
    from app.exchange.exports.workbook import MOST_ROWS, as_xlsx  # noqa: PLC0415 - few processes make one

    if sheet.total > MOST_ROWS:
        detail = f"A sheet holds {MOST_ROWS:,} rows and these are {sheet.total:,}: narrow it, or take another format"
        raise Invalid(faults=[Fault(detail, "too_long", parameter="format")])
    return as_xlsx(sheet, pages)


@dataclass(frozen=True, slots=True)
class Format:
    """One format of exports."""

    media_type: str
    endings: tuple[str, ...]
    """How names of such files end, the usual one first."""

    write: Callable[[Sheet, Pages], Iterator[bytes]]


FORMATS: Mapping[str, Format] = {
    "csv": Format("text/csv", (".csv",), as_csv),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",), _as_xlsx),
    "jsonl": Format("application/jsonl", (".jsonl", ".ndjson"), as_lines),
    "geojson": Format("application/geo+json", (".geojson",), as_geojson),
}


@dataclass(frozen=True, slots=True)
class Export:
    """An export that is about to be made."""

    sheet: Sheet
    format: Format
    chunks: Iterator[bytes]
    """What is to be sent, piece by piece; made as it is asked for, inside of the snapshot."""

    @property
    def file_name(self) -> str:
        return self.sheet.name + self.format.endings[0]


def export(work: Work, resource: Resource, query: ListQuery, name: str, *, log: Log, parent: str | None) -> Export:
    """An export of a list, of which nothing has been read yet; to be called and gone through inside of a snapshot.

    The first entry in the access log is made here. Records whose reading is entered are, page by page, before any of
    the page is handed out. Raises Invalid for what cannot be asked.
    """
    query = in_order(resource, meant(work, resource, query))
    check_shape(resource, query.fields, ())
    total = census(work, resource, query, parent)
    sheet = Sheet(
        resource=resource,
        columns=chosen(resource, query.fields),
        fields=tuple(query.fields),
        total=total,
        marking=work.banner(),
        day=work.today,
    )
    format_ = FORMATS[name]
    chunks = format_.write(sheet, _logged(work, walk(work, resource, query, parent), log))
    log()
    return Export(sheet, format_, chunks)


def _logged(work: Work, pages: Pages, log: Log) -> Pages:
    """The same pages, each entered in the access log before it is handed on."""
    for page in pages:
        if work.seen:
            log()
            work.seen.clear()
        yield page
