"""Exports that are text: CSV for spreadsheet programs, JSON Lines for programs, GeoJSON for maps."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from app.core.csvguard import neutralise
from app.exchange.exports.columns import Value, cells_of
from app.exchange.exports.places import SOURCE, place_of
from app.exchange.exports.sheet import Pages, Sheet

BOM = "\ufeff"
"""Without it some programs take UTF-8 for something else."""

_WORDS = {True: "true", False: "false", None: ""}


def as_csv(sheet: Sheet, pages: Pages) -> Iterator[bytes]:
    """A row for each record, its banner in the last column; nothing in it is run as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    out.write(BOM)
    writer.writerow([each.name for each in sheet.columns])
    yield _taken(out)
    for records in sheet.records(pages):
        for record in records:
            writer.writerow(map(_text, cells_of(sheet.columns, record)))
        yield _taken(out)


def _text(value: Value) -> str | int | float:
    if isinstance(value, str):
        return neutralise(value)
    return _WORDS[value] if value is None or isinstance(value, bool) else value


def _taken(out: io.StringIO) -> bytes:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode()


def as_lines(sheet: Sheet, pages: Pages) -> Iterator[bytes]:
    """A line for each record, as it is stored."""
    if not sheet.fields:
        for page in pages:
            yield ("\n".join(page) + "\n").encode()
        return
    for records in sheet.records(pages):
        yield "".join(_json(sheet.shown(each)) + "\n" for each in records).encode()


def as_geojson(sheet: Sheet, pages: Pages) -> Iterator[bytes]:
    """A collection of features (RFC 7946), one a line; what is nowhere has no geometry."""
    head = {"type": "FeatureCollection", "marking": sheet.marking, "positions": SOURCE}
    yield (_json(head)[:-1] + ',"features":[').encode()
    before = "\n"
    for records in sheet.records(pages):
        text = before + ",\n".join(_json(_feature(sheet, each)) for each in records)
        before = ",\n"
        yield text.encode()
    yield b"\n]}\n"


def _feature(sheet: Sheet, record: dict[str, Any]) -> dict[str, Any]:
    found = place_of(record)
    feature: dict[str, Any] = {"type": "Feature", "id": record["id"], "geometry": None, "place": None}
    if found is not None:
        feature["place"], point = found
        feature["geometry"] = {"type": "Point", "coordinates": point}
    return feature | {"properties": sheet.shown(record)}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
