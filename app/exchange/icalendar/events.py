"""An engagement as an event of a calendar."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from app.core.calendar import first_day, last_day

if TYPE_CHECKING:
    from icalendar import Event

Record = Mapping[str, Any]

PLACED = ("day", "month")
"""How exact the dates must be. What is known to the quarter or year alone would stand on every day of it."""

STATUS = {
    "proposed": "TENTATIVE",
    "planned": "TENTATIVE",
    "confirmed": "CONFIRMED",
    "in_progress": "CONFIRMED",
    "completed": "CONFIRMED",
    "postponed": "TENTATIVE",
    "cancelled": "CANCELLED",
}
"""What becomes of our states: iCalendar knows three."""

SAID = {"postponed": "Postponed: ", "cancelled": "Cancelled: "}
"""States that many programs do not show, and that the summary says therefore."""

BEGUN = ("in_progress", "completed")

_BREAK = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What events tell beside their record."""

    domain: str
    """What makes their ids unlike those of others."""

    root: str
    """The address of the server, for links to records."""

    names: Mapping[str, str]
    """What partners are called, by code."""


def event_of(record: Record, around: Surroundings) -> "Event":
    """The event that an engagement is."""
    from icalendar import Event  # noqa: PLC0415 - as for the file

    event = Event()
    changed = moment(record["updated_at"])
    event.add("uid", f"{record['id']}@{around.domain}")
    event.add("dtstamp", changed)
    event.add("created", moment(record["created_at"]))
    event.add("last-modified", changed)
    event.add("sequence", record["version"])
    for name, when in times(record).items():
        event.add(name, when)
    event.add("summary", clean(summary(record)))
    event.add("description", clean("\n".join(description(record, around.names))))
    if place := ", ".join(
        each for each in (record["venue"], record["city"], around.names.get(record["country"])) if each
    ):
        event.add("location", clean(place))
    event.add("categories", [record["kind"].replace("_", " ").capitalize()])
    event.add("status", STATUS[record["status"]])
    event.add("class", "PUBLIC" if record["marking"] == "UNCLASSIFIED" else "CONFIDENTIAL")
    busy = STATUS[record["status"]] == "CONFIRMED" and clock(record) is not None
    event.add("transp", "OPAQUE" if busy else "TRANSPARENT")
    event.add("url", f"{around.root}/?view=engagement&key={record['reference']}")
    return event


def times(record: Record) -> Mapping[str, date]:
    """When it begins and ends: by the clock where that tells both, or else in whole days, with the day after the last.

    What is open-ended stands on its first day alone: nothing is known of the others.
    """
    if zone := clock(record):
        begins = by_the_clock(record["starts_at"], zone)
        ends = begins if record["ends_at"] is None else by_the_clock(record["ends_at"], zone)
        return {"dtstart": begins} | ({"dtend": ends} if ends > begins else {})
    begins_on = first_day(date.fromisoformat(record["starts_on"]), record["date_precision"])
    if record["ends_on"] is None:
        return {"dtstart": begins_on}
    ends_on = last_day(date.fromisoformat(record["ends_on"]), record["date_precision"])
    return {"dtstart": begins_on, "dtend": ends_on + timedelta(days=1)}


def clock(record: Record) -> Any:
    """The time zone by which it is told when it begins and ends; None where whole days tell more."""
    one_day = record["starts_on"] == record["ends_on"]
    if record["starts_at"] is None or not is_placed(record) or (record["ends_at"] is None and not one_day):
        return None
    return ZoneInfo(record["timezone"]) if record["timezone"] else UTC


def by_the_clock(text: str, zone: tzinfo) -> datetime:
    """An instant as clocks of a zone show it; in UTC where they show it for the second time, at the end of summer.

    Programs take an hour that comes twice for the first one (RFC 5545, 3.3.5).
    """
    there = moment(text).astimezone(zone)
    return there.astimezone(UTC) if there.fold else there


def is_placed(record: Record) -> bool:
    """Whether its day is known."""
    return bool(record["date_precision"] == "day")


def summary(record: Record) -> str:
    """The title, with what must not be missed wherever it is shown."""
    marking = "" if record["marking"] == "UNCLASSIFIED" else f"[{record['marking']}] "
    unsure = "day not known" if record["status"] in BEGUN else "day to be confirmed"
    return f"{marking}{SAID.get(record['status'], '')}{record['title']}{'' if is_placed(record) else f' ({unsure})'}"


def description(record: Record, names: Mapping[str, str]) -> Iterator[str]:
    """The marking first, then what one asks first. Texts of the record stay where they are."""
    yield record["marking"]
    yield f"{record['reference']}, {record['status'].replace('_', ' ')}"
    if partners := ", ".join(names.get(each["partner"], each["partner"]) for each in record["partners"]):
        yield f"With {partners}"
    if record["level"] or record["lead"]:
        yield ", ".join(
            f"{label} {record[name].replace('_', ' ')}"
            for name, label in (("level", "Level:"), ("lead", "Lead:"))
            if record[name]
        )
    if record["starts_at"] is not None and clock(record) is None and is_placed(record):
        zone = ZoneInfo(record["timezone"]) if record["timezone"] else UTC
        yield f"Begins {moment(record['starts_at']).astimezone(zone):%H:%M} ({zone})"
    if record["ends_on"] is None:
        yield "No end is known"


def clean(text: str) -> str:
    """Text without what would break a line of the file, or what no file of text may hold."""
    return _CONTROL.sub("", _BREAK.sub("\n", text))


def moment(text: str) -> datetime:
    """An instant as records have it, to the second."""
    return datetime.fromisoformat(text).replace(microsecond=0)
