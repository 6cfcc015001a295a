"""Many records in one request: all of them or none. And upserts, by the id that another system knows."""

from collections.abc import Callable

import pytest

from support.client import Api
from support.documents import Documents
from support.problems import faults, problem
from support.subject import WRITABLE, Subject, subject_of

Stored = Callable[[], dict[str, int]]


def test_all_items_are_recorded_in_their_order(subject: Subject) -> None:
    documents = [subject.document(external_ref=f"ENG-{number}") for number in range(5)]
    answer = subject.api.post(f"{subject.path}/bulk", {"items": documents})
    assert answer.status_code == 201
    items = answer.json()["items"]
    assert [each["external_ref"] for each in items] == [each["external_ref"] for each in documents]
    assert [subject.read(each) for each in items] == items
    assert subject.listed(sort="-created_at,-id")[:5] == [each["id"] for each in reversed(items)]


def test_one_wrong_item_keeps_all_out_and_each_fault_names_its_item(subject: Subject, stored: Stored) -> None:
    documents = [subject.document() for _ in range(4)]
    documents[1]["colour"] = "red"
    documents[3][subject.note] = 5
    before = stored()
    answer = subject.api.post(f"{subject.path}/bulk", {"items": [*documents, "text", None]})
    where = {("/items/1/colour", "unknown_field"), (f"/items/3/{subject.note}", "type")}
    assert faults(answer) == where | {("/items/4", "type"), ("/items/5", "type")}
    assert stored() == before


def test_items_may_not_take_what_is_taken(subject: Subject, stored: Stored) -> None:
    subject.make(external_ref="ENG-1")
    documents = [subject.document(external_ref=ref) for ref in ("ENG-2", "ENG-1", "ENG-3", "ENG-2")]
    before = stored()
    answer = subject.api.post(f"{subject.path}/bulk", {"items": documents})
    assert faults(answer, 409) == {("/items/1/external_ref", "taken"), ("/items/3/external_ref", "taken")}
    assert stored() == before


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"items": []}, {("/items", "too_short")}),
        ({}, {("/items", "required")}),
        ({"items": {}}, {("/items", "type")}),
        ({"items": None}, {("/items", "type")}),
        ({"items": [{}], "colour": "red"}, {("/colour", "unknown_field")}),
        ({"items": [{}] * 1001}, {("/items", "too_long")}),
        ([], {("", "type")}),
        ("text", {("", "type")}),
    ],
)
def test_a_bulk_request_is_one_to_a_thousand_items(
    api: Api, documents: Documents, stored: Stored, body: object, expected: set[tuple[str, str]]
) -> None:
    subjects = [subject_of(path, api, documents) for path in WRITABLE]
    before = stored()
    for subject in subjects:
        assert faults(subject.api.post(f"{subject.path}/bulk", body)) == expected
    assert stored() == before


def test_an_upsert_creates_then_updates_then_leaves(subject: Subject, stored: Stored) -> None:
    at = f"{subject.path}/by-external-ref/ENG-090"
    document = subject.document(**{subject.note: "First"})
    created = subject.api.put(at, document)
    assert created.status_code == 201
    record = created.json()
    assert record["external_ref"] == "ENG-090"
    assert subject.api.get(created.headers["location"]).json() == record

    updated = subject.api.put(at, document | {subject.note: "Second"})
    assert updated.status_code == 200
    assert "location" not in updated.headers
    assert updated.headers["etag"] == '"2"'
    assert updated.json()["id"] == record["id"]
    assert updated.json()[subject.note] == "Second"

    before = stored()
    again = subject.api.put(at, document | {subject.note: "Second", "external_ref": "ENG-090"})
    assert again.json() == updated.json()
    assert stored() == before

    # A whole document: what it does not say is no longer said.
    shorter = {name: value for name, value in document.items() if name != subject.note}
    assert subject.api.put(at, shorter).json()[subject.note] is None


def test_an_upsert_of_nothing_for_a_version_is_refused(subject: Subject, stored: Stored) -> None:
    document = subject.document()
    before = stored()
    answer = subject.api.put(f"{subject.path}/by-external-ref/ENG-1", document, headers={"if-match": '"1"'})
    problem(answer, 412)
    assert stored() == before


def test_a_wrong_upsert_writes_nothing(subject: Subject, stored: Stored) -> None:
    at = f"{subject.path}/by-external-ref/ENG-1"
    document = subject.document()
    before = stored()
    assert faults(subject.api.put(at, document | {"colour": "red"})) == {("/colour", "unknown_field")}
    assert faults(subject.api.put(at, [])) == {("", "type")}
    for ref in ("%00", "%0a", "a%1fb", "%20", "x" * 201):
        problem(subject.api.put(f"{subject.path}/by-external-ref/{ref}", document), 422)
    assert stored() == before
