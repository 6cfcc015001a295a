"""An engagement as an event of a calendar: what is told of it, and in which words."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from app.exchange.icalendar.events import STATUS, Surroundings, event_of
from app.exchange.icalendar.zones import zone_of
from app.models.lifecycle import LIFECYCLE

AROUND = Surroundings("tracker", "https://register.example", {"AU": "Australia", "FJ": "Fiji"})
RECORD: dict[str, Any] = {
    "id": "0190163d-8694-739b-aea5-966c26f8ad91", "kind": "bilateral_talks", "reference": "BIL-2026-0042",
    "title": "Talks", "status": "confirmed", "version": 3, "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-02-03T04:05:06.789Z", "starts_on": "2026-03-04", "ends_on": "2026-03-06",
    "date_precision": "day", "starts_at": None, "ends_at": None, "timezone": None, "venue": "The base", "city": "Suva",
    "country": "FJ", "level": "senior_officials", "lead": "joint", "marking": "UNCLASSIFIED",
    "partners": [{"partner": "AU", "role": "host"}, {"partner": "FPDA", "role": "observer"}],
}  # fmt: skip


def event(**changes: Any) -> Event:
    """The event as a program reads it."""
    calendar = Calendar()
    calendar.add("prodid", "test")
    calendar.add("version", "2.0")
    calendar.add_component(event_of({**RECORD, **changes}, AROUND))
    (read,) = Calendar.from_ical(calendar.to_ical()).events
    assert read.errors == []
    return read


def lines(**changes: Any) -> list[str]:
    """The event as it is written, a property a line."""
    return event_of({**RECORD, **changes}, AROUND).to_ical().decode().replace("\r\n ", "").split("\r\n")


def test_an_event_says_what_one_asks_first() -> None:
    assert lines() == [
        "BEGIN:VEVENT",
        "SUMMARY:Talks",
        "DTSTART;VALUE=DATE:20260304",
        "DTEND;VALUE=DATE:20260307",
        "DTSTAMP:20260203T040506Z",
        "UID:0190163d-8694-739b-aea5-966c26f8ad91@tracker",
        "SEQUENCE:3",
        "CATEGORIES:Bilateral talks",
        "CLASS:PUBLIC",
        "CREATED:20260101T000000Z",
        "DESCRIPTION:UNCLASSIFIED\\nBIL-2026-0042\\, confirmed\\nWith Australia\\, FPDA\\nLevel: senior officials\\, Lead: joint",
        "LAST-MODIFIED:20260203T040506Z",
        "LOCATION:The base\\, Suva\\, Fiji",
        "STATUS:CONFIRMED",
        "TRANSP:TRANSPARENT",
        "URL:https://register.example/?view=engagement&key=BIL-2026-0042",
        "END:VEVENT",
        "",
    ]


def test_every_state_has_one_of_icalendar() -> None:
    assert set(STATUS) == set(LIFECYCLE.states)
    assert set(STATUS.values()) == {"TENTATIVE", "CONFIRMED", "CANCELLED"}


@pytest.mark.parametrize(
    ("status", "told", "summary", "busy"),
    [
        ("planned", "TENTATIVE", "Talks", "TRANSPARENT"),
        ("completed", "CONFIRMED", "Talks", "TRANSPARENT"),
        ("postponed", "TENTATIVE", "Postponed: Talks", "TRANSPARENT"),
        ("cancelled", "CANCELLED", "Cancelled: Talks", "TRANSPARENT"),
    ],
)
def test_what_was_called_off_is_said_to_be(status: str, told: str, summary: str, busy: str) -> None:
    read = event(status=status)
    assert (read["status"], read["summary"], read["transp"]) == (told, summary, busy)


def test_what_is_classified_says_so_first() -> None:
    read = event(marking="POLICY IN-CONFIDENCE")
    assert (read["class"], read["summary"]) == ("CONFIDENTIAL", "[POLICY IN-CONFIDENCE] Talks")
    assert read["description"].split("\n")[0] == "POLICY IN-CONFIDENCE"


def test_what_has_a_time_is_told_by_the_clock_of_the_place() -> None:
    clock = {"starts_at": "2026-03-03T20:30:00Z", "ends_at": "2026-03-03T22:00:00Z", "ends_on": "2026-03-04"}
    told = lines(**clock, timezone="Pacific/Auckland")
    assert "DTSTART;TZID=Pacific/Auckland:20260304T093000" in told
    assert "DTEND;TZID=Pacific/Auckland:20260304T110000" in told
    told = lines(**clock)
    assert "DTSTART:20260303T203000Z" in told, "of a time without a zone it is known when it is, and not where"


def test_the_hour_that_comes_twice_is_told_in_utc_the_second_time() -> None:
    clock = {"starts_at": "2026-04-04T13:45:00Z", "ends_at": "2026-04-04T14:15:00Z", "ends_on": "2026-03-04"}
    told = lines(**clock, timezone="Pacific/Auckland")
    assert {"DTSTART;TZID=Pacific/Auckland:20260405T024500", "DTEND:20260404T141500Z"} <= set(told)


def test_what_is_sure_and_has_a_time_keeps_people_busy() -> None:
    clock = {"starts_at": "2026-03-03T20:30:00Z", "ends_on": "2026-03-04"}
    assert event(**clock)["transp"] == "OPAQUE"
    assert event(**clock, status="planned")["transp"] == event()["transp"] == "TRANSPARENT"


def test_without_an_end_by_the_clock_one_day_has_a_beginning_and_several_are_whole() -> None:
    clock = {"starts_at": "2026-03-03T20:30:00Z", "timezone": "Pacific/Auckland"}
    told = lines(**clock, ends_on="2026-03-04")
    assert "DTSTART;TZID=Pacific/Auckland:20260304T093000" in told
    assert not any(each.startswith("DTEND") for each in told)
    told = lines(**clock)
    assert {"DTSTART;VALUE=DATE:20260304", "DTEND;VALUE=DATE:20260307"} <= set(told)
    assert "Begins 09:30 (Pacific/Auckland)" in event(**clock)["description"]
    assert not any(
        each.startswith("DTEND") for each in lines(**clock, ends_on="2026-03-04", ends_at=clock["starts_at"])
    )


def test_what_has_no_day_yet_stands_on_its_month_and_keeps_nobody_busy() -> None:
    read = event(date_precision="month", starts_on="2026-05-15", ends_on="2026-05-15")
    assert (read.start, read.end) == (date(2026, 5, 1), date(2026, 6, 1))
    assert (read["summary"], read["transp"]) == ("Talks (day to be confirmed)", "TRANSPARENT")
    over = event(date_precision="month", status="completed", starts_on="2026-05-15", ends_on="2026-05-15")
    assert over["summary"] == "Talks (day not known)"


def test_what_is_open_ended_stands_on_its_first_day() -> None:
    read = event(ends_on=None)
    assert read.start == date(2026, 3, 4)
    assert "dtend" not in read
    assert read["description"].endswith("No end is known")


NASTY = st.text(st.one_of(st.sampled_from('\r\n\t\x0b\x0c\x85\u2028\u2029\x00\x1b\x7f,;:\\"^\'nN'), st.characters(exclude_categories=["Cs"])), min_size=1, max_size=300)  # fmt: skip


@given(NASTY)
def test_no_text_gets_out_of_its_line(text: str) -> None:
    written = event_of({**RECORD, "title": text, "city": text}, AROUND).to_ical()
    physical = written.split(b"\r\n")
    assert all(len(each) <= 75 for each in physical)
    assert not any({*each} & {*b"\r\n\x00\x0b\x0c\x1b\x7f"} for each in physical)
    assert b"\xc2\x85" not in written
    for each in physical:
        each.decode()  # folded between letters, never within one
    names = [each.partition(":")[0].partition(";")[0] for each in written.decode().replace("\r\n ", "").split("\r\n")]
    assert names.count("BEGIN") == names.count("END") == 1
    assert len(names) == len(lines())
    read = event(title=text, city=text)
    assert read["summary"].replace("\n", "") == re.sub("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]", "", text)


def changes(zone: ZoneInfo, first: int, last: int) -> dict[datetime, timedelta | None]:
    """When a zone's clocks change within some years, hour by hour, and to what."""
    found, at = {}, datetime(first, 1, 1, tzinfo=UTC)
    before = at.astimezone(zone).utcoffset()
    while at.year <= last:
        at += timedelta(minutes=30)
        if (now := at.astimezone(zone).utcoffset()) != before:
            found[at], before = now, now
    return found


