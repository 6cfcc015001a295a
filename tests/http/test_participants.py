"""Who is at an engagement, in the office that they held on that day."""

import pytest

from support.client import Api
from support.documents import Documents
from support.problems import faults, problem


@pytest.fixture
def person(documents: Documents) -> str:
    return documents.make("people", name="Tony Davies")["id"]  # type: ignore[no-any-return]


def appoint(
    documents: Documents, person: str, title: str, starts_on: str, ends_on: str | None = None, **more: object
) -> str:
    office = documents.make("offices", title=title, organisation="Defence Force")["id"]
    documents.make("appointments", person=person, office=office, starts_on=starts_on, ends_on=ends_on, **more)
    return office  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("day", "title"),
    [
        ("2023-12-31", None),
        ("2024-01-01", "Deputy"),
        ("2024-06-27", "Deputy"),
        ("2024-06-28", "Chief"),
        ("2030-01-01", "Chief"),
    ],
)
def test_the_office_is_that_of_the_day(
    documents: Documents, api: Api, person: str, day: str, title: str | None
) -> None:
    appoint(documents, person, "Deputy", "2024-01-01", "2024-06-27")
    appoint(documents, person, "Chief", "2024-06-28")
    visit = documents.visit(starts_on=day, ends_on=None)
    taking_part = api.make(f"/visits/{visit['id']}/participants", {"person": person})
    assert taking_part["office_title"] == title
    assert taking_part["organisation"] == (None if title is None else "Defence Force")


def test_a_substantive_office_comes_before_an_acting_one(documents: Documents, api: Api, person: str) -> None:
    chief = appoint(documents, person, "Chief", "2020-01-01")
    appoint(documents, person, "Acting Secretary", "2026-01-01", acting=True)
    visit = documents.visit(starts_on="2026-06-01", ends_on=None)
    assert api.make(f"/engagements/{visit['id']}/participants", {"person": person})["office"] == chief


def test_what_is_said_of_the_office_stands(documents: Documents, api: Api, person: str) -> None:
    chief = appoint(documents, person, "Chief", "2020-01-01")
    other = documents.make("offices", title="Head of delegation")["id"]
    for number, (said, office, title) in enumerate(
        [
            ({"office": other}, other, "Head of delegation"),
            ({"office_title": "Envoy"}, None, "Envoy"),
            ({}, chief, "Chief"),
        ]
    ):
        visit = documents.visit(title=f"Visit {number}")
        made = api.make(f"/visits/{visit['id']}/participants", {"person": person, **said})
        assert (made["office"], made["office_title"]) == (office, title)
    # The title is kept when the office is renamed.
    api.change(f"/offices/{chief}", {"title": "Chief of Staff"})
    assert api.read(f"/visits/{visit['id']}/participants/{made['id']}")["office_title"] == "Chief"


def test_withdrawn_appointments_do_not_count(documents: Documents, api: Api, person: str) -> None:
    appoint(documents, person, "Chief", "2020-01-01")
    api.delete(f"/appointments/{api.items('/appointments', person=person)[0]['id']}")
    visit = documents.visit()
    assert api.make(f"/visits/{visit['id']}/participants", {"person": person})["office"] is None


def test_participants_stand_under_every_address_of_their_engagement(
    documents: Documents, api: Api, person: str
) -> None:
    visit = documents.visit()
    addresses = [
        f"/{noun}/{key}/participants"
        for noun in ("engagements", "visits")
        for key in (visit["id"], visit["reference"], visit["reference"].lower())
    ]
    made = api.post(addresses[5], {"person": person})
    assert api.get(made.headers["location"]).json() == made.json()
    for address in addresses:
        assert api.items(address) == [made.json()]
        assert api.read(f"{address}/{made.json()['id']}") == made.json()


def test_the_wrong_kind_or_engagement_is_no_address(documents: Documents, api: Api, person: str) -> None:
    visit, other = documents.visit(), documents.visit()
    made = api.make(f"/visits/{visit['id']}/participants", {"person": person})
    for path in (
        f"/exercises/{visit['id']}",
        f"/dialogues/{visit['reference']}",
        "/visits/nothing",
        "/people/" + person,
    ):
        problem(api.get(f"{path}/participants"), 404)
        problem(api.post(f"{path}/participants", {"person": person}), 404)
        problem(api.get(f"{path}/participants/{made['id']}"), 404)
    problem(api.get(f"/visits/{other['id']}/participants/{made['id']}"), 404)
    problem(api.delete(f"/visits/{other['id']}/participants/{made['id']}"), 404)
    assert api.items(f"/visits/{other['id']}/participants") == []


