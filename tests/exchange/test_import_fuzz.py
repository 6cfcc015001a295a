"""Whatever file is sent: an account of every row that is true of the register, or a problem and nothing written."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import httpx2 as httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from office_files import changed, ods, xlsx
from sqlalchemy import func, select

from app.access.register import Register
from app.core.columns import table_of
from app.exchange.headers import SYNONYMS
from app.models import Engagement, LedgerEntry, Series
from support.client import Api, Apps
from support.databases import Databases
from support.drawing import drawing
from support.recording import contents, operating

# Cells that are sound in their column, so that many rows go in and not only what is refused at the first glance.
SOUND: dict[str, tuple[Any, ...]] = {
    "Title": ("Talks", "Kākāpō", "=1+1", "訪問団", "x" * 200, "'quoted", 'a "b"; c, d'),
    "Type": ("Visit", "talks", "Exercise", "Deployment", "dialogue", "visit", "visit"),
    "Start": ("2031-03-04", "3-5 June 2031", "March 2031", date(2031, 3, 4), "4/3/2031", 47_000),
    "End": ("", "2031-03-09", date(2031, 3, 9), "TBC"),
    "Partners": ("AU", "Fiji; Tonga", "Papua New Guinea", "AU (host), JP"),
    "Direction": ("inbound", "outbound"),
    "Ref": ("", "R-1", "R-2", "R-3", "R-4"),
    "Marking": ("", "IN-CONFIDENCE", "RESTRICTED", "SECRET", "UNCLASSIFIED"),
    "Status": ("", "planned", "confirmed", "completed"),
    "Series": ("", "Anzac talks", "Kiwi Flag"),
    "Personnel": ("", "12", 7, 1e300, "twelve"),
}
HARMFUL = (
    None, "", " ", "\x00", "\x1f", "\ud800", "\U0010ffff", "\ufeff", "\u202e", "=cmd|' /C calc'!A0", "@SUM(1,1)", "{{7*7}}",
    "'; DROP TABLE engagement; --", "x" * 40_000, "[" * 3_000, '["\\ud800"]', "9" * 400, "1e999", "0001-01-01", "9999-12-31",
    "31/02/2031", "NaN", "Type", "\r\n\r\n", '"', "sep=;", 10**30, -(2**63), float("1e308"), True, date(1900, 1, 1),
)  # fmt: skip
OTHER_COLUMNS = (
    *sorted({name for names in SYNONYMS.values() for name in names}),
    "",
    "Title",
    "Colour",
    "\x00",
    "id",
    "x" * 500,
)

harmful = st.sampled_from(HARMFUL) | st.text(max_size=40) | st.integers() | st.floats()
rows = st.lists(
    st.fixed_dictionaries({name: st.sampled_from(values) for name, values in SOUND.items()}), min_size=1, max_size=5
)
spoilt = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 14), harmful), max_size=4)
more_columns = st.lists(st.sampled_from(OTHER_COLUMNS), max_size=3)


@st.composite
def grids(draw: st.DrawFn) -> list[list[Any]]:
    """A sheet as desks keep it, with a few cells and columns that should not be there."""
    records, more = draw(rows), draw(more_columns)
    names = [*SOUND, *more]
    grid = [names, *([*each.values(), *[""] * len(more)] for each in records)]
    for row, column, cell in draw(spoilt):
        grid[row % len(grid)][column % len(names)] = cell
    return grid


def as_csv(grid: list[list[Any]], encoding: str, delimiter: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(grid)
    return text.getvalue().encode(encoding, "replace" if encoding == "cp1252" else "surrogatepass")


def as_lines(grid: list[list[Any]]) -> bytes:
    head, *body = grid
    records = [dict(zip(map(str, head), each, strict=True)) for each in body]
    return "\n".join(json.dumps(each, default=str) for each in records).encode()


def in_sheets(cell: Any) -> Any:
    """A cell as an office program can keep it."""
    if isinstance(cell, str):
        kept = "".join(each for each in cell if each.isprintable() and not "\ud800" <= each <= "\udfff")
        return kept[:32_000]
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return cell if abs(cell) < 1e15 else str(cell)  # also of what is no number: it is not less
    return cell


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A sheet in one of the formats that are taken, as a whole."""
    grid = draw(grids())
    match draw(st.sampled_from(("csv", "csv", "xlsx", "ods", "jsonl"))):
        case "xlsx":
            return xlsx({"Plan": [[in_sheets(each) for each in row] for row in grid]})
        case "ods":
            return ods([[in_sheets(each) for each in row] for row in grid])
        case "jsonl":
            return as_lines(grid)
    encodings = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
    return as_csv(grid, draw(st.sampled_from(encodings)), draw(st.sampled_from(",;\t|")))


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """The same on its way through bad weather: cut short, overwritten, doubled, or with something before it."""
    data, at, junk = draw(files()), draw(st.floats(0, 1)), draw(st.binary(max_size=8))
    place = int(at * len(data))
    how = draw(st.sampled_from(("cut", "over", "into", "twice", "before")))
    return {
        "cut": data[:place],
        "over": data[:place] + junk + data[place + len(junk) :],
        "into": data[:place] + junk + data[place:],
        "twice": data + data,
        "before": junk + data,
    }[how]


