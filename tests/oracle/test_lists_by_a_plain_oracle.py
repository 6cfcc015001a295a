"""Lists of engagements beside the plainest program there is: all records in memory, one after the other."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.words import query_words
from support.client import Api, Apps
from support.databases import Databases
from support.documents import Documents
from support.drawing import drawing

SIZE = 120
KINDS = ("bilateral-talks", "visits", "dialogues", "exercises", "deployments")
PARTNERS = ("AU", "JP", "FJ", "TO", "US", "PIF")
REGIONS = ("Oceania", "Melanesia", "Polynesia", "Asia", "Americas", "Eastern Asia")
WORDS = ("Quokka", "Tūīx", "Zoëtrope", "quokkas", "naïvely", "O'Harax", "訪問団", "100%", "under_scorex")
"""Words that stand nowhere else in what is recorded."""

CHOICES: dict[str, tuple[str, ...]] = {
    "status": ("proposed", "planned", "confirmed", "postponed", "cancelled"),
    "level": ("ministerial", "principal", "senior_officials", "working"),
    "lead": ("ministry", "defence_force", "joint"),
    "country": ("AU", "FJ", "JP", "NZ"),
    "classification": ("UNCLASSIFIED", "IN-CONFIDENCE", "RESTRICTED"),
    "kind": ("bilateral_talks", "visit", "dialogue", "exercise", "deployment"),
    "external_ref": ("X-1", "X-2", "X-3", "none"),
    "tag": ("pacific", "maritime", "cyber"),
    "priority": ("PRI-1", "PRI-2"),
    "partner": PARTNERS,
    "partner_type": ("country", "institution"),
    "region": REGIONS,
}
FIRST = date(2030, 1, 1)
NEVER = "9999-12-31"


def drawn(draw: random.Random, number: int) -> tuple[str, dict[str, Any]]:
    """A kind and a document of it, with much in common and much that is missing."""
    path = draw.choice(KINDS)
    starts_on = FIRST + timedelta(days=draw.randrange(40))
    ends_on: date | None = starts_on + timedelta(days=draw.choice((0, 0, 1, 5, 20)))
    if path == "deployments" and draw.random() < 0.5:
        ends_on = None
    document: dict[str, Any] = {
        "title": " ".join(draw.choices(WORDS, k=draw.randrange(1, 4))),
        "summary": draw.choice((None, draw.choice(WORDS))),
        "starts_on": starts_on.isoformat(),
        "ends_on": None if ends_on is None else ends_on.isoformat(),
        "partners": draw.sample(PARTNERS, draw.randrange(1, 4)),
        "priorities": draw.sample(CHOICES["priority"], draw.randrange(3)),
        "tags": draw.sample(CHOICES["tag"], draw.randrange(3)),
        "external_ref": f"X-{number}" if number < 4 else None,
        **{name: draw.choice((*CHOICES[name], None)) for name in ("level", "country")},
        **{name: draw.choice(CHOICES[name]) for name in ("status", "lead", "classification")},
    }
    return path, document


class World:
    """A register, and all that it holds, as plain records."""

    def __init__(self, api: Api) -> None:
        self.api = api
        documents, draw = Documents(api), random.Random(20)
        documents.make("institutions", code="PIF", name="Pacific Islands Forum", members=[])
        for code in CHOICES["priority"]:
            documents.make("priorities", code=code)
        made = [documents.make(path, **document) for path, document in (drawn(draw, each) for each in range(SIZE))]
        for each in draw.sample(made, 15):
            address = (
                f"/{each['kind'].replace('_', '-') + ('' if each['kind'] == 'bilateral_talks' else 's')}/{each['id']}"
            )
            assert api.delete(address).status_code in (200, 204)
        self.records = [api.read(f"/engagements/{each['id']}") for each in made]
        partners = {code: api.read(f"/partners/{code}") for code in PARTNERS}
        for each in self.records:
            codes = [one["partner"] for one in each["partners"]]
            each["_partners"] = codes
            each["_types"] = [partners[code]["partner_type"] for code in codes]
            each["_regions"] = [partners[code][name] for code in codes for name in ("region", "subregion")]

    def instants(self) -> list[str]:
        return sorted({each["updated_at"] for each in self.records})


@pytest.fixture(scope="module")
def world(source: Databases, apps: Apps) -> Iterator[World]:
    with apps.own(source, rate_limit=0) as api:
        yield World(api)


# What a filter finds, record by record.

LISTS = {
    "tag": "tags",
    "priority": "priorities",
    "partner": "_partners",
    "partner_type": "_types",
    "region": "_regions",
}
DAYS: dict[str, Callable[[Any, str], bool]] = {
    "starts_from": lambda record, day: record["starts_on"] >= day,
    "starts_to": lambda record, day: record["starts_on"] <= day,
    "ends_from": lambda record, day: (record["ends_on"] or NEVER) >= day,
    "ends_to": lambda record, day: record["ends_on"] is not None and record["ends_on"] <= day,
}


def finds(record: Any, name: str, values: list[str]) -> bool:
    """Whether a record is among what a filter finds."""
    if name in DAYS:
        return DAYS[name](record, values[0])
    if name == "updated_since":
        return bool(record["updated_at"] >= values[0])
    if name == "q":
        held = query_words(f"{record['title']} {record['summary'] or ''} {record['reference']}")
        return all(any(word.startswith(each) for word in held) for each in query_words(values[0]))
    if name in LISTS:
        return bool(set(record[LISTS[name]]) & set(values))
    return record[name] in values


def holds(record: Any, asked: list[tuple[str, list[str]]], archived: str, during: tuple[str, str] | None) -> bool:
    if archived != "any" and record["archived"] is not (archived == "true"):
        return False
    if during and not (record["starts_on"] <= during[1] and (record["ends_on"] or NEVER) >= during[0]):
        return False
    return all(
        finds(record, name.removesuffix("__not"), values) is not name.endswith("__not") for name, values in asked
    )


def ordered(records: list[Any], sort: list[tuple[str, bool]]) -> list[str]:
    """The ids in the order that was asked for; ties by id, in the direction of the last term."""
    absent = {"ends_on": NEVER}
    terms = sort if any(name == "id" for name, _ in sort) else [*sort, ("id", sort[-1][1] if sort else True)]
    found = list(records)
    for name, descending in reversed(terms):
        found.sort(key=lambda each: each[name] or absent.get(name, ""), reverse=descending)
    return [each["id"] for each in found]


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
sorts = st.lists(
    st.tuples(st.sampled_from(SORTS), st.booleans()), min_size=1, max_size=3, unique_by=lambda each: each[0]
)
spans = st.one_of(st.none(), st.tuples(days, days).map(lambda each: tuple(sorted(each))))


@drawing(150)
@given(
    asked=filters,
    sort=sorts,
    limit=st.integers(1, 60),
    archived=st.sampled_from(("false", "true", "any")),
    during=spans,
)
def test_a_walk_finds_what_the_oracle_finds_in_its_order(
    world: World, asked: Any, sort: Any, limit: int, archived: str, during: Any
) -> None:
    expected = ordered([each for each in world.records if holds(each, asked, archived, during)], sort)
    parameters = [(name, value) for name, values in asked for value in values]
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
    parameters = [(name, value) for name, values in asked for value in values] + [("group_by", group)]
    answer = world.api.get(f"/statistics?{urlencode(parameters)}").json()
    assert {each["keys"][group]: each["value"] for each in answer["items"]} == counted


def test_what_changed_since_an_instant(world: World) -> None:
    for instant in world.instants()[:: SIZE // 6]:
        found = {
            each["id"] for each in world.api.items("/engagements", updated_since=instant, archived="any", limit=200)
        }
        assert found == {each["id"] for each in world.records if each["updated_at"] >= instant}
