"""Two records of the same person or partner become one, and nothing that named the other is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import JSON, select, text
from sqlalchemy import inspect as inspect_mapped

from app.access.register import Register
from app.core.columns import Base, table_of
from app.core.query import column_of
from app.crud import merging
from app.crud.resource import RESOURCES
from app.models import LedgerEntry, Partner, Person
from support.client import Api
from support.documents import Documents
from support.problems import faults, problem
from support.recording import operating

Stored = Callable[[], dict[str, int]]


@pytest.fixture
def approver(api: Api) -> Api:
    return api.as_("approver")


def entries(register: Register, request: str) -> list[Any]:
    with operating(register) as connection:
        found = select(LedgerEntry.__table__).where(LedgerEntry.request_id == request).order_by(LedgerEntry.seq)
        return [dict(row) | {"record_id": str(row["record_id"])} for row in connection.execute(found).mappings()]


def merge(caller: Api, path: str, key: str, into: str) -> Any:
    answer = caller.post(f"/{path}/{key}/merge", {"into": into}, headers={"Change-Reason": "The same"})
    assert answer.status_code == 200, answer.text
    return answer


def named_anywhere(register: Register, column: str, key: str) -> dict[str, int]:
    """In how many rows of which table a key still stands, by the database's own foreign keys and beyond."""
    table, name = column.split(".")
    places = [
        (each, own)
        for each in Base.metadata.sorted_tables
        for own in each.c
        if any(f"{there.column.table.name}.{there.column.name}" == column for there in own.foreign_keys)
    ]
    places = [each for each in places if each[1].name != "merged_into"]
    with operating(register) as connection:
        counts = {
            f"{each.name}.{own.name}": connection.execute(select(own).where(own == key)).all() for each, own in places
        }
    assert counts, (table, name)
    return {place: len(rows) for place, rows in counts.items() if rows}


# People.


def test_all_that_named_one_person_names_the_other(
    api: Api, approver: Api, documents: Documents, register: Register
) -> None:
    old, kept = (documents.make("people")["id"] for _ in range(2))
    office = documents.make("offices")["id"]
    appointment = documents.make("appointments", person=old, office=office)
    visit = documents.visit(principal=old)
    withdrawn = documents.visit(principal=old)
    api.delete(f"/visits/{withdrawn['id']}")
    taking_part = api.make(f"/visits/{visit['id']}/participants", {"person": old, "role": "aide"})
    answer = merge(approver, "people", old, kept)
    told = answer.json()
    assert set(told) == {"merged", "changed", "record"}
    assert told["merged"] == old
    assert told["record"] == api.read(f"/people/{kept}")
    assert told["changed"] == 4

    assert api.read(f"/appointments/{appointment['id']}")["person"] == kept
    assert api.read(f"/visits/{visit['id']}")["principal"] == kept
    assert api.read(f"/visits/{withdrawn['id']}")["principal"] == kept
    assert api.items(f"/visits/{visit['id']}/participants")[0]["person"] == kept
    assert [each["id"] for each in api.items("/engagements", person=kept)] == [visit["id"]]
    assert api.items("/engagements", person=old) == []
    assert named_anywhere(register, "person.id", old) == {}

    written = entries(register, answer.headers["x-request-id"])
    assert {each["reason"] for each in written} == {"The same"}
    assert len({each["actor_id"] for each in written}) == 1
    by_record = {each["record_id"]: each for each in written if each["action"] == "merge"}
    assert set(by_record) == {old, kept, appointment["id"], visit["id"], withdrawn["id"], taking_part["id"]}
    assert by_record[visit["id"]]["changes"] == {"principal": [old, kept]}
    assert by_record[old]["changes"] == {"archived": [False, True], "merged_into": [None, kept]}
    assert by_record[kept]["changes"] == {"merged": [None, old]}


