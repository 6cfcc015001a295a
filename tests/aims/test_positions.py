"""Our line on a subject: its days, what it supersedes, and who clears it."""

from collections.abc import Callable
from typing import Any

import pytest

from support.client import Api
from support.documents import Documents
from support.problems import faults, problem

Position = Callable[..., Any]


@pytest.fixture
def position(api: Api, documents: Documents) -> Position:
    """`position("Seabed", partner="AU")` records one."""

    def made(subject: str, **changes: Any) -> Any:
        usual = {"valid_from": "2027-01-01", "valid_until": None}
        return api.make("/positions", documents.of("positions", subject=subject, **usual | changes))

    return made


@pytest.fixture
def office(documents: Documents) -> str:
    return documents.make("offices")["id"]  # type: ignore[no-any-return]


@pytest.fixture
def clear(api: Api, office: str) -> Callable[[Any], Any]:
    """`clear(position)` clears one, by an approver who did not write it."""

    def cleared(position: Any) -> Any:
        answer = api.as_("approver").post(f"/positions/{position['id']}/clearance", {"office": office})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return cleared


# What is asked of them.


def subjects(api: Api, **asked: Any) -> list[str]:
    return [each["subject"] for each in api.items("/positions", **asked)]


def test_a_subject_is_the_same_capitals_and_spaces_aside(api: Api, position: Position) -> None:
    for subject in ("Seabed mining", "SEABED  Mining", "Seabed"):
        position(subject)
    assert sorted(subjects(api, subject="seabed mining")) == ["SEABED  Mining", "Seabed mining"]
    assert len(subjects(api, subject__not="seabed MINING")) == 1
    assert subjects(api, q="mining", sort="valid_from") == ["Seabed mining", "SEABED  Mining"]


@pytest.mark.parametrize(
    ("day", "found"),
    [
        ("2026-12-31", []),
        ("2027-01-01", ["Ended", "Lasting"]),
        ("2027-02-28", ["Ended", "Lasting"]),
        ("2027-03-01", ["Lasting"]),
        ("2027-05-01", ["Coming", "Lasting"]),
    ],
)
def test_what_our_line_was_on_a_day(api: Api, position: Position, day: str, found: list[str]) -> None:
    position("Ended", valid_until="2027-02-28")
    position("Lasting")
    position("Coming", valid_from="2027-05-01")
    assert subjects(api, valid_on=day) == found
    assert subjects(api, valid_on__not=day) == sorted({"Ended", "Lasting", "Coming"} - set(found))


def test_what_our_line_is_today(api: Api, position: Position, on: Callable[[str], None]) -> None:
    position("Ended", valid_until="2027-03-14")
    position("Lasting", valid_until="2027-03-15")
    assert subjects(api, current="true") == ["Lasting"]
    assert subjects(api, current="false") == ["Ended"]
    assert subjects(api, current__not="true") == ["Ended"]
    asked = api.post("/positions/query", {"current": True}).json()["items"]
    assert [each["subject"] for each in asked] == ["Lasting"]
    on("2027-03-16")
    assert subjects(api, current="true") == []


@pytest.mark.parametrize("value", ["1", "yes", "TRUE", ""])
def test_yes_or_no_is_nothing_else(api: Api, value: str) -> None:
    assert faults(api.get("/positions", params={"cleared": value})) == {("cleared", "type")}


def test_who_cleared_what(api: Api, position: Position, clear: Callable[[Any], Any], office: str) -> None:
    clear(position("Cleared"))
    position("Draft")
    assert subjects(api, cleared="true") == subjects(api, cleared_by=office) == ["Cleared"]
    assert subjects(api, cleared="false") == ["Draft"]


def test_it_ends_no_sooner_than_it_begins(api: Api, documents: Documents) -> None:
    days = {"valid_from": "2027-02-01", "valid_until": "2027-01-31"}
    assert faults(api.post("/positions", documents.of("positions", **days))) == {("/valid_until", "before_start")}


# Clearance.


def test_nobody_clears_what_they_wrote(api: Api, documents: Documents, office: str) -> None:
    approver, other = api.as_("approver"), api.as_("administrator")
    at = f"/positions/{approver.make('/positions', documents.of('positions'))['id']}"
    problem(approver.post(f"{at}/clearance", {"office": office}), 403)
    problem(api.post(f"{at}/clearance", {"office": office}), 403)
    cleared = other.post(f"{at}/clearance", {"office": office}).json()
    assert (cleared["cleared_by"], cleared["cleared_on"]) == (office, "2027-03-15")
    problem(other.post(f"{at}/clearance", {"office": office}), 409)


