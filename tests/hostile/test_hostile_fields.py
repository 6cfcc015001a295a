"""Every field of every resource, given what it does not expect: by POST, PATCH and PUT.

What is wrong is refused by name. What is not wrong after all (a date is a good enough title) is kept as it was given.
"""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import httpx2 as httpx
import pytest
from wire import Stored, unchanged

from app.core.ids import new_id
from support.client import Api
from support.documents import Documents
from support.problems import faults
from support.subject import WRITABLE, Subject, subject_of

VALUES: tuple[Any, ...] = (
    None,
    "",
    " ",
    0,
    -1,
    1.5,
    True,
    [],
    {},
    [[]],
    {"a": 1},
    [None],
    [{}],
    [{"partner": None}],
    ["", " "],
    "x" * 25_000,
    "a\u0000b",
    "a\u001bb",
    "a\nb",
    "a\u2028b",
    "a\u202eb\u202c",
    "\ufeffa\uffff",
    2**63,
    -(2**63) - 1,
    10**29,
    "2024-02-30",
    "0000-01-01",
    "10000-01-01",
    "2024-W01-1",
    20240101,
    "2024-01-01T00:00:00",
    "2024-06-30T23:59:60Z",
    "2024-01-01T00:00:00+99:99",
    "1901-01-01T00:00:00+14:00",
    "2199-12-31T23:59:59-12:00",
    "٢٠٢٤-٠١-٠١",
    "AU",
    "ZZ",
    "ＡＵ",
    "0190163d-8694-739b-aea5-966c26f8ad91",
    "urn:0190163d8694739baea5966c26f8ad91",
    "0190163d-8694-739b-aea5-966c26f8_d91",
    "javascript:alert(1)",
    "Pacific/../Auckland",
    ["AU"] * 4_000,
    [["AU"]],
    {"partner": {"partner": "AU"}},
)

BULK = 500

ELSEWHERE = {"taken", "duplicate", "overlap"}
"""Codes of faults that a value has only because another record has it too."""

TWO_FIELDS = {"create_only", "before_start", "required_with", "required"}
"""Codes of faults that a value has only because of what else the record says."""

Case = tuple[str, Any]
Make = Callable[..., dict[str, Any]]


@pytest.fixture(params=WRITABLE)
def subject(request: pytest.FixtureRequest, api: Api, documents: Documents) -> Subject:
    return subject_of(request.param, api, documents)


@pytest.fixture
def document(subject: Subject) -> Make:
    """`document(title=5)` is a sound document but for that; to make one writes nothing."""
    base = subject.document()
    key, numbers = subject.resource.key, count(1)
    named = key is not None and key.key in base

    def make(**changes: Any) -> dict[str, Any]:
        unique = {key.key: f"K-{next(numbers)}"} if key is not None and named else {}
        return base | unique | changes

    return make


def every_case(subject: Subject) -> Iterator[Case]:
    """Every field with every value that may be wrong for it."""
    for name in subject.resource.fields.model_fields:
        for value in VALUES:
            yield name, value


def refused(subject: Subject, document: Make, cases: list[Case]) -> list[Case]:
    """The cases that creation refuses, each by the name of its field. One request tells of hundreds."""
    wrong = []
    for begin in range(0, len(cases), BULK):
        part = cases[begin : begin + BULK]
        # Each has one fault besides, so that nothing is recorded yet.
        items = [document(**{name: value, "unknown": 1}) for name, value in part]
        told: dict[int, set[str]] = {}
        answer = subject.api.post(f"{subject.path}/bulk", {"items": items})
        for where, code in faults(answer):
            _, _, index, field, *_ = where.split("/")
            if code not in ELSEWHERE and field != "unknown":
                told.setdefault(int(index), set()).add(field)
        for index, (name, value) in enumerate(part):
            if index in told:
                assert told[index] & blamed(name), (name, value, told[index])
                wrong.append((name, value))
    return wrong


def blamed(name: str) -> set[str]:
    """Where the fault may be named if a field is wrong: some rules hold two against each other."""
    beside = {"starts_on": "ends_on", "ends_at": "starts_at", "starts_at": "ends_at"}
    return {name, beside.get(name, name)}


def together(cases: list[Case]) -> Iterator[dict[str, Any]]:
    """The cases with the same value, as one document."""
    for value in VALUES:
        names = [name for name, each in cases if each is value]
        if names:
            yield dict.fromkeys(names, value)


def same(sent: Any, kept: Any) -> bool:
    """Whether a value came back as it was sent: trimmed, codes and slugs in their own case, null as a default."""
    if sent is None or isinstance(sent, list | dict):
        return True
    if isinstance(sent, str):
        return isinstance(kept, str) and kept.casefold() == sent.strip().casefold()
    return type(kept) is type(sent) and kept == sent


BY_RULE = {"ends_on", "starts_at", "ends_at", "reaction_note", "record_version"}
"""Fields that a rule blames for another one's value: right by themselves, or not looked at, where both are wrong."""


def test_a_field_refuses_what_it_cannot_keep_and_keeps_the_rest(
    subject: Subject, document: Make, stored: Stored, kind: str
) -> None:
    record = subject.make()
    cases = list(every_case(subject))
    with unchanged(stored):
        wrong = refused(subject, document, cases)
        # What creation refuses does not reach the database, so one of them will do for changes.
        for changes in together(wrong) if kind == "sqlite" else ():
            refused_by_changes(subject, record, document, changes)
    assert subject.read(record) == record
    right = [each for each in cases if each not in wrong]
    assert len(wrong) > len(right)
    again = [each for changes in together(right) for each in kept(subject, record, document, changes)]
    with unchanged(stored):
        for method, path, sent in again:
            assert subject.api.ask(method, path, json=sent).status_code in (409, 422)


def refused_by_changes(subject: Subject, record: Any, document: Make, changes: dict[str, Any]) -> None:
    """What creation refuses, PUT and PATCH refuse too, and tell all that is wrong at once."""
    changes = {name: value for name, value in changes.items() if name != "external_ref"}
    if changes:
        told = blamed_by(subject.api.put(f"{subject.path}/by-external-ref/NEW", document(**changes)))
        assert set(changes) - told <= BY_RULE
    # Null in a patch takes a value back to its default, where there is one.
    changes = {name: value for name, value in changes.items() if value is not None or name in subject.required}
    if changes:
        told = blamed_by(subject.api.patch(subject.at(record), changes))
        assert set(changes) - told <= BY_RULE


def blamed_by(answer: httpx.Response) -> set[str]:
    return {where.split("/")[1] for where, _ in faults(answer) if where}


def kept(subject: Subject, record: Any, document: Make, changes: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """What creation takes, PATCH and PUT keep as it was given: all fields at once, or else each alone.

    Gives back the requests that were refused after all.
    """
    for method in ("PATCH", "PUT"):
        possible = {name: value for name, value in changes.items() if method == "PATCH" or name != "external_ref"}
        pending = [possible] if possible else []
        while pending:
            each = pending.pop()
            path, sent = subject.at(record), each
            if method == "PUT":
                path, sent = f"{subject.path}/by-external-ref/{new_id()}", document(**each)
            answer = subject.api.ask(method, path, json=sent)
            if answer.status_code in (200, 201):
                answered = answer.json()
                assert [name for name, value in each.items() if not same(value, answered[name])] == []
                assert subject.read(answered) == answered
                continue
            codes = {code for _, code in faults(answer, answer.status_code)}
            assert codes <= ELSEWHERE | TWO_FIELDS, (method, each, codes)
            yield method, path, sent
            pending += [{name: value} for name, value in each.items()] if len(each) > 1 else []
