"""The schedule as a calendar file, as programs read it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2 as httpx
import pytest
from icalendar import Calendar

from app.access.register import Register
from app.exchange.icalendar import schedule
from support.client import Api
from support.documents import Documents
from support.problems import faults, problem

Statements = Callable[[], AbstractContextManager[list[str]]]
DAYS = {"from": "2026-01-01", "to": "2026-12-31"}
ON = {"starts_on": "2026-03-04", "ends_on": "2026-03-04"}
CLOCK = {"starts_at": "2026-03-03T20:30:00Z", "ends_at": "2026-03-03T22:00:00Z", "timezone": "Pacific/Auckland"}


def read(answer: httpx.Response) -> Calendar:
    """A calendar as the library reads it that many programs use."""
    assert answer.status_code == 200, answer.text
    calendar = Calendar.from_ical(answer.content)
    assert [each.errors for each in calendar.walk()] == [[] for _ in calendar.walk()]
    return calendar


def asked(api: Api, **params: Any) -> httpx.Response:
    return api.get("/schedule.ics", params=DAYS | params)


def titles(calendar: Calendar) -> list[str]:
    return [str(each["summary"]) for each in calendar.events]


def test_it_is_a_calendar(api: Api, documents: Documents) -> None:
    visit = documents.visit(title="To Suva", country="FJ", partners=["FJ"], **ON, **CLOCK)
    answer = asked(api)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["x-marking"] == "UNCLASSIFIED"
    assert answer.headers["cache-control"] == "private, no-cache"
    calendar = read(answer)
    assert calendar["version"] == "2.0"
    assert "method" not in calendar
    assert (calendar["name"], calendar["x-wr-calname"], calendar["description"]) == (
        "Engagements",
        "Engagements",
        "UNCLASSIFIED",
    )
    assert calendar["source"] == "http://testserver/api/v1/schedule.ics?from=2026-01-01&to=2026-12-31"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in answer.content
    (event,) = calendar.events
    assert event["uid"] == f"{visit['id']}@tracker"
    assert event["sequence"] == 1
    assert event.start == datetime.fromisoformat(CLOCK["starts_at"])
    assert str(event["location"]).endswith("Fiji")
    assert event["url"] == f"http://testserver/?view=engagement&key={visit['reference']}"
    assert [each["tzid"] for each in calendar.timezones] == ["Pacific/Auckland"]


def test_its_lines_are_those_of_the_standard(api: Api, documents: Documents) -> None:
    documents.visit(title="Ō" * 200, city="Nuku\u02bbalofa; a, b \\ c", **ON)
    content = asked(api).content
    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(each) <= 75 and b"\r" not in each and b"\n" not in each for each in lines)
    (event,) = Calendar.from_ical(content).events
    assert event["summary"] == "Ō" * 200
    assert str(event["location"]).startswith("Nuku\u02bbalofa; a, b \\ c")


def test_zones_are_told_only_where_they_are_used(api: Api, documents: Documents) -> None:
    documents.visit(title="Whole days", timezone="Asia/Tokyo", **ON)
    assert read(asked(api)).timezones == []
    documents.visit(title="Suva", **ON, **CLOCK | {"timezone": "Pacific/Fiji"})
    documents.visit(title="Wellington", **ON, **CLOCK)
    assert [each["tzid"] for each in read(asked(api)).timezones] == ["Pacific/Auckland", "Pacific/Fiji"]


def test_a_change_is_the_same_event_in_another_sequence(api: Api, documents: Documents) -> None:
    visit = documents.visit(title="Before", status="planned", **ON)
    (before,) = read(asked(api)).events
    api.change(f"/visits/{visit['id']}", {"title": "After"})
    (after,) = read(asked(api)).events
    assert (after["uid"], after["summary"]) == (before["uid"], "After")
    assert after["sequence"] > before["sequence"]
    assert after["last-modified"].dt >= before["last-modified"].dt
    moved = api.post(f"/visits/{visit['id']}/transitions", {"to": "cancelled", "reason": "budget"})
    assert moved.status_code == 200, moved.text
    (gone,) = read(asked(api)).events
    assert (gone["uid"], gone["status"], gone["summary"]) == (before["uid"], "CANCELLED", "Cancelled: After")
    assert gone["sequence"] > after["sequence"]
    api.delete(f"/visits/{visit['id']}")
    assert read(asked(api)).events == [], "what is withdrawn was never to be there"


def test_months_are_shown_and_quarters_and_years_are_not(api: Api, documents: Documents) -> None:
    for precision in ("month", "quarter", "year"):
        documents.make(
            "exercises", title=precision, starts_on="2026-05-01", ends_on="2026-05-01", date_precision=precision
        )
    (event,) = read(asked(api)).events
    assert (event["summary"], event.start, event.end) == (
        "month (day to be confirmed)",
        date(2026, 5, 1),
        date(2026, 6, 1),
    )


def test_it_takes_the_filters_of_the_list(api: Api, documents: Documents) -> None:
    documents.visit(title="With Tonga", partners=["TO"], **ON)
    documents.visit(title="With Fiji", partners=["FJ"], **ON)
    api.make("/saved-filters", {"slug": "tonga", "title": "T", "resource": "engagements", "query": {"partner": "TO"}})
    assert titles(read(asked(api, partner="TO"))) == titles(read(asked(api, saved="tonga"))) == ["With Tonga"]
    assert titles(read(asked(api, mine="true"))) == []
    assert faults(asked(api, colour="red")) == {("colour", "unknown_parameter")}
    assert faults(api.get("/schedule.ics", params={"from": "2026-02-01", "to": "2026-01-01"})) == {
        ("to", "before_start")
    }
    assert faults(api.get("/schedule.ics", params={"from": "0999-12-31"})) == {("from", "date_range")}


def test_without_days_it_is_a_season_back_and_a_year_ahead(api: Api, documents: Documents, register: Register) -> None:
    today = register.day(datetime.now(UTC))
    for days in (-91, -90, 365, 366):
        day = str(today + timedelta(days=days))
        documents.visit(title=str(days), starts_on=day, ends_on=day)
    assert titles(read(api.get("/schedule.ics"))) == ["-90", "365"]


def test_it_is_the_same_bytes_until_something_changes(api: Api, documents: Documents) -> None:
    visit = documents.visit(**ON, **CLOCK)
    first, second = asked(api), asked(api)
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]
    assert parsedate_to_datetime(first.headers["last-modified"]) == datetime.fromisoformat(visit["updated_at"]).replace(
        microsecond=0
    )
    have = {"If-None-Match": first.headers["etag"]}
    for _ in range(2):  # the second time without reading it
        again = api.get("/schedule.ics", params=DAYS, headers=have)
        assert (again.status_code, again.content) == (304, b"")
    api.change(f"/visits/{visit['id']}", {"title": "Another"})
    assert api.get("/schedule.ics", params=DAYS, headers=have).status_code == 200


def test_it_shows_what_its_reader_may_see_and_says_how_it_is_marked(api: Api, documents: Documents) -> None:
    documents.visit(title="In sight", **ON)
    documents.visit(title="Out of sight", classification="RESTRICTED", **ON)
    above, below = asked(api), asked(api.as_("reader", "UNCLASSIFIED"))
    assert titles(read(above)) == ["In sight", "[RESTRICTED] Out of sight"]
    assert (above.headers["x-marking"], read(above)["name"]) == ("RESTRICTED", "[RESTRICTED] Engagements")
    assert titles(read(below)) == ["In sight"]
    assert b"sight" not in below.content.replace(b"In sight", b"")
    problem(asked(api.anonymous()), 401)


def test_it_leaves_as_an_export(api: Api, documents: Documents) -> None:
    visit = documents.visit(classification="RESTRICTED", **ON)
    asked(api)
    (entry,) = api.as_("auditor").items("/access-log", event="export")
    assert (entry["detail"], entry["record_ids"]) == ("schedule as iCalendar", [visit["id"]])


def test_another_domain_makes_other_ids(serve: Callable[..., Api], documents: Documents) -> None:
    visit = documents.visit(**ON)
    (event,) = read(asked(serve(calendar_domain="register.defence.example"))).events
    assert event["uid"] == f"{visit['id']}@register.defence.example"


def test_too_many_are_refused_and_not_cut_off(api: Api, documents: Documents, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        documents.visit(**ON)
    monkeypatch.setattr(schedule, "MOST", 2)
    assert faults(asked(api)) == {("to", "too_long")}
    assert titles(read(asked(api, q="nothing"))) == []


def test_it_costs_the_same_however_much_there_is(api: Api, documents: Documents, statements: Statements) -> None:
    documents.visit(**ON)
    asked(api)
    with statements() as few:
        asked(api)
    for partner in ("AU", "TO", "FJ"):
        documents.visit(partners=[partner], **ON, **CLOCK)
    with statements() as many:
        assert len(read(asked(api)).events) == 4
    assert len(many) == len(few)


def test_only_those_who_take_calendars_get_one(api: Api) -> None:
    assert asked(api).status_code == 200
    for accept, status in (("text/calendar", 200), ("text/*", 200), ("application/json", 406)):
        assert api.get("/schedule.ics", headers={"Accept": accept}).status_code == status