def test_the_old_id_leads_to_the_one_that_remains(api: Api, approver: Api, documents: Documents) -> None:
    old = documents.make("people", external_ref="P-1")
    kept = documents.make("people", external_ref="P-2")
    before = api.read(f"/people/{kept['id']}")
    merge(approver, "people", old["id"], kept["id"])
    answer = api.get(f"/people/{old['id']}")
    present = api.get(f"/people/{kept['id']}")
    assert answer.status_code == 200
    assert answer.content == present.content
    assert answer.headers["etag"] == present.headers["etag"]
    assert answer.headers["content-location"] == f"/api/v1/people/{kept['id']}"
    assert "content-location" not in present.headers
    assert api.get(f"/people/{old['id']}", headers={"If-None-Match": present.headers["etag"]}).status_code == 304
    assert api.read(f"/people/{old['id']}", fields="id") == {"id": kept["id"]}
    # The past of both stays theirs.
    assert [each["action"] for each in api.items(f"/people/{old['id']}/history")] == ["merge", "create"]
    assert [each["action"] for each in api.items(f"/people/{kept['id']}/history")] == ["merge", "create"]
    assert api.read(f"/people/{old['id']}", as_at=old["created_at"]) == old
    # It stands among the withdrawn, and says where it went.
    assert old["id"] not in [each["id"] for each in api.items("/people", limit=200)]
    (gone,) = [each for each in api.items("/people", archived="true") if each["id"] == old["id"]]
    assert (gone["merged_into"], gone["archived"]) == (kept["id"], True)
    assert before["merged_into"] is None


def test_a_merged_record_changes_no_more(api: Api, approver: Api, documents: Documents, stored: Stored) -> None:
    old, kept, third = (documents.make("people")["id"] for _ in range(3))
    merge(approver, "people", old, kept)
    before = stored()
    for refused in (
        api.post(f"/people/{old}/restore"),
        api.patch(f"/people/{old}", {"name": "New"}),
        api.post(f"/people/{old}/revert", {"to_version": 1}),
        approver.post(f"/people/{old}/merge", {"into": third}),
    ):
        assert problem(refused, 409)["merged_into"] == kept
    assert api.delete(f"/people/{old}").status_code == 204  # withdrawn as it is
    assert stored() == before
    assert api.read(f"/people/{kept}")["archived"] is False


def test_the_reference_of_another_system_still_finds_it(api: Api, approver: Api, documents: Documents) -> None:
    old = documents.make("people", external_ref="P-1")
    kept = documents.make("people", external_ref="P-2")
    merge(approver, "people", old["id"], kept["id"])
    answer = api.put("/people/by-external-ref/P-1", documents.of("people", name="From elsewhere"))
    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["name"]) == (kept["id"], "From elsewhere")
    assert answer.json()["external_ref"] == "P-2"
    again = api.put("/people/by-external-ref/P-2", documents.of("people", name="From elsewhere"))
    assert again.json()["version"] == answer.json()["version"]
    problem(api.post("/people", documents.of("people", external_ref="P-1")), 409)


def test_documents_that_name_the_old_one_mean_the_one_that_remains(
    api: Api, approver: Api, documents: Documents
) -> None:
    first, second, last = (documents.make("people")["id"] for _ in range(3))
    merge(approver, "people", first, second)
    merge(approver, "people", second, last)
    visit = documents.visit(principal=first)
    assert visit["principal"] == last
    assert api.change(f"/visits/{visit['id']}", {"principal": second})["version"] == 1  # says nothing new
    assert api.make(f"/visits/{visit['id']}/participants", {"person": second})["person"] == last
    assert faults(api.post(f"/visits/{visit['id']}/participants", {"person": first})) == {("/person", "duplicate")}
    assert api.read(f"/people/{first}")["id"] == last
    assert approver.post(f"/people/{documents.person()}/merge", {"into": first}).json()["record"]["id"] == last


def test_nobody_holds_an_office_twice_by_a_merge(api: Api, approver: Api, documents: Documents, stored: Stored) -> None:
    old, kept = (documents.make("people")["id"] for _ in range(2))
    office = documents.make("offices")["id"]
    days = {"starts_on": "2024-01-01", "ends_on": "2024-12-31"}
    one = documents.make("appointments", person=old, office=office, **days)
    other = documents.make("appointments", person=kept, office=office, concurrent=True, **days | {"ends_on": None})
    documents.make("appointments", person=kept, office=office, starts_on="2020-01-01", ends_on="2020-12-31")
    before = stored()
    refused = approver.post(f"/people/{old}/merge", {"into": kept})
    (fault,) = problem(refused, 409)["errors"]
    assert (fault["pointer"], fault["code"]) == ("/into", "overlap")
    assert one["id"] in fault["detail"]
    assert other["id"] in fault["detail"]
    assert stored() == before
    api.delete(f"/appointments/{one['id']}")
    merge(approver, "people", old, kept)


