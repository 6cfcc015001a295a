from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.exchange.cells import Cell
from app.exchange.dates import PRECISIONS, coarser, read_dates, read_start_and_end

DAY = ("2024-03-12", "2024-03-12", "day")
THREE_DAYS = ("2024-06-03", "2024-06-05", "day")
OVER_MONTHS = ("2024-05-30", "2024-06-02", "day")
NEW_YEAR = ("2024-12-30", "2025-01-02", "day")
JUNE = ("2024-06-01", "2024-06-30", "month")
QUARTER = ("2024-04-01", "2024-06-30", "quarter")
YEAR = ("2024-01-01", "2024-12-31", "year")


@pytest.mark.parametrize(
    ("cell", "expected", "codes"),
    [
        ("12/03/2024", DAY, {"day_first_assumed"}),
        ("12.03.2024", DAY, {"day_first_assumed"}),
        ("12-3-24", DAY, {"day_first_assumed", "two_digit_year"}),
        ("12.3.24", DAY, {"day_first_assumed", "two_digit_year"}),
        ("13/03/2024", ("2024-03-13", "2024-03-13", "day"), set()),
        ("03/03/2024", ("2024-03-03", "2024-03-03", "day"), set()),
        (" 12  Mar 24 ", DAY, {"two_digit_year"}),
        ("12-Mar-24", DAY, {"two_digit_year"}),
        ("12MAR24", DAY, {"two_digit_year"}),
        ("12 Mar 99", ("1999-03-12", "1999-03-12", "day"), {"two_digit_year"}),
        ("12th March 2024", DAY, set()),
        ("the 12th of March, 2024", DAY, set()),
        ("Tues 12 March 2024", DAY, set()),
        ("March 12, 2024", DAY, set()),
        ("2024-03-12", DAY, set()),
        ("2024/3/12", DAY, set()),
        ("20240312", DAY, set()),
        ("2024-03-12T09:30:00Z", DAY, {"time_dropped"}),
        ("2024-03-12 00:00:00", DAY, set()),
        ("12 March 2024 at 09:30", DAY, {"time_dropped"}),
        (date(2024, 3, 12), DAY, set()),
        (datetime(2024, 3, 12), DAY, set()),  # noqa: DTZ001 - cells have no zone
        (datetime(2024, 3, 12, 9), DAY, {"time_dropped"}),  # noqa: DTZ001
        (45363, DAY, {"serial_number"}),
        (45363.0, DAY, {"serial_number"}),
        (45363.4, DAY, {"serial_number"}),
        ("45363", DAY, {"serial_number"}),
        ("45363.25", DAY, {"serial_number"}),
        ("3-5 June 2024", THREE_DAYS, set()),
        ("3 – 5 June 2024", THREE_DAYS, set()),
        ("3 to 5 June, 2024", THREE_DAYS, set()),
        ("3 & 5 June 2024", THREE_DAYS, set()),
        ("June 3-5, 2024", THREE_DAYS, set()),
        ("Mon 3 June - Wed 5 June 2024", THREE_DAYS, set()),
        ("03/06/2024 - 05/06/2024", THREE_DAYS, {"day_first_assumed"}),
        ("03-05/06/2024", THREE_DAYS, {"day_first_assumed"}),
        ("2024-06-03/2024-06-05", THREE_DAYS, set()),
        ("30 May - 2 June 2024", OVER_MONTHS, set()),
        ("30/5-2/6/2024", OVER_MONTHS, {"day_first_assumed"}),
        ("30 Dec 2024 to 2 Jan 2025", NEW_YEAR, set()),
        ("30 Dec - 2 Jan 2025", NEW_YEAR, {"year_assumed"}),
        ("June 2024", JUNE, {"month_only"}),
        ("Jun-24", JUNE, {"month_only", "two_digit_year"}),
        ("Jun '24", JUNE, {"month_only", "two_digit_year"}),
        ("06/2024", JUNE, {"month_only"}),
        ("2024-06", JUNE, {"month_only"}),
        ("mid June 2024", JUNE, {"month_only", "part_of_period"}),
        ("mid-June 2024", JUNE, {"month_only", "part_of_period"}),
        ("end of June 2024", JUNE, {"month_only", "part_of_period"}),
        ("June 2024 (TBC)", JUNE, {"month_only", "date_provisional"}),
        ("c. June 2024", JUNE, {"month_only", "date_provisional"}),
        ("June - July 2024", ("2024-06-01", "2024-07-31", "month"), {"month_only"}),
        ("Q2 2024", QUARTER, {"quarter_only"}),
        ("2024 Q2", QUARTER, {"quarter_only"}),
        ("2Q24", QUARTER, {"quarter_only", "two_digit_year"}),
        ("second quarter of 2024", QUARTER, {"quarter_only"}),
        ("Q1-Q2 2024", ("2024-01-01", "2024-06-30", "quarter"), {"quarter_only"}),
        ("2024", YEAR, {"year_only"}),
        (2024.0, YEAR, {"year_only"}),
        ("late 2024", YEAR, {"year_only", "part_of_period"}),
        ("2023-24", ("2023-01-01", "2024-12-31", "year"), {"year_only"}),
        ("2024 - ongoing", ("2024-01-01", None, "year"), {"year_only"}),
        ("since 12 March 2024", ("2024-03-12", None, "day"), set()),
    ],
)
def test_dates_as_written(cell: Cell, expected: tuple[str, str | None, str], codes: set[str]) -> None:
    found = read_dates(cell, "When")
    assert not found.errors
    assert found.period is not None
    ends_on = found.period.ends_on
    assert (
        found.period.starts_on.isoformat(),
        ends_on and ends_on.isoformat(),
        found.period.date_precision,
    ) == expected
    assert {note.code for note in found.warnings} == codes
    assert all(note.column == "When" and note.detail for note in found.warnings)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("03/25/2024", "date_order"),
        ("31/02/2024", "date_impossible"),
        ("29 Feb 2023", "date_impossible"),
        ("2024-13-01", "date_impossible"),
        ("31 June 2024", "date_impossible"),
        ("5-3 June 2024", "end_before_start"),
        ("1850", "date_range"),
        ("12 March 2201", "date_range"),
        ("0001-01-01", "date_range"),
        ("TBC", "date_unknown"),
        ("12 March", "year_missing"),
        ("June", "year_missing"),
        ("Q2", "year_missing"),
        ("June 24", "date_ambiguous"),
        ("Spring 2024", "date_unreadable"),
        ("next week", "date_unreadable"),
        ("17", "year_missing"),
        (17, "date_unreadable"),
        (float("inf"), "date_unreadable"),
        (float("nan"), "date_unreadable"),
        (1e300, "date_unreadable"),
        (True, "date_unreadable"),
        (time(9), "date_unreadable"),
        (timedelta(days=3), "date_unreadable"),
        ("3" * 500, "date_unreadable"),
    ],
)
def test_what_is_no_date(cell: Cell, code: str) -> None:
    found = read_dates(cell, "When")
    assert found.period is None
    assert [note.code for note in found.errors] == [code]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2024-06-03", "2024-06-05", THREE_DAYS),
        ("30 May", "2 June 2024", OVER_MONTHS),
        ("30 Dec", "2 Jan 2025", NEW_YEAR),
        ("3", "5 June 2024", THREE_DAYS),
        ("April 2024", "30/06/2024", ("2024-04-01", "2024-06-30", "month")),
        ("2024", "30/06/2024", ("2024-01-01", "2024-06-30", "year")),
        (45446, 45448, THREE_DAYS),
        ("3 June 2024", "ongoing", ("2024-06-03", None, "day")),
        ("3-4 June 2024", "5 June 2024", THREE_DAYS),
    ],
)
def test_start_and_end_apart(start: Cell, end: Cell, expected: tuple[str, str | None, str]) -> None:
    found = read_start_and_end(start, end, "From", "To")
    assert found.period is not None
    ends_on = found.period.ends_on
    assert (
        found.period.starts_on.isoformat(),
        ends_on and ends_on.isoformat(),
        found.period.date_precision,
    ) == expected


