"""The schedule: a day, a week or a month of engagements, day by day."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.access.actor import system
from app.access.register import Register
from app.access.work import writing_as
from app.core.prepared import Prepared
from app.crud.listing import shape_of
from app.engagements import scheduling
from app.overview import schedule
from support.client import Api
from support.documents import Documents
from support.problems import faults
from support.recording import operating

Statements = Callable[[], AbstractContextManager[list[str]]]


def titles(days: list[Any]) -> dict[str, list[str]]:
    return {each["date"]: [one["title"] for one in each["engagements"]] for each in days if each["engagements"]}


def test_an_engagement_stands_on_each_of_its_days(api: Api, documents: Documents) -> None:
    visit = documents.visit(title="To Suva", starts_on="2026-03-04", ends_on="2026-03-06", country="FJ", city="Suva")
    week = api.read("/schedule", view="week", on="2026-03-05")
    assert (week["view"], week["from"], week["to"], week["more"]) == ("week", "2026-03-02", "2026-03-08", False)
    assert [each["weekday"] for each in week["days"]] == list(schedule.WEEKDAYS)
    assert titles(week["days"]) == {f"2026-03-0{day}": ["To Suva"] for day in (4, 5, 6)}
    (entry,) = week["days"][2]["engagements"]
    told = {name: visit[name] for name in entry if name not in ("partners", "address")}
    assert entry == told | {
        "partners": [each["partner"] for each in visit["partners"]],
        "address": f"http://testserver/api/v1/visits/{visit['id']}",
    }
    assert api.get(entry["address"]).json() == visit


def test_views_begin_and_end_where_calendars_do(api: Api) -> None:
    for view, on, first, last in (
        ("day", "2026-03-05", "2026-03-05", "2026-03-05"),
        ("week", "2026-03-01", "2026-02-23", "2026-03-01"),
        ("week", "2027-01-01", "2026-12-28", "2027-01-03"),
        ("month", "2028-02-29", "2028-02-01", "2028-02-29"),
        ("month", "2026-12-31", "2026-12-01", "2026-12-31"),
    ):
        answer = api.read("/schedule", view=view, on=on)
        assert (answer["from"], answer["to"]) == (first, last)
        assert [answer["days"][0]["date"], answer["days"][-1]["date"]] == [first, last]


def test_it_leads_on_and_back(api: Api, documents: Documents) -> None:
    documents.visit(title="Next", starts_on="2026-04-01", ends_on="2026-04-01", lead="joint")
    documents.visit(title="Not asked for", starts_on="2026-04-01", ends_on="2026-04-01", lead="ministry")
    march = api.read("/schedule", view="month", on="2026-03-15", lead="joint")
    april = api.get(march["next"]).json()
    assert titles(april["days"]) == {"2026-04-01": ["Next"]}
    assert api.get(april["previous"]).json() == march
    assert api.read("/schedule", view="day", on="1900-01-01")["previous"] is None
    assert api.read("/schedule", view="month", on="2200-12-31")["next"] is None


def test_without_a_day_it_is_this_week(api: Api, register: Register) -> None:
    answer = api.read("/schedule")
    assert answer["view"] == "week"
    assert answer["from"] <= str(register.day(datetime.now(UTC))) <= answer["to"]


def test_what_lasts_long_stands_there_however_long_ago_it_began(api: Api, documents: Documents) -> None:
    documents.make("deployments", title="Open", starts_on="2003-01-01", ends_on=None)
    documents.make("deployments", title="Over", starts_on="2003-01-01", ends_on="2026-03-03")
    documents.make("exercises", title="Long", starts_on="2026-01-20", ends_on="2026-03-04", date_precision="day")
    documents.make(
        "exercises", title="A month and a day", starts_on="2026-02-01", ends_on="2026-03-04", date_precision="day"
    )
    week = api.read("/schedule", view="week", on="2026-03-02")
    assert {day: sorted(each) for day, each in titles(week["days"]).items()} == {
        "2026-03-02": ["A month and a day", "Long", "Open", "Over"],
        "2026-03-03": ["A month and a day", "Long", "Open", "Over"],
        "2026-03-04": ["A month and a day", "Long", "Open"],
        **{f"2026-03-0{day}": ["Open"] for day in (5, 6, 7, 8)},
    }
    assert titles(api.read("/schedule", view="day", on="2199-01-01")["days"]) == {"2199-01-01": ["Open"]}
    assert titles(api.read("/schedule", view="day", on="2002-12-31")["days"]) == {}


@pytest.mark.parametrize(
    ("precision", "starts", "ends", "there", "not_there"),
    [
        ("month", "2026-05-01", "2026-05-01", ("2026-05-01", "2026-05-31"), ("2026-04-30", "2026-06-01")),
        ("month", "2026-05-31", "2026-06-01", ("2026-05-01", "2026-06-30"), ("2026-04-30", "2026-07-01")),
        ("quarter", "2026-05-15", "2026-05-15", ("2026-04-01", "2026-06-30"), ("2026-03-31", "2026-07-01")),
        ("year", "2026-07-01", "2026-07-01", ("2026-01-01", "2026-12-31"), ("2025-12-31", "2027-01-01")),
    ],
)
def test_what_has_no_day_yet_stands_apart_wherever_it_may_fall(
    api: Api, documents: Documents, precision: str, starts: str, ends: str, there: Any, not_there: Any
) -> None:
    documents.make("exercises", title="Some time", starts_on=starts, ends_on=ends, date_precision=precision)
    for day in (*there, *not_there):
        answer = api.read("/schedule", view="day", on=day)
        assert answer["days"][0]["engagements"] == []
        assert [each["title"] for each in answer["unplaced"]] == (["Some time"] if day in there else []), day


def test_a_day_is_in_the_order_of_its_clock(api: Api, documents: Documents) -> None:
    for title, starts_on, starts_at in (
        ("Afternoon", "2026-03-04", "2026-03-04T02:00:00Z"),
        ("All day", "2026-03-04", None),
        ("Morning", "2026-03-04", "2026-03-03T20:30:00Z"),
        ("Since yesterday", "2026-03-03", "2026-03-03T03:00:00Z"),
    ):
        clock = {"starts_at": starts_at, "timezone": "Pacific/Auckland"} if starts_at else {}
        documents.visit(title=title, starts_on=starts_on, ends_on="2026-03-04", **clock)
    day = api.read("/schedule", view="day", on="2026-03-04")["days"][0]
    assert [each["title"] for each in day["engagements"]] == ["Since yesterday", "All day", "Morning", "Afternoon"]


def test_it_takes_the_filters_of_the_list(api: Api, documents: Documents) -> None:
    day = {"starts_on": "2026-03-04", "ends_on": "2026-03-04"}
    documents.visit(title="Kava with Tonga", partners=["TO"], **day)
    documents.make("dialogues", title="With Fiji", partners=["FJ"], tags=["pacific"], **day)
    api.make("/saved-filters", {"slug": "tonga", "title": "Tonga", "resource": "engagements", "query": {"partner": "TO", "limit": 1, "sort": "title"}})  # fmt: skip

    def found(**asked: Any) -> list[str]:
        return titles(api.read("/schedule", on="2026-03-04", **asked)["days"]).get("2026-03-04", [])

    assert (
        found(partner="TO") == found(partner__not="FJ") == found(q="kava") == found(kind="visit") == ["Kava with Tonga"]
    )
    assert found(saved="tonga") == ["Kava with Tonga"]
    assert found(partner=["FJ", "WS"]) == found(tag="pacific") == found(saved="tonga", partner="FJ") == ["With Fiji"]
    assert found(q="…") == found(archived="true") == []
    assert len(found(archived="any", during_from="2026-03-04")) == 2
    for wrong, code in ({"partnr": "TO"}, "unknown_parameter"), ({"view": "year"}, "not_allowed"), ({"limit": 5}, "unknown_parameter"), ({"on": "soon"}, "date_format"), ({"on": "0999-01-01"}, "date_range"):  # fmt: skip
        (name,) = wrong
        assert faults(api.get("/schedule", params=wrong)) == {(name, code)}
    assert faults(api.get("/schedule", params={"saved": "nothing"})) == {("saved", "unknown_reference")}


def test_it_tells_holidays_of_home_and_of_where_people_go(api: Api, documents: Documents) -> None:
    waitangi = api.read("/schedule", view="day", on="2026-02-06")["days"][0]
    assert waitangi["holidays"] == [{"country": "NZ", "name": "Waitangi Day"}]
    documents.visit(starts_on="2026-01-26", ends_on="2026-01-27", country="AU")
    week = api.read("/schedule", view="week", on="2026-01-26")
    assert {"country": "AU", "name": "Australia Day"} in week["days"][0]["holidays"]


def test_what_is_mine_is_where_i_or_my_office_take_part(api: Api, documents: Documents) -> None:
    admin = api.as_("administrator")
    me, other = documents.make("people"), documents.make("people")
    office = documents.make("offices")
    api.make("/appointments", {"person": me["id"], "office": office["id"], "starts_on": "2020-01-01"})
    user = admin.make(
        "/users", {"name": "Officer", "person": me["id"], "clearance": "RESTRICTED", "role": "contributor"}
    )
    mine = api.with_secret(admin.make("/tokens", {"name": "mine", "role": "contributor", "user": user["id"]})["token"])
    day = {"starts_on": "2026-03-04", "ends_on": "2026-03-04"}
    documents.visit(title="Not mine", **day)
    documents.visit(title="I lead", principal=me["id"], **day)
    documents.visit(title="My office leads", principal_office=office["id"], **day)
    for title, who in (("I go", me), ("Somebody else goes", other)):
        api.make(
            f"/visits/{documents.visit(title=title, **day)['id']}/participants", {"person": who["id"], "side": "home"}
        )
    theirs = documents.visit(title="My office goes", **day)
    api.make(f"/visits/{theirs['id']}/participants", {"person": other["id"], "office": office["id"], "side": "home"})

    def found(caller: Api, **asked: Any) -> list[str]:
        days = titles(caller.read("/schedule", view="day", on="2026-03-04", **asked)["days"])
        return sorted(days.get("2026-03-04", []))

    own = ["I go", "I lead", "My office goes", "My office leads"]
    assert found(mine, mine="true") == own
    assert found(mine, concerns=[me["id"], office["id"]]) == found(api, concerns=[me["id"], office["id"]]) == own
    assert found(api, concerns=office["id"]) == ["I go", "My office goes", "My office leads"], "I hold it when I go"
    assert found(api, mine="true") == [], "who is nobody in the register has nothing of their own"
    assert len(found(mine, mine="false")) == 6
    assert faults(mine.get("/schedule", params={"mine": "true", "concerns": me["id"]})) == {("concerns", "one_of")}


def test_those_cleared_for_less_see_less(api: Api, documents: Documents) -> None:
    documents.visit(title="In sight", starts_on="2026-03-04", ends_on="2026-03-04")
    documents.visit(title="Out of sight", starts_on="2026-03-04", ends_on="2026-03-04", classification="RESTRICTED")
    reader = api.as_("reader", "UNCLASSIFIED")
    above, below = (each.read("/schedule", on="2026-03-04") for each in (api, reader))
    assert (titles(below["days"]), below["marking"]) == ({"2026-03-04": ["In sight"]}, "UNCLASSIFIED")
    assert (len(titles(above["days"])["2026-03-04"]), above["marking"]) == (2, "RESTRICTED")


def test_what_is_left_out_is_said(api: Api, documents: Documents, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        documents.visit(title=f"Visit {number}", starts_on=f"2026-03-0{number + 4}", ends_on="2026-03-06")
    monkeypatch.setattr(schedule, "MOST", 2)
    week = api.read("/schedule", on="2026-03-04")
    assert week["more"] is True
    assert titles(week["days"])["2026-03-06"] == ["Visit 0", "Visit 1"]


def test_it_costs_the_same_however_much_there_is(api: Api, documents: Documents, statements: Statements) -> None:
    documents.visit(starts_on="2026-03-04", ends_on="2026-03-04")
    api.read("/schedule", on="2026-03-04")
    with statements() as few:
        api.read("/schedule", on="2026-03-04")
    for _ in range(4):
        documents.visit(starts_on="2026-03-04", ends_on="2026-03-05", partners=["AU", "TO"])
    with statements() as many:
        assert len(api.read("/schedule", on="2026-03-04")["days"][2]["engagements"]) == 5
    assert len(many) == len(few)


def test_who_has_it_is_told_so(api: Api, documents: Documents) -> None:
    documents.visit(starts_on="2026-03-04", ends_on="2026-03-04")
    first = api.get("/schedule", params={"on": "2026-03-04"})
    again = api.get("/schedule", params={"on": "2026-03-04"}, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


MANY = """
INSERT INTO engagement (id, version, created_at, updated_at, archived, representation, marking_id, kind, reference,
                        title, status, starts_on, ends_on, date_precision)