@pytest.mark.parametrize("gone", ["", "old", "kept"])
def test_of_two_who_take_part_one_remains(api: Api, approver: Api, documents: Documents, gone: str) -> None:
    old, kept = (documents.make("people")["id"] for _ in range(2))
    visit = documents.visit()
    at = f"/visits/{visit['id']}/participants"
    theirs = api.make(at, {"person": old, "role": "aide", "note": "Brings the papers"})
    own = api.make(at, {"person": kept, "role": "head of delegation"})
    for each in [theirs] if gone == "old" else [own] if gone == "kept" else []:
        api.delete(f"{at}/{each['id']}")
    merge(approver, "people", old, kept)
    (remaining,) = api.items(at)
    assert (remaining["id"], remaining["person"]) == (own["id"], kept)
    assert remaining["role"] == ("aide" if gone == "kept" else "head of delegation")
    assert api.read(f"{at}/{theirs['id']}")["archived"] is True
    problem(api.post(f"{at}/{theirs['id']}/restore"), 409)
    assert [each["id"] for each in api.items("/engagements", person=kept)] == [visit["id"]]


# What the caller may not see.


def test_hidden_records_are_repointed_and_not_told_of(api: Api, documents: Documents, register: Register) -> None:
    low = api.as_("approver", "UNCLASSIFIED")
    old, kept, bare = (documents.make("people")["id"] for _ in range(3))
    visit = documents.visit(principal=old, classification="RESTRICTED", title="Hidden")
    hidden = api.make(f"/visits/{visit['id']}/participants", {"person": old})
    seen = documents.visit()
    masked = api.make(f"/visits/{seen['id']}/participants", {"person": old, "classification": "RESTRICTED"})
    open_one = documents.visit(principal=old)
    answer = merge(low, "people", old, kept)
    assert answer.json()["changed"] == 1
    assert "Hidden" not in answer.text
    assert low.read(f"/visits/{seen['id']}")["version"] == 1
    assert low.read(f"/visits/{open_one['id']}")["principal"] == kept
    assert api.read(f"/visits/{visit['id']}")["principal"] == kept
    for each, at in ((hidden, visit), (masked, seen)):
        assert api.read(f"/visits/{at['id']}/participants/{each['id']}")["person"] == kept
    assert named_anywhere(register, "person.id", old) == {}
    # The same, but for names and times, as where there is nothing hidden.
    plain = merge(low, "people", documents.make("people")["id"], bare)
    assert set(plain.json()) == set(answer.json())
    (entry,) = [
        each
        for each in entries(register, answer.headers["x-request-id"])
        if each["record_id"] == visit["id"] and each["action"] == "merge"
    ]
    assert entry["actor"].startswith("approver")


def test_two_under_different_markings_both_stay(api: Api, documents: Documents) -> None:
    """To withdraw either would take it from somebody."""
    low = api.as_("approver", "UNCLASSIFIED")
    old, kept = (documents.make("people")["id"] for _ in range(2))
    visit = documents.visit()
    at = f"/visits/{visit['id']}/participants"
    api.make(at, {"person": old})
    api.make(at, {"person": kept, "classification": "RESTRICTED"})
    merge(low, "people", old, kept)
    assert [each["person"] for each in low.items(at)] == [kept]
    assert [each["person"] for each in api.items(at)] == [kept, kept]


# Who may, and what is refused.


def test_only_approvers_and_administrators_merge(api: Api, documents: Documents, stored: Stored) -> None:
    old, kept = (documents.make("people")["id"] for _ in range(2))
    before = stored()
    for role in ("reader", "contributor", "auditor"):
        problem(api.as_(role).post(f"/people/{old}/merge", {"into": kept}), 403)
    problem(api.anonymous().post(f"/people/{old}/merge", {"into": kept}), 401)
    assert stored() == before
    merge(api.as_("administrator"), "people", old, kept)


