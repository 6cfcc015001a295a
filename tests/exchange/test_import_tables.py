import subprocess
import sys
import zipfile
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from office_files import changed, ods, xlsx

from app.exchange.tables import MAX_COLUMNS, UnreadableFile, read_table

CSV = "Title,Start date,Country\nTalks in Paris,2024-06-03,France\n"
MESSY = [
    ["International engagement, Pacific desk"],
    [],
    ["as at", date(2024, 6, 1)],
    [None, " Title ", "DATE(S)", "Partners", "Type"],
    [None, "Talks in Tokyo", "3-5 June 2024", "Japan", "Bilat"],
    [],
    [None, "Exercise Croix du Sud", date(2025, 5, 1), "France", "Ex"],
]


def refusal(data: bytes, **limits: int) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read_table(data, "list.csv", **limits)
    assert caught.value.detail
    return caught.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_text_encodings(encoding: str) -> None:
    table = read_table(CSV.replace("Paris", "Nouméa").encode(encoding), "list.csv")
    assert table.rows[0].cells[0] == "Talks in Nouméa"
    assert [note.code for note in table.warnings] == (["encoding_assumed"] if encoding == "cp1252" else [])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    text = CSV.replace(",", delimiter).replace("Talks in Paris", '"Talks, in; Paris"')
    table = read_table(text.encode())
    assert table.headers == ("Title", "Start date", "Country")
    assert table.rows[0].cells[0] == "Talks, in; Paris"


def test_the_separator_line_of_spreadsheet_programs() -> None:
    assert read_table(("sep=;\r\n" + CSV.replace(",", ";")).encode()).headers[0] == "Title"


def test_blank_rows_count_but_are_not_read() -> None:
    table = read_table(b"A list\n\nTitle,Date\nOne,2024\n,\n\nTwo,2025\n")
    assert [(row.record, row.cells[0]) for row in table.rows] == [(1, "One"), (4, "Two")]


@pytest.mark.parametrize("data", [xlsx({"Plans": MESSY}), ods(MESSY, name="Plans")], ids=["xlsx", "ods"])
def test_messy_workbooks(data: bytes) -> None:
    table = read_table(data, "misnamed.csv")
    assert table.sheet == "Plans"
    assert [header for header in table.headers if header] == ["Title", "DATE(S)", "Partners", "Type"]
    assert [row.record for row in table.rows] == [1, 3]
    assert table.rows[1].cells[2] == date(2025, 5, 1)


