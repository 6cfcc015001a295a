"""From a request to its release, as the page tells it: every command is run against a served demonstration."""

import io
from pathlib import Path
from typing import Any, get_args

import pytest
from pypdf import PdfReader
from reading_docs import code, table
from running_docs import Demo, answers_of

from app.models.choices import RequestState


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("releases")


@pytest.fixture(scope="module")
def answers(demo: Demo, folder: Path) -> list[Any]:
    """What the page's commands have printed."""
    blocks = answers_of("docs/releases.md", demo, folder, TOKEN="contributor", APPROVER="approver")
    return [answer for block in blocks for answer in block]


def test_from_a_request_to_its_release(answers: list[Any], folder: Path) -> None:
    request, paper, selected, documents, withheld, draft, decided, released = answers
    assert (request["state"], request["due_on"]) == ("open", "2026-11-30")
    assert selected == {"added": 1, "left_out": []}
    assert [each["record"] for each in documents["items"]] == [paper["id"]]
    assert withheld["withholdings"][0]["ground"] == "6(b)"
    texts = {each["field"]: each["text"] for each in draft["documents"][0]["texts"]}
    assert texts["body"].endswith("In confidence, [withheld: s 6(b)].")
    assert (decided["state"], released["state"]) == ("decided", "released")
    pages = PdfReader(io.BytesIO((folder / "release.pdf").read_bytes())).pages
    printed = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "In confidence, [withheld: s 6(b)]." in printed
    assert "patrol boat" not in printed


def test_every_state_is_told() -> None:
    rows = table("docs/releases.md", "state", "meaning", "who moves it there")
    assert [code(row[0])[0] for row in rows] == list(get_args(RequestState))
