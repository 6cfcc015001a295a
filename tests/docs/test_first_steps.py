"""What a new user does, as the pages tell it: every command is run against a register that is served as they say."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from reading_docs import blocks, text

ADDRESS = "http://127.0.0.1:8000"
TRACKER = Path(sys.executable).with_name("tracker")
MARK = "---- next block"


@dataclass(frozen=True)
class Demo:
    """A served demonstration: where it is, its tokens by role, and the example that it prints."""

    address: str
    tokens: dict[str, str]
    example: str


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    database = tmp_path_factory.mktemp("demo") / "demo.db"
    command = [TRACKER, "demo", "--port", "0", "--database-url", f"sqlite:///{database}"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=database.parent) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line.strip())
            if said[-1].startswith("curl "):
                break
        try:
            tokens = dict(re.findall(r"(\w+) +(det_\S{43})$", "\n".join(said[:-1]), re.MULTILINE))
            address = re.search(r"http://[\d.:]+", said[-1])
            assert address is not None, said
            yield Demo(address.group(), tokens, said[-1])
        finally:
            process.terminate()
            process.wait(20)


def run(script: str, demo: Demo, folder: Path, role: str) -> str:
    environment = {"PATH": os.environ["PATH"], "TOKEN": demo.tokens[role], "NO_PROXY": "*"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace(ADDRESS, demo.address)],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def documents_of(output: str) -> list[Any]:
    """The JSON documents that stand one behind the other in what commands have printed."""
    decoder, found, rest = json.JSONDecoder(), [], output.strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        found.append(document)
        rest = rest[end:].lstrip()
    return found


@pytest.fixture(scope="module")
def answers(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    """What each block of the page has printed, run one after the other in one shell."""
    steps = [inside for info, inside in blocks("docs/first-steps.md") if info == "sh"]
    output = run(f"\necho '{MARK}'\n".join(steps), demo, tmp_path_factory.mktemp("steps"), "contributor")
    return [documents_of(each) for each in output.split(MARK)]


def test_the_example_of_the_readme(demo: Demo, tmp_path: Path) -> None:
    (example,) = [inside for info, inside in blocks("README.md") if info == "sh"]
    (page,) = documents_of(run(example, demo, tmp_path, "reader"))
    assert _are_exercises_with_australia_in_2024(page["items"])


def test_the_example_that_the_demonstration_prints(demo: Demo, tmp_path: Path) -> None:
    (page,) = documents_of(run(demo.example, demo, tmp_path, "reader"))
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
