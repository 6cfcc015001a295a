"""What an engagement should achieve, and whether it did."""

import pytest

from support.client import Api
from support.documents import Documents
from support.problems import faults

BEGUN = {"starts_on": "2027-03-01", "ends_on": "2027-03-05"}


@pytest.fixture
def at(documents: Documents) -> str:
    return f"/engagements/{documents.visit(**BEGUN)['id']}/objectives"


def test_they_stand_in_their_order(api: Api, documents: Documents, at: str) -> None:
    for title, position in (("Third", None), ("Second", 7), ("First", 2), ("Fourth", None)):
        api.make(at, documents.of("objectives", title=title, position=position))
    assert [each["title"] for each in api.items(at)] == ["First", "Second", "Third", "Fourth"]


def test_they_are_found_by_priority_and_assessment(api: Api, documents: Documents, at: str) -> None:
    one, two = (documents.make("priorities")["code"] for _ in range(2))
    for title, priorities in (("Both", [one, two]), ("Second", [two]), ("None", [])):
        api.make(at, documents.of("objectives", title=title, priorities=priorities))
    assert [each["title"] for each in api.items(at, priority=one)] == ["Both"]
    assert [each["title"] for each in api.items(at, priority=two)] == ["Both", "Second"]
    found = api.items(at, priority=[one, two], expand="priorities")
    assert [each["priorities"][0]["code"] for each in found] == [one, two]


ASSESSED = {"assessment": "achieved", "evidence": "Signed by both.", "assessed_on": "2027-03-10"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, set()),
        ({"assessment": "too_early", "evidence": None}, set()),
        ({"assessment": "not_achieved", "evidence": ""}, set()),
        ({"assessed_on": "2027-03-01"}, set()),
        ({"evidence": None}, {("/evidence", "required")}),
        ({"assessment": "partly_achieved", "evidence": " "}, {("/evidence", "required")}),
        ({"assessed_on": None}, {("/assessed_on", "required_with")}),
        ({"assessment": None}, {("/assessment", "required_with")}),
        ({"assessed_on": "2027-02-28"}, {("/assessed_on", "before_start")}),
        ({"assessed_on": "2027-03-16"}, {("/assessed_on", "in_future")}),
        ({"assessed_on": None, "evidence": None}, {("/assessed_on", "required_with"), ("/evidence", "required")}),
        ({"assessment": "splendid"}, {("/assessment", "not_allowed")}),
    ],
)
def test_what_an_assessment_needs(api: Api, documents: Documents, at: str, changes: object, told: object) -> None:
    objective = api.make(at, documents.of("objectives"))
    answer = api.patch(f"{at}/{objective['id']}", {**ASSESSED, **changes})  # type: ignore[dict-item]
    if told:
        assert faults(answer) == told
    else:
        assert answer.status_code == 200, answer.text
    made = api.post(at, {**documents.of("objectives"), **ASSESSED, **changes})  # type: ignore[dict-item]
    assert faults(made) == told if told else made.status_code == 201


def test_an_assessment_is_a_change_of_the_engagement(api: Api, documents: Documents) -> None:
    visit = documents.visit(**BEGUN)
    at = f"/visits/{visit['id']}/objectives"
    objective = api.make(at, documents.of("objectives"))
    api.change(f"{at}/{objective['id']}", ASSESSED)
    entries = api.items(f"/visits/{visit['id']}/history")
    assert [each["action"] for each in entries] == ["objectives", "objectives", "create"]
    changes = api.items(f"{at}/{objective['id']}/history")[0]["changes"]
    assert changes["assessment"] == [None, "achieved"]


def test_what_is_marked_above_the_engagement_is_nobody_elses(api: Api, documents: Documents, at: str) -> None:
    below = api.as_("reader", "UNCLASSIFIED")
    hidden = api.make(at, documents.of("objectives", classification="RESTRICTED"))
    shown = api.make(at, documents.of("objectives"))
    assert [each["id"] for each in below.items(at)] == [shown["id"]]
    assert below.get(f"{at}/{hidden['id']}").status_code == 404
    assert below.read(at, count="exact")["total"] == 1


def test_a_new_one_is_marked_as_its_engagement(api: Api, documents: Documents) -> None:
    visit = documents.visit(**BEGUN, classification="IN-CONFIDENCE", endorsements=["POLICY"])
    made = api.make(f"/visits/{visit['id']}/objectives", documents.of("objectives"))
    assert made["marking"] == visit["marking"]