def test_the_sheet_that_looks_most_like_a_list_is_read_and_others_are_named() -> None:
    more = [["Title", "Date"], ["x", 2024]]
    table = read_table(xlsx({"Cover": [["Hello"]], "Old": more, "Now": MESSY, "Secret": MESSY}, hidden=["Secret"]))
    assert table.sheet == "Now"
    assert [note.code for note in table.warnings] == ["sheet_not_read"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b" \n ", "file_empty"),
        (b"%PDF-1.7 ...", "file_type"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "file_type"),
        (b"\x89PNG\r\n", "file_type"),
        (b"\xef\xbb\xbf <!DOCTYPE html><p>", "file_type"),
        (b"<?xml version='1.0'?><x/>", "file_type"),
        (b"Title,Date\nab\0cd,2024\nanother row that is longer than this", "file_type"),
        (b"Title,Date\n\x81\x8d,2024", "encoding"),
        (b"PK\x03\x04rubbish", "file_damaged"),
        (b"one,two\nthree,four\n", "header_missing"),
        (b"Title,Date\n" + b'"' + b"x" * 200_000 + b'",2024', "csv_malformed"),
        (b"Title,Date\n" + b"x," * (MAX_COLUMNS + 5), "too_many_columns"),
    ],
)
def test_files_that_cannot_be_read(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_bounds() -> None:
    assert refusal(CSV.encode(), max_bytes=10) == "file_too_large"
    many = b"Title,Date\n" + b"x,2024\n" * 101
    assert refusal(many, max_rows=100) == "too_many_rows"
    assert refusal(many.replace(b"x,2024\n", b"x,2024\n" * 2), max_rows=100) == "too_many_rows"


def other_archive() -> bytes:
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return data.getvalue()


BOOK = xlsx({"Plans": MESSY})
SHEET = "xl/worksheets/sheet1.xml"


def in_sheet(old: bytes, new: bytes, *, renamed: str = "") -> bytes:
    def change(name: str, content: bytes) -> bytes:
        if name == SHEET:
            assert old in content
            return content.replace(old, new, 1)
        if renamed and name.endswith(".rels"):
            return content.replace(b"worksheets/sheet1.xml", renamed.encode())
        return content

    return changed(BOOK, change)


MANY = 'table:number-rows-repeated="900000"'
ODS_CELL = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
WIDE_CELL = ODS_CELL.replace("cell ", 'cell table:number-columns-repeated="16384" ', 1)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (other_archive(), "file_type"),
        (BOOK[: len(BOOK) // 2], "file_damaged"),
        (changed(BOOK, lambda name, content: content[:-20] if name == SHEET else content), "file_damaged"),
        (
            changed(BOOK, lambda _, content: content, {"xl/media/zeros.xml": bytes(50_000_000)}),
            "file_too_large",
        ),
        (
            changed(BOOK, lambda _, content: content, {f"xl/{n}.xml": b"<x/>" for n in range(2100)}),
            "file_too_large",
        ),
        (in_sheet(b'<c r="A1"', b'<c r="XFD1048576"'), "too_many_rows"),
        (in_sheet(b'<c r="A1"', b'<c r="XFD1"'), "too_many_columns"),
        (in_sheet(b'<c r="A1"', b'<c r="KA90000"'), "too_many_cells"),
        (in_sheet(b'<row r="1"', b'<row r="1048576"'), None),
        (
            in_sheet(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet'),
            "file_unsafe",
        ),
        (
            ods([], body=f"<table:table-row {MANY}>{ODS_CELL}</table:table-row>"),
            "too_many_rows",
        ),
        (
            ods([], body=f"<table:table-row>{WIDE_CELL}</table:table-row>"),
            "too_many_columns",
        ),
        (
            ods(
                [],
                body=f"<table:table-row {MANY}/><table:table-row>{ODS_CELL}</table:table-row>",
            ),
            "too_many_rows",
        ),
    ],
)
def test_hostile_workbooks(data: bytes, code: str | None) -> None:
    if code is None:  # a row out of place, whose cells say where they are
        assert read_table(data).rows
    else:
        assert refusal(data) == code


def test_a_sheet_under_another_name_is_measured_too() -> None:
    far = in_sheet(b'<c r="A1"', b'<c r="XFD1048576"', renamed="elsewhere.xml")
    moved = changed(far, lambda _, content: content, {"xl/elsewhere.xml": zipfile.ZipFile(BytesIO(far)).read(SHEET)})
    assert refusal(moved) == "too_many_rows"


def test_the_reader_would_end_the_process_without_the_guard() -> None:
    """Why the guard is there: if this ever fails, the reading library has become safe by itself."""
    far = in_sheet(b'<c r="A1"', b'<c r="XFD1048576"')
    script = (
        "import resource, io, sys; resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30));"
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0));"
        "from python_calamine import load_workbook;"
        "load_workbook(io.BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0).to_python()"
    )
    done = subprocess.run([sys.executable, "-c", script], input=far, capture_output=True, timeout=60, check=False)
    assert done.returncode != 0


def read_or_refused(data: bytes) -> bool:
    try:
        read_table(data, "x")
    except UnreadableFile as refused:
        return bool(refused.code and refused.detail)
    return True


@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda tail: BOOK[:400] + tail))
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    assert read_or_refused(data)


@given(st.integers(0, len(BOOK) - 1), st.binary(min_size=1, max_size=4))
def test_a_damaged_workbook_is_a_table_or_refused(at: int, damage: bytes) -> None:
    assert read_or_refused(BOOK[:at] + damage + BOOK[at + len(damage) :])