class Desk:
    """A register that is sent files, and what it holds."""

    def __init__(self, api: Api, register: Register) -> None:
        self.api, self.register = api, register

    def send(self, data: bytes, **fields: str) -> httpx.Response:
        return self.api.ask("POST", "/imports", files={"file": ("plan", data)}, data=fields)

    def contents(self) -> dict[str, int]:
        return contents(self.register)

    def counts(self) -> dict[str, int]:
        """Engagements, series, and entries of the ledger by their action."""
        with operating(self.register) as connection:
            entries = select(LedgerEntry.action, func.count()).group_by(LedgerEntry.action)
            found = {str(action): int(number) for action, number in connection.execute(entries)}
            for model in (Engagement, Series):
                table = table_of(model)
                found[table.name] = connection.scalar(select(func.count()).select_from(table)) or 0
        return found


@pytest.fixture(scope="module")
def desk(source: Databases, apps: Apps) -> Iterator[Desk]:
    with apps.own(source) as api:
        yield Desk(api, api.register)


def refused(answer: httpx.Response) -> None:
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert all(each["pointer"] == "/file" and each["code"] and each["detail"] for each in answer.json()["errors"])


def is_true(report: Any, before: dict[str, int], after: dict[str, int], api: Api) -> None:
    """The account of an import beside what it has done."""
    outcomes = [each["outcome"] for each in report["rows"]]
    assert {name: outcomes.count(name) for name in ("created", "updated", "unchanged", "rejected")} == {
        name: report[name] for name in ("created", "updated", "unchanged", "rejected")
    }
    grown = {name: after.get(name, 0) - before.get(name, 0) for name in after}
    assert grown["engagement"] == report["created"]
    assert grown.get("create", 0) == report["created"] + grown["series"]
    assert grown.get("update", 0) >= report["updated"]
    for each in report["rows"]:
        assert bool(each["errors"]) is (each["outcome"] == "rejected")
        assert all(note["code"] and note["detail"] for note in (*each["errors"], *each["warnings"]))
        if each["outcome"] in ("created", "updated", "unchanged"):
            assert api.get(f"/engagements/{each['reference']}").status_code == 200


@drawing(15)
@given(data=files())
def test_the_account_of_a_file_is_true_and_the_file_again_is_nothing_new(desk: Desk, data: bytes) -> None:
    before, counted = desk.contents(), desk.counts()
    dry = desk.send(data, dry_run="true")
    assert desk.contents() == before
    answer = desk.send(data)
    if answer.status_code != 200:
        refused(answer)
        assert dry.json()["errors"] == answer.json()["errors"]
        assert desk.contents() == before
        return
    report = answer.json()
    is_true(report, counted, desk.counts(), desk.api)
    outcomes = [each["outcome"] for each in report["rows"]]
    assert [each["outcome"] for each in dry.json()["rows"]] == outcomes
    once, again = desk.contents(), desk.send(data).json()
    assert (again["created"], again["updated"]) == (0, 0)
    assert [each["outcome"] for each in again["rows"]] == [
        "unchanged" if each in ("created", "updated") else each for each in outcomes
    ]
    assert desk.contents() == once


@drawing(15)
@given(data=files())
def test_all_or_nothing_is_all_or_nothing(desk: Desk, data: bytes) -> None:
    before, counted = desk.contents(), desk.counts()
    answer = desk.send(data, all_or_nothing="true")
    if answer.status_code == 200 and not answer.json()["rejected"]:
        is_true(answer.json(), counted, desk.counts(), desk.api)
        return
    if answer.status_code == 200:
        assert not {each["outcome"] for each in answer.json()["rows"]} & {"created", "updated"}
    else:
        refused(answer)
    assert desk.contents() == before


@drawing(25)
@given(data=damaged() | st.binary(min_size=1, max_size=400))
def test_what_is_left_of_a_file_is_taken_truly_or_refused(desk: Desk, data: bytes) -> None:
    before, counted = desk.contents(), desk.counts()
    answer = desk.send(data)
    if answer.status_code == 200:
        is_true(answer.json(), counted, desk.counts(), desk.api)
    else:
        refused(answer)
        assert desk.contents() == before


GRID = [["Title", "Type", "Start", "Partners", "Direction"], ["A visit", "Visit", "2031-03-04", "AU", "inbound"]]
BOOK = xlsx({"Plan": GRID})
SHEET, HEART = "xl/worksheets/sheet1.xml", "xl/workbook.xml"


def in_part(part: str, old: bytes, new: Callable[[], bytes]) -> Callable[[], bytes]:
    """A workbook in one of whose parts something stands in another's place."""
    return lambda: changed(BOOK, lambda name, content: content.replace(old, new(), 1) if name == part else content)


def with_parts(parts: Callable[[], dict[str, bytes]]) -> Callable[[], bytes]:
    return lambda: changed(BOOK, lambda _, content: content, parts())


BOMBS: dict[str, Callable[[], bytes]] = {
    "zeros": with_parts(lambda: {"xl/media/x.xml": bytes(60_000_000)}),
    "spaces": in_part(SHEET, b"<sheetData>", lambda: b"<sheetData>" + b" " * 60_000_000),
    "many parts": with_parts(lambda: {f"xl/{number}.xml": b"<x/>" for number in range(3_000)}),
    "a billion laughs": in_part(SHEET, b"<worksheet", lambda: b'<!DOCTYPE x [<!ENTITY a "aa">]><worksheet'),
    "deep": in_part(SHEET, b"<sheetData>", lambda: b"<x>" * 200_000 + b"<sheetData>"),
    "an archive in an archive": in_part(HEART, b"<", lambda: BOOK),
    "no sheet": in_part(SHEET, b"<worksheet", lambda: b""),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_that_unfolds_is_refused_before_it_does(desk: Desk, name: str) -> None:
    before = desk.contents()
    refused(desk.send(BOMBS[name]()))
    assert desk.contents() == before
