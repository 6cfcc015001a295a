"""How much lies ahead, week by week."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from support.client import Api
from support.documents import Documents
from support.problems import faults

Meet = Callable[..., Any]


def load(api: Api, **asked: Any) -> dict[str, dict[str, Any]]:
    return {each["week"]: each for each in api.items("/load", **asked)}


def test_weeks_that_hold_nothing_are_there(api: Api) -> None:
    answer = api.read("/load")
    assert [answer["items"][place]["week"] for place in (0, -1)] == ["2027-W11", "2027-W36"]
    assert answer["items"][0] == {
        "week": "2027-W11",
        "starts_on": "2027-03-15",
        "engagements": 0,
        "by_kind": {"bilateral_talks": 0, "visit": 0, "dialogue": 0, "exercise": 0, "deployment": 0},
        "by_level": {"ministerial": 0, "principal": 0, "senior_officials": 0, "working": 0, "none": 0},
        "days": 0,
    }
    assert (answer["vague"], answer["marking"]) == (0, "UNCLASSIFIED")


def test_a_week_holds_what_is_under_way_in_it(api: Api, meet: Meet) -> None:
    meet("2027-03-12", "FJ", ends_on="2027-03-16", level="working")  # from Friday to Tuesday
    meet("2027-03-19", "FJ", ends_on="2027-03-22", level="ministerial", path="bilateral-talks")  # Friday to Monday
    meet("2027-03-14", "FJ")  # on the Sunday before
    meet("2027-03-29", "FJ", path="dialogues")
    meet("2027-03-20", "FJ", status="cancelled")
    meet("2027-03-20", "FJ", status="postponed")
    told = load(api, weeks=3)
    assert [(each["engagements"], each["days"]) for each in told.values()] == [(2, 5), (1, 1), (1, 1)]
    first = told["2027-W11"]
    assert (first["by_kind"]["visit"], first["by_kind"]["bilateral_talks"]) == (1, 1)
    assert (first["by_level"]["working"], first["by_level"]["ministerial"]) == (1, 1)
    assert told["2027-W13"]["by_level"]["none"] == 1


def test_what_has_no_end_goes_on(api: Api, documents: Documents) -> None:
    documents.make("deployments", starts_on="2020-01-01", ends_on=None, status="in_progress")
    told = load(api, weeks=4)
    assert [(each["engagements"], each["days"]) for each in told.values()] == [(1, 7)] * 4


def test_what_is_vague_is_in_no_week(api: Api, meet: Meet) -> None:
    meet("2027-04-01", "FJ", ends_on="2027-04-30", date_precision="month")
    meet("2027-01-01", "FJ", ends_on="2027-12-31", date_precision="year", status="in_progress")
    answer = api.read("/load", weeks=10)
    assert answer["vague"] == 1
    assert {each["engagements"] for each in answer["items"]} == {1}


def test_weeks_by_their_days(api: Api) -> None:
    assert list(load(api, **{"from": "2026-12-31", "to": "2027-01-04"})) == ["2026-W53", "2027-W01"]
    assert list(load(api, **{"from": "2027-01-03", "weeks": 1})) == ["2026-W53"]
    assert len(load(api, weeks=104)) == 104
    assert list(load(api, **{"from": "2200-12-30"})) == ["2201-W01"]


def test_only_what_the_caller_may_see(api: Api, meet: Meet) -> None:
    below = api.as_("reader", "UNCLASSIFIED")
    meet("2027-03-16", "FJ")
    before = below.get("/load").content
    meet("2027-03-16", "FJ", classification="RESTRICTED")
    meet("2027-04-01", "FJ", classification="RESTRICTED", date_precision="month")
    assert below.get("/load").content == before
    answer = api.get("/load")
    assert (answer.json()["items"][0]["engagements"], answer.json()["vague"]) == (2, 1)
    assert answer.headers["x-marking"] == answer.json()["marking"] == "RESTRICTED"


def test_what_is_withdrawn_takes_no_time(api: Api, meet: Meet) -> None:
    visit = meet("2027-03-16", "FJ")
    api.delete(f"/visits/{visit['id']}")
    assert sum(each["engagements"] for each in api.items("/load")) == 0


def test_it_is_one_statement(api: Api, meet: Meet, statements: Callable[[], AbstractContextManager[list[str]]]) -> None:
    for number in range(3):
        meet(f"2027-04-0{number + 1}", "FJ")
        api.read("/load")
        with statements() as seen:
            api.read("/load", weeks=52)
        assert len([each for each in seen if "FROM token" not in each]) == 1, seen


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("weeks=0", {("weeks", "range")}),
        ("weeks=105", {("weeks", "range")}),
        ("weeks=1e9", {("weeks", "type")}),
        ("weeks=3&to=2027-04-01", {("weeks", "one_of")}),
        ("from=2027-04-01&to=2027-03-31", {("to", "before_start")}),
        ("from=2027-03-15&to=2029-03-12", {("to", "date_range")}),
        ("from=2027-02-30", {("from", "date_format")}),
        ("to=2201-01-01", {("to", "date_range")}),
        ("by=month", {("by", "unknown_parameter")}),
    ],
)
def test_what_it_refuses(api: Api, asked: str, told: set[tuple[str, str]]) -> None:
    assert faults(api.get(f"/load?{asked}")) == told
