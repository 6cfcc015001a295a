"""What is on, as the page tells it: every command is run against a served demonstration."""

from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from reading_docs import code, table
from running_docs import Demo, answers_of, assert_shows, shown_of

from app.exchange.icalendar import calendars, schedule
from app.exchange.icalendar.calendars import CalendarAsked
from app.exchange.icalendar.events import STATUS
from app.overview.schedule import MOST

PAGE = "docs/calendars.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("calendars")


@pytest.fixture(scope="module")
def blocks(demo: Demo, folder: Path) -> list[list[Any]]:
    """What each block of the page's commands has printed."""
    return answers_of(PAGE, demo, folder, TOKEN="contributor")


def test_from_a_week_to_a_calendar_that_is_revoked(blocks: list[list[Any]], folder: Path) -> None:
    (_week,), _file, (made,), _feed, (kept, refused) = blocks
    assert kept == {name: each for name, each in made.items() if name != "address"} | {
        "last_used_at": kept["last_used_at"]
    }
    assert refused["status"] == 404
    for name in ("schedule.ics", "feed.ics"):
        calendar = Calendar.from_ical((folder / name).read_bytes())
        assert not any(each.errors for each in calendar.walk())


def test_what_the_page_shows_is_what_is_answered(blocks: list[list[Any]]) -> None:
    for number, shown in shown_of(PAGE):
        assert_shows(shown, blocks[number][-1])


def test_every_state_is_told() -> None:
    told = {state: code(row[1])[0] for row in table(PAGE, "engagement", "`STATUS`") for state in code(row[0])}
    assert told == STATUS


def test_every_field_of_a_calendar_is_told() -> None:
    fields = [code(row[0])[0] for row in table(PAGE, "field", "meaning")]
    assert set(fields) == set(CalendarAsked.model_fields) - {"external_ref"}


def test_how_much_is_told_at_most() -> None:
    text = Path(PAGE).read_text()
    assert f"tells of {MOST} engagements at most" in text
    assert f"{schedule.MOST:,}\nengagements" in text
    assert f"An owner has {calendars.MOST} at most" in text
