"""The days with nobody in office, against counting day by day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.network.attaches import coverage_of, gap
from app.network.holders import Holding

ON = date(2026, 11, 25)
UNTIL = ON + timedelta(days=40)


def day(number: int) -> date:
    return ON + timedelta(days=number)


@st.composite
def holdings(draw: st.DrawFn) -> Holding:
    start = draw(st.integers(-20, 60))
    length = draw(st.integers(0, 30) | st.none())
    return Holding(day(start), None if length is None else day(start + length))


def day_by_day(terms: list[Holding]) -> tuple[date | None, date | None]:
    def held(when: date) -> bool:
        return any(each.starts_on <= when and (each.ends_on is None or when <= each.ends_on) for each in terms)

    free = next((day(number) for number in range(41) if not held(day(number))), None)
    if free is None:
        return None, None
    last = next((each for each in (free + timedelta(days=number) for number in range(200)) if held(each)), None)
    return free, None if last is None else last - timedelta(days=1)


@given(st.lists(holdings(), max_size=5))
def test_the_first_gap_is_found(terms: list[Holding]) -> None:
    assert gap(terms, ON, UNTIL) == day_by_day(terms)


def test_how_a_country_stands() -> None:
    ends = Holding(day(-100), day(10))
    assert coverage_of([], 0, ON, UNTIL) == ("unknown", None, None)
    assert coverage_of([], 1, ON, UNTIL) == ("vacant", ON, None)
    assert coverage_of([Holding(day(5), None)], 1, ON, UNTIL) == ("vacant", ON, day(4))
    assert coverage_of([ends], 1, ON, UNTIL) == ("ends", day(11), None)
    assert coverage_of([ends, Holding(day(11), None)], 1, ON, UNTIL) == ("covered", None, None)
    assert coverage_of([ends, Holding(day(13), None)], 1, ON, UNTIL) == ("ends", day(11), day(12))
    assert coverage_of([Holding(day(-100), day(41))], 1, ON, UNTIL) == ("covered", None, None)