def test_faults_of_both_ends_are_told() -> None:
    found = read_start_and_end("31/02/2024", "soon", "From", "To")
    assert ("To", "date_unreadable") in [(note.column, note.code) for note in found.errors]
    found = read_start_and_end("", "5 June 2024", "From", "To")
    assert [(note.column, note.code) for note in found.errors] == [("From", "date_missing")]
    found = read_start_and_end("5 June 2024", "3 June 2024", "From", "To")
    assert [(note.column, note.code) for note in found.errors] == [("To", "end_before_start")]


def test_the_vaguest_precision_wins() -> None:
    assert coarser("day", "quarter", "month") == "quarter"


ALPHABET = "0123456789/-. –qjunmartofc,&TBC'~"


@given(st.text(max_size=60) | st.text(ALPHABET, max_size=30) | st.floats() | st.integers(-(10**9), 10**9))
@example("９９ June 2024")
@example("²/3/2024")
def test_any_cell_is_a_date_or_faults(cell: Cell) -> None:
    found = read_dates(cell, "When")
    if found.period is not None:
        assert 1900 <= found.period.starts_on.year <= 2200
        assert found.period.ends_on is None or found.period.ends_on >= found.period.starts_on
        assert found.period.date_precision in PRECISIONS


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_every_day_is_read_in_every_form(day: date) -> None:
    long_year = f"{day.year:04}"
    for text in (
        day.isoformat(),
        f"{day.day:02}/{day.month:02}/{long_year}",
        f"{day.day} {day:%B} {long_year}",
        f"{day:%b} {day.day}, {long_year}",
    ):
        found = read_dates(text, "When")
        assert found.period is not None
        assert found.period.starts_on == found.period.ends_on == day
