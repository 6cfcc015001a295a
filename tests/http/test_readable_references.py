"""Where a record is named by its id, the readable key that addresses it will do."""

from typing import Any

import pytest

from app.crud.resource import RESOURCES
from support.client import Api
from support.documents import Documents
from support.problems import faults

NAMING = [("commitments", "engagement", "visits"), ("briefings", "engagement", "dialogues")]
NAMING += [("interoperability", "exercise", "exercises")]


def test_every_field_that_names_an_engagement_is_asked_here() -> None:
    keyed = {each.model for each in RESOURCES if each.key is not None}
    found = {
        (each.path, name)
        for each in RESOURCES
        if each.writable
        for name, named in each.expandable.items()
        if named.column.key == "id" and named.column.class_ in keyed
    }
    assert found == {(path, name) for path, name, _ in NAMING}


@pytest.mark.parametrize(("path", "name", "of"), NAMING)
def test_a_reference_will_do(api: Api, documents: Documents, path: str, name: str, of: str) -> None:
    named = documents.make(of, starts_on="2026-01-05", ends_on="2026-01-20")
    made = documents.make(path, **{name: named["reference"]})
    assert made[name] == named["id"]
    assert api.read(f"/{path}/{made['id']}") == made
    again = documents.make(path, **{name: f" {named['reference'].lower()} "})
    assert again[name] == named["id"]


@pytest.mark.parametrize(("path", "name", "of"), NAMING[:2])
def test_also_in_a_change(api: Api, documents: Documents, path: str, name: str, of: str) -> None:
    first, second = documents.make(of), documents.make(of)
    made = documents.make(path, external_ref="R-1", **{name: first["id"]})
    at = f"/{path}/{made['id']}"
    assert api.patch(at, {name: first["reference"]}).json() == made, "the same is no change"
    assert api.patch(at, {name: second["reference"]}).json()[name] == second["id"]
    document = documents.of(path, **{name: first["reference"]})
    assert api.put(f"/{path}/by-external-ref/R-1", document).json()[name] == first["id"]
    bulk = api.post(f"/{path}/bulk", {"items": [documents.of(path, **{name: second["reference"]})]})
    assert bulk.json()["items"][0][name] == second["id"]


@pytest.mark.parametrize("key", ["VIS-2026-9999", "", "x" * 5_000, "Ä", "\x00", "AU", "' OR 1=1", "../visits"])
@pytest.mark.parametrize(("path", "name", "of"), NAMING)
def test_what_names_nothing(api: Api, documents: Documents, path: str, name: str, of: str, key: str) -> None:
    documents.make(of)
    assert faults(api.post(f"/{path}", documents.of(path, **{name: key}))) == {(f"/{name}", "unknown_reference")}


@pytest.mark.parametrize(("path", "name", "of"), NAMING)
def test_what_may_not_be_seen_does_not_exist(api: Api, documents: Documents, path: str, name: str, of: str) -> None:
    hidden = documents.make(of, classification="RESTRICTED")
    low = api.as_("contributor", clearance="UNCLASSIFIED")

    def told(key: str) -> Any:
        return low.post(f"/{path}", documents.of(path, **{name: key})).json()["errors"]

    assert told(hidden["reference"]) == told("VIS-2026-9999")


def test_another_kind_is_no_exercise(api: Api, documents: Documents) -> None:
    visit = documents.visit()
    answer = api.post("/interoperability", documents.of("interoperability", exercise=visit["reference"]))
    assert faults(answer) == {("/exercise", "unknown_reference")}


def test_what_is_no_id_is_told_what_an_id_is(api: Api, documents: Documents) -> None:
    (error,) = api.post("/visits", documents.of("visits", principal="Person 003")).json()["errors"]
    assert (error["code"], error["pointer"]) == ("pattern", "/principal")
    assert error["detail"].startswith("Must be the id of a record")
