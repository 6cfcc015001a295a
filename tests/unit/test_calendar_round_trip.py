"""A calendar file as a program reads it: the same instants, days, titles and places as the engagements have."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import assume, example, given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from app.exchange.icalendar.events import Surroundings, event_of
from app.exchange.icalendar.zones import zone_of
from support.drawing import drawing

AROUND = Surroundings("tracker", "https://register.example", {"FJ": "Fiji"})
RECORD: dict[str, Any] = {
    "id": "0190163d-8694-739b-aea5-966c26f8ad91", "kind": "visit", "reference": "VIS-2026-0042", "title": "Visit",
    "status": "confirmed", "version": 1, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
    "starts_on": "2026-03-04", "ends_on": "2026-03-04", "date_precision": "day", "starts_at": None, "ends_at": None,
    "timezone": None, "venue": None, "city": None, "country": None, "level": None, "lead": None,
    "marking": "UNCLASSIFIED", "partners": [],
}  # fmt: skip
ZONES = (
    "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia", "Australia/Lord_Howe", "America/New_York", "Europe/Dublin",
    "Africa/Casablanca", "Asia/Kathmandu", "Asia/Tokyo", "Antarctica/Troll", "UTC",
)  # fmt: skip
EDGES = tuple(
    datetime(year, month, day, hour, tzinfo=UTC)
    for year in (1995, 2011, 2026, 2030)
    for month, day, hour in (
        (3, 29, 1),
        (4, 4, 14),
        (4, 4, 15),
        (9, 26, 14),
        (10, 3, 15),
        (10, 25, 1),
        (11, 1, 6),
        (12, 30, 10),
    )
)
"""Instants near which some clocks are set, or a day was left out."""

instants = st.one_of(
    st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
    st.tuples(st.sampled_from(EDGES), st.integers(-7200, 7200)).map(lambda each: each[0] + timedelta(seconds=each[1])),
).map(lambda each: each.replace(microsecond=0))
lengths = st.one_of(st.none(), st.integers(0, 3 * 86_400)).map(
    lambda each: None if each is None else timedelta(seconds=each)
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
days = st.dates(date(1950, 1, 1), date(2150, 1, 1))


def text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def read(record: dict[str, Any]) -> Event:
    """The event of a record, from the bytes of a file."""
    calendar = Calendar()
    calendar.add("prodid", "test")
    calendar.add("version", "2.0")
    if record["timezone"] and record["starts_at"]:
        years = [int(record[name][:4]) for name in ("starts_at", "ends_at") if record[name]]
        calendar.add_component(zone_of(record["timezone"], min(years), max(years)))
    calendar.add_component(event_of(record, AROUND))
    found = Calendar.from_ical(calendar.to_ical())
    (event,) = found.events
    assert found.errors == event.errors == []
    return event


@drawing(150)
@given(begins=instants, lasts=lengths, zone=st.none() | st.sampled_from(ZONES))
@example(datetime(2026, 4, 4, 14, 30, tzinfo=UTC), timedelta(0), "Pacific/Auckland")
@example(datetime(2026, 4, 4, 13, 45, tzinfo=UTC), timedelta(minutes=30), "Pacific/Auckland")
@example(datetime(2026, 11, 1, 6, 30, tzinfo=UTC), timedelta(hours=1), "America/New_York")
def test_what_has_a_time_has_the_same_instants(begins: datetime, lasts: timedelta | None, zone: str | None) -> None:
    ends = None if lasts is None else begins + lasts
    on = begins.astimezone(ZoneInfo(zone or "UTC")).date().isoformat()
    event = read(
        RECORD
        | {"starts_at": text(begins), "ends_at": ends and text(ends), "timezone": zone, "starts_on": on, "ends_on": on}
    )
    assert event.start.astimezone(UTC) == begins
    if ends is None or ends == begins:
        assert "dtend" not in event
    else:
        assert event.end.astimezone(UTC) == ends


@drawing(60)
@given(begins=days, more=st.integers(0, 400), precision=st.sampled_from(("day", "month")), open_ended=st.booleans())
def test_what_has_none_has_the_same_days(begins: date, more: int, precision: str, open_ended: bool) -> None:
    ends = begins + timedelta(days=more)
    event = read(
        RECORD
        | {"starts_on": begins.isoformat(), "ends_on": None if open_ended else ends.isoformat()}
        | {"date_precision": precision}
    )
    first, after = event["dtstart"].dt, None if open_ended else event["dtend"].dt
    assert type(first) is date
    assert "VALUE=DATE:" in event.to_ical().decode()
    if precision == "day":
        assert (first, after) == (begins, None if open_ended else ends + timedelta(days=1))
        return
    assert first == begins.replace(day=1)
    if after is not None:
        assert after.day == 1
        assert (after - timedelta(days=1)).isoformat()[:7] == ends.isoformat()[:7]


def as_read(value: str) -> str:
    """What is left of a text in a file of lines: other breaks are line feeds, and what no file may hold is gone."""
    broken = re.sub("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", "\n", value)
    return "".join(each for each in broken if each in "\t\n" or not (each < " " or "\x7f" <= each <= "\x9f"))


@drawing(150)
@given(title=texts, venue=texts, city=texts, marking=st.sampled_from(("UNCLASSIFIED", "POLICY RESTRICTED//NZEO")))
@example('a\\nb\\,c;d:e"f', "^n^'^^", "\ufeff,\\", "UNCLASSIFIED")
def test_titles_and_places_are_the_same(title: str, venue: str, city: str, marking: str) -> None:
    assume(title)
    event = read(RECORD | {"title": title, "venue": venue, "city": city, "country": "FJ", "marking": marking})
    banner = "" if marking == "UNCLASSIFIED" else f"[{marking}] "
    assert str(event["summary"]) == banner + as_read(title)
    assert str(event["location"]) == as_read(", ".join(each for each in (venue, city, "Fiji") if each))
