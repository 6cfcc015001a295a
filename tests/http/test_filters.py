"""Finding engagements: every filter against what it means in plain Python."""

import random
from typing import Any

import pytest

from app.core.query import NOT, filter_of, takes_many
from app.crud.resource import RESOURCES
from support.client import Api
from support.documents import KINDS
from support.world import World, expected, filters, path_of

Busy = tuple[Api, World]

NO_ORACLE = {"q"}
"""Full text has tests of its own."""

LISTS = ("engagements", *KINDS)
FILTERS = [
    (path, name)
    for path in LISTS
    for name, field in RESOURCES[path].list_query.model_fields.items()
    if filter_of(field) is not None and not name.endswith(NOT) and name not in NO_ORACLE
]

DAYS = ["2024-02-12", "2024-06-03", "2025-01-20", "1999-12-31", "2199-01-01"]
CHOICES: dict[str, list[Any]] = {
    "region": ["Oceania", "Melanesia", "Polynesia", "Asia", "Nowhere"],
    "partner_type": ["country", "institution"],
    "priority": ["PRI-005", "PRI-006", "PRI-999"],
    "tag": ["navy", "reform", "Ōhākea", "none"],
    "domain": ["maritime", "land", "air", "cyber"],
    "report": ["due", "overdue", "draft", "submitted", "none"],
    "partner": ["AU", "FPDA", "ZZ"],
}


def of_kind(world: World, path: str) -> list[Any]:
    """The engagements that a list reads from."""
    return [each for each in world.engagements if path in ("engagements", path_of(each))]


def check(busy: Busy, path: str, **asked: Any) -> int:
    api, world = busy
    here = {each["id"] for each in of_kind(world, path)}
    wanted = here & {each["id"] for each in expected(world, **asked)}
    answer = api.read(f"/{path}", limit=200, count="exact", **asked)
    found = [each["id"] for each in answer["items"]]
    assert sorted(found) == sorted(wanted), asked
    assert answer["total"] == len(wanted)
    by_body = api.post(f"/{path}/query", {"limit": 200, **asked})
    assert [each["id"] for each in by_body.json()["items"]] == found
    return len(found)


def values_of(busy: Busy, path: str, name: str) -> list[Any]:
    """Values to ask a filter for: those that occur, and one that does not."""
    _, world = busy
    if name.endswith(("_from", "_to")):
        return DAYS
    if name == "updated_since":
        return [sorted(each["updated_at"] for each in world.engagements)[60], "2199-01-01T00:00:00+12:00"]
    if name == "person":
        return [*world.people, "0190163d-8694-739b-aea5-966c26f8ad91"]
    if name in CHOICES:
        return CHOICES[name]
    return sorted({each[name] for each in of_kind(world, path) if each.get(name)}) or world.posts


def test_every_filter_has_a_meaning_here(busy: Busy) -> None:
    assert {name for _, name in FILTERS} <= set(filters(busy[1]))


@pytest.mark.parametrize(("path", "name"), FILTERS)
def test_a_filter_finds_what_it_means(busy: Busy, path: str, name: str) -> None:
    values = values_of(busy, path, name)
    numbers = [check(busy, path, **{name: value}) for value in values[:6]]
    assert any(numbers) or (name == "post" and path != "visits"), "the world has something for each filter to find"
    for value in values[:3]:
        check(busy, path, **{name + NOT: value})
        check(busy, path, **{name: value, "archived": "any"})
    if takes_many(RESOURCES[path].list_query.model_fields[name]):
        check(busy, path, **{name: values})
        check(busy, path, **{name: values[:2]})
        check(busy, path, **{name + NOT: values[:2]})
        check(busy, path, **{name: values[:2], name + NOT: values[1:2]})


@pytest.mark.parametrize("seed", range(40))
def test_filters_narrow_each_other(busy: Busy, seed: int) -> None:
    draw = random.Random(seed)
    path = draw.choice(LISTS)
    names = draw.sample([name for each, name in FILTERS if each == path], draw.randint(2, 4))
    asked: dict[str, Any] = {"archived": draw.choice(["false", "any", "true"])}
    for name in names:
        values = values_of(busy, path, name)
        many = takes_many(RESOURCES[path].list_query.model_fields[name]) and draw.random() < 0.5
        chosen = draw.sample(values, min(len(values), 3)) if many else draw.choice(values)
        asked[name + (NOT if draw.random() < 0.4 else "")] = chosen
    check(busy, path, **asked)


@pytest.mark.parametrize(
    ("first", "last"), [("2024-03-01", "2024-03-31"), ("2024-06-03", "2024-06-03"), ("2030-01-01", "2030-12-31")]
)
def test_what_is_under_way_at_some_time_between_two_days(busy: Busy, first: str, last: str) -> None:
    number = check(busy, "engagements", during_from=first, during_to=last)
    assert number, "a deployment without an end is under way for ever"
    open_ended = busy[0].items("/engagements", during_from="2150-01-01", during_to="2150-01-01")
    assert open_ended
    assert {each["kind"] for each in open_ended} == {"deployment"}
    assert {each["ends_on"] for each in open_ended} == {None}


def test_codes_may_be_written_in_any_case(busy: Busy) -> None:
    api, _ = busy
    assert api.items("/engagements", partner="fj", limit=200) == api.items("/engagements", partner="FJ", limit=200)


def test_a_filter_that_is_misspelt_never_widens_a_list(busy: Busy) -> None:
    api, _ = busy
    for asked in (
        {"partners": "AU"},
        {"partner__in": "AU"},
        {"partner__not__not": "AU"},
        {"Partner": "AU"},
        {"": "AU"},
    ):
        assert api.get("/engagements", params=asked).status_code == 422
    assert api.get("/visits", params={"kind": "visit"}).status_code == 422
    assert api.get("/engagements", params={"direction": "inbound"}).status_code == 422
    for asked in ({"status": "done"}, {"partner": "!!"}, {"starts_from": "March"}, {"person": "me"}, {"kind": ""}):
        assert api.get("/engagements", params=asked).status_code == 422
