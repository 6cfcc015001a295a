"""A query gets a name and is followed, as the page tells it: every command is run against a served demonstration."""

from pathlib import Path
from typing import Any, get_args

import pytest
from reading_docs import code, table
from running_docs import Demo, answers_of, assert_shows, shown_of

from app.feeds.findings import MOST, FollowedChange

PAGE = "docs/saved-filters.md"


@pytest.fixture(scope="module")
def blocks(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    """What each block of the page's commands has printed."""
    return answers_of(PAGE, demo, tmp_path_factory.mktemp("saved"), TOKEN="contributor")


def test_from_a_name_to_what_has_changed(blocks: list[list[Any]]) -> None:
    (saved,), (found, other), (subscription,), (changes,), (after,) = blocks
    assert saved["slug"] == "owed-to-tonga"
    assert {(each["partner"], each["status"]) for each in found["items"]} <= {("TO", "open")}
    assert {each["status"] for each in other["items"]} <= {"kept"}
    assert subscription["query"] == saved["query"]
    assert [each["document"]["title"] for each in changes["items"]] == ["Spare parts for the patrol boat"]
    assert (after["items"], after["state"]) == ([], changes["state"])


def test_what_the_page_shows_is_what_is_answered(blocks: list[list[Any]]) -> None:
    for number, shown in shown_of(PAGE):
        assert_shows(shown, blocks[number][-1])


def test_every_sort_of_change_is_told() -> None:
    rows = table(PAGE, "`change`", "meaning")
    assert [code(row[0])[0] for row in rows] == list(get_args(FollowedChange.model_fields["change"].annotation))


def test_how_much_can_be_followed() -> None:
    assert f"{MOST:,} records at most" in Path(PAGE).read_text()
