"""Who last met whom at what level, and when next; what that should be; and whose turn it is to be host."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from app.models.choices import Level
from app.overview.standing import LEVELS
from support.client import Api
from support.documents import Documents
from support.problems import faults
from support.world import fill

Meet = Callable[..., Any]
TODAY = "2027-03-15"


def of(api: Api, partner: str, **asked: Any) -> Any:
    """What is told of one partner."""
    (item,) = api.items("/cadence", partner=partner, **asked)
    return item


def days(found: Any) -> tuple[str | None, str | None]:
    """The days of the last and the next engagement."""
    last, following = (None if found[name] is None else found[name]["starts_on"] for name in ("last", "next"))
    return last, following


def levels(api: Api, partner: str, **asked: Any) -> dict[str, tuple[str | None, str | None]]:
    return {each["level"]: days(each) for each in of(api, partner, **asked)["levels"]}


def test_when_a_minister_last_met_fijis(api: Api, meet: Meet) -> None:
    meet("2026-10-01", "FJ", "AU", path="dialogues", level="ministerial")
    found = meet("2027-01-20", {"partner": "FJ", "role": "observer"}, path="dialogues", level="ministerial")
    meet("2027-02-20", "FJ", level="principal")
    meet("2027-03-01", "FJ", path="exercises", date_precision="day")
    meet("2027-06-01", "FJ", level="ministerial")
    meet("2027-05-01", "AU", level="ministerial")
    assert levels(api, "FJ") == {
        "ministerial": ("2027-01-20", "2027-06-01"),
        "principal": ("2027-02-20", None),
        "senior_officials": (None, None),
        "working": (None, None),
    }
    told = of(api, "FJ")
    assert (told["name"], days(told)) == ("Fiji", ("2027-03-01", "2027-06-01"))
    last = told["levels"][0]["last"]
    assert {name: found[name] for name in last if name != "address"} == {
        k: v for k, v in last.items() if k != "address"
    }
    assert api.get(last["address"].removeprefix("/api/v1")).json()["id"] == found["id"]
    assert list(levels(api, "FJ", level=["principal", "ministerial"])) == ["ministerial", "principal"]


def test_what_was_called_off_or_never_agreed_was_no_meeting(api: Api, meet: Meet) -> None:
    for status in ("cancelled", "postponed", "proposed"):
        meet("2027-03-01", "FJ", level="working", status=status)
    withdrawn = meet("2027-03-02", "FJ", level="working")
    api.delete(f"/visits/{withdrawn['id']}")
    for status in ("cancelled", "postponed"):
        meet("2027-04-01", "FJ", level="working", status=status)
    assert levels(api, "FJ")["working"] == (None, None)
    meet("2027-04-02", "FJ", level="working", status="proposed")
    assert levels(api, "FJ")["working"] == (None, "2027-04-02")
    assert of(api, "FJ")["next"]["status"] == "proposed"


def test_what_is_said_to_have_begun_already_was_held(api: Api, meet: Meet) -> None:
    meet("2027-03-10", "FJ", level="working")
    meet("2027-03-16", "FJ", level="working", status="in_progress")
    assert levels(api, "FJ")["working"] == ("2027-03-16", None)


@pytest.mark.parametrize(
    ("precision", "starts_on", "ends_on", "side"),
    [
        ("year", "2027-01-01", "2027-12-31", "next"),
        ("quarter", "2027-01-01", "2027-03-31", "next"),
        ("month", "2027-03-01", "2027-03-31", "next"),
        ("month", "2027-02-01", "2027-02-28", "last"),
        ("quarter", "2026-10-01", "2026-12-31", "last"),
        ("year", "2026-01-01", "2026-12-31", "last"),
        ("day", "2027-03-15", "2027-03-31", "last"),
    ],
)
def test_a_plan_without_a_day_is_to_come_while_its_month_or_year_lasts(
    api: Api, meet: Meet, aims: str, precision: str, starts_on: str, ends_on: str, side: str
) -> None:
    other = {"next": "last", "last": "next"}[side]
    meet(starts_on, "FJ", level="ministerial", ends_on=ends_on, date_precision=precision, priorities=[aims])
    told = of(api, "FJ")
    assert (told[side]["starts_on"], told[side]["date_precision"], told[other]) == (starts_on, precision, None)
    progress = api.get("/partners/FJ/progress").json()
    standing = next(each for each in progress["priorities"] if each["priority"] == aims)
    assert (standing[side]["starts_on"], standing[other]) == (starts_on, None)
    assert progress["engagements"] == {"done": int(side == "last"), "planned": int(side == "next")}
    coverage = next(each for each in api.items("/coverage/priorities") if each["priority"] == aims)
    assert (coverage[side]["starts_on"], coverage[other]) == (starts_on, None)


def test_what_has_a_day_comes_after_what_may_begin_any_day(api: Api, meet: Meet) -> None:
    meet("2027-03-20", "FJ", level="working")
    meet("2027-01-01", "FJ", level="working", ends_on="2027-12-31", date_precision="year")
    meet("2027-02-01", "FJ", level="working")
    assert levels(api, "FJ")["working"] == ("2027-02-01", "2027-01-01")


def test_an_institution_is_a_partner_and_its_members_are_not_with_it(
    api: Api, meet: Meet, documents: Documents
) -> None:
    documents.make("institutions", code="SPDMM", members=[{"partner": "FJ"}])
    meet("2027-03-01", "SPDMM", path="dialogues", level="ministerial")
    assert levels(api, "SPDMM")["ministerial"] == ("2027-03-01", None)
    assert levels(api, "FJ")["ministerial"] == (None, None)


def test_partners_by_name_page_by_page(api: Api, documents: Documents) -> None:
    codes = [each["partner"] for each in api.items("/cadence", region="Melanesia")]
    assert codes == ["FJ", "NC", "PG", "SB", "VU"]
    gone = documents.make("partners", region="Melanesia", code="XA", name="Gone")
    api.delete(f"/partners/{gone['id']}")
    walked, address = [], "/cadence?region=Melanesia&region=Polynesia&limit=3"
    while address:
        page = api.get(address).json()
        walked += [each["name"] for each in page["items"]]
        address = (page["next"] or "").removeprefix("http://testserver/api/v1")
    assert walked == sorted(walked)
    assert len(walked) == len(set(walked)) == len(api.items("/cadence", region=["Melanesia", "Polynesia"]))
    assert "NZ" not in {each["partner"] for each in api.items("/cadence", region="Oceania")}


@pytest.fixture
def aims(documents: Documents) -> str:
    targets = [
        {"partner": "AU", "cadence_months": 6},
        {"partner": "FJ", "cadence_months": 12, "level": "principal"},
        {"region": "Melanesia", "cadence_months": 3},
    ]
    return documents.make("priorities", targets=targets, target_cadence_months=None, target_level=None)["code"]  # type: ignore[no-any-return]


def test_how_it_stands_against_targets(api: Api, meet: Meet, aims: str, documents: Documents) -> None:
    meet("2026-09-20", "FJ", level="ministerial", priorities=[aims])
    meet("2027-03-01", "FJ", level="working", priorities=[aims])
    meet("2027-03-02", "FJ", level="principal")
    meet("2027-08-01", "FJ", level="principal", priorities=[aims])
    documents.make("priorities", targets=[{"partner": "FJ", "cadence_months": 1}], status="superseded")
    told = of(api, "FJ")
    assert told["targets"] == [
        {
            "priority": aims, "title": told["targets"][0]["title"], "cadence_months": 12, "level": "principal",
            "last_on": "2026-09-20", "next_on": "2027-08-01", "due_on": "2027-09-20", "standing": "on_track",
        }
    ]  # fmt: skip
    assert told["standing"] == "on_track"
    assert (of(api, "VU")["targets"], of(api, "VU")["standing"]) == ([], None)


def test_who_is_behind(api: Api, meet: Meet, aims: str, on: Callable[[str], None]) -> None:
    def behind(**asked: Any) -> list[str]:
        return [each["partner"] for each in api.items("/cadence", behind="true", limit=200, **asked)]

    assert behind() == ["AU", "FJ"]
    meet("2027-03-01", "AU", priorities=[aims])
    meet("2027-05-01", "FJ", level="principal", priorities=[aims])
    assert behind() == []
    on("2027-09-02")
    assert behind() == ["AU"]
    assert behind(region="Melanesia") == []
    others = [each["partner"] for each in api.items("/cadence", behind="false", partner=["AU", "FJ", "VU"])]
    assert others == ["FJ", "VU"]


def test_the_worst_of_several_targets_counts(api: Api, meet: Meet, aims: str, documents: Documents) -> None:
    other = documents.make("priorities", targets=[{"partner": "AU", "cadence_months": 1}])["code"]
    meet("2027-01-01", "AU", priorities=[aims, other])
    told = of(api, "AU")
    assert [each["standing"] for each in told["targets"]] == ["on_track", "overdue"]
    assert told["standing"] == "overdue"


def hosting(api: Api, partner: str = "FJ") -> tuple[str | None, str | None, str | None]:
    told = of(api, partner)["hosting"]
    return told["last"], told["last_on"], told["turn"]


def test_whose_turn_it_is(api: Api, meet: Meet) -> None:
    assert hosting(api) == (None, None, None)
    meet("2026-08-01", "FJ", path="dialogues")
    meet("2027-04-01", "FJ", direction="inbound")
    assert hosting(api) == (None, None, None)
    meet("2026-09-01", "FJ", direction="inbound")
    assert hosting(api) == ("home", "2026-09-01", "partner")
    meet("2026-10-01", "FJ", direction="outbound")
    assert hosting(api) == ("partner", "2026-10-01", "home")
    meet("2026-11-01", "FJ", path="bilateral-talks", hosted_by="home")
    assert hosting(api) == ("home", "2026-11-01", "partner")
    meet("2026-12-01", "FJ", path="bilateral-talks", hosted_by="third_country")
    assert hosting(api) == ("third_country", "2026-12-01", "partner")
    meet("2026-12-24", "FJ", path="bilateral-talks", hosted_by=None)
    assert hosting(api) == ("third_country", "2026-12-01", "partner")
    meet("2027-01-01", {"partner": "FJ", "role": "host"}, "AU", path="bilateral-talks", hosted_by=None)
    assert hosting(api) == ("partner", "2027-01-01", "home")
    assert hosting(api, "AU") == (None, None, None)


def test_only_what_the_caller_may_see(api: Api, meet: Meet, aims: str) -> None:
    below = api.as_("reader", "UNCLASSIFIED")
    meet("2026-12-01", "FJ", level="principal", direction="outbound", priorities=[aims])
    addresses = ("/cadence?partner=FJ", "/cadence?behind=true", "/cadence?limit=2")
    before = [(below.get(each).content, below.get(each).headers["etag"]) for each in addresses]
    hidden = {"classification": "RESTRICTED", "level": "principal", "priorities": [aims], "direction": "inbound"}
    meet("2027-03-01", "FJ", **hidden)
    meet("2027-04-01", "FJ", **hidden)
    assert [(below.get(each).content, below.get(each).headers["etag"]) for each in addresses] == before
    answer = api.get(addresses[0])
    assert answer.headers["x-marking"] == answer.json()["marking"] == "RESTRICTED"
    assert below.get(addresses[0]).headers["x-marking"] == "UNCLASSIFIED"
    assert days(answer.json()["items"][0]) == ("2027-03-01", "2027-04-01")
    assert hosting(api) == ("home", "2027-03-01", "partner")


def test_the_days_of_targets_are_marked_too(api: Api, meet: Meet, aims: str) -> None:
    """A day that only a target tells, since a later engagement at no level stands before it."""
    meet("2027-02-01", "AU", priorities=[aims], classification="RESTRICTED", path="exercises")
    meet("2027-03-01", "AU", path="exercises")
    assert api.get("/cadence?partner=AU").headers["x-marking"] == "RESTRICTED"


def test_it_agrees_with_progress_and_with_every_list(api: Api, documents: Documents) -> None:
    """Whatever there is: what walking finds is what reading all finds."""
    fill(documents)
    engagements = api.items("/engagements", limit=200)
    priorities = sorted({code for each in engagements for code in each["priorities"]})
    for number, code in enumerate(priorities):
        targets = [
            {"partner": "AU", "cadence_months": 6, "level": LEVELS[number]},
            {"partner": "FJ", "cadence_months": 36},
            {"region": "Polynesia", "cadence_months": 12},
        ]
        api.change(f"/priorities/{code}", {"targets": targets})
    for item in api.items("/cadence", limit=200):
        own = [each for each in engagements if item["partner"] in {one["partner"] for one in each["partners"]}]
        assert (item["last"] or {}).get("id") == nearest(own, "last")
        assert (item["next"] or {}).get("id") == nearest(own, "next")
        for at in item["levels"]:
            level = [each for each in own if each["level"] == at["level"]]
            assert [(at[name] or {}).get("id") for name in ("last", "next")] == [
                nearest(level, name) for name in ("last", "next")
            ]
        progress = api.read(f"/partners/{item['partner']}/progress")["priorities"] if item["targets"] else []
        assert [shortened(each) for each in item["targets"]] == [shortened(each) for each in progress]


def nearest(engagements: list[Any], side: str) -> str | None:
    """The id of the nearest engagement on one side of today, of all."""
    places = list(_places(engagements, side))
    return None if not places else (max(places) if side == "last" else min(places))[1]


def _places(engagements: list[Any], side: str) -> Iterator[tuple[str, str]]:
    for each in engagements:
        status, begun = each["status"], each["starts_on"] <= TODAY
        held = status in ("in_progress", "completed") or (status in ("planned", "confirmed") and begun)
        to_come = status in ("proposed", "planned", "confirmed") and not begun
        if held if side == "last" else to_come:
            yield each["starts_on"], each["id"]


def shortened(target: Any) -> tuple[Any, ...]:
    """A target as either answer tells it."""
    days = [
        target[f"{name}_on"] if f"{name}_on" in target else (target[name] or {}).get("starts_on")
        for name in ("last", "next")
    ]
    return (target["priority"], target["cadence_months"], target["level"], *days, target["due_on"], target["standing"])


def test_it_costs_the_same_however_many(
    api: Api,
    meet: Meet,
    documents: Documents,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    for number in range(3):
        code = documents.make("priorities", targets=[{"partner": "AU", "cadence_months": 6}])["code"]
        for level in LEVELS:
            meet(f"2027-03-0{number + 1}", "AU", "FJ", level=level, priorities=[code])
        for address in ("/cadence", "/cadence?behind=true", "/cadence?limit=200&behind=false"):
            api.get(address)
            with statements() as seen:
                api.get(address)
            assert len([each for each in seen if "FROM token" not in each]) == 6, seen


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("behind=perhaps", {("behind", "type")}),
        ("behind=true&behind=false", {("behind", "repeated")}),
        ("level=royal", {("level", "not_allowed")}),
        ("partner=../..", {("partner", "pattern")}),
        ("partner=", {("partner", "too_short")}),
        ("region=%00", {("region", "control_character")}),
        ("limit=0", {("limit", "range")}),
        ("limit=201", {("limit", "range")}),
        ("cursor=never", {("cursor", "cursor")}),
        ("since=2027-01-01", {("since", "unknown_parameter")}),
    ],
)
def test_what_it_refuses(api: Api, asked: str, told: set[tuple[str, str]]) -> None:
    assert faults(api.get(f"/cadence?{asked}")) == told


def test_a_cursor_of_another_list_is_none_of_this_one(api: Api) -> None:
    following = api.get("/partners?limit=1").json()["next"].partition("cursor=")[2]
    assert faults(api.get(f"/cadence?cursor={following}")) == {("cursor", "cursor")}


def test_every_level_is_told_from_the_highest(api: Api) -> None:
    names: list[Level] = [each["level"] for each in of(api, "FJ")["levels"]]
    assert names == list(LEVELS)