def test_nobody_is_at_an_engagement_twice(documents: Documents, api: Api, person: str) -> None:
    at = f"/visits/{documents.visit()['id']}/participants"
    made = api.make(at, {"person": person})
    assert faults(api.post(at, {"person": person})) == {("/person", "duplicate")}
    api.delete(f"{at}/{made['id']}")
    assert faults(api.post(at, {"person": person})) == {("/person", "duplicate")}, "restore the one withdrawn"


def test_a_participant_is_marked_like_the_engagement_unless_said_otherwise(
    documents: Documents, api: Api, person: str
) -> None:
    marking = {"classification": "RESTRICTED", "endorsements": ["POLICY"], "releasable_to": ["AU"]}
    at = f"/visits/{documents.visit(**marking)['id']}/participants"
    made = api.make(at, {"person": person})
    assert {name: made[name] for name in marking} == marking
    other = api.make(at, {"person": documents.make("people")["id"], "classification": "IN-CONFIDENCE"})
    assert (other["classification"], other["endorsements"], other["releasable_to"]) == ("IN-CONFIDENCE", [], [])


def test_the_engagement_changes_with_its_participants(documents: Documents, api: Api, person: str) -> None:
    visit = documents.visit()
    at = f"/visits/{visit['id']}/participants"
    version = [1]

    def check(changed: bool) -> None:
        version[0] += changed
        assert api.read(f"/visits/{visit['id']}")["version"] == version[0]

    made = api.make(at, {"person": person})
    check(changed=True)
    api.change(f"{at}/{made['id']}", {"role": "speaker"})
    check(changed=True)
    api.change(f"{at}/{made['id']}", {"role": "speaker"})
    check(changed=False)
    api.delete(f"{at}/{made['id']}")
    check(changed=True)
    api.post(f"{at}/{made['id']}/restore")
    check(changed=True)
    # Somebody of whom not all readers of the visit may know does not show in its version.
    hidden = api.make(at, {"person": documents.make("people")["id"], "classification": "RESTRICTED"})
    check(changed=False)
    api.change(f"{at}/{hidden['id']}", {"role": "minder"})
    check(changed=False)


def test_who_takes_part_moves_with_the_engagement(documents: Documents, api: Api, person: str) -> None:
    visit = documents.visit(starts_on="2026-12-01", ends_on="2026-12-03")
    api.make(f"/visits/{visit['id']}/participants", {"person": person})
    changed = api.change(
        f"/visits/{visit['id']}", {"starts_on": "2026-11-30", "partners": ["FJ", "TO"], "tags": ["new"]}
    )
    assert changed["starts_on"] == "2026-11-30"
    assert [each["id"] for each in api.items("/engagements", person=person, sort="starts_on")] == [visit["id"]]
    for name, value in (("partner", "FJ"), ("partner", "TO"), ("tag", "new")):
        assert [each["starts_on"] for each in api.items("/engagements", **{name: value})] == ["2026-11-30"]


def test_a_withdrawn_engagement_takes_nobody(documents: Documents, api: Api, person: str) -> None:
    visit = documents.visit()
    at = f"/visits/{visit['id']}/participants"
    made = api.make(at, {"person": person})
    api.delete(f"/visits/{visit['id']}")
    problem(api.post(at, {"person": documents.make("people")["id"]}), 409)
    problem(api.patch(f"{at}/{made['id']}", {"role": "speaker"}), 409)
    assert api.items(at) == [made]


def test_a_participant_is_taken_back_to_an_earlier_version(api: Api, documents: Documents) -> None:
    at = f"/visits/{documents.visit()['id']}/participants"
    made = api.make(at, documents.of("participants", role="observer"))
    api.change(f"{at}/{made['id']}", {"role": "head of delegation"})
    assert api.post(f"{at}/{made['id']}/revert", {"to_version": 1}).json()["role"] == "observer"
