"""What the page on imports says is understood is understood, and every remark that an import makes is explained."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from reading_docs import ROOT, code, table

from app.exchange.choices import choose, choose_kind
from app.exchange.headers import SYNONYMS, meaning
from app.exchange.numbers import read_count

COLUMNS = table("docs/imports.md", "column", "also understood as")
WORDS = table("docs/imports.md", "field", "words understood, among others")
# How codes are handed on in app/exchange: the name that is called, and which argument is the code.
_CODE_ARGUMENT = {"Note": 1, "warn": 1, "refuse": 1, "_refused": 1, "_counted": 1, "Unreadable": 0, "UnreadableFile": 0}


@pytest.mark.parametrize("row", COLUMNS, ids=lambda row: row[0].strip("`"))
def test_headers_mean_what_the_page_says(row: tuple[str, ...]) -> None:
    column = code(row[0])[0]
    for header in (column, *code(row[1])):
        assert meaning(header) == column, header


def test_every_column_is_listed() -> None:
    assert {code(row[0])[0] for row in COLUMNS} == set(SYNONYMS)


@pytest.mark.parametrize("row", WORDS, ids=lambda row: row[0].strip("`"))
def test_words_are_understood(row: tuple[str, ...]) -> None:
    field = code(row[0])[0]
    for word in code(row[1]):
        found = choose_kind(word).kind if field == "kind" else choose(field, word).value
        assert found is not None, word


@pytest.mark.parametrize("number", ["250", "1,200", "~250", ">300", "up to 40", "200-250", "a dozen"])
def test_numbers_are_understood(number: str) -> None:
    assert f"`{number}`" in (ROOT / "docs/imports.md").read_text()
    assert read_count(number, "people").value is not None


def _codes_in(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        place = _CODE_ARGUMENT.get(name)
        given: list[ast.expr] = []
        if place is not None and len(node.args) > place:
            given = [node.args[place]]
        elif (
            name == "append" and isinstance(node.args[0], ast.Tuple) and isinstance(node.args[0].elts[0], ast.Constant)
        ):
            given = [node.args[0].elts[0]]
        elif name == "ImportNote":
            given = [each.value for each in node.keywords if each.arg == "code"]
        for each in given:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value


def test_every_remark_is_explained_and_no_other() -> None:
    used = {found for source in (ROOT / "app/exchange").glob("*.py") for found in _codes_in(source)}
    made = {"approximate", "minimum", "maximum", "range", "month_only", "quarter_only", "year_only"}
    explained = [each for row in table("docs/imports.md", "code", "meaning") for each in code(row[0])]
    assert set(explained) == used | made
    assert len(explained) == len(set(explained))
