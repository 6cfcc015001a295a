"""Every field that can be written, of every resource, given every sort of value that it is not."""

from collections.abc import Callable
from typing import Any

import pytest

from support.client import Api
from support.documents import Documents
from support.problems import problem
from support.subject import WRITABLE, subject_of

Stored = Callable[[], dict[str, int]]

VALUES: list[Any] = [
    None, "", " ", 0, -1, 1.5, True, [], {}, [None], [[]], [{}], ["a", 1], {"a": {"b": []}}, "x" * 20_001, "a\x00b", "a\x1bb", "\x7f",
    2**31, 2**63, 10**29, -(2**63), "2024-02-30", "\u2028", "🥝", "TO", "0190163d-8694-739b-aea5-966c26f8ad91",
]  # fmt: skip


@pytest.mark.parametrize("path", WRITABLE)
def test_no_value_of_a_field_is_an_error(api: Api, documents: Documents, stored: Stored, path: str) -> None:
    subject = subject_of(path, api, documents)
    document = subject.document()
    table = subject.resource.table.name
    made = 0
    before = stored()
    for field in subject.resource.fields.model_fields:
        for value in VALUES:
            # Withdrawn at once, so that the next one finds its place free where only one can be.
            answer = api.post(subject.path, document | {field: value})
            assert answer.status_code < 500, (field, value)
            if answer.status_code == 201:
                made += 1
                assert api.get(answer.headers["location"]).json() == answer.json()
                document |= subject.document()
                before = {name: number for name, number in stored().items() if name != table} | {table: before[table]}
                continue
            faults = problem(answer, answer.status_code)["errors"]
            assert all(each["pointer"] for each in faults), (field, value)
    after = stored()
    assert after[table] == before[table] + made, "what was refused left nothing"
    for name in ("ledger", "search_entry", "engagement", "partner"):
        if name != table:
            assert after[name] == before[name]


@pytest.mark.parametrize("path", WRITABLE)
def test_no_value_of_a_patch_is_an_error(api: Api, documents: Documents, stored: Stored, path: str) -> None:
    subject = subject_of(path, api, documents)
    record = subject.make()
    at, version = subject.at(record), 1
    for field in subject.resource.fields.model_fields:
        for value in VALUES[:20]:
            answer = api.patch(at, {field: value})
            assert answer.status_code < 500, (field, value)
            if answer.status_code == 200:
                assert answer.json()["version"] in (version, version + 1)
                version = answer.json()["version"]
            else:
                problem(answer, answer.status_code)
    assert api.read(at)["version"] == version


@pytest.mark.parametrize("path", WRITABLE)
def test_no_value_of_a_parameter_is_an_error(api: Api, documents: Documents, path: str) -> None:
    subject = subject_of(path, api, documents)
    subject.make()
    for name in subject.resource.list_query.model_fields:
        for value in VALUES:
            answer = api.post(f"{subject.path}/query", {name: value})
            assert answer.status_code in (200, 422), (name, value, answer.text)
            if answer.status_code == 422:
                problem(answer, 422)