def test_who_has_changed_it_has_written_it_too(api: Api, position: Position, office: str) -> None:
    approver = api.as_("approver")
    at = f"/positions/{position('Seabed')['id']}"
    approver.change(at, {"note": "Looked at."})
    problem(approver.post(f"{at}/clearance", {"office": office}), 403)


def test_a_second_token_does_not_help(api: Api, documents: Documents, office: str) -> None:
    admin = api.as_("administrator")
    user = admin.make(
        "/users", {"name": "Officer 001", "role": "approver", "clearance": "RESTRICTED", "nationality": "NZ"}
    )
    own = {"role": "approver", "clearance": "RESTRICTED", "nationality": "NZ", "user": user["id"]}
    first, second = (
        api.with_secret(admin.make("/tokens", {"name": f"Token {each}", **own})["token"]) for each in (1, 2)
    )
    at = f"/positions/{first.make('/positions', documents.of('positions'))['id']}/clearance"
    problem(second.post(at, {"office": office}), 403)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({}, {("/office", "required")}),
        ({"office": "0190163d-8694-739b-aea5-966c26f8ad91"}, {("/office", "unknown_reference")}),
        (
            {"office": None, "on": "2027-03-16", "x": 1},
            {("/office", "type"), ("/on", "in_future"), ("/x", "unknown_field")},
        ),
        ([], {("", "type")}),
    ],
)
def test_what_a_clearance_says(api: Api, position: Position, document: Any, told: object) -> None:
    at = f"/positions/{position('Seabed')['id']}/clearance"
    assert faults(api.as_("approver").post(at, document)) == told


def test_clearance_is_in_no_document(api: Api, position: Position, documents: Documents, office: str) -> None:
    given = {"cleared_by": office, "cleared_on": "2027-01-01"}
    told = {("/cleared_by", "unknown_field"), ("/cleared_on", "unknown_field")}
    assert faults(api.post("/positions", documents.of("positions") | given)) == told
    assert faults(api.patch(f"/positions/{position('Seabed')['id']}", given)) == told


@pytest.mark.parametrize(
    ("change", "stays"),
    [
        ({"note": "From the Ministry."}, True),
        ({"valid_until": "2027-12-30"}, True),
        ({"valid_from": "2027-01-02"}, True),
        ({"line": "We say something else."}, False),
        ({"subject": "Deep seabed"}, False),
        ({"partner": "AU"}, False),
        ({"valid_until": None}, False),
        ({"valid_until": "2028-01-01"}, False),
        ({"valid_from": "2026-12-31"}, False),
    ],
)
def test_what_says_more_than_was_cleared_is_not_cleared(
    api: Api, position: Position, clear: Callable[[Any], Any], change: Any, stays: bool
) -> None:
    cleared = clear(position("Seabed", valid_until="2027-12-31"))
    at = f"/positions/{cleared['id']}"
    after = api.change(at, change)
    assert (after["cleared_on"] is not None, after["cleared_by"] is not None) == (stays, stays)
    assert api.post(f"{at}/revert", {"to_version": 3}).json()["cleared_on"] == after["cleared_on"]


def test_a_clearance_is_taken_back(api: Api, position: Position, clear: Callable[[Any], Any]) -> None:
    at = f"/positions/{clear(position('Seabed'))['id']}"
    problem(api.delete(f"{at}/clearance"), 403)
    for _ in range(2):
        assert api.as_("approver").delete(f"{at}/clearance").json()["cleared_by"] is None
    assert [each["action"] for each in api.items(f"{at}/history")] == ["unclear", "clear", "create"]


def test_a_clearance_is_of_one_version(api: Api, position: Position, office: str) -> None:
    at = f"/positions/{position('Seabed')['id']}"
    api.change(at, {"line": "Something else."})
    answer = api.as_("approver").post(f"{at}/clearance", {"office": office}, headers={"if-match": '"1"'})
    problem(answer, 412)
    api.delete(at)
    problem(api.as_("approver").post(f"{at}/clearance", {"office": office}), 409)


# What supersedes what.


def superseding(api: Api, position: Position, before: Any, **changes: Any) -> Any:
    return position(before["subject"], supersedes=before["id"], partner=before["partner"], **changes)


