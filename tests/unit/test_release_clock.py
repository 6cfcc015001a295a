"""The time of the Official Information Act: 20 of its own working days from the day after a request is received."""

from datetime import date, timedelta

import pytest

from app.releases.clock import decision_due, is_working_day


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-06-02", "2026-06-30"),  # nothing but weekends
        ("2026-06-15", "2026-07-14"),  # Matariki on Friday, 10 July
        ("2026-03-23", "2026-04-22"),  # Good Friday and Easter Monday, 3 and 6 April
        ("2026-04-24", "2026-05-25"),  # Anzac Day on a Saturday: Monday, 27 April, instead
        ("2026-10-12", "2026-11-10"),  # Labour Day on 26 October
        ("2026-12-01", "2027-01-20"),  # closed from 25 December to 15 January
        ("2026-12-24", "2027-02-15"),  # begins on 18 January; Waitangi Day on a Saturday: Monday, 8 February, instead
        ("2027-01-05", "2027-02-15"),  # received while closed
        ("2026-11-07", "2026-12-04"),  # received on a Saturday
    ],
)
def test_twenty_working_days(received: str, due: str) -> None:
    assert decision_due(date.fromisoformat(received)) == date.fromisoformat(due)


@pytest.mark.parametrize("day", ["2026-12-25", "2026-12-31", "2027-01-01", "2027-01-15", "2026-06-01", "2026-07-10"])
def test_days_on_which_the_clock_stands(day: str) -> None:
    assert not is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2026-12-24", "2027-01-18", "2027-01-25", "2026-01-19", "2026-04-07"])
def test_regional_anniversaries_and_the_tuesday_after_easter_count(day: str) -> None:
    assert is_working_day(date.fromisoformat(day))


def test_the_last_day_is_a_working_day_and_twenty_lie_between() -> None:
    first = date(2025, 1, 1)
    for received in (first + timedelta(days=number) for number in range(800)):
        due = decision_due(received)
        between = [received + timedelta(days=each) for each in range(1, (due - received).days + 1)]
        assert is_working_day(due)
        assert sum(map(is_working_day, between)) == 20
