"""What a new user does, as the pages tell it: every command is run against a register that is served as they say."""

import re
from pathlib import Path
from typing import Any

import pytest
from reading_docs import blocks, text
from running_docs import Demo, answers_of, documents_of, run


@pytest.fixture(scope="module")
def answers(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    """What each block of the page has printed."""
    return answers_of("docs/first-steps.md", demo, tmp_path_factory.mktemp("steps"), TOKEN="contributor")


def test_the_example_of_the_readme(demo: Demo, tmp_path: Path) -> None:
    (example,) = [inside for info, inside in blocks("README.md") if info == "sh"]
    (page,) = documents_of(run(example, demo, tmp_path, TOKEN=demo.tokens["reader"]))
    assert _are_exercises_with_australia_in_2024(page["items"])


def test_the_example_that_the_demonstration_prints(demo: Demo, tmp_path: Path) -> None:
    (page,) = documents_of(run(demo.example, demo, tmp_path))
    assert _are_exercises_with_australia_in_2024(page["items"])


def _are_exercises_with_australia_in_2024(items: list[Any]) -> bool:
    return len(items) > 1 and all(
        each["kind"] == "exercise"
        and "AU" in [partner["partner"] for partner in each["partners"]]
        and each["starts_on"] <= "2024-12-31"
        and each["ends_on"] >= "2024-01-01"
        for each in items
    )


def test_finding_exercises(answers: list[list[Any]]) -> None:
    (page,), (short,) = answers[0], answers[1]
    assert _are_exercises_with_australia_in_2024(page["items"])
    assert short["total"] == len(page["items"])
    assert [list(each) for each in short["items"]] == [["reference", "title", "starts_on"]] * short["total"]


def test_recording_a_visit(answers: list[list[Any]]) -> None:
    (recorded,), (read,), (refused,) = answers[2], answers[3], answers[4]
    assert recorded["kind"] == "visit"
    assert recorded["version"] == 1
    assert read == recorded
    assert refused["status"] == 422
    assert {each["pointer"] for each in refused["errors"]} >= {"/title", "/starts_on", "/colour", "/direction"}


def test_changing_and_confirming_it(answers: list[list[Any]]) -> None:
    (changed,), (confirmed,) = answers[5], answers[6]
    assert changed["venue"] == "Ministry of Defence, Gombak"
    assert confirmed["status"] == "confirmed"


def test_withdrawing_and_restoring_it(answers: list[list[Any]]) -> None:
    reference = answers[2][0]["reference"]
    assert answers[7] == []  # 204 has no body
    listed, read = answers[8]
    (restored,) = answers[9]
    assert reference not in [each["reference"] for each in listed["items"]]
    assert (read["reference"], read["archived"]) == (reference, True)
    assert (restored["reference"], restored["archived"]) == (reference, False)


def test_seeing_what_became_of_it(answers: list[list[Any]]) -> None:
    (page,) = answers[10]
    assert [each["action"] for each in page["items"]] == ["restore", "withdraw", "transition", "update", "create"]
    assert {each["actor"] for each in page["items"]} == {"demo contributor"}


def test_importing_a_spreadsheet(answers: list[list[Any]]) -> None:
    assert answers[11] == []  # makes the file
    (dry,), (done,), (again,) = answers[12:15]
    assert [row["outcome"] for row in dry["rows"]] == ["created", "created", "rejected"]
    assert {error["code"] for error in dry["rows"][2]["errors"]} == {"country_ambiguous", "direction_missing"}
    assert [row["outcome"] for row in done["rows"]] == ["created", "created", "created"]
    assert [row["outcome"] for row in again["rows"]] == ["unchanged"] * 3


def test_the_page_has_a_step_for_everything_that_a_new_user_does() -> None:
    page = text("docs/first-steps.md")
    for step in ("Find", "Record", "Withdraw", "Restore", "Import", "Generate a client"):
        assert re.search(rf"^## {step}", page, re.MULTILINE), step