@pytest.mark.parametrize("name", ["Pacific/Auckland", "Pacific/Chatham", "Australia/Lord_Howe", "America/New_York", "Europe/Dublin", "Africa/Casablanca", "Asia/Tokyo", "UTC"])  # fmt: skip
def test_a_zone_changes_its_clocks_when_it_does(name: str) -> None:
    zone = zone_of(name, 2026, 2027)
    told: dict[datetime, timedelta] = {}
    for part in zone.subcomponents:
        others = part.get("RDATE", [])
        begins = [
            part.DTSTART,
            *(one.dt for each in (others if isinstance(others, list) else [others]) for one in each.dts),
        ]
        for each in begins:
            told[(each - part.TZOFFSETFROM).replace(tzinfo=UTC)] = part.TZOFFSETTO
    expected = changes(ZoneInfo(name), 2025, 2028)
    first = min(told)
    assert {at: to for at, to in told.items() if at != first} == expected
    assert told[first] == ZoneInfo(name).utcoffset(datetime(2025, 1, 1))  # noqa: DTZ001 - by its clock


def test_every_zone_can_be_told() -> None:
    names = sorted(available_timezones())
    for name in names[:: len(names) // 40]:
        assert (
            Calendar.from_ical(
                b"BEGIN:VCALENDAR\r\n" + zone_of(name, 2026, 2026).to_ical() + b"END:VCALENDAR\r\n"
            ).errors
            == []
        )
