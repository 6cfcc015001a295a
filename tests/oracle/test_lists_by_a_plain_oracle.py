"""Lists of engagements beside the plainest program there is: every filter, every order, walked page by page."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from plain_engagements import CHOICES, DAYS, FIRST, LISTS, SIZE, WORDS, World, holds, ordered

from app.access.work import Work
from app.core.query import filter_of
from app.crud.resource import RESOURCES
from support.client import Apps
from support.databases import Databases
from support.days import AT_HOME
from support.drawing import drawing


@pytest.fixture(scope="module")
def world(source: Databases, apps: Apps) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patched, apps.own(source, rate_limit=0) as api:
        patched.setattr(Work, "today", AT_HOME)
        yield World(api)


# What is asked.

days = st.integers(-2, 45).map(lambda each: (FIRST + timedelta(days=each)).isoformat())
one_filter = st.one_of(
    st.sampled_from(sorted(CHOICES)).flatmap(
        lambda name: st.tuples(
            st.just(name), st.lists(st.sampled_from(CHOICES[name]), min_size=1, max_size=3, unique=True)
        )
    ),
    st.tuples(st.sampled_from(sorted(DAYS)), st.lists(days, min_size=1, max_size=1)),
    st.tuples(
        st.just("q"),
        st.lists(st.sampled_from((*WORDS, "tuix", "ZOETR", "quok", "quokka tui", "訪問")), min_size=1, max_size=1),
    ),
)
twins = st.tuples(one_filter, st.booleans()).map(lambda each: (each[0][0] + "__not" * each[1], each[0][1]))
filters = st.lists(twins, max_size=4, unique_by=lambda each: each[0])
SORTS = (
    "starts_on",
    "ends_on",
    "updated_at",
    "created_at",
    "title",
    "reference",
    "kind",
    "status",
    "country",
    "level",
    "id",
)
by_day = st.booleans().map(lambda descending: [("starts_on", descending)])
sorts = by_day | st.lists(
    st.tuples(st.sampled_from(SORTS), st.booleans()), min_size=1, max_size=3, unique_by=lambda each: each[0]
)
OWED = [("report", ["due", "overdue"]), ("status", ["confirmed", "completed"])]
spans = st.one_of(st.none(), st.tuples(days, days).map(lambda each: tuple(sorted(each))))


def test_every_filter_is_asked() -> None:
    fields = RESOURCES["engagements"].list_query.model_fields
    known = {name for name, field in fields.items() if filter_of(field) is not None and not name.endswith("__not")}
    assert {*CHOICES, *DAYS, "q", "during_from", "during_to", "updated_since"} == known
    assert set(SORTS) == set(RESOURCES["engagements"].sortable)


@drawing(150)
@given(
    asked=filters,
    sort=sorts,
    limit=st.integers(1, 60),
    archived=st.sampled_from(("false", "true", "any")),
    during=spans,
)
@example(asked=OWED, sort=[("starts_on", True)], limit=7, archived="false", during=None)
@example(asked=OWED, sort=[("title", False)], limit=7, archived="false", during=None)
def test_a_walk_finds_what_the_oracle_finds_in_its_order(
    world: World, asked: Any, sort: Any, limit: int, archived: str, during: Any
) -> None:
    expected = ordered([each for each in world.records if holds(each, asked, archived, during)], sort)
    parameters = world.asked(asked)
    parameters += [("archived", archived), ("count", "exact"), ("limit", str(limit))]
    parameters += [("sort", ",".join("-" * descending + name for name, descending in sort))]
    parameters += list(zip(("during_from", "during_to"), during, strict=True)) if during else []
    address: str | None = f"/engagements?{urlencode(parameters)}"
    walked: list[str] = []
    while address is not None:
        page = world.api.get(address).json()
        assert page["total"] == len(expected), address
        assert len(page["items"]) <= limit
        walked += [each["id"] for each in page["items"]]
        address = page["next"] and page["next"].removeprefix("http://testserver/api/v1")
    assert walked == expected


@drawing(40)
@given(
    asked=filters, group=st.sampled_from(("kind", "status", "level", "country", "lead", "partner", "tag", "priority"))
)
def test_statistics_count_what_the_oracle_counts(world: World, asked: Any, group: str) -> None:
    counted: dict[str | None, int] = {}
    for each in world.records:
        if holds(each, asked, "false", None):
            values = sorted(set(each[LISTS[group]])) if group in LISTS else [each[group]]
            for value in values or [None]:
                counted[value] = counted.get(value, 0) + 1
    parameters = [*world.asked(asked), ("group_by", group)]
    answer = world.api.get(f"/statistics?{urlencode(parameters)}").json()
    assert {each["keys"][group]: each["value"] for each in answer["items"]} == counted


def test_what_changed_since_an_instant(world: World) -> None:
    for instant in world.instants()[:: SIZE // 6]:
        found = {
            each["id"] for each in world.api.items("/engagements", updated_since=instant, archived="any", limit=200)
        }
        assert found == {each["id"] for each in world.records if each["updated_at"] >= instant}