def test_what_cannot_be_merged(api: Api, approver: Api, documents: Documents, stored: Stored) -> None:
    one, gone = (documents.make("people")["id"] for _ in range(2))
    api.delete(f"/people/{gone}")
    visit = documents.visit()
    before = stored()
    at = f"/people/{one}/merge"
    nobody = "0190163d-8694-739b-aea5-966c26f8ad91"
    assert faults(approver.post(at, {"into": one})) == {("/into", "same_record")}
    assert faults(approver.post(at, {"into": one.upper()})) == {("/into", "same_record")}
    for unknown in (nobody, "AU", visit["id"], "x'; --", "\u0101" * 80):
        assert faults(approver.post(at, {"into": unknown})) == {("/into", "unknown_reference")}
    for wrong, code in (({}, "required"), ({"into": None}, "type"), ({"into": 5}, "type"), ({"into": ""}, "too_short")):
        assert faults(approver.post(at, wrong)) == {("/into", code)}
    assert faults(approver.post(at, {"into": "x", "force": True})) == {("/force", "unknown_field")}
    problem(approver.post(at, {"into": gone}), 409)
    problem(approver.post(f"/people/{nobody}/merge", {"into": one}), 404)
    problem(approver.post(at, {"into": gone}, headers={"If-Match": '"9"'}), 409)
    problem(approver.post(f"/people/{gone}/merge", {"into": one}, headers={"If-Match": '"9"'}), 412)
    problem(approver.post(f"/offices/{one}/merge", {"into": one}), 404)
    assert stored() == before
    merge(approver, "people", gone, one)  # a withdrawn one may well turn out to be somebody


def test_sent_again_it_is_done_once(approver: Api, documents: Documents, stored: Stored) -> None:
    old, kept = (documents.make("people")["id"] for _ in range(2))
    key = {"Idempotency-Key": "merge-1"}
    first = approver.post(f"/people/{old}/merge", {"into": kept}, headers=key)
    before = stored()
    again = approver.post(f"/people/{old}/merge", {"into": kept}, headers=key)
    assert again.content == first.content
    assert stored() == before


# Nothing is forgotten.


@pytest.mark.parametrize(("model", "column"), [(Person, "person.id"), (Partner, "partner.code")])
def test_every_foreign_key_is_a_field_that_is_repointed(model: Any, column: str) -> None:
    """A table that comes to name people or partners some day must not be forgotten by merges."""
    target = next(each for each in table_of(model).c if f"{each.table.name}.{each.name}" == column)
    known = set()
    for resource, name, _ in merging.fields_naming({target: {}}):
        children = resource.children.get(name)
        if children is None:
            own = column_of(getattr(resource.model, name))
            assert not isinstance(own.type, JSON), f"{resource.path}.{name}: a reference inside JSON is not found"
            known.add(f"{own.table.name}.{own.name}")
        else:
            rows = inspect_mapped(children.attribute.property.mapper.class_).local_table
            known |= {f"{rows.name}.{each.name}" for each in rows.c if each.references(target)}
    tied = {
        f"{table.name}.{each.name}"
        for table in Base.metadata.sorted_tables
        for each in table.c
        if each.references(target)
    }
    assert tied - {"person.merged_into", "partner.merged_into"} <= known
    if model is Partner:
        assert {"engagement.country", "post.country", "dialogue.forum", "membership.partner"} <= known


def test_only_what_bears_the_field_is_mergeable() -> None:
    assert {each.path for each in RESOURCES if each.mergeable} == {"people", "partners", "institutions"}
    assert {each.path for each in RESOURCES if "merged_into" in each.read.model_fields} == {
        "people",
        "partners",
        "institutions",
    }


def test_the_database_knows_the_way_too(api: Api, approver: Api, documents: Documents, register: Register) -> None:
    old, kept = (documents.make("people")["id"] for _ in range(2))
    merge(approver, "people", old, kept)
    with operating(register) as connection:
        into = connection.execute(text("SELECT merged_into FROM person WHERE id = :id"), {"id": old}).scalar_one()
    assert str(into) == kept
