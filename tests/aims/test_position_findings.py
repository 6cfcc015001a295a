"""What a desk has to settle about positions before it is too late."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from support.client import Api
from support.documents import Documents
from support.problems import faults

AT = "/positions/findings"


@pytest.fixture
def position(api: Api, documents: Documents) -> Callable[..., Any]:
    """`position("Seabed")` records a cleared one; `cleared=False` leaves it so."""
    office = documents.make("offices")["id"]

    def made(subject: str, *, cleared: bool = True, **changes: Any) -> Any:
        usual = {"valid_from": "2027-01-01", "valid_until": None}
        found = api.make("/positions", documents.of("positions", subject=subject, **usual | changes))
        if cleared:
            answer = api.as_("approver").post(f"/positions/{found['id']}/clearance", {"office": office})
            assert answer.status_code == 200
        return found

    return made


@pytest.fixture
def plan(api: Api, documents: Documents) -> Callable[..., Any]:
    """`plan(position, "2027-06-01")` plans to put one at a visit of that day."""

    def made(position: Any, starts_on: str, ends_on: str | None = None, **changes: Any) -> Any:
        visit = documents.visit(starts_on=starts_on, ends_on=ends_on or starts_on, **changes)
        api.make(f"/visits/{visit['id']}/positions", {"position": position["id"]})
        return visit

    return made


def codes(api: Api, **asked: Any) -> list[str]:
    return [each["code"] for each in api.read(AT, **asked)["items"]]


@pytest.mark.parametrize(
    ("changes", "days", "found"),
    [
        ({}, ("2027-06-01",), []),
        ({"valid_until": "2027-06-01"}, ("2027-06-01",), []),
        ({"valid_until": "2027-05-31"}, ("2027-06-01",), ["expired"]),
        ({"valid_until": "2027-06-02"}, ("2027-06-01", "2027-06-03"), ["expires_during"]),
        ({"valid_until": "2027-06-03"}, ("2027-06-01", "2027-06-03"), []),
        ({"valid_from": "2027-06-02"}, ("2027-06-01",), ["not_begun"]),
        ({"cleared": False}, ("2027-06-01",), ["uncleared"]),
        ({"cleared": False, "valid_until": "2027-03-31"}, ("2027-06-01",), ["expired", "uncleared"]),
        ({"cleared": False}, ("2027-03-15",), ["uncleared"]),
        ({"cleared": False}, ("2027-03-13", "2027-03-15"), ["uncleared"]),
        ({"cleared": False}, ("2027-03-13", "2027-03-14"), []),
    ],
)
def test_what_is_planned_must_be_our_cleared_line_then(
    api: Api, position: Callable[..., Any], plan: Callable[..., Any], changes: Any, days: tuple[str, ...], found: Any
) -> None:
    visit = plan(position("Seabed", **changes), *days)
    answer = api.read(AT)
    assert [each["code"] for each in answer["items"]] == found
    assert (answer["complete"], answer["as_of"]) == (True, "2027-03-15")
    for each in answer["items"]:
        assert each["engagement"]["reference"] == visit["reference"]
        assert each["on"] == visit["starts_on"]
        assert each["positions"][0]["subject"] == "Seabed"
        assert "Seabed" in each["detail"]
        assert visit["reference"] in each["detail"]


@pytest.mark.parametrize("status", ["cancelled", "postponed", "completed"])
def test_what_does_not_take_place_needs_no_line(
    api: Api, position: Callable[..., Any], plan: Callable[..., Any], status: str
) -> None:
    plan(position("Seabed", cleared=False), "2027-06-01", status=status)
    assert codes(api) == []


def test_what_was_withdrawn_is_not_put(api: Api, position: Callable[..., Any], plan: Callable[..., Any]) -> None:
    seabed = position("Seabed")
    plan(seabed, "2027-06-01")
    api.delete(f"/positions/{seabed['id']}")
    assert codes(api) == ["withdrawn"]


def test_what_is_superseded_by_then(api: Api, position: Callable[..., Any], plan: Callable[..., Any]) -> None:
    old = position("Seabed")
    plan(old, "2027-05-31")
    visit = plan(old, "2027-06-01")
    new = position("Seabed", supersedes=old["id"], valid_from="2027-06-01", cleared=False)
    assert codes(api) == []
    office = api.make("/offices", {"title": "Secretary"})["id"]
    api.as_("approver").post(f"/positions/{new['id']}/clearance", {"office": office})
    (finding,) = api.read(AT)["items"]
    assert (finding["code"], finding["engagement"]["id"]) == ("superseded", visit["id"])
    assert [each["id"] for each in finding["positions"]] == [old["id"], new["id"]]


@pytest.mark.parametrize(
    ("one", "two", "found"),
    [
        ({}, {}, ["conflict"]),
        ({}, {"cleared": False}, ["conflict"]),
        ({"valid_until": "2027-05-31"}, {"valid_from": "2027-05-31"}, ["conflict"]),
        ({"valid_until": "2027-05-31"}, {"valid_from": "2027-06-01"}, []),
        ({"valid_until": "2027-03-14"}, {}, []),
        ({"partner": "AU"}, {"partner": "AU"}, ["conflict"]),
        ({"partner": "AU"}, {"partner": "JP"}, []),
        ({"partner": "AU"}, {}, []),
    ],
)
def test_two_lines_on_one_subject(
    api: Api, position: Callable[..., Any], one: dict[str, Any], two: dict[str, Any], found: list[str]
) -> None:
    first, second = position("Seabed", **one), position("seabed", **two)
    position("Airspace")
    answer = api.read(AT)["items"]
    assert [each["code"] for each in answer] == found
    for each in answer:
        assert {every["id"] for every in each["positions"]} == {first["id"], second["id"]}
        assert each["engagement"] is None
        assert each["on"] == max(first["valid_from"], second["valid_from"])


def test_what_supersedes_is_in_no_conflict_with_what_it_supersedes(api: Api, position: Callable[..., Any]) -> None:
    first = position("Seabed")
    second = position("Seabed", supersedes=first["id"], valid_from="2027-02-01")
    position("Seabed", supersedes=second["id"], valid_from="2027-03-01")
    assert codes(api) == []
    position("Seabed", valid_from="2027-03-02")
    assert codes(api) == ["conflict"]


def test_they_are_asked_of_one_engagement_or_partner(
    api: Api, position: Callable[..., Any], plan: Callable[..., Any]
) -> None:
    seabed = position("Seabed", cleared=False)
    first = plan(seabed, "2027-06-01", partners=["AU"])
    plan(seabed, "2027-07-01", partners=["JP"])
    for _ in range(2):
        position("Airspace", partner="JP")
    assert codes(api, engagement=first["id"]) == ["uncleared"]
    assert codes(api, partner="au") == ["uncleared"]
    assert codes(api, partner="JP") == ["uncleared", "conflict"]
    assert codes(api, partner="FJ") == []
    told = faults(api.get(AT, params={"engagement": "x", "partner": "€", "limit": "1"}))
    assert {where for where, _ in told} == {"engagement", "partner", "limit"}


def test_only_what_the_caller_may_see(api: Api, position: Callable[..., Any], plan: Callable[..., Any]) -> None:
    """A hidden position, engagement, entry or successor makes no finding, and marks no answer."""
    below = api.as_("reader", "UNCLASSIFIED")
    before = below.get(AT).content
    hidden = {"classification": "RESTRICTED"}
    shown = position("Seabed")
    plan(position("Airspace", cleared=False), "2027-06-01", **hidden)
    plan(position("Airspace", cleared=False, **hidden), "2027-06-01")
    plan(shown, "2027-06-01")
    position("Seabed", supersedes=shown["id"], **hidden)
    position("Seabed", **hidden)
    assert set(codes(api)) == {"uncleared", "superseded", "conflict"}
    assert below.get(AT).content == before
    assert api.get(AT).headers["x-marking"] == api.read(AT)["marking"] == "RESTRICTED"


def test_they_cost_three_statements_however_many(
    api: Api,
    position: Callable[..., Any],
    plan: Callable[..., Any],
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    for day in ("2027-06-01", "2027-06-02", "2027-06-03"):
        plan(position("Seabed", cleared=False), day)
        api.read(AT)
        with statements() as seen:
            answer = api.get(AT)
        assert len(seen) == 3, seen
    assert len(answer.json()["items"]) == 6
    assert api.get(AT, headers={"if-none-match": answer.headers["etag"]}).status_code == 304
