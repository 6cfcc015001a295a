"""Partners and institutions that were recorded twice: every list and code that named one names the other."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from test_merging import entries, merge, named_anywhere

from app.access.register import Register
from support.client import Api
from support.documents import Documents
from support.problems import faults, problem

Stored = Callable[[], dict[str, int]]


@pytest.fixture
def approver(api: Api) -> Api:
    return api.as_("approver")


def test_all_that_named_one_institution_names_the_other(
    api: Api, approver: Api, documents: Documents, register: Register
) -> None:
    for code in ("OLDF", "NEWF"):
        documents.make("institutions", code=code, members=[])
    person = documents.make("people", partner="OLDF")
    office = documents.make("offices", partner="OLDF")
    series = documents.make("series", organiser="OLDF")
    deployment = documents.make("deployments", mission="OLDF", partners=["OLDF", "AU"])
    dialogue = documents.make("dialogues", forum="oldf", partners=["AU", {"partner": "OLDF", "role": "host"}])
    post = documents.make("posts", accreditations=[{"partner": "OLDF"}, {"partner": "OLDF", "kind": "defence"}])
    above = documents.make("institutions", code="ABOVE", members=[{"partner": "OLDF", "since": "2020-01-01"}])
    answer = merge(approver, "institutions", "oldf", "newf")
    assert answer.json()["changed"] == 7
    assert answer.json()["record"] == api.read("/institutions/NEWF")
    assert named_anywhere(register, "partner.code", "OLDF") == {}

    assert api.read(f"/people/{person['id']}")["partner"] == "NEWF"
    assert api.read(f"/offices/{office['id']}")["partner"] == "NEWF"
    assert api.read(f"/series/{series['slug']}")["organiser"] == "NEWF"
    read = api.read(f"/deployments/{deployment['id']}")
    assert (read["mission"], [each["partner"] for each in read["partners"]]) == ("NEWF", ["NEWF", "AU"])
    read = api.read(f"/dialogues/{dialogue['id']}")
    assert read["forum"] == "NEWF"
    assert read["partners"] == [{"partner": "AU", "role": "participant"}, {"partner": "NEWF", "role": "host"}]
    accredited = api.read(f"/posts/{post['id']}")["accreditations"]
    assert accredited == [{"partner": "NEWF", "kind": "diplomatic"}, {"partner": "NEWF", "kind": "defence"}]
    assert [each["partner"] for each in api.read("/institutions/ABOVE")["members"]] == ["NEWF"]

    # Found by the new name and no more by the old: in filters, and by words.
    for path, query in (
        ("engagements", "partner"),
        ("deployments", "mission"),
        ("dialogues", "forum"),
        ("posts", "accredited_to"),
    ):
        assert api.items(f"/{path}", **{query: "NEWF"})
        assert api.items(f"/{path}", **{query: "OLDF"}) == []
    assert {each["id"] for each in api.items("/engagements", q="newf")} == {deployment["id"], dialogue["id"]}
    assert api.items("/engagements", q="oldf") == []
    for each in entries(register, answer.headers["x-request-id"]):
        if each["record_id"] in (above["id"], dialogue["id"], person["id"]):
            assert "NEWF" in each["representation"]
            assert "OLDF" not in each["representation"]
            assert json.loads(each["representation"])["version"] == each["version"] == 2


def test_where_both_stand_the_stronger_stays(api: Api, approver: Api, documents: Documents) -> None:
    for code in ("OLDF", "NEWF"):
        documents.make("institutions", code=code, members=[])
    cases = {
        ("observer", "host"): "host",
        ("host", "observer"): "host",
        ("participant", "co_host"): "co_host",
        ("participant", "participant"): "participant",
    }
    made = {}
    for roles in cases:
        items = [{"partner": code, "role": role} for code, role in zip(("OLDF", "NEWF"), roles, strict=True)]
        made[roles] = documents.visit(partners=[items[0], "AU", items[1]])["id"]
    post = documents.make(
        "posts", accreditations=[{"partner": "NEWF"}, {"partner": "OLDF"}, {"partner": "OLDF", "kind": "defence"}]
    )
    since = {"since": "2020-01-01"}
    members = [
        {"partner": "NEWF"} | since,
        {"partner": "OLDF"} | since,
        {"partner": "OLDF", "role": "observer", "until": "2019-12-31"},
    ]
    institution = documents.make("institutions", members=members)
    merge(approver, "institutions", "OLDF", "NEWF")
    for roles, kept in cases.items():
        partners = api.read(f"/visits/{made[roles]}")["partners"]
        assert partners == [{"partner": "NEWF", "role": kept}, {"partner": "AU", "role": "participant"}], roles
    accredited = api.read(f"/posts/{post['id']}")["accreditations"]
    assert accredited == [{"partner": "NEWF", "kind": "diplomatic"}, {"partner": "NEWF", "kind": "defence"}]
    members = api.read(f"/institutions/{institution['id']}")["members"]
    assert [(each["partner"], each["role"], each["until"]) for each in members] == [
        ("NEWF", "member", None),
        ("NEWF", "observer", "2019-12-31"),
    ]


def test_the_old_code_leads_to_the_new_one(api: Api, approver: Api, documents: Documents) -> None:
    old = documents.make("institutions", code="OLDF", members=[], external_ref="I-1")
    kept = documents.make("institutions", code="NEWF", members=[])
    dialogue = documents.make("dialogues", partners=["OLDF"])
    merge(approver, "partners", "OLDF", kept["id"])
    for path in ("partners", "institutions"):
        for key in ("OLDF", "oldf", old["id"]):
            answer = api.get(f"/{path}/{key}")
            assert answer.json()["code"] == "NEWF"
            assert answer.headers["content-location"] == f"/api/v1/{path}/{kept['id']}"
            assert [each["action"] for each in api.items(f"/{path}/{key}/history")] == ["merge", "create"]
    visit = documents.visit(partners=["oldf", {"partner": "AU", "role": "host"}])
    assert visit["partners"][0] == {"partner": "NEWF", "role": "participant"}
    assert faults(api.post("/visits", documents.of("visits", partners=["OLDF", "NEWF"]))) == {
        ("/partners/1", "duplicate")
    }
    assert documents.make("dialogues", forum="OLDF", partners=["AU"])["forum"] == "NEWF"
    assert api.post("/visits/bulk", {"items": [documents.of("visits", partners=["OLDF"])]}).status_code == 201
    problem(api.post("/institutions", documents.of("institutions", code="OLDF")), 409)
    upserted = api.put(
        "/institutions/by-external-ref/I-1", documents.of("institutions", code="OLDF", members=[], name="Renamed")
    )
    assert (upserted.status_code, upserted.json()["code"], upserted.json()["name"]) == (200, "NEWF", "Renamed")
    assert upserted.json()["external_ref"] is None
    # The way back to a version that named the old one names the new one.
    api.change(f"/dialogues/{dialogue['id']}", {"partners": ["AU"]})
    reverted = api.post(f"/dialogues/{dialogue['id']}/revert", {"to_version": 1})
    assert [each["partner"] for each in reverted.json()["partners"]] == ["NEWF"]


def test_a_country_is_what_it_is(api: Api, approver: Api, documents: Documents, stored: Stored) -> None:
    documents.make("institutions", code="NEWF", members=[])
    for code in ("UK", "XK", "LONG"):
        documents.make("partners", code=code)
    before = stored()
    assert faults(approver.post("/partners/AU/merge", {"into": "NZ"}), 409) == {("", "iso_country")}
    assert faults(approver.post("/partners/AU/merge", {"into": "NEWF"}), 409) == {
        ("", "iso_country"),
        ("/into", "unlike"),
    }
    assert faults(approver.post("/partners/UK/merge", {"into": "NEWF"}), 409) == {("/into", "unlike")}
    assert faults(approver.post("/partners/NEWF/merge", {"into": "UK"}), 409) == {("/into", "unlike")}
    assert faults(approver.post("/partners/UK/merge", {"into": "LONG"}), 409) == {("/into", "unlike")}
    problem(approver.post("/institutions/UK/merge", {"into": "NEWF"}), 404)
    assert faults(approver.post("/institutions/NEWF/merge", {"into": "UK"})) == {("/into", "unknown_reference")}
    assert stored() == before


def test_a_made_up_country_becomes_the_true_one_and_no_marking_is_widened(
    api: Api, approver: Api, documents: Documents
) -> None:
    documents.make("partners", code="UK")
    post = documents.make("posts", country="UK", accreditations=[{"partner": "UK"}])
    marked = {"classification": "IN-CONFIDENCE", "releasable_to": ["UK"]}
    visit = documents.visit(country="UK", partners=["UK"], **marked)
    merge(approver, "partners", "UK", "GB")
    assert api.read(f"/posts/{post['id']}")["country"] == "GB"
    read = api.read(f"/visits/{visit['id']}")
    assert (read["country"], read["partners"][0]["partner"], read["releasable_to"]) == ("GB", "GB", ["UK"])
    # Later changes leave it so, and the record can be withdrawn and restored as any other.
    assert api.change(f"/visits/{visit['id']}", {"venue": "Here"})["releasable_to"] == ["UK"]
    api.delete(f"/visits/{visit['id']}")
    assert api.post(f"/visits/{visit['id']}/restore").json()["releasable_to"] == ["UK"]


@pytest.mark.parametrize("turn", range(3))
def test_of_two_who_merge_a_pair_both_ways_one_succeeds(
    api: Api, approver: Api, documents: Documents, turn: int
) -> None:
    one, other = (documents.make("people")["id"] for _ in range(2))
    with ThreadPoolExecutor(2) as pool:
        asked = [
            pool.submit(approver.post, f"/people/{gone}/merge", {"into": kept})
            for gone, kept in ((one, other), (other, one))
        ]
        statuses = sorted(each.result().status_code for each in asked)
    assert statuses[0] == 200
    assert statuses[1] in (409, 422)
    gone = [each for each in api.items("/people", archived="true") if each["id"] in (one, other)]
    assert len(gone) == 1


@pytest.mark.parametrize("turn", range(3))
def test_nobody_slips_in_a_reference_meanwhile(
    api: Api, approver: Api, documents: Documents, register: Register, turn: int
) -> None:
    """Others record with the old code while it is merged: what they record names the new one in the end."""
    for code in ("OLDF", "NEWF"):
        documents.make("institutions", code=code, members=[])
    bodies = [[documents.of("visits", partners=["OLDF", "AU"]) for _ in range(4)] for _ in range(6)]

    def write(each: list[Any]) -> list[str]:
        return [api.make("/visits", body)["id"] for body in each]

    with ThreadPoolExecutor(7) as pool:
        writing = [pool.submit(write, each) for each in bodies]
        merging = pool.submit(merge, approver, "institutions", "OLDF", "NEWF")
        made = [record for each in writing for record in each.result()]
        merging.result()
    assert named_anywhere(register, "partner.code", "OLDF") == {}
    assert {each["id"] for each in api.items("/visits", partner="NEWF", limit=200)} == set(made)
    for record in made:
        assert "OLDF" not in api.get(f"/visits/{record}").text
