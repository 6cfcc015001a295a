"""What the page on security says is shown by a test is shown by one that there is."""

import re
from functools import cache

import pytest
from reading_docs import ROOT, code, table

PAGE = "docs/security.md"
ROWS = [row for first in ("risk", "requirement") for row in table(PAGE, first, "what the register does", "shown by")]
RISKS = [f"API{number}" for number in range(1, 11)]


@cache
def names_in(path: str) -> frozenset[str]:
    return frozenset(re.findall(r"^(?:async )?def (test_\w+)\(", (ROOT / path).read_text(), re.MULTILINE))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_each_row_names_tests_that_there_are(row: list[str]) -> None:
    named = code(row[2])
    assert named
    for each in named:
        path, _, name = each.partition("::")
        assert name in names_in(path), each


def test_every_risk_has_its_row() -> None:
    assert [each for each in RISKS if not any(re.match(rf"{each}\b", row[0]) for row in ROWS)] == []
