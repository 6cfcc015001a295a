"""`GET /clashes`: what does not go well together in a period, as far as the caller may know."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest

from app.access.actor import system
from app.access.register import Register
from app.access.work import Work
from app.overview.clashes import loading
from support.client import Api
from support.documents import Documents
from support.problems import faults

AT = "/clashes"


def told(api: Api, **asked: Any) -> list[tuple[str, str, str]]:
    return [(each["code"], each["severity"], each["starts_on"]) for each in api.items(AT, **asked)]


def test_a_person_in_two_places(api: Api, visit: Callable[..., Any], minister: str) -> None:
    tokyo = visit("2027-03-16", "JP", "Tokyo")
    sydney = visit("2027-03-16", "AU", "Sydney")
    answer = api.read(AT, code="person_twice")
    assert (answer["from"], answer["to"], answer["more"], answer["marking"]) == (
        "2027-03-15",
        "2027-06-12",
        False,
        "UNCLASSIFIED",
    )
    (item,) = answer["items"]
    assert item["person"] == {"id": minister, "name": "Somebody of Ours"}
    assert [each["address"] for each in item["engagements"]] == [
        f"/api/v1/visits/{each['id']}" for each in sorted((tokyo, sydney), key=lambda each: each["id"])
    ]
    assert api.read(item["engagements"][0]["address"])["reference"] == item["engagements"][0]["reference"]
    first, second = item["engagements"]
    assert item["detail"] == (
        f"Somebody of Ours is expected at {first['reference']} in Tokyo (JP) and at {second['reference']} in Sydney (AU)."
    )
    others = ("partner", "post", "office", "holiday", "blackout")
    assert {name: item[name] for name in others} == dict.fromkeys(others)


def test_a_participant_is_there_as_much_as_a_principal(
    api: Api, documents: Documents, visit: Callable[..., Any], minister: str
) -> None:
    visit("2027-03-16", "JP", "Tokyo")
    talks = documents.make("bilateral-talks", starts_on="2027-03-16", ends_on="2027-03-16", country="AU", city="Sydney")
    assert told(api, code="person_twice") == []
    taking_part = api.make(f"/engagements/{talks['id']}/participants", {"person": minister, "side": "home"})
    assert told(api, code="person_twice") == [("person_twice", "clash", "2027-03-16")]
    api.delete(f"/engagements/{talks['id']}/participants/{taking_part['id']}")
    assert told(api, code="person_twice") == []


@pytest.mark.parametrize("status", ["postponed", "cancelled"])
def test_what_is_called_off_or_withdrawn_is_in_nobodys_way(api: Api, visit: Callable[..., Any], status: str) -> None:
    visit("2027-03-16", "JP", "Tokyo")
    visit("2027-03-16", "AU", "Sydney", status=status)
    withdrawn = visit("2027-03-16", "AU", "Sydney")
    assert len(told(api, code="person_twice")) == 1
    api.delete(f"/visits/{withdrawn['id']}")
    assert told(api, code="person_twice") == []


def test_an_office_that_is_named_by_its_id_and_by_its_title(api: Api, documents: Documents) -> None:
    office = api.make("/offices", {"title": "Secretary of Defence", "partner": "NZ"})["id"]
    theirs = api.make("/offices", {"title": "Secretary of Defence", "partner": "US"})["id"]
    for country, named in (("JP", office), ("AU", "secretary of defence"), ("US", theirs)):
        documents.visit(
            country=country, city=None, partners=[country], principal_office=named,
            starts_on="2027-03-16", ends_on="2027-03-16",
        )  # fmt: skip
    (item,) = api.items(AT, code="delegation_twice")
    assert item["office"]["title"].casefold() == "secretary of defence"
    assert {each["title"] for each in item["engagements"]} == {"Chief of Defence Force visit to Tonga"}


def test_a_way_that_takes_too_long(api: Api, visit: Callable[..., Any], serve: Callable[..., Api]) -> None:
    visit("2027-03-16", "GB", "London")
    visit("2027-03-17", "NZ", "Wellington")
    (item,) = api.items(AT, code="travel_time")
    assert (item["severity"], item["starts_on"], item["ends_on"]) == ("warning", "2027-03-16", "2027-03-17")
    assert "which takes about 27 hours." in item["detail"]
    assert told(serve(travel_speed_kmh=2000, travel_margin_hours=48), code="travel_time")
    assert "which takes about 9 hours." in serve(travel_speed_kmh=2000, travel_margin_hours=0).items(AT)[-1]["detail"]


def test_what_is_just_outside_of_the_period_counts_where_it_is_in_the_way(api: Api, visit: Callable[..., Any]) -> None:
    visit("2027-03-16", "GB", "London")
    visit("2027-03-17", "NZ", "Wellington")
    for asked in ({"from": "2027-03-17", "to": "2027-03-17"}, {"from": "2027-03-16", "to": "2027-03-16"}):
        assert told(api, **asked) == [("travel_time", "warning", "2027-03-16")]
    assert told(api, **{"from": "2027-03-18"}) == told(api, to="2027-03-15") == []


def test_a_holiday_a_post_and_a_full_week(api: Api, documents: Documents) -> None:
    post = documents.make("posts", name="Embassy Tokyo")["id"]
    for day in range(3, 7):
        documents.visit(
            starts_on=f"2027-05-0{day}", ends_on=f"2027-05-0{max(day, 4)}", country="JP", city="Tokyo",
            partners=["JP"], post=post,
        )  # fmt: skip
    asked = {"from": "2027-05-01"}
    assert told(api, **asked) == [
        ("partner_holiday", "note", "2027-05-03"),
        ("partner_saturation", "warning", "2027-05-03"),
        ("partner_holiday", "note", "2027-05-04"),
        ("post_busy", "warning", "2027-05-04"),
        ("partner_holiday", "note", "2027-05-05"),
    ]
    busy = api.items(AT, code="post_busy", **asked)[0]
    assert busy["post"] == {"id": post, "name": "Embassy Tokyo"}
    week = api.items(AT, code="partner_saturation", **asked)[0]
    assert (week["partner"], len(week["engagements"])) == ({"code": "JP", "name": "Japan"}, 4)
    holiday = api.items(AT, code="partner_holiday", **asked)[0]
    assert (holiday["holiday"]["date"], holiday["holiday"]["country"]) == ("2027-05-03", "JP")


def test_how_much_a_partner_bears_is_a_setting(
    documents: Documents, visit: Callable[..., Any], serve: Callable[..., Api]
) -> None:
    visit("2027-03-16", "JP")
    visit("2027-03-17", "JP")
    assert told(serve(partner_week_limit=1)) == [("partner_saturation", "warning", "2027-03-16")]
    assert told(serve(partner_week_limit=2)) == []


def test_a_blackout(api: Api, documents: Documents, visit: Callable[..., Any]) -> None:
    quiet = documents.make(
        "blackouts", title="Election", starts_on="2027-03-15", ends_on="2027-03-19", region="Eastern Asia",
        lead=None, level="ministerial", severity="clash", reason="No government to speak for",
    )  # fmt: skip
    made = visit("2027-03-16", "JP", "Tokyo", level="ministerial")
    visit("2027-03-18", "AU", "Sydney", level="ministerial")
    (item,) = api.items(AT, code="blackout")
    assert (item["severity"], item["starts_on"]) == ("clash", "2027-03-16")
    assert item["detail"] == f"{made['reference']} falls in Election: No government to speak for."
    assert item["blackout"] == {name: quiet[name] for name in ("id", "title", "starts_on", "ends_on", "reason")}
    api.delete(f"/blackouts/{quiet['id']}")
    assert told(api, code="blackout") == []


def test_what_is_asked_for(api: Api, visit: Callable[..., Any], minister: str) -> None:
    other = api.make("/people", {"name": "Somebody else"})["id"]
    for principal, day in ((minister, "2027-03-16"), (other, "2027-04-22")):
        for country in ("JP", "AU"):
            visit(day, country, principal=principal)
    days = ["2027-03-16", "2027-04-22"]
    assert [day for *_, day in told(api, code=["person_twice", "travel_time"])] == days
    assert [day for *_, day in told(api, person=minister)] == days[:1]
    assert [day for *_, day in told(api, person=[minister, other])] == days
    assert [day for *_, day in told(api, partner="au")] == days
    assert told(api, partner="FJ") == told(api, code="post_busy") == []
    first = api.read(AT, limit=1)
    assert ([each["starts_on"] for each in first["items"]], first["more"]) == (days[:1], True)
    assert api.read(AT, limit=2)["more"] is False


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"from": "2027-01-01", "to": "2028-01-02"}, {("to", "range")}),
        ({"from": "2027-01-02", "to": "2027-01-01"}, {("to", "before_start")}),
        ({"from": "tomorrow", "to": "2027-02-30"}, {("from", "date_format"), ("to", "date_format")}),
        ({"code": "twice"}, {("code", "not_allowed")}),
        (
            {"person": "nobody", "partner": "?", "limit": 0},
            {("person", "pattern"), ("partner", "pattern"), ("limit", "range")},
        ),
        ({"people": "x", "limit": 1001}, {("people", "unknown_parameter"), ("limit", "range")}),
    ],
)
def test_what_cannot_be_asked(api: Api, asked: dict[str, Any], wrong: object) -> None:
    assert faults(api.get(AT, params=asked)) == wrong


def test_a_year_can_be_asked_for_and_the_ends_of_time(api: Api, visit: Callable[..., Any]) -> None:
    for asked in ({"from": "2027-01-01", "to": "2028-01-01"}, {"from": "1900-01-01"}, {"from": "2200-12-31"}):
        assert api.read(AT, **asked)["items"] == []


def test_nobody_hears_of_what_they_may_not_see(api: Api, visit: Callable[..., Any], documents: Documents) -> None:
    below = api.as_("reader", "UNCLASSIFIED")
    visit("2027-03-16", "JP", "Tokyo")
    before = below.get(AT)
    hidden = visit("2027-03-16", "AU", "Sydney", classification="RESTRICTED")
    documents.make("blackouts", starts_on="2027-03-15", ends_on="2027-03-19", lead=None, classification="RESTRICTED")
    assert below.get(AT).content == before.content
    answer = api.read(AT)
    assert answer["marking"] == "RESTRICTED"
    assert [each["code"] for each in answer["items"]] == ["blackout", "blackout", "person_twice"]
    assert api.read(AT, code="partner_holiday")["marking"] == "UNCLASSIFIED"
    assert hidden["id"] not in before.text


def test_that_somebody_is_there_may_be_marked_higher_than_the_engagement(
    api: Api, documents: Documents, visit: Callable[..., Any], minister: str
) -> None:
    visit("2027-03-16", "JP", "Tokyo")
    talks = documents.make("bilateral-talks", starts_on="2027-03-16", ends_on="2027-03-16", country="AU", city="Sydney")
    there = {"person": minister, "side": "home", "classification": "RESTRICTED"}
    api.make(f"/engagements/{talks['id']}/participants", there)
    assert api.as_("reader", "UNCLASSIFIED").read(AT)["items"] == []
    answer = api.read(AT, code="person_twice")
    assert (len(answer["items"]), answer["marking"]) == (1, "RESTRICTED")


def test_statements_do_not_grow_with_what_is_on(
    api: Api,
    documents: Documents,
    visit: Callable[..., Any],
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    post = documents.make("posts")["id"]
    office = api.make("/offices", {"title": "Secretary of Defence", "partner": "NZ"})["id"]

    def more() -> None:
        documents.make("blackouts", starts_on="2027-03-15", ends_on="2027-03-19", lead=None)
        for country in ("JP", "AU", "FJ", "SG"):
            made = visit("2027-03-16", country, post=post, principal_office=office)
            api.make(f"/visits/{made['id']}/participants", {"person": documents.person(), "side": "home"})

    more()
    with statements() as few:
        assert api.items(AT)
    more()
    more()
    with statements() as many:
        assert len(api.items(AT)) > 50
    assert len(few) == len(many) <= 12


def test_where_more_is_on_than_one_look_takes_in(
    api: Api, visit: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "MOST", 4)
    for day in ("2027-03-16", "2027-04-07", "2027-04-14"):
        for country in ("JP", "AU"):
            visit(day, country)
    answer = api.read(AT)
    assert (answer["to"], answer["more"]) == ("2027-04-13", True)
    assert [each["starts_on"] for each in answer["items"]] == ["2027-03-16", "2027-04-07"]
    rest = api.read(AT, **{"from": "2027-04-14"})
    assert ([each["starts_on"] for each in rest["items"]], rest["more"]) == (["2027-04-14"], False)


def test_an_answer_that_is_still_so_is_not_sent_again(api: Api, visit: Callable[..., Any]) -> None:
    visit("2027-03-16", "JP")
    tag = api.get(AT).headers["etag"]
    assert api.get(AT, headers={"If-None-Match": tag}).status_code == 304
    visit("2027-03-16", "AU")
    assert api.get(AT, headers={"If-None-Match": tag}).status_code == 200


def test_a_period_is_found_by_its_first_days(register: Register) -> None:
    """Whatever was before or comes after costs nothing: both ends of the period bound the walk along one index."""
    with register.database.reader.connect() as connection:
        work = Work(register, system("test"), connection, "plan")
        around = loading.around_of(work, date(2027, 3, 1), date(2027, 3, 31))
        statement = str(around.compile(connection, compile_kwargs={"literal_binds": True}))
        explain = "EXPLAIN QUERY PLAN" if register.database.is_sqlite else "EXPLAIN"
        if not register.database.is_sqlite:
            # Of a table so small PostgreSQL would read all and sort it; here it is only asked whether an index serves.
            connection.exec_driver_sql("SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off")
        plan = "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {statement}"))
        connection.invalidate()  # whoever gets it next plans as usual
    assert "ix_engagement_starts_on" in plan
    assert "starts_on>? AND starts_on<?" in plan or "Index Cond: ((starts_on >=" in plan, plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
