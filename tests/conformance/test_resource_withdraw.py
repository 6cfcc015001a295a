"""Withdrawing and restoring: hidden, never lost."""

from collections.abc import Callable

from support.problems import problem
from support.subject import Subject

Stored = Callable[[], dict[str, int]]


def test_a_withdrawn_record_leaves_the_lists_and_stays_readable(subject: Subject) -> None:
    kept, record = subject.make(), subject.make(**{subject.note: "kakapo"})
    answer = subject.api.delete(subject.at(record))
    assert (answer.status_code, answer.content) == (204, b"")

    newest = {"sort": "-created_at"}
    assert record["id"] not in subject.listed(**newest)
    assert subject.listed(**newest, archived="true") == [record["id"]]
    assert subject.listed(**newest, archived="any")[:2] == [record["id"], kept["id"]]
    total = subject.api.read(subject.path, count="exact", archived="true")["total"]
    assert total == 1
    if "q" in subject.resource.list_query.model_fields:
        assert subject.listed(q="kakapo") == []
        assert subject.listed(q="kakapo", archived="any") == [record["id"]]

    found = subject.read(record)
    assert found["archived"] is True
    assert found["version"] == 2


def test_a_restored_record_is_back(subject: Subject) -> None:
    record = subject.make()
    subject.api.delete(subject.at(record))
    answer = subject.api.post(subject.at(record, "restore"))
    assert answer.status_code == 200
    assert answer.headers["etag"] == '"3"'
    restored = answer.json()
    changed = ("version", "updated_at")
    assert {**restored, **{name: record[name] for name in changed}} == record
    assert subject.listed(sort="-created_at")[0] == record["id"]
    assert subject.read(record) == restored


def test_twice_is_the_same_as_once(subject: Subject, stored: Stored) -> None:
    record = subject.make()
    subject.api.delete(subject.at(record))
    before = stored()
    assert subject.api.delete(subject.at(record)).status_code == 204
    assert stored() == before
    subject.api.post(subject.at(record, "restore"))
    before = stored()
    assert subject.api.post(subject.at(record, "restore")).json()["version"] == 3
    assert stored() == before


def test_a_withdrawn_record_is_changed_only_once_restored(subject: Subject, stored: Stored) -> None:
    record = subject.make(external_ref="ENG-090")
    subject.api.delete(subject.at(record))
    again = subject.document(**{name: record[name] for name in subject.required})
    before = stored()
    problem(subject.api.patch(subject.at(record), {subject.note: "New"}), 409)
    problem(subject.api.put(f"{subject.path}/by-external-ref/ENG-090", again), 409)
    assert stored() == before
    subject.api.post(subject.at(record, "restore"))
    assert subject.api.change(subject.at(record), {subject.note: "New"})["version"] == 4
