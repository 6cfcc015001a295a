"""What a desk does, as the page on aims tells it: every command is run against a served demonstration."""

from typing import Any, get_args

import pytest
from reading_docs import code, table
from running_docs import Demo, answers_of

from app.models.choices import Cadence
from app.overview.position_findings import FindingCode


@pytest.fixture(scope="module")
def answers(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What the page's commands have printed."""
    folder = tmp_path_factory.mktemp("aims")
    blocks = answers_of("docs/aims.md", demo, folder, TOKEN="contributor", APPROVER="approver")
    return [answer for block in blocks for answer in block]


def test_from_a_priority_to_a_matrix(answers: list[Any]) -> None:
    (
        priority, visit, objective, assessed, progress, with_fiji,
        position, cleared, current, planned, put, uses, _, findings, claim, matrix,
    ) = answers  # fmt: skip
    assert [each["cadence_months"] for each in priority["targets"]] == [6, 12]
    assert (objective["assessment"], assessed["assessment"]) == (None, "achieved")
    assert progress["objectives"]["achieved"] == 1
    assert progress["targets"][0]["last"]["reference"] == visit["reference"]
    assert "PRI-90" in [each["priority"] for each in with_fiji["priorities"]]
    assert (position["cleared_on"], cleared["cleared_on"] is None) == (None, False)
    assert [each["id"] for each in current["items"]] == [position["id"]]
    assert (planned["use"], put["reaction"]) == ("planned", "sympathetic")
    assert [each["use"] for each in uses["items"]] == ["advocated"]
    assert [each["code"] for each in findings["items"]] == ["expired"]
    assert matrix["cells"][0]["capabilities"][0]["claim"] == claim["id"]


def test_every_standing_and_finding_is_told() -> None:
    assert {code(row[0])[0] for row in table("docs/aims.md", "standing", "meaning")} == set(get_args(Cadence))
    assert {code(row[0])[0] for row in table("docs/aims.md", "finding", "meaning")} == set(get_args(FindingCode))
