"""One visit from a priority to the next pack: every command of the tutorial is run, every answer held against it."""

from pathlib import Path
from typing import Any

import pytest
from reading_docs import blocks, text
from running_docs import Demo, answers_of, assert_shows, shown_of

PAGE = "docs/tutorial.md"
SHOWN = shown_of(PAGE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands are run."""
    return tmp_path_factory.mktemp("tutorial")


@pytest.fixture(scope="module")
def answers(demo: Demo, folder: Path) -> list[list[Any]]:
    """What each block of the page has printed."""
    return answers_of(PAGE, demo, folder, DESK="contributor", ADMIN="administrator")


def test_every_answer_is_as_the_page_shows_it(answers: list[list[Any]]) -> None:
    assert len(SHOWN) > 10
    for number, shown in SHOWN:
        assert_shows(shown, answers[number][-1])


def test_nothing_is_refused_but_what_the_page_says_is(answers: list[list[Any]]) -> None:
    refusals = {number for number, shown in SHOWN if shown.get("status") == 409}
    for number, printed in enumerate(answers):
        problems = [each for each in printed if str(each.get("type")).startswith("/problems/")]
        assert bool(problems) == (number in refusals), problems


def test_there_is_one_of_each_kind(answers: list[list[Any]]) -> None:
    page = text(PAGE)
    for address in ("visits", "bilateral-talks", "dialogues", "exercises", "deployments"):
        assert f"ask $DESK {address} -d" in page
    kinds = {each.get("kind") for printed in answers for each in printed}
    assert kinds >= {"visit", "bilateral_talks", "dialogue", "deployment"}


def test_the_page_does_not_go_by_a_calendar() -> None:
    """It holds on whatever day it is read."""
    for info, inside in blocks(PAGE):
        assert info != "sh" or "-d '20" not in inside
        assert info != "sh" or '"20' not in inside
