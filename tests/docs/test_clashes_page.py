"""From a thought to a clash, as the page tells it: every command is run against a served demonstration."""

from typing import Any, get_args

import pytest
from reading_docs import code, table, tables, text
from running_docs import Demo, answers_of, assert_shows, shown_of

from app.access.fields import MarkedFields
from app.engagements.blackouts import BlackoutFields
from app.overview.clashes.asking import ClashQuery
from app.overview.clashes.checking import ClashCheck
from app.overview.clashes.findings import ClashCode
from app.overview.clashes.presence import SAME_DAY_HOURS
from app.overview.clashes.rules import RULES
from app.overview.clashes.snapshot import FORTNIGHT, LONGEST

PAGE = "docs/clashes.md"


@pytest.fixture(scope="module")
def blocks(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    """What each block of the page's commands has printed."""
    return answers_of(PAGE, demo, tmp_path_factory.mktemp("clashes"), TOKEN="contributor")


def test_from_a_thought_to_a_clash(blocks: list[list[Any]]) -> None:
    (visit,), (checked,), (blackout, clashes) = blocks
    tokyo, canberra = checked["items"][0]["engagements"]
    assert (tokyo["id"], canberra["id"]) == (visit["id"], None)
    assert checked["items"][0]["detail"] == (
        f"The Minister of Defence is expected at {visit['reference']} in Tokyo (JP) "
        "and at this engagement in Canberra (AU)."
    )
    assert clashes["items"][0]["blackout"]["id"] == blackout["id"]


def test_what_the_page_shows_is_what_is_answered(blocks: list[list[Any]]) -> None:
    for number, shown in shown_of(PAGE):
        assert_shows(shown, blocks[number][-1])


def test_every_clash_is_told() -> None:
    rows = table(PAGE, "code", "severity", "what it means")
    assert [code(row[0])[0] for row in rows] == list(get_args(ClashCode)) == list(RULES)


def test_every_field_and_parameter() -> None:
    check, blackout = ([each for row in rows for each in code(row[0])] for rows in tables(PAGE, "field", "meaning"))
    assert check == list(ClashCheck.model_fields)
    assert blackout == [each for each in BlackoutFields.model_fields if each not in MarkedFields.model_fields]
    rows = table(PAGE, "parameter", "meaning")
    assert [code(row[0])[0] for row in rows] == list(ClashQuery.model_fields)


def test_every_number_of_the_rules() -> None:
    for said in (f"more than {LONGEST.days} days", f"longer than {FORTNIGHT} days", f"{SAME_DAY_HOURS} hours\nor less"):
        assert said in text(PAGE)
