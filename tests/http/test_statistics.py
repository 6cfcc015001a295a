"""Statistics: numbers of engagements, held against a plain count of the same engagements."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from itertools import product
from typing import Any, get_args

import pytest

from app.access.register import Register
from app.overview.statistics.answering import arranged
from app.overview.statistics.dimensions import DIMENSIONS, Group
from app.overview.statistics.measures import MEASURES, Measure
from support.client import Api
from support.days import AT_HOME as TODAY
from support.documents import Documents
from support.problems import problem
from support.world import Record, World

GROUPS: tuple[Group, ...] = get_args(Group)
KINDS_OF_SUM: tuple[Measure, ...] = get_args(Measure)
each_measure = pytest.mark.parametrize("measure", KINDS_OF_SUM)
each_group = pytest.mark.parametrize("group", GROUPS)
PAIRS = [
    ("partner", "year"),
    ("region", "quarter"),
    ("kind", "status"),
    ("region", "subregion"),
    ("partner", "region"),
    ("priority", "level"),
    ("month", "lead"),
    ("tag", "partner"),
    ("post", "series"),
]


def worth(record: Record, measure: str) -> int:
    """What one engagement adds to a measure."""
    first = date.fromisoformat(record["starts_on"])
    last = max(first, TODAY) if record["ends_on"] is None else date.fromisoformat(record["ends_on"])
    days = (last - first).days + 1
    personnel = record.get("personnel") or record.get("personnel_deployed") or 0
    return {
        "count": 1,
        "days": days,
        "personnel": personnel,
        "person_days": personnel * days,
        "delegates": record.get("delegation_size") or 0,
    }[measure]


def rows_of(record: Record, world: World, groups: tuple[str, ...]) -> set[tuple[str | None, ...]]:
    """The groups that an engagement belongs to."""
    year, month, _ = record["starts_on"].split("-")
    one: dict[str, Any] = {name: record.get(name) for name in ("kind", "status", "level", "lead", "country", "series")}
    one |= {
        "year": year,
        "month": f"{year}-{month}",
        "quarter": f"{year}-Q{(int(month) + 2) // 3}",
        "post": record.get("post"),
    }
    partners = [world.partners[each["partner"]] for each in record["partners"]] or [{}]
    found = set()
    for partner, priority, tag in product(partners, record["priorities"] or [None], record["tags"] or [None]):
        of_partner = {"partner": partner.get("code"), **{each: partner.get(each) for each in ("region", "subregion")}}
        known = one | of_partner | {"priority": priority, "tag": tag}
        found.add(tuple(known[each] for each in groups))
    return found


def expected(world: World, details: dict[str, Record], measure: str, groups: tuple[str, ...]) -> Counter[Any]:
    numbers: Counter[Any] = Counter()
    for each in world.engagements:
        if not each["archived"]:
            for key in rows_of(details[each["id"]], world, groups):
                numbers[key] += worth(details[each["id"]], measure)
    return numbers


def told(answer: Any, groups: tuple[str, ...]) -> dict[Any, int]:
    keys = [tuple(each["keys"][group] for group in groups) for each in answer["items"]]
    assert len(set(keys)) == len(keys)
    return dict(zip(keys, [each["value"] for each in answer["items"]], strict=True))


@pytest.fixture(scope="module")
def details(busy: tuple[Api, World]) -> dict[str, Record]:
    """The engagements with the fields of their kinds."""
    api, world = busy
    paths = {"bilateral-talks", "visits", "dialogues", "exercises", "deployments"}
    found = {each["id"]: each for path in paths for each in api.items(f"/{path}", limit=200, archived="any")}
    assert found.keys() == {each["id"] for each in world.engagements}
    return found


@each_measure
@each_group
def test_one_group(busy: tuple[Api, World], details: dict[str, Record], group: Group, measure: Measure) -> None:
    api, world = busy
    answer = api.read("/statistics", group_by=group, measure=measure)
    assert told(answer, (group,)) == expected(world, details, measure, (group,))
    assert answer["total"] == expected(world, details, measure, ())[()]
    assert (answer["measure"], answer["group_by"], answer["complete"]) == (measure, [group], True)


@pytest.mark.parametrize("measure", ["count", "person_days"])
@pytest.mark.parametrize("groups", PAIRS)
def test_two_groups(
    busy: tuple[Api, World], details: dict[str, Record], groups: tuple[Group, Group], measure: Measure
) -> None:
    api, world = busy
    answer = api.read("/statistics", group_by=",".join(groups), measure=measure)
    assert told(answer, groups) == expected(world, details, measure, groups)
    assert api.read("/statistics", group_by=list(groups), measure=measure) == answer


def test_without_groups_it_is_one_number(busy: tuple[Api, World], details: dict[str, Record]) -> None:
    api, world = busy
    answer = api.read("/statistics", measure="days")
    assert answer["items"] == [{"keys": {}, "label": {}, "value": answer["total"]}]
    assert answer["total"] == expected(world, details, "days", ())[()]


@pytest.mark.parametrize(
    "filters",
    [
        {"kind": ["visit", "dialogue"]},
        {"partner": "FJ"},
        {"partner": ["FJ", "AU"], "status__not": "cancelled"},
        {"region": "Oceania", "starts_from": "2024-06-01"},
        {"priority__not": "none-such", "level": "ministerial"},
        {"tag": "navy"},
        {"during_from": "2024-05-01", "during_to": "2024-05-31"},
        {"q": "pacific"},
        {"q__not": "pacific"},
        {"archived": "any"},
        {"archived": "true"},
        {"report": ["overdue", "draft"]},
        {"classification": "RESTRICTED"},
    ],
)
def test_the_filters_are_those_of_the_list(busy: tuple[Api, World], filters: dict[str, Any]) -> None:
    api, _ = busy
    total = api.read("/engagements", count="exact", limit=1, **filters)["total"]
    assert total > 0
    answer = api.read("/statistics", group_by="partner,month", **filters)
    assert answer["total"] == total
    assert api.post("/statistics/query", {"group_by": ["partner", "month"]} | filters).json() == answer


def test_a_saved_filter_counts_what_it_finds(api: Api, documents: Documents) -> None:
    documents.visit(partners=["FJ"])
    documents.visit(partners=["AU"])
    api.make("/saved-filters", {"slug": "fiji", "title": "Fiji", "resource": "engagements", "query": {"partner": "FJ"}})
    assert api.read("/statistics", saved="fiji")["total"] == 1
    assert api.read("/statistics", saved="fiji", partner="AU")["total"] == 1
    assert problem(api.get("/statistics", params={"saved": "none"}), 422)["errors"][0]["parameter"] == "saved"


def test_labels_are_what_people_say(api: Api, documents: Documents) -> None:
    documents.visit(partners=["FJ"], level="senior_officials", starts_on="2026-08-03", ends_on="2026-08-03")
    first = api.read("/statistics", group_by="partner,level")["items"][0]
    assert first == {
        "keys": {"partner": "FJ", "level": "senior_officials"},
        "label": {"partner": "Fiji", "level": "Senior officials"},
        "value": 1,
    }
    quarter = api.read("/statistics", group_by="quarter,priority")["items"][0]
    assert quarter["label"] == {"quarter": "2026-Q3", "priority": "not stated"}
    assert quarter["keys"] == {"quarter": "2026-Q3", "priority": None}


def test_groups_stand_in_order() -> None:
    numbers = {("AU", "2024"): 1, ("AU", "2023"): 2, ("FJ", "2024"): 9, (None, "2022"): 50, ("TO", "2024"): 3}
    by_partner = [("FJ", "2024"), ("AU", "2023"), ("AU", "2024"), ("TO", "2024"), (None, "2022")]
    assert arranged(numbers, [False, True]) == by_partner
    by_year = [("2022", None), ("2023", "AU"), ("2024", "FJ"), ("2024", "TO"), ("2024", "AU")]
    assert arranged({(year, partner): value for (partner, year), value in numbers.items()}, [True, False]) == by_year


def test_as_csv(api: Api, documents: Documents) -> None:
    documents.visit(partners=["FJ"], title="One", tags=["=cmd()"])
    documents.visit(partners=["FJ", "AU"], title="Two", classification="RESTRICTED")
    for answer in (
        api.get("/statistics", params={"group_by": "partner", "format": "csv"}),
        api.get("/statistics", params={"group_by": "partner"}, headers={"Accept": "text/csv"}),
    ):
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["x-marking"] == "RESTRICTED"
        assert 'filename="statistics-partner.csv"' in answer.headers["content-disposition"]
        rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert rows == [["partner", "partner_label", "count"], ["FJ", "Fiji", "2"], ["AU", "Australia", "1"]]
    tags = api.get("/statistics", params={"group_by": "tag", "format": "csv"}).text
    assert "'=cmd()" in tags


def test_nothing_hidden_is_counted(api: Api, documents: Documents) -> None:
    documents.visit(partners=["FJ"])
    low = api.as_("reader", "UNCLASSIFIED")
    asked: list[dict[str, Any]] = [{"group_by": each, "measure": what} for each in GROUPS for what in MEASURES]
    before = [low.get("/statistics", params=each).content for each in asked]
    documents.make("exercises", partners=["JP"], personnel=400, classification="RESTRICTED")
    documents.visit(partners=["FJ"], classification="RESTRICTED", delegation_size=7)
    assert [low.get("/statistics", params=each).content for each in asked] == before
    assert low.read("/statistics")["marking"] == "UNCLASSIFIED"
    assert (api.read("/statistics")["total"], api.read("/statistics")["marking"]) == (3, "RESTRICTED")
    # A statistic bears the marking of what it is made of, not of all that there is.
    assert api.read("/statistics", partner="FJ", classification="UNCLASSIFIED")["marking"] == "UNCLASSIFIED"


def test_the_number_of_statements_is_fixed(
    api: Api, documents: Documents, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    def asked(**params: str) -> int:
        with statements() as seen:
            api.read("/statistics", **params)
        return len(seen)

    def all_of_them() -> Iterator[int]:
        yield from (asked(group_by=each) for each in GROUPS)
        yield asked(group_by="partner,priority", measure="person_days")

    documents.visit()
    list(all_of_them())
    before = list(all_of_them())
    for number in range(12):
        documents.visit(partners=["FJ", "AU", "TO"], starts_on=f"20{number + 10}-01-01", ends_on=None)
    assert list(all_of_them()) == before


def test_asked_again_it_is_not_worked_out_again(
    api: Api, documents: Documents, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    documents.visit()
    tag = api.get("/statistics", params={"group_by": "kind"}).headers["etag"]
    same = {"params": {"group_by": "kind"}, "headers": {"If-None-Match": tag}}
    assert api.get("/statistics", **same).status_code == 304
    with statements() as seen:
        assert api.get("/statistics", **same).status_code == 304
    assert not any("sum(" in each for each in seen)
    documents.visit()
    assert api.get("/statistics", **same).status_code == 200


LARGE = """INSERT INTO sqlite_stat1 VALUES
    ('engagement', 'ix_engagement_starts_on', '1000000 137 1'), ('engagement', 'ix_engagement_kind', '1000000 200000 27 1'),
    ('engagement', 'sqlite_autoindex_engagement_1', '1000000 1')"""


def test_the_index_of_statistics_is_not_taken_for_lists(register: Register) -> None:
    """Of a large register whose numbers were gathered before there was that index, SQLite would take it to be narrow."""
    if not register.database.is_sqlite:
        pytest.skip("PostgreSQL gathers them by itself")
    with register.database.writer.connect() as connection:
        for statement in ("ANALYZE", "DELETE FROM sqlite_stat1", LARGE, "ANALYZE sqlite_schema"):
            connection.exec_driver_sql(statement)
        query = "SELECT {} FROM engagement WHERE marking_id IN (1, 2, 3) AND archived = 0 {}"
        page = query.format("representation", "ORDER BY starts_on DESC, id DESC LIMIT 51")
        counted = query.format("level, count(*)", "GROUP BY marking_id, level")
        plans = [str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {each}").all()) for each in (page, counted)]
    assert "ix_engagement_starts_on" in plans[0]
    assert "TEMP B-TREE" not in plans[0]
    assert "COVERING INDEX ix_engagement_counted" in plans[1]


@pytest.mark.parametrize(
    ("params", "parameter", "code"),
    [
        ({"group_by": "planet"}, "group_by", "not_allowed"),
        ({"group_by": "kind,level,lead"}, "group_by", "too_long"),
        ({"group_by": "kind,kind"}, "group_by", "repeated"),
        ({"group_by": ""}, "group_by", "not_allowed"),
        ({"measure": "sum(personnel)"}, "measure", "not_allowed"),
        ({"limit": "5"}, "limit", "unknown_parameter"),
        ({"sort": "title"}, "sort", "unknown_parameter"),
        ({"format": "xml"}, "format", "not_allowed"),
        ({"starts_from": "yesterday"}, "starts_from", "date_format"),
    ],
)
def test_questions_that_are_none(api: Api, params: dict[str, str], parameter: str, code: str) -> None:
    faults = problem(api.get("/statistics", params=params), 422)["errors"]
    assert {each["parameter"] for each in faults} == {parameter}
    assert code in {each["code"] for each in faults}


@pytest.mark.parametrize("groups", [{}, [{}], [[]], 7, [None], ["kind", {}], "kind,"])
def test_groups_that_are_none_in_a_body(api: Api, groups: Any) -> None:
    faults = problem(api.post("/statistics/query", {"group_by": groups}), 422)["errors"]
    assert {each["pointer"].split("/")[1] for each in faults} == {"group_by"}


def test_every_dimension_and_measure_is_there() -> None:
    assert set(DIMENSIONS) == set(GROUPS)
    assert set(MEASURES) == set(KINDS_OF_SUM)
