"""Working days, against days that are known."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import Settings
from app.core.calendar import last_day
from app.core.workingdays import (
    Holiday,
    add_working_days,
    holidays_of,
    is_known,
    is_working_day,
    regions,
    working_days_between,
)

DAYS = st.dates(date(1995, 1, 1), date(2050, 12, 31))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 7, 10), "Matariki"),
        (date(2027, 6, 25), "Matariki"),
        (date(2027, 2, 8), "Waitangi Day (observed)"),  # the 6th is a Saturday: Mondayised since 2014
        (date(2026, 4, 27), "Anzac Day (observed)"),
        (date(2026, 12, 28), "Boxing Day (observed)"),
        (date(2026, 1, 19), "Wellington Anniversary Day"),
    ],
)
def test_new_zealands_holidays(day: date, name: str) -> None:
    assert holidays_of("NZ", day, day, "WGN") == [Holiday(day, name)]
    assert not is_working_day(day, "NZ", "WGN")


def test_waitangi_day_was_not_mondayised_before_2014() -> None:
    assert date(2010, 2, 6).weekday() == 5
    assert is_working_day(date(2010, 2, 8), "NZ", "WGN")


def test_an_anniversary_day_is_one_where_it_is_kept() -> None:
    day = date(2026, 1, 19)
    assert is_working_day(day, "NZ")
    assert is_working_day(day, "NZ", "AUK")
    assert not is_working_day(day, "NZ", "WGN")


@pytest.mark.parametrize(
    ("day", "number", "due"),
    [
        (date(2026, 12, 18), 10, date(2027, 1, 7)),  # over Christmas, Boxing Day and both days of the New Year
        (date(2026, 7, 8), 2, date(2026, 7, 13)),  # over Matariki and a weekend
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # a Saturday
    ],
)
def test_so_many_working_days_later(day: date, number: int, due: date) -> None:
    assert add_working_days(day, number, "NZ", "WGN") == due
    assert working_days_between(day, due, "NZ", "WGN") == number


@given(DAYS, st.integers(1, 60))
def test_adding_and_counting_agree(day: date, number: int) -> None:
    later = add_working_days(day, number, "NZ", "WGN")
    assert later > day
    assert is_working_day(later, "NZ", "WGN")
    assert working_days_between(day, later, "NZ", "WGN") == number
    assert working_days_between(later, day, "NZ", "WGN") == -number
    assert add_working_days(day, number + 1, "NZ", "WGN") > later


def test_partners_have_holidays_of_their_own() -> None:
    golden_week = holidays_of("JP", date(2026, 4, 29), date(2026, 5, 6))
    assert [each.name for each in golden_week][:2] == ["Showa Day", "Constitution Day"]
    assert holidays_of("TO", date(2026, 6, 1), date(2026, 6, 30))
    assert not is_working_day(date(2026, 11, 29), "TO")


def test_a_country_that_is_not_known_works_from_monday_to_friday() -> None:
    assert not is_known("XX")
    assert is_working_day(date(2026, 12, 25), "XX")
    assert not is_working_day(date(2026, 12, 26), "XX")
    with pytest.raises(LookupError):
        holidays_of("XX", date(2026, 1, 1), date(2026, 1, 2))
    with pytest.raises(LookupError):
        holidays_of("NZ", date(2026, 1, 1), date(2026, 1, 2), "XXX")


def test_holidays_of_every_country_can_be_told_over_the_turn_of_a_year() -> None:
    for country in regions():
        found = holidays_of(country, date(2026, 12, 1), date(2027, 1, 31))
        assert found == sorted(found)
        assert all(date(2026, 12, 1) <= each.day <= date(2027, 1, 31) and each.name for each in found)


@pytest.mark.parametrize(
    ("ends_on", "precision", "last"),
    [
        (date(2026, 5, 4), "day", date(2026, 5, 4)),
        (date(2028, 2, 1), "month", date(2028, 2, 29)),
        (date(2026, 5, 4), "quarter", date(2026, 6, 30)),
        (date(2026, 12, 31), "quarter", date(2026, 12, 31)),
        (date(2026, 5, 4), "year", date(2026, 12, 31)),
    ],
)
def test_what_is_vague_is_over_when_its_time_is(ends_on: date, precision: str, last: date) -> None:
    assert last_day(ends_on, precision) == last


@given(DAYS, st.sampled_from(["day", "month", "quarter", "year"]))
def test_a_vague_end_is_never_before_the_day_given(day: date, precision: str) -> None:
    assert day <= last_day(day, precision) <= day + timedelta(days=366)


def test_the_region_is_new_zealands_unless_it_is_said() -> None:
    assert Settings().home_region == "WGN"
    assert Settings(holiday_region="").home_region is None
    assert Settings(home_country="AU").home_region is None
    assert Settings(home_country="AU", holiday_region="QLD").home_region == "QLD"
    with pytest.raises(ValueError, match="TRACKER_HOLIDAY_REGION must be one of"):
        Settings(holiday_region="QLD")
