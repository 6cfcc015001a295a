"""Which priorities are behind, and what was held and is planned for them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from support.client import Api
from support.documents import Documents
from support.problems import faults
from support.world import fill

Meet = Callable[..., Any]
PLACE = "/coverage/priorities"


def priority(documents: Documents, *targets: Any, **changes: Any) -> str:
    usual = {"target_cadence_months": None, "target_level": None}
    made = documents.make("priorities", targets=list(targets), **usual | changes)
    return made["code"]  # type: ignore[no-any-return]


def covered(api: Api, **asked: Any) -> dict[str, Any]:
    return {each["priority"]: each for each in api.items(PLACE, **asked)}


def test_what_was_held_and_is_planned_in_some_days(api: Api, documents: Documents, meet: Meet) -> None:
    one, other = priority(documents), priority(documents)
    for day, status in (
        ("2026-03-14", "completed"),  # a day too early for what is counted unless one asks
        ("2026-03-15", "completed"),
        ("2027-03-15", "confirmed"),
        ("2027-03-16", "proposed"),
        ("2028-03-14", "planned"),
        ("2028-03-15", "planned"),
        ("2027-03-01", "cancelled"),
        ("2027-04-01", "postponed"),
    ):
        meet(day, "FJ", status=status, priorities=[one])
    told = covered(api)
    assert (told[one]["held"], told[one]["planned"]) == (2, 2)
    assert (told[one]["last"]["starts_on"], told[one]["next"]["starts_on"]) == ("2027-03-15", "2027-03-16")
    assert [told[other][name] for name in ("held", "planned", "last", "next")] == [0, 0, None, None]
    answer = api.read(PLACE, **{"from": "2026-03-14", "to": "2028-03-15"})
    assert (answer["from"], answer["to"]) == ("2026-03-14", "2028-03-15")
    assert [(each["held"], each["planned"]) for each in answer["items"] if each["priority"] == one] == [(3, 3)]
    assert (api.read(PLACE)["from"], api.read(PLACE)["to"]) == ("2026-03-15", "2028-03-14")


def test_targets_and_how_many_are_behind(api: Api, documents: Documents, meet: Meet) -> None:
    code = priority(
        documents,
        {"partner": "FJ", "cadence_months": 12, "level": "principal"},
        {"region": "Polynesia", "cadence_months": 3},
        target_cadence_months=1,
        target_level="ministerial",
    )
    plain = priority(documents)
    meet("2027-01-01", "FJ", level="ministerial", priorities=[code])
    meet("2026-11-01", "TO", priorities=[code])
    meet("2026-10-01", "WS", priorities=[code])
    told = covered(api)[code]
    assert [
        (each["partner"], each["region"], each["level"], each["last_on"], each["due_on"], each["standing"])
        for each in told["targets"]
    ] == [
        (None, None, "ministerial", "2027-01-01", "2027-02-01", "overdue"),
        ("FJ", None, "principal", "2027-01-01", "2028-01-01", "on_track"),
        (None, "Polynesia", None, "2026-11-01", "2027-02-01", "overdue"),
    ]
    assert (told["behind"], told["standing"]) == (2, "overdue")
    assert [covered(api)[plain][name] for name in ("targets", "behind", "standing")] == [[], 0, None]


def test_who_is_behind_and_who_is_not(api: Api, documents: Documents) -> None:
    behind = priority(documents, {"partner": "FJ", "cadence_months": 12})
    plain = priority(documents)
    superseded = priority(documents, {"partner": "FJ", "cadence_months": 12}, status="superseded")
    withdrawn = priority(documents, {"partner": "FJ", "cadence_months": 12})
    api.delete(f"/priorities/{withdrawn}")
    assert list(covered(api, behind="true")) == [behind]
    assert list(covered(api, behind="false")) == [plain]
    assert not {superseded, withdrawn} & set(covered(api))


def test_page_by_page(api: Api, documents: Documents) -> None:
    codes = sorted(priority(documents) for _ in range(5))
    walked, address = [], f"{PLACE}?limit=2"
    while address:
        page = api.get(address).json()
        walked += [each["priority"] for each in page["items"]]
        address = (page["next"] or "").removeprefix("http://testserver/api/v1")
    assert walked == codes


def test_it_agrees_with_progress(api: Api, documents: Documents) -> None:
    """Whatever there is: what walking finds is what reading all finds."""
    fill(documents)
    codes = sorted({code for each in api.items("/engagements", limit=200) for code in each["priorities"]})
    for months, code in enumerate(codes, 10):
        targets = [
            {"partner": "AU", "cadence_months": 6, "level": "senior_officials"},
            {"partner": "ARF", "cadence_months": 36},
            {"region": "Polynesia", "cadence_months": 12, "level": "working"},
            {"region": "Oceania", "cadence_months": 18},
        ]
        api.change(f"/priorities/{code}", {"targets": targets, "target_cadence_months": months})
    told = covered(api, **{"from": "2024-06-01", "to": "2029-05-31"})
    for code in codes:
        progress = api.read(f"/priorities/{code}/progress")
        named = ("partner", "region", "cadence_months", "level", "due_on", "standing")
        assert [[each[name] for name in named] for each in told[code]["targets"]] == [
            [each[name] for name in named] for each in progress["targets"]
        ]
        days = [[(each[name] or {}).get("starts_on") for name in ("last", "next")] for each in progress["targets"]]
        assert [[each["last_on"], each["next_on"]] for each in told[code]["targets"]] == days


def test_only_what_the_caller_may_see(api: Api, documents: Documents, meet: Meet) -> None:
    code = priority(documents, {"partner": "FJ", "cadence_months": 12})
    below = api.as_("reader", "UNCLASSIFIED")
    meet("2026-12-01", "FJ", priorities=[code])
    addresses = (PLACE, f"{PLACE}?behind=true", f"{PLACE}?from=2027-01-01")
    before = [(below.get(each).content, below.get(each).headers["etag"]) for each in addresses]
    meet("2027-03-01", "FJ", priorities=[code], classification="RESTRICTED")
    meet("2027-04-01", "FJ", priorities=[code], classification="RESTRICTED")
    assert [(below.get(each).content, below.get(each).headers["etag"]) for each in addresses] == before
    answer = api.get(PLACE)
    assert answer.headers["x-marking"] == answer.json()["marking"] == "RESTRICTED"
    assert covered(api)[code]["targets"][0]["last_on"] == "2027-03-01"
    assert below.get(PLACE).headers["x-marking"] == "UNCLASSIFIED"


def test_it_costs_the_same_however_many(
    api: Api, documents: Documents, meet: Meet, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    for number in range(3):
        code = priority(documents, {"partner": "FJ", "cadence_months": 12}, {"region": "Oceania", "cadence_months": 1})
        meet(f"2027-03-0{number + 1}", "FJ", priorities=[code])
        for address in (PLACE, f"{PLACE}?behind=true"):
            api.get(address)
            with statements() as seen:
                api.get(address)
            assert len([each for each in seen if "FROM token" not in each]) == 6, seen


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("from=2027-02-01&to=2027-01-31", {("to", "before_start")}),
        ("from=2020-01-01&to=2026-01-01", {("to", "date_range")}),
        ("from=1899-12-31", {("from", "date_range")}),
        ("to=2027-13-01", {("to", "date_format")}),
        ("to=tomorrow", {("to", "date_format")}),
        ("from=2027-01-01&from=2027-01-02", {("from", "repeated")}),
        ("behind=1", {("behind", "type")}),
        ("limit=x", {("limit", "type")}),
        ("cursor=x", {("cursor", "cursor")}),
        ("since=2027-01-01", {("since", "unknown_parameter")}),
    ],
)
def test_what_it_refuses(api: Api, asked: str, told: set[tuple[str, str]]) -> None:
    assert faults(api.get(f"{PLACE}?{asked}")) == told
