"""Numbers, as the page tells it: every command is run against a served demonstration."""

from pathlib import Path
from typing import Any, get_args

import pytest
from reading_docs import code, table
from running_docs import Demo, answers_of, assert_shows, shown_of

from app.overview.statistics.answering import MOST
from app.overview.statistics.dimensions import DIMENSIONS, Group
from app.overview.statistics.measures import Measure

PAGE = "docs/statistics.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("statistics")


@pytest.fixture(scope="module")
def blocks(demo: Demo, folder: Path) -> list[list[Any]]:
    """What each block of the page's commands has printed."""
    return answers_of(PAGE, demo, folder, TOKEN="reader")


def test_by_kind_by_year_and_as_a_file(blocks: list[list[Any]], folder: Path) -> None:
    (with_fiji,), (by_year,), () = blocks
    assert {each["keys"]["kind"] for each in with_fiji["items"]} >= {"dialogue"}
    years = [each["keys"]["year"] for each in by_year["items"]]
    assert years == sorted(years)
    assert by_year["total"] == sum(each["value"] for each in by_year["items"]) > 0
    head, first, *_ = (folder / "by-region.csv").read_text(encoding="utf-8-sig").splitlines()
    assert head == "region,region_label,year,year_label,count"
    assert first.startswith("Asia,Asia,1982,1982,")


def test_what_the_page_shows_is_what_is_answered(blocks: list[list[Any]]) -> None:
    for number, shown in shown_of(PAGE):
        assert_shows(shown, blocks[number][-1])


def test_every_grouping_and_measure_stands_there() -> None:
    rows = table(PAGE, "`group_by`", "a group is", "an engagement belongs to")
    told = {name: row[2] for row in rows for name in code(row[0])}
    assert told == {each: "several" if DIMENSIONS[each].many else "one" for each in get_args(Group)}
    assert [code(row[0])[0] for row in table(PAGE, "`measure`", "what is summed up")] == list(get_args(Measure))
    assert f"holds {MOST:,} groups" in " ".join(Path(PAGE).read_text().split())
