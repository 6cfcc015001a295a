"""Changing a record by merge patch (RFC 7396), and not overwriting what one has not seen (RFC 9110)."""

from collections.abc import Callable

import pytest

from support.client import Api
from support.documents import Documents
from support.problems import faults, problem
from support.subject import WRITABLE, Subject, subject_of

Stored = Callable[[], dict[str, int]]


def test_a_patch_changes_only_what_it_names(subject: Subject) -> None:
    record = subject.make()
    answer = subject.api.patch(subject.at(record), {subject.note: "A *new* line\nand another"})
    assert answer.status_code == 200
    changed = answer.json()
    assert changed[subject.note] == "A *new* line\nand another"
    assert changed["version"] == 2
    assert answer.headers["etag"] == '"2"'
    assert changed["updated_at"] > record["updated_at"]
    kept = set(record) - {subject.note, "version", "updated_at"}
    assert {name: changed[name] for name in kept} == {name: record[name] for name in kept}
    assert subject.read(record) == changed


def test_null_takes_a_value_back(subject: Subject) -> None:
    record = subject.make(**{subject.note: "Something", "external_ref": "ENG-090"})
    changed = subject.api.change(subject.at(record), {subject.note: None, "external_ref": None})
    assert changed[subject.note] is None
    assert changed["external_ref"] is None


def test_what_is_required_cannot_be_taken_back(subject: Subject, stored: Stored) -> None:
    record = subject.make()
    required = [name for name in subject.required if name in subject.resource.patch.model_fields]
    before = stored()
    if required:
        answer = subject.api.patch(subject.at(record), dict.fromkeys(required))
        assert faults(answer) == {(f"/{name}", "required") for name in required}
        assert stored() == before


def test_what_only_creation_sets_is_refused_with_a_word_what_to_do(subject: Subject, stored: Stored) -> None:
    record = subject.make()
    once = set(subject.resource.fields.model_fields) - set(subject.resource.patch.model_fields)
    before = stored()
    for value in (None, "other"):
        if once:
            answer = subject.api.patch(subject.at(record), dict.fromkeys(once, value))
            assert faults(answer) == {(f"/{name}", "create_only") for name in once}
    assert stored() == before


@pytest.mark.parametrize(
    "media_type", ["application/merge-patch+json", "application/json", "Application/JSON; charset=utf-8"]
)
def test_both_media_types_of_a_patch(api: Api, documents: Documents, media_type: str) -> None:
    for path in WRITABLE:
        subject = subject_of(path, api, documents)
        record = subject.make()
        answer = subject.api.ask(
            "PATCH",
            subject.at(record),
            content=b'{"external_ref": "%s"}' % record["id"].encode(),
            headers={"content-type": media_type},
        )
        assert answer.status_code == 200
        assert answer.json()["external_ref"] == record["id"]


def test_a_patch_that_says_nothing_new_changes_nothing(subject: Subject, stored: Stored) -> None:
    record = subject.make(**{subject.note: "Something"})
    same = {name: record[name] for name in subject.resource.patch.model_fields}
    before = stored()
    for patch in ({}, {subject.note: "Something"}, {subject.note: "  Something "}, same):
        answer = subject.api.patch(subject.at(record), patch)
        assert answer.json() == record
        assert answer.headers["etag"] == '"1"'
    assert stored() == before


def test_a_wrong_patch_names_every_fault(subject: Subject, stored: Stored) -> None:
    record = subject.make()
    before = stored()
    answer = subject.api.patch(subject.at(record), {"colour": "red", subject.note: 5, "id": "x"})
    expected = {("/colour", "unknown_field"), ("/id", "unknown_field"), (f"/{subject.note}", "type")}
    assert faults(answer) == expected
    assert stored() == before


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"null", b"5", b"true"])
def test_a_patch_is_an_object(subject: Subject, body: bytes) -> None:
    record = subject.make()
    answer = subject.api.ask(
        "PATCH", subject.at(record), content=body, headers={"content-type": "application/merge-patch+json"}
    )
    problem(answer, 422)
    assert subject.read(record) == record


def writes(subject: Subject, record: dict[str, str], etag: str | None) -> list[int]:
    """What each kind of change answers to an `If-Match`."""
    headers = {} if etag is None else {"if-match": etag}
    whole = {name: record[name] for name in subject.required} | {"partners": ["AU"]}
    whole = {name: value for name, value in whole.items() if name in subject.resource.fields.model_fields}
    asked = [
        subject.api.patch(subject.at(record), {subject.note: f"Something {etag}"}, headers=headers),
        subject.api.put(f"{subject.path}/by-external-ref/{record['external_ref']}", whole, headers=headers),
        subject.api.delete(subject.at(record), headers=headers),
        subject.api.post(subject.at(record, "restore"), headers=headers),
    ]
    for answer in asked:
        if answer.status_code >= 400:
            problem(answer, answer.status_code)
    return [answer.status_code for answer in asked]


def test_a_stale_version_overwrites_nothing(subject: Subject, stored: Stored) -> None:
    record = subject.make(external_ref="ENG-090")
    subject.api.change(subject.at(record), {subject.note: "Meanwhile"})
    before = stored()
    for stale in ('"1"', '"3"', '"22"', 'W/"2"', "2", "garbage", '""', '"1", "3"', "'2'"):
        assert writes(subject, record, stale) == [412] * 4
    assert stored() == before
    answer = subject.api.patch(subject.at(record), {}, headers={"if-match": '"1"'})
    assert answer.headers["etag"] == '"2"'


def test_the_present_version_may_be_changed(subject: Subject) -> None:
    record = subject.make()
    for etag in ('"1"', '"7", "2"', "*", None):
        headers = {} if etag is None else {"if-match": etag}
        answer = subject.api.patch(subject.at(record), {subject.note: f"For {etag}"}, headers=headers)
        assert answer.status_code == 200


def test_an_installation_may_require_if_match(api: Api, serve: Callable[..., Api], documents: Documents) -> None:
    strict = serve(require_if_match=True)
    for path in WRITABLE:
        subject = subject_of(path, api, documents)
        record = subject.make(external_ref=f"ENG-{path}")
        there = subject_of(path, strict, documents)
        assert writes(there, record, None) == [428] * 4
        assert writes(there, record, '"1"')[0] == 200
        assert there.api.post(subject.path, subject.document()).status_code == 201
        assert there.api.put(f"{subject.path}/by-external-ref/new-{path}", subject.document()).status_code == 201
