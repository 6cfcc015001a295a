"""Sorting, and pages that stay exact while others write."""

from copy import copy
from datetime import date
from functools import partial
from operator import itemgetter
from typing import Any

import pytest

from app.access.register import Register
from app.core.prepared import Prepared
from app.crud.resource import RESOURCES
from support.client import Api
from support.documents import Documents
from support.recording import operating
from support.world import World

Busy = tuple[Api, World]

NULL_ORDER = {"ends_on": "9999-12-31", "country": "", "level": ""}
"""What an empty value sorts as: no last day is the latest, no word the first."""

ORDERS = [
    *(f"{sign}{name}" for name in RESOURCES["engagements"].sortable for sign in ("", "-")),
    "kind,-starts_on",
    "-country,level,title",
    "status,-ends_on,country",
    "level,country,-id",
    "-starts_on,id",
    "ends_on,-starts_on,reference",
    "starts_on,starts_on,-starts_on",
]


def in_order(records: list[Any], sort: str) -> list[str]:
    """The ids in an order; a field named again says nothing new, and of equals the ids run as the last field does."""
    directions: dict[str, bool] = {}
    for term in sort.split(","):
        directions.setdefault(term.removeprefix("-"), term.startswith("-"))
    directions.setdefault("id", list(directions.values())[-1])
    found = list(records)
    for name, descending in reversed(directions.items()):
        key = itemgetter(name) if name not in NULL_ORDER else partial(value_or, name, NULL_ORDER[name])
        found.sort(key=key, reverse=descending)
    return [each["id"] for each in found]


def value_or(name: str, absent: str, record: Any) -> str:
    return absent if record[name] is None else str(record[name])


@pytest.mark.parametrize("sort", ORDERS)
def test_a_list_comes_in_the_order_asked_for(busy: Busy, sort: str) -> None:
    api, world = busy
    wanted = in_order([each for each in world.engagements if not each["archived"]], sort)
    assert [each["id"] for each in api.items("/engagements", limit=200, sort=sort)] == wanted
    assert [each["id"] for each in api.walk("/engagements", limit=17, sort=sort)] == wanted


def test_a_link_filter_pages_in_the_same_order(busy: Busy) -> None:
    api, world = busy
    for sort in ("starts_on", "-starts_on", "-starts_on,title", "title", "-updated_at"):
        there = [
            each
            for each in world.engagements
            if not each["archived"] and "AU" in [partner["partner"] for partner in each["partners"]]
        ]
        found = api.walk("/engagements", limit=5, sort=sort, partner="AU")
        assert [each["id"] for each in found] == in_order(there, sort)


def test_unless_told_otherwise_the_latest_comes_first(busy: Busy) -> None:
    api, _ = busy
    days = [each["starts_on"] for each in api.items("/visits", limit=200)]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize("sort", ["starts_on", "-starts_on", "title,-starts_on", "-ends_on", "country"])
def test_pages_stay_exact_while_others_write(api: Api, documents: Documents, sort: str) -> None:
    """Whatever is there from the first page to the last comes exactly once."""
    made = [
        documents.visit(
            title=f"Visit {number % 5}",
            starts_on=date(2026, 1 + number % 6, 10).isoformat(),
            ends_on=date(2026, 8, 1 + number % 3).isoformat(),
            country=("TO", None, "FJ")[number % 3],
        )
        for number in range(24)
    ]
    untouched = {each["id"] for each in made}
    found: list[str] = []
    page = api.read("/visits", limit=5, sort=sort)
    turn = 0
    while True:
        found += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        # Between two pages: one comes, one seen goes, one unseen goes, seen and unseen ones change.
        documents.visit(title=f"Visit {turn}", starts_on=f"2026-0{1 + turn}-10", ends_on="2026-08-02", country=None)
        seen = [each for each in found if each in untouched]
        unseen = [each["id"] for each in made if each["id"] not in found and each["id"] in untouched]
        for gone in (*seen[:1], *unseen[:1]):
            api.delete(f"/visits/{gone}")
            untouched.discard(gone)
        for changed in (*seen[1:2], *unseen[1:2]):
            api.change(f"/visits/{changed}", {"summary": f"Changed in turn {turn}", "partners": ["TO", "FJ"]})
        page = api.get(page["next"]).json()
        turn += 1
    assert turn >= 4
    assert len(found) == len(set(found)), "no record comes twice"
    assert untouched <= set(found), "none is lost"


def test_a_page_whose_last_row_is_withdrawn_still_leads_on(api: Api, documents: Documents) -> None:
    made = [documents.visit(starts_on=f"2026-01-{day:02}", ends_on=None)["id"] for day in range(1, 7)]
    page = api.read("/visits", limit=3, sort="starts_on")
    api.delete(f"/visits/{made[2]}")
    assert [each["id"] for each in api.get(page["next"]).json()["items"]] == made[3:]


