"""Which of our positions are to be put at an engagement, which were, and how the partner took them."""

from typing import Any

import pytest

from support.client import Api
from support.documents import Documents
from support.problems import faults


@pytest.fixture
def line(documents: Documents) -> str:
    return documents.make("positions")["id"]  # type: ignore[no-any-return]


def positions_at(documents: Documents, starts_on: str, **changes: Any) -> str:
    visit = documents.visit(starts_on=starts_on, ends_on=starts_on, **changes)
    return f"/engagements/{visit['id']}/positions"


def test_one_is_planned_and_put_and_taken(api: Api, documents: Documents, line: str) -> None:
    at = positions_at(documents, "2027-03-10")
    planned = api.make(at, {"position": line, "note": "Under item 3."})
    assert (planned["use"], planned["reaction"]) == ("planned", None)
    put = {"use": "advocated", "reaction": "sympathetic", "reaction_note": "Will consult."}
    assert api.change(f"{at}/{planned['id']}", put)["reaction"] == "sympathetic"
    assert [each["position"]["id"] for each in api.items(at, use="advocated", expand="position")] == [line]
    assert api.items(at, reaction="opposed") == []


@pytest.mark.parametrize(
    ("starts_on", "document", "told"),
    [
        ("2027-03-15", {"use": "advocated"}, set()),
        ("2027-03-15", {"use": "advocated", "reaction": "none"}, set()),
        ("2027-03-16", {"use": "advocated"}, {("/use", "before_start")}),
        ("2027-03-16", {"use": "not_raised"}, {("/use", "before_start")}),
        ("2027-03-10", {"use": "not_raised", "reaction": "opposed"}, {("/reaction", "only_with")}),
        ("2027-03-10", {"reaction_note": "No."}, {("/reaction_note", "only_with")}),
        (
            "2027-03-10",
            {"reaction": "cheerful", "use": "sung"},
            {("/reaction", "not_allowed"), ("/use", "not_allowed")},
        ),
    ],
)
def test_nothing_is_put_or_answered_too_soon(
    api: Api, documents: Documents, line: str, starts_on: str, document: Any, told: object
) -> None:
    answer = api.post(positions_at(documents, starts_on), {"position": line, **document})
    assert (faults(answer) if told else answer.status_code) == (told or 201)


def test_what_was_put_may_be_corrected_when_the_engagement_has_moved(api: Api, documents: Documents, line: str) -> None:
    visit = documents.visit(starts_on="2027-03-10", ends_on="2027-03-10")
    at = f"/visits/{visit['id']}/positions"
    put = api.make(at, {"position": line, "use": "advocated"})
    api.change(f"/visits/{visit['id']}", {"starts_on": "2027-05-10", "ends_on": "2027-05-10"})
    assert api.change(f"{at}/{put['id']}", {"reaction": "opposed"})["reaction"] == "opposed"


def test_a_position_stands_once_as_far_as_one_may_know(api: Api, documents: Documents, line: str) -> None:
    at = positions_at(documents, "2027-03-10")
    api.make(at, {"position": line, "classification": "RESTRICTED"})
    assert faults(api.post(at, {"position": line})) == {("/position", "duplicate")}
    below = api.as_("contributor", "UNCLASSIFIED")
    assert below.post(at, {"position": line}).status_code == 201
    assert faults(below.post(at, {"position": line})) == {("/position", "duplicate")}


def test_what_one_may_not_see_cannot_be_planned(api: Api, documents: Documents) -> None:
    hidden = documents.make("positions", classification="RESTRICTED")["id"]
    at = positions_at(documents, "2027-06-01")
    below = api.as_("contributor", "UNCLASSIFIED")
    assert faults(below.post(at, {"position": hidden})) == {("/position", "unknown_reference")}
    low = {"position": hidden, "classification": "IN-CONFIDENCE"}
    assert faults(api.post(at, low)) == {("/position", "marked_higher")}
    assert api.make(at, {"position": hidden})["classification"] == "RESTRICTED"


def test_where_a_position_was_put(api: Api, documents: Documents, line: str) -> None:
    made = []
    for day, document in (
        ("2027-01-10", {"use": "advocated", "reaction": "opposed"}),
        ("2027-03-10", {"use": "not_raised"}),
        ("2027-09-01", {}),
    ):
        made.append(api.make(positions_at(documents, day, partners=["JP", "AU"]), {"position": line, **document}))
    hidden = positions_at(documents, "2027-10-01", classification="RESTRICTED")
    api.make(hidden, {"position": line})
    api.make(positions_at(documents, "2027-10-02"), {"position": line, "classification": "RESTRICTED"})
    below = api.as_("reader", "UNCLASSIFIED")
    at = f"/positions/{line}/uses"
    found = below.items(at)
    assert [each["use"] for each in found] == ["planned", "not_raised", "advocated"]
    assert [each["partners"] for each in found] == [["JP", "AU"]] * 3
    assert found[2]["reaction"] == "opposed"
    assert found[2]["engagement"]["starts_on"] == "2027-01-10"
    assert [each["id"] for each in found] == [each["id"] for each in reversed(made)]
    pages, following = [], f"{at}?limit=2"
    while following:
        page = api.get(following).json()
        pages += page["items"]
        following = page["next"]
    assert len({each["id"] for each in pages}) == len(pages) == 5
    assert api.get(at).headers["x-marking"] == "RESTRICTED"
    assert below.get(at).headers["x-marking"] == "UNCLASSIFIED"