SELECT gen_random_uuid(), 1, now(), now(), false, '{}', marking.id, 'visit', 'VIS-' || number, 'Visit', 'planned',
       date '2010-01-01' + number * 2, date '2010-01-01' + number * 2, 'day'
FROM (SELECT min(id) AS id FROM marking) AS marking, generate_series(1, 4000) AS number
"""


def test_it_walks_along_indexes(register: Register, kind: str, documents: Documents) -> None:
    if kind == "postgresql":  # which plans by what there is: of an empty table any index is as good as another
        documents.visit()
        with operating(register) as connection:
            connection.exec_driver_sql(MANY)
            connection.exec_driver_sql("ANALYZE engagement")
    values = scheduling._span(date(2026, 3, 1), date(2026, 3, 31)) | {"page": 501, "today": date(2026, 3, 1)}  # noqa: SLF001
    with writing_as(register, system("test"), "test") as work:
        shape = shape_of(work, scheduling.SCHEDULED, scheduling.SCHEDULED.list_query(sort=("starts_on",)), {})
        prepared = Prepared(scheduling._statement(shape), register.database.reader.dialect)  # noqa: SLF001
        if kind == "postgresql":
            work.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        prepared.sql = ("EXPLAIN QUERY PLAN " if kind == "sqlite" else "EXPLAIN ") + prepared.sql
        plan = "\n".join(str(row) for row in prepared.run(work.cursor, values))
    assert "ix_engagement_lasting" in plan, plan
    # By day along whichever index: of one status PostgreSQL also walks that of statuses, which goes on by day.
    assert "starts_on>? AND starts_on<?" in plan or "Index Cond: ((starts_on >=" in plan, plan
    assert "SCAN engagement" not in plan
    assert "Seq Scan on engagement" not in plan