DEARER = ("enable_sort", "enable_incremental_sort", "enable_seqscan")
"""Ways that PostgreSQL takes for a few records, since they cost it no more; it is to avoid them if it can."""


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How the database goes about what it is asked for engagements."""
    found: list[str] = []
    rows = Prepared._rows  # noqa: SLF001 - what is asked is looked at on its way

    def looking(self: Prepared, cursor: Any, values: Any) -> list[Any]:
        if "FROM engagement" in self.sql:
            explained = copy(self)
            explained.sql = ("EXPLAIN QUERY PLAN " if self.is_sqlite else "EXPLAIN ") + self.sql
            # Of so few PostgreSQL would read all and sort them; here it is only asked whether an index serves.
            for each in () if self.is_sqlite else DEARER:
                cursor.execute(f"SET {each} = off")
            found.append("\n".join(str(row) for row in rows(explained, cursor, values)))
            for each in () if self.is_sqlite else DEARER:
                cursor.execute(f"RESET {each}")
        return rows(self, cursor, values)

    monkeypatch.setattr(Prepared, "_rows", looking)
    return found


def test_every_order_is_walked_along_an_index(api: Api, documents: Documents, plans: list[str]) -> None:
    """Nothing is sorted, neither for the first page nor for one that goes on: a page costs the same in any register."""
    for _ in range(2):
        documents.visit()
    names = set(RESOURCES["engagements"].sortable) - {"reference"}  # no two records have the same: the id adds nothing
    for sort in (f"{sign}{name}" for name in names for sign in ("", "-")):
        plans.clear()
        page = api.read("/engagements", limit=1, sort=sort)
        assert api.get(page["next"]).status_code == 200
        assert len(plans) == 2
        assert [each for each in plans if "TEMP B-TREE" in each or "Sort" in each] == [], sort


@pytest.mark.parametrize(
    ("asked", "index", "times"),
    [
        ("/engagements?partner=AU", "ix_engagement_partner_partner (", 1),
        ("/visits?partner=AU", "ix_engagement_partner_partner_kind (", 1),
        ("/visits?partner=AU&status=planned", "ix_engagement_partner_partner_kind_status (", 1),
        ("/engagements?partner=AU&status=planned", "ix_engagement_partner_partner_status (", 1),
        ("/engagements?partner=AU&kind=visit&kind=dialogue", "ix_engagement_partner_partner_kind (", 2),
        ("/engagements?partner=AU&country=TO", "ix_engagement_partner_partner (", 1),
        ("/engagements?tag=a&country=TO", "ix_engagement_tag_tag", 1),
        ("/engagements?status=planned", "ix_engagement_status", 1),
        ("/engagements?status=planned&status=confirmed", "ix_engagement_status", 2),
        ("/engagements?status=planned&status=confirmed&kind=visit", "ix_engagement_", 2),
        ("/engagements?partner=AU&status=planned&status=confirmed", "ix_engagement_partner_partner_status (", 2),
        ("/engagements?partner=AU&partner=JP&status=planned", "ix_engagement_partner_partner_status (", 2),
        ("/engagements?partner_type=country", "ix_engagement_starts_on", 1),
        ("/engagements?region=Oceania", "ix_engagement_starts_on", 1),
    ],
)
def test_sqlite_walks_what_filters_find_in_order(
    api: Api, documents: Documents, kind: str, plans: list[str], asked: str, index: str, times: int
) -> None:
    """It does not know how common a value is: it is told what to begin with, and to walk once for each of several."""
    if kind != "sqlite":
        pytest.skip("PostgreSQL counts")
    for _ in range(2):
        documents.visit(partners=["AU", "JP"], tags=["a"])
    assert api.get(asked).status_code == 200
    assert plans[-1].count(index) >= times, plans[-1]
    walks, _, merging = plans[-1].partition("UNION USING TEMP B-TREE")
    assert "TEMP B-TREE" not in walks
    assert bool(merging) == (times > 1)


MANY = (
    """
INSERT INTO engagement (id, version, created_at, updated_at, archived, representation, marking_id, kind, reference,
                        title, status, country, starts_on, ends_on, date_precision)
SELECT gen_random_uuid(), 1, now(), now(), false, '{}', marking.id, 'visit', 'V-' || number, 'One of many', 'planned',
       CASE WHEN number <= 20 THEN 'FJ' ELSE 'NZ' END,
       date '2010-01-01' + number, date '2010-01-01' + number, 'day'
FROM (SELECT min(id) AS id FROM marking) AS marking, generate_series(1, 4000) AS number
""",
    """
INSERT INTO engagement_partner (engagement_id, partner, role, position, starts_on, status, kind)
SELECT id, CASE WHEN right(reference, 2) = '00' THEN 'TO' ELSE 'AU' END, 'participant', 1, starts_on, status, kind
FROM engagement WHERE title = 'One of many'
""",
    "ANALYZE engagement, engagement_partner",
)
"""Four thousand visits, nearly all with Australia: the first twenty were in Fiji."""


def test_of_two_filters_the_one_that_finds_fewer_is_walked(
    api: Api, documents: Documents, register: Register, kind: str, plans: list[str]
) -> None:
    """One partner in one country: PostgreSQL goes by whichever has the fewest, on the first page and on those behind."""
    if kind != "postgresql":
        pytest.skip("SQLite walks the partner's")
    documents.visit(partners=["JP"])
    with operating(register) as connection:
        for each in MANY:
            connection.exec_driver_sql(each)
    ways: dict[str, list[str]] = {"AU": [], "TO": []}
    found: dict[str, int] = {"AU": 0, "TO": 0}
    for partner, country in (("AU", "FJ"), ("TO", "NZ")):
        following: str | None = f"/engagements?limit=12&partner={partner}&country={country}&starts_from=2010-01-03"
        while following is not None:
            page = api.get(following).json()
            found[partner] += len(page["items"])
            ways[partner].append(plans[-1])
            following = page["next"]
    assert found == {"AU": 19, "TO": 40}
    assert [each for each in ways["AU"] if "ix_engagement_country" not in each] == []
    assert "(ROW(starts_on, id) < ROW(" in ways["AU"][1], "what stands before the page is not walked"
    assert [each for each in ways["TO"] if "ix_engagement_partner_partner" not in each] == []
    assert [each for pages in ways.values() for each in pages if "Sort" in each] == []
