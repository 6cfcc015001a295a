"""What a record has one of: no list, no id in its address, and otherwise all that every record has."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.register import Register
from app.crud.resource import RESOURCES, Resource
from app.crud.store import represent, with_children
from support.client import Api
from support.documents import Documents
from support.problems import faults, problem
from support.recording import contents, operating, recorded
from support.subject import NOTES, SINGLE


@dataclass(frozen=True)
class Only:
    """A singular sub-resource under test, below a record of its own."""

    resource: Resource
    api: Api
    documents: Documents
    parent: dict[str, Any]
    note: str

    @property
    def at(self) -> str:
        assert self.resource.parent is not None
        return f"/{self.resource.parent.resource.path}/{self.parent['id']}/{self.resource.path}"

    def document(self, **changes: Any) -> dict[str, Any]:
        return self.documents.of(self.resource.path, **changes)

    def make(self, **changes: Any) -> Any:
        answer = self.api.put(self.at, self.document(**changes))
        assert answer.status_code == 201, answer.text
        return answer.json()


@pytest.fixture(params=SINGLE)
def only(request: pytest.FixtureRequest, api: Api, documents: Documents) -> Only:
    resource = RESOURCES[request.param]
    note = next(each for each in NOTES if each in resource.fields.model_fields)
    return Only(resource, api, documents, documents.visit(), note)


def test_there_is_none_until_it_is_written(only: Only) -> None:
    for method, at in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/restore"), ("GET", "/history")):
        body = {"json": {only.note: "New"}} if method == "PATCH" else {}
        problem(only.api.ask(method, only.at + at, **body), 404)
    answer = only.api.put(only.at, only.document())
    assert answer.status_code == 201
    assert answer.headers["location"].endswith(only.at)
    assert answer.headers["etag"] == '"1"'
    assert only.api.get(only.at).content == answer.content


def test_writing_it_again_replaces_it(only: Only) -> None:
    first = only.make(**{only.note: "First"})
    same = only.api.put(only.at, only.document(**{only.note: "First"}))
    assert (same.status_code, same.json()) == (200, first)
    again = only.api.put(only.at, only.document(**{only.note: "Second"})).json()
    assert (again["id"], again["version"], again[only.note]) == (first["id"], 2, "Second")
    assert "First" not in str(only.api.put(only.at, {}).json().values())


def test_it_is_patched_withdrawn_restored_and_reverted(only: Only) -> None:
    only.make(**{only.note: "First"})
    assert only.api.change(only.at, {only.note: "Second"})["version"] == 2
    assert only.api.delete(only.at).status_code == 204
    assert only.api.read(only.at)["archived"] is True
    problem(only.api.patch(only.at, {only.note: "Third"}), 409)
    problem(only.api.put(only.at, only.document()), 409)
    assert only.api.post(f"{only.at}/restore").json()["archived"] is False
    reverted = only.api.post(f"{only.at}/revert", {"to_version": 1})
    assert (reverted.status_code, reverted.json()[only.note]) == (200, "First")
    told = only.api.items(f"{only.at}/history")
    assert [each["action"] for each in told] == ["revert", "restore", "withdraw", "update", "create"]
    assert [each["version"] for each in told] == [5, 4, 3, 2, 1]


def test_if_match_is_held_against_it(only: Only) -> None:
    problem(only.api.put(only.at, only.document(), headers={"If-Match": '"1"'}), 412)
    only.make()
    for method in ("PUT", "PATCH"):
        problem(only.api.ask(method, only.at, json={only.note: "New"}, headers={"If-Match": '"9"'}), 412)
        answer = only.api.ask(method, only.at, json={only.note: method}, headers={"If-Match": "*"})
        assert answer.status_code == 200
    problem(only.api.delete(only.at, headers={"If-Match": '"9"'}), 412)
    tag = only.api.get(only.at).headers["etag"]
    assert only.api.get(only.at, headers={"If-None-Match": tag}).status_code == 304


def test_a_read_is_shaped(only: Only) -> None:
    record = only.make()
    assert only.api.read(only.at, fields=only.note) == {only.note: record[only.note]}
    assert faults(only.api.get(only.at, params={"fields": "colour"})) == {("fields", "not_allowed")}
    assert only.api.read(only.at, as_at=record["created_at"]) == record
    problem(only.api.get(only.at, params={"as_at": "2000-01-01T00:00:00Z"}), 404)


def test_what_is_wrong_with_it_is_told_and_nothing_kept(only: Only, register: Register) -> None:
    before = contents(register)
    found = faults(only.api.put(only.at, {"colour": "red", only.note: 7}))
    assert {pointer for pointer, _ in found} == {"/colour", f"/{only.note}"}
    assert faults(only.api.put(f"{only.at}?colour=red", only.document())) == {("colour", "unknown_parameter")}
    assert contents(register) == before
    for method in ("POST", "OPTIONS"):
        problem(only.api.ask(method, only.at, json={}), 405)


def test_roles_that_only_read_do_not_write_it(only: Only) -> None:
    only.make()
    for role in ("reader", "auditor"):
        caller = only.api.as_(role)
        assert caller.get(only.at).status_code == 200
        for method in ("PUT", "PATCH", "DELETE"):
            problem(caller.ask(method, only.at, json={}), 403)


def test_below_a_withdrawn_record_nothing_is_written(only: Only) -> None:
    only.make()
    only.api.delete(f"/visits/{only.parent['id']}")
    assert only.api.get(only.at).status_code == 200
    for method in ("PUT", "PATCH", "DELETE"):
        problem(only.api.ask(method, only.at, json={}), 409)


def test_one_beyond_the_caller_is_none_for_them(only: Only) -> None:
    low = only.api.as_("contributor", "UNCLASSIFIED")
    hidden = only.make(classification="RESTRICTED", **{only.note: "Hidden"})
    problem(low.get(only.at), 404)
    own = low.put(only.at, only.document(**{only.note: "Own"}))
    assert own.status_code == 201
    assert low.read(only.at)[only.note] == "Own"
    # Who may see both is shown the one that is marked higher, and may withdraw that.
    assert only.api.read(only.at)["id"] == hidden["id"]
    only.api.delete(only.at)
    assert only.api.read(only.at)["id"] == own.json()["id"]


def test_it_gets_the_marking_of_what_it_stands_under(only: Only, documents: Documents) -> None:
    parent = documents.visit(classification="RESTRICTED")
    at = only.at.replace(only.parent["id"], parent["id"])
    assert only.api.put(at, only.document()).json()["classification"] == "RESTRICTED"
    problem(only.api.as_("reader", "UNCLASSIFIED").get(at), 404)


def end_of_feed(caller: Api) -> str:
    page = caller.read("/changes", limit=200)
    while page["items"]:
        page = caller.read("/changes", limit=200, after=page["after"])
    return str(page["after"])


def test_it_follows_a_record_that_is_marked_anew(only: Only) -> None:
    low = only.api.as_("auditor", "UNCLASSIFIED")
    feed = f"/changes?after={end_of_feed(low)}"
    only.make(**{only.note: "kokako"})
    assert "kokako" in low.get(feed).text
    only.api.change(f"/visits/{only.parent['id']}", {"classification": "RESTRICTED"})
    assert "kokako" not in low.get(feed).text
    problem(low.get(only.at), 404)


def test_what_is_kept_agrees(only: Only, register: Register) -> None:
    for write in (only.make, lambda: only.api.change(only.at, {only.note: "New"})):
        record = write()
        with operating(register) as connection, Session(connection) as session:
            kept = session.scalars(with_children(only.resource).where(only.resource.model.id == record["id"])).one()
            assert represent(kept) == only.api.get(only.at).text
    table = only.resource.table
    with operating(register) as connection:
        connection.execute(table.update().where(table.c.id == record["id"]).values(representation=None))
    assert only.api.read(only.at) == record


def test_reading_it_takes_few_statements(only: Only, register: Register) -> None:
    only.make()
    only.api.read(only.at)
    with recorded(register) as seen:
        only.api.read(only.at)
    told = [each for each in seen if "set_config" not in each]
    assert len(told) <= 5, told
    with operating(register) as connection:
        assert connection.scalar(select(only.resource.table.c.version)) == 1