def test_a_successor_takes_the_place_once_it_is_cleared(
    api: Api, position: Position, clear: Callable[[Any], Any]
) -> None:
    old = clear(position("Seabed"))
    new = superseding(api, position, old, valid_from="2027-03-01")
    both = {old["id"], new["id"]}
    assert {each["id"] for each in api.items("/positions", current="true")} == both
    clear(new)
    assert [each["id"] for each in api.items("/positions", current="true")] == [new["id"]]
    assert [each["id"] for each in api.items("/positions", valid_on="2027-02-28")] == [old["id"]]
    assert [each["id"] for each in api.items("/positions", supersedes=old["id"])] == [new["id"]]
    api.delete(f"/positions/{new['id']}")
    assert [each["id"] for each in api.items("/positions", current="true")] == [old["id"]]


def test_it_supersedes_one_on_its_own_subject_that_nothing_else_does(
    api: Api, position: Position, documents: Documents
) -> None:
    old = position("Seabed")

    def told(**changes: Any) -> set[tuple[str, str]]:
        document = documents.of("positions", **{"subject": "SEABED", "supersedes": old["id"], **changes})
        answer = api.post("/positions", document)
        return set() if answer.status_code == 201 else faults(answer)

    assert told(subject="Airspace") == told(partner="AU") == {("/supersedes", "unlike")}
    assert told() == set()
    assert told() == {("/supersedes", "taken")}


def test_nothing_supersedes_what_supersedes_it(api: Api, position: Position) -> None:
    first = position("Seabed")
    second = superseding(api, position, first)
    third = superseding(api, position, second)
    at = f"/positions/{first['id']}"
    for each in (first, second):
        assert ("/supersedes", "circular") in faults(api.patch(at, {"supersedes": each["id"]}))
    assert faults(api.patch(at, {"supersedes": third["id"]})) == {("/supersedes", "circular")}


def test_one_whose_place_was_taken_meanwhile_is_not_restored(api: Api, position: Position) -> None:
    old = position("Seabed")
    withdrawn = superseding(api, position, old)
    api.delete(f"/positions/{withdrawn['id']}")
    superseding(api, position, old)
    problem(api.post(f"/positions/{withdrawn['id']}/restore"), 409)


def test_a_hidden_successor_is_nobodys_business(api: Api, position: Position, clear: Callable[[Any], Any]) -> None:
    """Not in the record, not in what is current, and not in what may supersede it."""
    below = api.as_("contributor", "UNCLASSIFIED")
    old = clear(position("Seabed"))
    before = below.get(f"/positions/{old['id']}").content
    clear(superseding(api, position, old, classification="RESTRICTED"))
    assert below.get(f"/positions/{old['id']}").content == before
    assert subjects(below, current="true") == ["Seabed"]
    assert subjects(below, supersedes=old["id"]) == []
    own = below.make(
        "/positions", {"subject": "Seabed", "line": "Ours.", "valid_from": "2027-01-01", "supersedes": old["id"]}
    )
    assert own["supersedes"] == old["id"]


# What names a marked record is marked no lower.


def test_a_successor_is_marked_no_lower(api: Api, position: Position, documents: Documents) -> None:
    old = position("Seabed", classification="IN-CONFIDENCE")
    assert superseding(api, position, old)["classification"] == "IN-CONFIDENCE"
    again = documents.of("positions", subject="Other", classification="UNCLASSIFIED")
    other = position("Other", classification="IN-CONFIDENCE")
    assert faults(api.post("/positions", again | {"supersedes": other["id"]})) == {("/supersedes", "marked_higher")}


def test_what_names_a_record_follows_it_upwards(api: Api, position: Position, documents: Documents) -> None:
    below = api.as_("reader", "UNCLASSIFIED")
    old = position("Seabed")
    new = superseding(api, position, old)
    visit = documents.visit()
    at = f"/visits/{visit['id']}/positions"
    planned = api.make(at, {"position": old["id"]})
    assert below.get(f"{at}/{planned['id']}").status_code == 200
    api.change(f"/positions/{old['id']}", {"classification": "RESTRICTED"})
    for hidden in (f"/positions/{old['id']}", f"/positions/{new['id']}", f"{at}/{planned['id']}"):
        assert below.get(hidden).status_code == 404, hidden
        assert api.read(hidden)["classification"] == "RESTRICTED"
    assert below.items(at) == []
    assert [each["action"] for each in api.items(f"{at}/{planned['id']}/history")] == ["remark", "create"]
    assert {each["record_type"] for each in below.read("/changes", after="0")["items"]} & {
        "position",
        "advocacy",
    } == set()
