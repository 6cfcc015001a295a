"""The statement budget: a page, whatever its kind and size, is one statement beside the one for the token.

On PostgreSQL the page itself proves that a caller is still who they were, so that there is no statement for the token.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from support.subject import Subject

Statements = Callable[[], AbstractContextManager[list[str]]]

TOKEN, PAGE, COUNT = 1, 1, 1


@pytest.fixture
def filled(any_subject: Subject) -> Subject:
    for _ in range(3):
        any_subject.make()
    any_subject.api.read(any_subject.path)  # a caller's first request may look up markings
    return any_subject


@pytest.fixture
def token(kind: str) -> int:
    """How many statements tell who calls, of a caller whom the process remembers."""
    return TOKEN if kind == "sqlite" else 0


def test_a_list_costs_one_statement(filled: Subject, statements: Statements, token: int) -> None:
    budget = token + PAGE + filled.statements_above
    for params in ({}, {"limit": 1}, {"sort": "-updated_at,id"}, {"archived": "any"}, {"fields": "id"}):
        with statements() as seen:
            filled.api.read(filled.path, **params)
        assert len(seen) == budget, seen
    with statements() as seen:
        filled.api.post(f"{filled.path}/query", {})
    assert len(seen) == budget, seen


def test_the_next_page_costs_no_more(filled: Subject, statements: Statements, token: int) -> None:
    following = filled.api.read(filled.path, limit=1)["next"]
    with statements() as seen:
        assert filled.api.get(following).status_code == 200
    assert len(seen) == token + PAGE + filled.statements_above, seen


def test_a_total_costs_one_more(filled: Subject, statements: Statements, token: int) -> None:
    for count in ("exact", "capped"):
        with statements() as seen:
            filled.api.read(filled.path, count=count)
        assert len(seen) == token + PAGE + COUNT + filled.statements_above, seen


def test_every_filter_stays_within_the_budget(filled: Subject, statements: Statements, token: int) -> None:
    record = filled.api.items(filled.path, limit=1)[0]
    for name in set(filled.resource.list_query.model_fields) & set(record):
        value = record[name]
        if isinstance(value, str):
            with statements() as seen:
                assert filled.api.items(filled.path, **{name: value, "limit": 1})
            assert len(seen) == token + PAGE + filled.statements_above, seen


def test_a_record_costs_one_statement(filled: Subject, statements: Statements, token: int) -> None:
    record = filled.make()
    with statements() as seen:
        filled.read(record)
    assert len(seen) == token + PAGE + filled.statements_above, seen
    with statements() as seen:
        filled.api.get(filled.at(record), headers={"if-none-match": '"1"'})
    assert len(seen) == token + PAGE + filled.statements_above, seen


def test_a_reference_set_in_costs_one_statement_however_many(
    filled: Subject, statements: Statements, token: int
) -> None:
    for name in filled.resource.expandable:
        with statements() as seen:
            filled.api.read(filled.path, expand=name, limit=200)
        assert len(seen) <= token + PAGE + 1 + filled.statements_above, seen


def test_an_unknown_caller_costs_two_one_of_them_for_a_rotated_token(filled: Subject, statements: Statements) -> None:
    with statements() as seen:
        filled.api.with_secret(f"det_{'A' * 43}").get(filled.path)
    assert len([each for each in seen if "access_log" not in each]) == 2 * TOKEN
    with statements() as seen:
        filled.api.with_secret("no token of ours").get(filled.path)
        filled.api.anonymous().get(filled.path)
    assert [each for each in seen if "access_log" not in each] == []
