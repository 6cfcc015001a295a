"""Engagements as a calendar file: the same bytes for the same engagements, whenever they are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from starlette.requests import Request

from app.access.work import Work
from app.core.columns import table_of
from app.crud.answers import base_address
from app.exchange.icalendar.events import Record, Surroundings, clean, clock, event_of
from app.exchange.icalendar.zones import zone_of
from app.models import Partner

if TYPE_CHECKING:
    from icalendar import Calendar

ICS = "text/calendar"
PRODUCT = "-//Engagement register//Schedule//EN"
REFRESHED = timedelta(hours=1)
_PARTNER = table_of(Partner)


@dataclass(frozen=True, slots=True)
class Titled:
    """What a calendar is called, and where it can be had."""

    title: str
    source: str | None
    """Its address, where that is no secret."""


def calendar_file(work: Work, request: Request, records: Sequence[Record], about: Titled) -> bytes:
    """The file (RFC 5545), with what RFC 7986 adds for the calendar as a whole."""
    root = base_address(request).partition("/api/v1/")[0]
    around = Surroundings(work.register.settings.calendar_domain, root, names_of(work, records))
    calendar = _head(work, root, about)
    for zone in _zones(records):
        calendar.add_component(zone)
    for each in records:
        calendar.add_component(event_of(each, around))
    return bytes(calendar.to_ical())


def _head(work: Work, root: str, about: Titled) -> "Calendar":
    from icalendar import Calendar  # noqa: PLC0415 - slow to load, and seldom wanted

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    title, banner = clean(about.title), work.banner()
    for name in ("name", "x-wr-calname"):
        calendar.add(name, title if banner == "UNCLASSIFIED" else f"[{banner}] {title}")
    for name in ("description", "x-wr-caldesc"):
        calendar.add(name, banner)
    calendar.add("color", "steelblue")
    calendar.add("refresh-interval", REFRESHED, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    calendar.add("url", f"{root}/?view=calendar")
    if about.source is not None:
        calendar.add("source", about.source, parameters={"VALUE": "URI"})
    return calendar


def _zones(records: Sequence[Record]) -> list[Any]:
    """The time zones that events use, in the alphabetical order of their names."""
    timed = [each for each in records if each["timezone"] and clock(each) is not None]
    if not timed:
        return []
    years = [int(day[:4]) for each in timed for day in (each["starts_at"], each["ends_at"]) if day]
    return [zone_of(name, min(years), max(years)) for name in sorted({each["timezone"] for each in timed})]


def names_of(work: Work, records: Sequence[Record]) -> dict[str, str]:
    """What the partners and countries of engagements are called."""
    codes = {each["partner"] for record in records for each in record["partners"]}
    codes |= {record["country"] for record in records if record["country"]}
    rows = work.session.execute(select(_PARTNER.c.code, _PARTNER.c.name).where(_PARTNER.c.code.in_(sorted(codes))))
    return {str(row.code): str(row.name) for row in rows}
