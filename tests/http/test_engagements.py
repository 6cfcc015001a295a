"""What the ministry may take for granted of an engagement it records."""

import re
import secrets
from typing import Any

import pytest

from app.access.register import Register
from support.client import Api
from support.documents import KINDS, Documents
from support.problems import faults, problem
from support.recording import recorded

PREFIXES = dict(zip(KINDS, ("BIL", "VIS", "DIA", "EXE", "DEP"), strict=True))


@pytest.mark.parametrize("path", KINDS)
def test_a_reference_reads_like_its_kind_and_year(api: Api, documents: Documents, path: str) -> None:
    references = [documents.make(path, starts_on=f"{year}-03-01", ends_on=None)["reference"] for year in (1999, 2026)]
    for reference, year in zip(references, (1999, 2026), strict=True):
        assert re.fullmatch(rf"{PREFIXES[path]}-{year}-\d{{4}}", reference)
    # It is quoted in letters: it stays when the visit moves to another year.
    moved = api.change(f"/{path}/{references[1]}", {"starts_on": "2027-03-01", "ends_on": "2027-03-01"})
    assert moved["reference"] == references[1]


def test_a_reference_that_is_taken_costs_nothing_more(
    api: Api, documents: Documents, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a year has thousands of visits most short numbers are taken, and longer ones are free."""
    draw = secrets.randbelow
    monkeypatch.setattr(secrets, "randbelow", lambda below: 6 if below < 10**5 - 1 else draw(below))
    made, statements = [], []
    for _ in range(2):  # after them the process knows markings and callers
        documents.visit(starts_on="2025-03-01", ends_on=None)
    for number in range(3):
        document = documents.of("visits", title=f"Visit {number}", starts_on="2026-03-01", ends_on=None)
        with recorded(register) as seen:
            made.append(api.make("/visits", document)["reference"])
        statements.append(len(seen))
    assert made[0] == "VIS-2026-0007"
    assert [bool(re.fullmatch(r"VIS-2026-\d{4,5}", each)) for each in made] == [True] * 3
    assert len(set(made)) == 3
    assert len(set(statements)) == 1, statements


def test_what_has_no_last_day_ends_on_its_first(api: Api, documents: Documents) -> None:
    for path in KINDS:
        for said in ({"ends_on": None}, {"ends_on": ...}):
            record = documents.make(path, starts_on="2026-03-01", **said)
            assert record["ends_on"] == (None if path == "deployments" else "2026-03-01")


def test_nothing_ends_before_it_starts(api: Api, documents: Documents) -> None:
    for path in KINDS:
        document = documents.of(path, starts_on="2026-03-02", ends_on="2026-03-01")
        assert faults(api.post(f"/{path}", document)) == {("/ends_on", "before_start")}
        record = documents.make(path, starts_on="2026-03-01", ends_on="2026-03-05")
        assert faults(api.patch(f"/{path}/{record['id']}", {"starts_on": "2026-03-06"})) == {
            ("/ends_on", "before_start")
        }
        assert api.change(f"/{path}/{record['id']}", {"starts_on": "2026-03-05"})["ends_on"] == "2026-03-05"


def test_a_clock_time_runs_forward_and_is_answered_in_utc(api: Api, documents: Documents) -> None:
    clock = {
        "starts_at": "2026-12-01T09:00:00+13:00",
        "ends_at": "2026-12-01T10:30:00+13:00",
        "timezone": "Pacific/Auckland",
    }
    visit = documents.visit(**clock)
    assert (visit["starts_at"], visit["ends_at"]) == ("2026-11-30T20:00:00Z", "2026-11-30T21:30:00Z")
    assert api.read(f"/visits/{visit['id']}") == visit
    wrong = documents.of("visits", **clock | {"ends_at": "2026-12-01T08:59:59+13:00"})
    assert faults(api.post("/visits", wrong)) == {("/ends_at", "before_start")}
    assert faults(api.post("/visits", documents.of("visits", ends_at=clock["ends_at"]))) == {
        ("/starts_at", "required_with")
    }
    assert faults(api.post("/visits", documents.of("visits", timezone="Wellington"))) == {("/timezone", "time_zone")}


@pytest.mark.parametrize("path", KINDS)
def test_an_engagement_is_with_somebody_a_deployment_may_be_alone(api: Api, documents: Documents, path: str) -> None:
    for partners in ([], ...):
        answer = api.post(f"/{path}", documents.of(path, partners=partners))
        if path == "deployments":
            assert answer.status_code == 201
        else:
            assert faults(answer) == {("/partners", "too_short")}
    record = documents.make(path, partners=["AU"])
    if path != "deployments":
        assert faults(api.patch(f"/{path}/{record['id']}", {"partners": None})) == {("/partners", "too_short")}


def test_a_bare_code_is_a_participant(documents: Documents) -> None:
    visit = documents.visit(partners=["au", {"partner": "FJ"}, {"partner": "TO", "role": "host"}])
    assert visit["partners"] == [
        {"partner": "AU", "role": "participant"},
        {"partner": "FJ", "role": "participant"},
        {"partner": "TO", "role": "host"},
    ]


def test_partners_keep_their_order_through_every_change(api: Api, documents: Documents) -> None:
    visit = documents.visit(partners=["TO", "AU", "FJ"], tags=["z", "a", "m"])
    for order in (["FJ", "TO", "AU"], ["AU"], ["US", "AU", "TO"]):
        changed = api.change(f"/visits/{visit['id']}", {"partners": order})
        assert [each["partner"] for each in changed["partners"]] == order
        assert changed["tags"] == ["z", "a", "m"]
        assert api.read(f"/visits/{visit['id']}") == changed


def test_partners_may_be_states_and_institutions_that_exist(api: Api, documents: Documents) -> None:
    documents.make("institutions", code="ADMM-PLUS")
    assert documents.visit(partners=["JP", "admm-plus"])["partners"][1]["partner"] == "ADMM-PLUS"
    answer = api.post("/visits", documents.of("visits", partners=["JP", "ZZ", {"partner": "NOPE"}]))
    # A bare code stands for an object with the code in `partner`.
    assert faults(answer) == {(f"/partners/{place}/partner", "unknown_reference") for place in (1, 2)}


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"partners": ["AU", "JP", "au"]}, "/partners/2"),
        ({"tags": ["navy", "army", "navy"]}, "/tags/2"),
        ({"priorities": ["PRI-1", "PRI-1"]}, "/priorities/1"),
    ],
)
def test_nothing_stands_twice(api: Api, documents: Documents, change: dict[str, Any], where: str) -> None:
    documents.make("priorities", code="PRI-1")
    assert faults(api.post("/visits", documents.of("visits", **change))) == {(where, "duplicate")}


def test_references_must_lead_somewhere(api: Api, documents: Documents) -> None:
    nobody = "0190163d-8694-739b-aea5-966c26f8ad91"
    document = documents.of(
        "visits", series="none", priorities=["NONE"], principal=nobody, post=nobody, principal_office=nobody
    )
    expected = {"/series", "/priorities/0", "/principal", "/post", "/principal_office"}
    assert faults(api.post("/visits", document)) == {(each, "unknown_reference") for each in expected}


def test_a_forum_is_an_institution_or_a_series(api: Api, documents: Documents) -> None:
    documents.make("institutions", code="ARF")
    documents.make("series", slug="shangri-la-dialogue")
    for said, kept in (("arf", "ARF"), ("ARF", "ARF"), ("Shangri-La-Dialogue", "shangri-la-dialogue")):
        assert documents.make("dialogues", forum=said)["forum"] == kept
    assert faults(api.post("/dialogues", documents.of("dialogues", forum="AU"))) == {("/forum", "unknown_reference")}


def test_kinds_are_read_together_and_never_mixed_up(api: Api, documents: Documents) -> None:
    made = [documents.make(path) for path in KINDS]
    together = api.items("/engagements", sort="created_at")
    assert together == made
    for path, record in zip(KINDS, made, strict=True):
        assert api.items(f"/{path}") == [record]
        assert api.read(f"/engagements/{record['reference']}") == record
        for other in set(KINDS) - {path}:
            problem(api.get(f"/{other}/{record['id']}"), 404)
            problem(api.get(f"/{other}/{record['reference']}"), 404)
            problem(api.patch(f"/{other}/{record['id']}", {"title": "Mixed up"}), 404)
    problem(api.post("/engagements", documents.of("visits")), 405)


def test_an_external_reference_is_unique_among_all_kinds(api: Api, documents: Documents) -> None:
    documents.visit(external_ref="ENG-090")
    answer = api.post("/exercises", documents.of("exercises", external_ref="ENG-090"))
    assert faults(answer, 409) == {("/external_ref", "taken")}
    answer = api.put("/exercises/by-external-ref/ENG-090", documents.of("exercises"))
    assert faults(answer, 409) == {("/external_ref", "taken")}


def test_partners_of_both_types(api: Api, documents: Documents) -> None:
    members = [
        {"partner": "AU", "role": "member", "since": "1971-11-01"},
        {"name": "European Union", "role": "observer"},
        {"partner": "FJ", "since": "2001-01-01", "until": "2010-01-01"},
    ]
    arf = documents.make("institutions", code="ARF", members=members)
    assert [(each["partner"], each["name"]) for each in arf["members"]] == [
        ("AU", None),
        (None, "European Union"),
        ("FJ", None),
    ]
    assert api.read("/partners/ARF")["partner_type"] == "institution"
    assert api.read("/partners/AU")["partner_type"] == "country"
    problem(api.get("/institutions/AU"), 404)
    assert [each["code"] for each in api.items("/institutions", member="AU")] == ["ARF"]
    assert api.items("/institutions", member="FJ") == [], "no longer a member"
    wrong = [{}, {"partner": "AU", "name": "Both"}, {"partner": "AU", "since": "2002-01-01", "until": "2001-12-31"}]
    expected = {("/members/0", "one_of"), ("/members/1", "one_of"), ("/members/2/until", "before_start")}
    assert faults(api.post("/institutions", documents.of("institutions", members=wrong))) == expected
