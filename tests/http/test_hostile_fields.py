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
    None, "", " ", 0, -1, 1.5, True, [], {}, [None], [{}], ["a", 1], "x" * 20_001, "a\x00b", 2**63, "2024-02-30", "🥝",
    "0190163d-8694-739b-aea5-966c26f8ad91",
]  # fmt: skip


@pytest.mark.parametrize("path", WRITABLE)
def test_no_value_of_a_field_is_an_error(api: Api, documents: Documents, stored: Stored, path: str) -> None:
    subject = subject_of(path, api, documents)
    document = subject.document()
    table = subject.resource.table.name
    made = 0
    before = stored()[table]
    for field in subject.resource.fields.model_fields:
        for value in VALUES:
            answer = api.post(subject.path, document | {field: value})
            assert answer.status_code < 500, (field, value)
            if answer.status_code == 201:
                made += 1
                assert api.get(answer.headers["location"]).json() == answer.json()
                document |= subject.document()
                continue
            faults = problem(answer, answer.status_code)["errors"]
            assert all(each["pointer"] for each in faults), (field, value)
    assert stored()[table] == before + made, "what was refused left nothing"


@pytest.mark.parametrize("path", WRITABLE)
def test_no_value_of_a_patch_is_an_error(api: Api, documents: Documents, path: str) -> None:
    subject = subject_of(path, api, documents)
    record = subject.make()
    at, version = subject.at(record), 1
    for field in subject.resource.fields.model_fields:
        for value in VALUES[:12]:
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
