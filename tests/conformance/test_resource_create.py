"""Creating a record: what is sent is kept, and what is answered can be read again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from support.problems import faults, problem
from support.subject import Subject

Stored = Callable[[], dict[str, int]]


def test_a_new_record_is_answered_as_it_is_kept(subject: Subject) -> None:
    document = subject.document(external_ref="ENG-090")
    answer = subject.api.post(subject.path, document)
    assert answer.status_code == 201
    record = answer.json()
    assert UUID(record["id"]).version == 7
    assert record["version"] == 1
    assert answer.headers["etag"] == '"1"'
    assert record["archived"] is False
    assert record["external_ref"] == "ENG-090"
    assert record["created_at"] == record["updated_at"]
    assert record["created_at"].endswith("Z")
    age = datetime.now(UTC) - datetime.fromisoformat(record["created_at"])
    assert timedelta(0) <= age < timedelta(minutes=1)
    for name, value in document.items():
        if isinstance(value, str | int | None) and not isinstance(value, bool):
            assert record[name] == value, name

    again = subject.api.get(answer.headers["location"])
    assert again.status_code == 200
    assert again.content == answer.content
    assert again.headers["etag"] == answer.headers["etag"]
    assert subject.listed(sort="-created_at")[0] == record["id"]


def test_the_example_of_the_docs_page_can_be_recorded(subject: Subject) -> None:
    example = dict(subject.resource.example)
    refers = {
        "appointments": ("person", "office"),
        "participants": ("person",),
        "deployments": ("mission", "partners"),
        "objectives": ("priorities",),
        "advocacy": ("position",),
        "interoperability": ("exercise",),
    }
    refers |= {
        "scope-documents": ("record", "withholdings"),
        "approval-routes": ("steps",),
        "delegations": ("person", "office"),
    }
    for name in refers.get(subject.resource.path, ()):
        example[name] = subject.document()[name]
    assert subject.api.post(subject.path, example).status_code == 201


def test_only_what_is_required_is_enough(subject: Subject) -> None:
    document = subject.document()
    least = {name: document[name] for name in subject.required}
    if "partners" in document and subject.resource.path != "deployments":
        least["partners"] = ["AU"]
    assert subject.api.post(subject.path, least).status_code == 201


def test_every_fault_is_named_at_once(subject: Subject, stored: Stored) -> None:
    document = {name: value for name, value in subject.document().items() if name not in subject.required}
    before = stored()
    answer = subject.api.post(subject.path, document | {"colour": "red", "external_ref": "", subject.note: 5})
    expected = {("/colour", "unknown_field"), (f"/{subject.note}", "type")}
    expected |= {(f"/{name}", "required") for name in subject.required}
    assert expected <= faults(answer)
    assert "/external_ref" in {where for where, _ in faults(answer)}
    assert stored() == before


def test_nobody_writes_what_is_not_theirs_to_write(subject: Subject) -> None:
    for field in ("id", "version", "created_at", "archived", "reference", "representation", "engagement_id"):
        answer = subject.api.post(subject.path, subject.document() | {field: 1})
        assert faults(answer) == {(f"/{field}", "unknown_field")}


def test_an_external_reference_is_unique(subject: Subject, stored: Stored) -> None:
    subject.make(external_ref="ENG-090")
    document = subject.document(external_ref="ENG-090")
    before = stored()
    assert faults(subject.api.post(subject.path, document), 409) == {("/external_ref", "taken")}
    assert stored() == before


def test_a_key_is_unique_and_stays(named_subject: Subject, stored: Stored) -> None:
    subject, key = named_subject, named_subject.resource.key
    assert key is not None
    record = subject.make()
    before = stored()
    for spelling in (record[key.key], record[key.key].lower(), f" {record[key.key]} "):
        answer = subject.api.post(subject.path, subject.document(**{key.key: spelling}))
        assert faults(answer, 409) == {(f"/{key.key}", "taken")}
    answer = subject.api.patch(subject.at(record), {key.key: "OTHER"})
    assert faults(answer) == {(f"/{key.key}", "create_only")}
    assert stored() == before


def test_parameters_have_no_business_with_a_write(subject: Subject) -> None:
    record = subject.make()
    asked = [
        subject.api.post(f"{subject.path}?dry=1", subject.document()),
        subject.api.post(f"{subject.path}/bulk?dry=1", {"items": [subject.document()]}),
        subject.api.put(f"{subject.path}/by-external-ref/E-1?dry=1", subject.document()),
        subject.api.patch(f"{subject.at(record)}?dry=1", {}),
        subject.api.delete(f"{subject.at(record)}?dry=1"),
        subject.api.post(f"{subject.at(record, 'restore')}?dry=1"),
    ]
    for answer in asked:
        assert faults(answer) == {("dry", "unknown_parameter")}


def test_what_is_not_json_is_refused(subject: Subject) -> None:
    problem(subject.api.ask("POST", subject.path, content=b"{", headers={"content-type": "application/json"}), 422)
