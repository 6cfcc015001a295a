"""Who last met whom, as the page tells it: every command is run against a served demonstration."""

from typing import Any

import pytest
from reading_docs import code, table, text
from running_docs import Demo, answers_of, assert_shows, shown_of

from app.overview.cadence.load import MOST
from app.overview.cadence.partners import CadenceQuery
from app.overview.cadence.quantiles import MOST as MOST_VALUES
from app.overview.cadence.report_times import MOST_NAMED
from app.overview.cadence.timeliness import Timeliness

PAGE = "docs/cadence.md"


@pytest.fixture(scope="module")
def blocks(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    """What each block of the page's commands has printed."""
    return answers_of(PAGE, demo, tmp_path_factory.mktemp("cadence"), TOKEN="contributor")


def test_from_a_minister_to_what_was_late(blocks: list[list[Any]]) -> None:
    _, (priority, visit, behind), (coverage,), (load,), (timeliness,) = blocks
    assert [(each["partner"], each["standing"]) for each in behind["items"]] == [("FJ", "overdue"), ("TO", "none")]
    (fiji,) = behind["items"][0]["targets"]
    assert (fiji["priority"], fiji["last_on"], fiji["due_on"]) == ("PRI-91", visit["starts_on"], "2025-03-04")
    (covered,) = coverage["items"]
    assert (covered["priority"], covered["behind"], covered["last"]["id"]) == (priority["code"], 3, visit["id"])
    assert len(load["items"]) == 26
    assert (timeliness["from"], timeliness["to"]) == ("2025-07-01", "2026-06-30")
    assert timeliness["reports"]["overdue"] == len(timeliness["reports"]["items"]) > 0


def test_what_the_page_shows_is_what_is_answered(blocks: list[list[Any]]) -> None:
    for number, shown in shown_of(PAGE):
        assert_shows(shown, blocks[number][-1])


def test_every_parameter_and_part_is_told() -> None:
    assert {each for row in table(PAGE, "parameter", "meaning") for each in code(row[0])} == set(
        CadenceQuery.model_fields
    )
    parts = [code(row[0])[0] for row in table(PAGE, "part", "tells")]
    assert parts == [each for each in Timeliness.model_fields if each not in ("since", "to", "marking")]


def test_how_much_is_answered() -> None:
    page = text(PAGE)
    assert f"{MOST} at\nthe most" in page
    assert f"newest {MOST_VALUES:,} values" in page
    assert f"{MOST_NAMED} reports at the most" in page
