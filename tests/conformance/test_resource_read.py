"""Reading one record: by id or by its readable key, whole, in part, or with what it refers to."""

from support.client import Api
from support.problems import faults, problem
from support.subject import Subject

UNKNOWN = "0190163d-8694-739b-aea5-966c26f8ad91"


def key_of(subject: Subject, record: dict[str, str]) -> str:
    assert subject.resource.key is not None
    return record[subject.resource.key.key]


def test_a_record_is_read_by_its_id(any_subject: Subject) -> None:
    record = any_subject.make()
    for spelling in (record["id"], record["id"].upper()):
        answer = any_subject.api.get(f"{any_subject.path}/{spelling}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["etag"] == '"1"'
        assert answer.json() == record


def test_a_record_is_read_by_its_key(keyed_subject: Subject) -> None:
    record = keyed_subject.make()
    key = key_of(keyed_subject, record)
    for spelling in (key, key.lower(), key.upper()):
        assert keyed_subject.api.read(f"{keyed_subject.path}/{spelling}") == record


def test_a_record_is_changed_and_withdrawn_by_its_key(named_subject: Subject) -> None:
    record = named_subject.make()
    at = f"{named_subject.path}/{key_of(named_subject, record).lower()}"
    assert named_subject.api.change(at, {named_subject.note: "New"})["version"] == 2
    assert named_subject.api.delete(at).status_code == 204
    assert named_subject.api.post(f"{at}/restore").status_code == 200


def test_what_does_not_exist_is_not_found(any_subject: Subject) -> None:
    for key in (UNKNOWN, "nothing", "VIS-2026-9999", "0", "%20", "a" * 300):
        at = f"{any_subject.path}/{key}"
        problem(any_subject.api.get(at), 404)
        if any_subject.resource.writable:
            problem(any_subject.api.patch(at, {any_subject.note: "New"}), 404)
            problem(any_subject.api.delete(at), 404)
            problem(any_subject.api.post(f"{at}/restore"), 404)


def test_a_caller_who_has_the_version_gets_none(any_subject: Subject) -> None:
    record = any_subject.make()
    at = any_subject.at(record)
    for known in ('"1"', 'W/"1"', '"7", "1"', "*"):
        answer = any_subject.api.get(at, headers={"if-none-match": known})
        assert answer.status_code == 304
        assert answer.content == b""
        assert answer.headers["etag"] == '"1"'
    for other in ('"2"', '"11"', "1", '""', "garbage", '"'):
        assert any_subject.api.get(at, headers={"if-none-match": other}).status_code == 200


def test_head_mirrors_get(any_subject: Subject) -> None:
    record = any_subject.make()
    for path in (any_subject.path, any_subject.at(record), any_subject.at({"id": UNKNOWN})):
        got, head = (any_subject.api.ask(method, path) for method in ("GET", "HEAD"))
        assert head.status_code == got.status_code
        assert head.content == b""
        same = ("content-type", "content-length", "etag", "cache-control", "vary")
        assert [head.headers.get(each) for each in same] == [got.headers.get(each) for each in same]


def test_only_the_fields_asked_for(any_subject: Subject) -> None:
    record = any_subject.make()
    found = any_subject.api.read(any_subject.at(record), fields="id, version")
    assert found == {"id": record["id"], "version": record["version"]}
    listed = any_subject.api.items(any_subject.path, fields="id", limit=200, sort="-created_at")
    assert {"id": record["id"]} in listed
    assert all(set(each) == {"id"} for each in listed)


def test_references_answered_as_the_records_they_name(any_subject: Subject, api: Api) -> None:
    resource, record = any_subject.resource, any_subject.make()
    for name in resource.expandable:
        answer = any_subject.api.read(any_subject.at(record), expand=name)
        if not record.get(name):
            assert answer.get(name) == record.get(name)
            continue
        first = answer[name][0] if isinstance(answer[name], list) else answer[name]
        # An item may say more than whom it names: a partner stands with its role.
        whole = first if "id" in first else next(each for each in first.values() if isinstance(each, dict))
        assert {"id", "version"} <= set(whole), name
        listed = any_subject.api.items(any_subject.path, expand=name, limit=200, sort="-created_at")
        assert answer in listed


def test_unknown_parameters_fields_and_references_are_named(any_subject: Subject) -> None:
    record = any_subject.make()
    for path in (any_subject.at(record), any_subject.path):
        get = any_subject.api.get
        assert faults(get(path, params={"colour": "red"})) == {("colour", "unknown_parameter")}
        assert faults(get(path, params={"fields": "id,colour"})) == {("fields", "not_allowed")}
        assert faults(get(path, params={"expand": "colour"})) == {("expand", "not_allowed")}
        assert {where for where, _ in faults(get(path, params=[("fields", "id"), ("fields", "id")]))} == {"fields"}
