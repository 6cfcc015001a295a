"""Every field of every resource, given what it does not expect: by POST, PATCH and PUT.

What is wrong is refused by name. What is not wrong after all (a date is a good enough title) is kept as it was given.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from support.client import Api
from support.documents import Documents
from support.problems import faults
from support.subject import WRITABLE, Subject, subject_of
from wire import Stored, unchanged

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
    [True, 5],
    [{"partner": None}],
    ["", " "],
    "x" * 25_000,
    "a\u0000b",
    "a\u001bb",
    "a\nb",
    "a\u2028b",
    "a\u202eb\u202c",
    "\ufeffa\uffff",
    2**31,
    2**63,
    -(2**63) - 1,
    10**29,
    "2024-02-30",
    "0000-01-01",
    "10000-01-01",
    "2024-W01-1",
    20240101,
    "20240101",
    "2024-01-01T00:00:00",
    "2024-01-01T24:00:00Z",
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
    "http://[",
    "Pacific/../Auckland",
    "/etc/localtime",
    ["AU"] * 10_000,
    [["AU"]],
    {"partner": {"partner": "AU"}},
)

BULK = 500


@pytest.fixture(params=WRITABLE)
def subject(request: pytest.FixtureRequest, api: Api, documents: Documents) -> Subject:
    return subject_of(request.param, api, documents)


def cases(subject: Subject) -> Iterator[tuple[str, Any]]:
    """Every field with every value that may be wrong for it."""
    for name in subject.resource.fields.model_fields:
        for value in VALUES:
            yield name, value


def wrong_ones(subject: Subject, wanted: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Those that creation refuses, and each by the name of its field. One request tells of hundreds."""
    wrong = []
    for begin in range(0, len(wanted), BULK):
        part = wanted[begin : begin + BULK]
        items = [subject.document(**{name: value}) for name, value in part]
        # A last item that is surely wrong, so that nothing is recorded yet.
        answer = subject.api.post(f"{subject.path}/bulk", {"items": [*items, {"unknown": 1}]})
        where = {each.split("/")[2]: set[str]() for each, _ in faults(answer)}
        for each, _ in faults(answer):
            _, _, index, *rest = each.split("/")
            where[index].update(rest[:1])
        for index, (name, value) in enumerate(part):
            if str(index) in where:
                assert where[str(index)] & blamed(name), (name, value, where[str(index)])
                wrong.append((name, value))
    return wrong


def blamed(name: str) -> set[str]:
    """The fields that a fault may be found in when one field is wrong: some rules hold two against each other."""
    return {name} | {
        "starts_on": {"ends_on"},
        "ends_at": {"starts_at"},
        "starts_at": {"ends_at"},
        "releasable_to": {"classification"},
    }.get(name, set())


def same(sent: Any, kept: Any) -> bool:
    """Whether a value came back as it was sent: trimmed, codes and slugs in their own case, null as a default."""
    if sent is None or isinstance(sent, list | dict):
        return True
    if isinstance(sent, str):
        return isinstance(kept, str) and kept.casefold() == sent.strip().casefold()
    return type(kept) is type(sent) and kept == sent


def test_no_field_takes_what_it_cannot_keep(subject: Subject, stored: Stored) -> None:
    """Refused everywhere alike: in one request, and by a change of a record that is sound."""
    record = subject.make(external_ref="KEPT")
    every = list(cases(subject))
    with unchanged(stored):
        wrong = wrong_ones(subject, every)
        for value in VALUES:
            # Null in a patch takes a value back to its default, where there is one.
            names = [name for name, each in wrong if each is value and (value is not None or name in subject.required)]
            for answer in (
                subject.api.patch(subject.at(record), dict.fromkeys(names, value)),
                subject.api.put(f"{subject.path}/by-external-ref/NEW", subject.document(**dict.fromkeys(names, value))),
            ):
                if names and names != ["external_ref"]:
                    told = {where.split("/")[1] for where, _ in faults(answer) if where}
                    missing = set(names) - told - {"external_ref", "releasable_to", "ends_on", "starts_at"}
                    assert not missing, (value, missing)
    assert subject.read(record) == record
    taken_ones_are_kept(subject, [each for each in every if each not in wrong], stored)


def taken_ones_are_kept(subject: Subject, right: list[tuple[str, Any]], stored: Stored) -> None:
    assert right
    record = subject.make(external_ref="KEPT-2")
    for number, (name, value) in enumerate(right):
        path = f"{subject.path}/by-external-ref/R-{number}"
        asked = [("PATCH", subject.at(record), {name: value})]
        if name != "external_ref":
            asked += [("PUT", path, subject.document(**{name: value})), ("PUT", path, subject.document(**{name: value}))]
        for method, where, document in asked:
            before = stored()
            answer = subject.api.ask(method, where, json=document)
            if answer.status_code in (200, 201):
                kept = answer.json()
                assert same(value, kept[name]), (name, value, kept[name])
                assert subject.read(kept) == kept
            else:  # unique values are taken by now, and some fields cannot be changed
                codes = {code for _, code in faults(answer, answer.status_code)}
                assert codes <= {"create_only", "taken", "overlap", "before_start", "unknown_field"}, (method, name, value, codes)
                assert stored() == before
