"""A list goes into a spreadsheet and back, as the page tells it: every command is run against a demonstration."""

import csv
from pathlib import Path
from typing import Any

import pytest
from reading_docs import ROOT, code, table
from running_docs import Demo, answers_of, assert_shows, shown_of

from app.exchange.exports.making import FORMATS
from app.exchange.exports.query import LEFT_OUT

PAGE = "docs/exports.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exports")


@pytest.fixture(scope="module")
def blocks(demo: Demo, folder: Path) -> list[list[Any]]:
    """What each block of the page's commands has printed."""
    return answers_of(PAGE, demo, folder, TOKEN="contributor")


def test_into_a_spreadsheet_and_back(blocks: list[list[Any]], folder: Path) -> None:
    nothing, (edited, untouched), (places,) = blocks
    assert nothing == []
    assert "x-marking: unclassified" in (folder / "headers.txt").read_text().lower()
    with (folder / "visits.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert (edited["updated"], edited["unchanged"], edited["warnings"]) == (1, len(rows) - 1, [])
    assert (untouched["updated"], untouched["unchanged"]) == (0, len(rows))
    assert {each["geometry"]["type"] for each in places["features"] if each["geometry"]} == {"Point"}


def test_what_the_page_shows_is_what_is_answered(blocks: list[list[Any]]) -> None:
    for number, shown in shown_of(PAGE):
        assert_shows(shown, blocks[number][-1])


def test_every_format_is_told() -> None:
    rows = table(PAGE, "`format`", "media type", "what it is")
    assert [(code(row[0])[0], code(row[1])[0]) for row in rows] == [
        (name, each.media_type) for name, each in FORMATS.items()
    ]


def test_what_exports_do_not_take_is_told() -> None:
    assert "but `limit`, `cursor`, `count` and\n`expand`" in (ROOT / "docs/api.md").read_text()
    assert LEFT_OUT == ("limit", "cursor", "count", "expand")
