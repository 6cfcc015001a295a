"""The network abroad: who covers whom, hand-over packs, itineraries, holidays."""

from datetime import timedelta
from typing import Any

import pytest

from app.access.register import Register
from support.client import Api
from support.days import AT_HOME as TODAY
from support.documents import Documents
from support.problems import faults, problem
from support.recording import recorded


def day(ahead: int) -> str:
    return (TODAY + timedelta(days=ahead)).isoformat()


def post(documents: Documents, *partners: str, **changes: Any) -> Any:
    accreditations = [{"partner": each, "kind": "defence"} for each in partners]
    return documents.make("posts", accreditations=accreditations, **changes)


def office(documents: Documents, at: Any, **changes: Any) -> Any:
    return documents.make("offices", partner="NZ", post=at["id"], **changes)


def tour(documents: Documents, held: Any, starts: int, ends: int | None = None, **changes: Any) -> Any:
    person = documents.make("people")["id"]
    ends_on = None if ends is None else day(ends)
    return documents.make(
        "appointments", person=person, office=held["id"], starts_on=day(starts), ends_on=ends_on, **changes
    )


def coverage(api: Api, **asked: Any) -> dict[str, str]:
    return {each["partner"]: each["coverage"] for each in api.read("/coverage/attaches", **asked)["items"]}


def test_who_covers_whom(api: Api, documents: Documents) -> None:
    tonga, japan, fiji = post(documents, "TO", "WS"), post(documents, "JP"), post(documents, "FJ")
    documents.make("posts", accreditations=[{"partner": "AU", "kind": "diplomatic"}])
    adviser = office(documents, tonga, title="Defence Adviser Nuku'alofa")
    here = tour(documents, adviser, -400, 30)
    office(documents, fiji)
    assert coverage(api) == {"TO": "ends", "WS": "ends", "JP": "unknown", "FJ": "vacant"}
    assert coverage(api, within=0) == {"TO": "covered", "WS": "covered", "JP": "unknown", "FJ": "vacant"}
    assert coverage(api, on=day(31)) == {"TO": "vacant", "WS": "vacant", "JP": "unknown", "FJ": "vacant"}
    assert coverage(api, partner=["to", "FJ"], coverage="vacant") == {"FJ": "vacant"}
    found = next(each for each in api.read("/coverage/attaches")["items"] if each["partner"] == "TO")
    assert (found["name"], found["gap_from"], found["gap_until"]) == ("Tonga", day(31), None)
    (covering,) = found["posts"]
    assert covering["id"] == tonga["id"]
    (held,) = covering["offices"]
    assert (held["title"], held["next"]) == ("Defence Adviser Nuku'alofa", None)
    assert (held["holder"]["person"], held["holder"]["ends_on"]) == (here["person"], day(30))
    following = tour(documents, adviser, 40)
    found = api.read("/coverage/attaches", partner="TO")["items"][0]
    assert (found["coverage"], found["gap_from"], found["gap_until"]) == ("ends", day(31), day(39))
    assert found["posts"][0]["offices"][0]["next"]["person"] == following["person"]
    assert japan["id"] not in str(found)


def test_a_second_post_may_cover_a_country_too(api: Api, documents: Documents) -> None:
    first, second = post(documents, "TO"), post(documents, "TO")
    tour(documents, office(documents, first), -10, 10)
    tour(documents, office(documents, second), 5, acting=True)
    assert coverage(api) == {"TO": "covered"}


def test_what_does_not_cover(api: Api, documents: Documents) -> None:
    """Offices of others, and whatever is withdrawn."""
    at = post(documents, "TO")
    tour(documents, documents.make("offices", partner="TO", post=at["id"]), -10)
    assert coverage(api) == {"TO": "unknown"}
    gone = office(documents, at)
    api.delete(f"/appointments/{tour(documents, gone, -10)['id']}")
    assert coverage(api) == {"TO": "vacant"}
    api.delete(f"/offices/{gone['id']}")
    assert coverage(api) == {"TO": "unknown"}
    api.delete(f"/posts/{at['id']}")
    assert coverage(api) == {}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("within=61", {("within", "range")}),
        (
            "coverage=some&on=soon&colour=red",
            {("coverage", "not_allowed"), ("on", "date_format"), ("colour", "unknown_parameter")},
        ),
    ],
)
def test_wrong_questions(api: Api, query: str, expected: set[Any]) -> None:
    assert faults(api.get(f"/coverage/attaches?{query}")) == expected


def pack(api: Api, at: Any, **asked: Any) -> Any:
    return api.read(f"/posts/{at['id']}/handover", **asked)


def ids(part: list[Any], name: str = "id") -> list[str]:
    return [each[name] for each in part]


def test_a_hand_over_pack(api: Api, documents: Documents) -> None:
    at = post(documents, "TO", "WS", city="Nuku'alofa", country="TO")
    adviser = office(documents, at)
    here, following = tour(documents, adviser, -300, 20), tour(documents, adviser, 21)
    theirs = documents.make("offices", partner="TO", title="Chief of Staff")
    chief = tour(documents, theirs, -30)
    soon = documents.visit(starts_on=day(30), ends_on=day(31), partners=["AU", "WS"])
    under_way = documents.visit(starts_on=day(-1), ends_on=day(1), partners=["TO"])
    hosted = documents.visit(starts_on=day(60), ends_on=day(60), partners=["AU"], post=at["id"])
    documents.visit(starts_on=day(60), ends_on=day(60), partners=["AU"])
    documents.visit(starts_on=day(400), ends_on=day(400), partners=["TO"])
    documents.visit(starts_on=day(40), ends_on=day(40), partners=["TO"], status="cancelled")
    over = documents.visit(starts_on=day(-40), ends_on=day(-39), partners=["TO"])
    met = documents.make("people", partner="TO", email="someone@example.org")["id"]
    api.make(f"/visits/{over['id']}/participants", {"person": met, "office_title": "Director Plans"})
    late, undated = (
        documents.make("commitments", partner="TO", made_on=None, due_on=due)["id"] for due in (day(-1), None)
    )
    documents.make("commitments", partner="TO", status="kept")
    documents.make("commitments", partner="AU")

    found = pack(api, at)
    assert [(each["partner"], each["kinds"]) for each in found["accredited"]] == [
        ("TO", ["defence"]),
        ("WS", ["defence"]),
    ]
    (held,) = found["offices"]
    assert (held["holder"]["person"], held["next"]["person"]) == (here["person"], following["person"])
    assert ids(found["engagements"]) == [under_way["id"], soon["id"], hosted["id"]]
    assert [each["looked_after"] for each in found["engagements"]] == [False, False, True]
    assert [each["partners"] for each in found["engagements"]] == [["TO"], ["WS"], []]
    assert ids(found["commitments"]) == [late, undated]
    assert [each["overdue"] for each in found["commitments"]] == [True, False]
    (contact,) = found["contacts"]
    assert (contact["person"], contact["office_title"], contact["met_at"]) == (met, "Director Plans", over["id"])
    assert contact["email"] == "someone@example.org"
    assert [(each["title"], each["person"]) for each in found["partner_offices"]] == [
        ("Chief of Staff", chief["person"])
    ]
    assert (found["cut_off"], found["marking"]) == ([], "UNCLASSIFIED")
    assert ids(pack(api, at, months=24)["engagements"]) != ids(found["engagements"])
    assert pack(api, at, on=day(25))["offices"][0]["holder"]["person"] == following["person"]


def test_a_pack_holds_what_its_reader_may_see(api: Api, documents: Documents) -> None:
    at = post(documents, "TO")
    low = api.as_("reader", "UNCLASSIFIED")
    seen = documents.visit(starts_on=day(-40), ends_on=day(-39), partners=["TO"])
    met = documents.make("people", partner="TO")["id"]
    api.make(f"/visits/{seen['id']}/participants", {"person": met})
    before = pack(low, at)
    hidden = {"classification": "RESTRICTED"}
    documents.visit(starts_on=day(3), ends_on=day(3), partners=["TO"], post=at["id"], **hidden)
    documents.make("commitments", partner="TO", **hidden)
    later = documents.visit(starts_on=day(-2), ends_on=day(-2), partners=["TO"], **hidden)
    api.make(f"/visits/{later['id']}/participants", {"person": met})
    api.make(f"/visits/{seen['id']}/participants", {"person": documents.make("people", partner="TO")["id"], **hidden})
    assert pack(low, at) == before
    answer = api.get(f"/posts/{at['id']}/handover")
    assert answer.headers["x-marking"] == answer.json()["marking"] == "RESTRICTED"
    assert (
        answer.json()["contacts"][1]["met_at"] == later["id"] or answer.json()["contacts"][0]["met_at"] == later["id"]
    )


def test_a_pack_is_entered_as_an_export(api: Api, documents: Documents) -> None:
    at = post(documents, "TO")
    hidden = documents.make("commitments", partner="TO", classification="RESTRICTED")
    pack(api, at)
    entries = [each for each in api.as_("auditor").items("/access-log") if each["event"] == "export"]
    assert len(entries) == 1
    assert entries[0]["detail"] == f"hand-over pack of {at['name']}"
    assert hidden["id"] in str(entries[0])
    problem(api.get("/posts/0190163d-8694-739b-aea5-966c26f8ad91/handover"), 404)
    assert faults(api.get(f"/posts/{at['id']}/handover?months=0")) == {("months", "range")}


def test_statements_do_not_grow_with_what_is_told(api: Api, documents: Documents, register: Register) -> None:
    at = post(documents, "TO")

    def asked(address: str) -> int:
        api.get(address)
        with recorded(register) as seen:
            api.get(address)
        return len([each for each in seen if "set_config" not in each])

    def fill() -> Any:
        tour(documents, office(documents, at), -10)
        visit = documents.visit(
            starts_on=day(3), ends_on=day(4), partners=["TO"], post=at["id"], itinerary=[{"place": "HQ"}] * 3
        )
        for _ in range(3):
            api.make(f"/visits/{visit['id']}/participants", {"person": documents.make("people", partner="TO")["id"]})
        documents.make("commitments", partner="TO")
        return visit

    first = fill()
    addresses = ["/coverage/attaches", f"/posts/{at['id']}/handover", f"/visits/{first['id']}/itinerary"]
    before = [asked(each) for each in addresses]
    for _ in range(3):
        fill()
    assert [asked(each) for each in addresses] == before
    assert max(before) <= 16


STEPS = [
    {
        "starts_at": "2026-11-30T20:00:00Z",
        "ends_at": "2026-11-30T21:00:00Z",
        "place": "Headquarters",
        "activity": "Talks",
    },
    {"starts_at": "2026-12-01T22:30:00Z", "timezone": "Pacific/Niue", "place": "Alofi"},
    {"place": "To be arranged"},
]


def test_an_itinerary_in_local_times(api: Api, documents: Documents) -> None:
    at = documents.make("posts")
    visit = documents.visit(timezone="Pacific/Tongatapu", itinerary=STEPS, post=at["id"], delegation_size=4)
    ours, theirs = documents.make("people")["id"], documents.make("people")["id"]
    api.make(f"/visits/{visit['id']}/participants", {"person": ours, "side": "home", "role": "head"})
    api.make(f"/visits/{visit['id']}/participants", {"person": theirs, "office_title": "Chief of Staff"})
    found = api.read(f"/visits/{visit['reference']}/itinerary")
    first, second, third = found["steps"]
    assert (first["local_date"], first["local_start"], first["local_end"]) == ("2026-12-01", "09:00", "10:00")
    assert (first["timezone"], first["utc_offset"]) == ("Pacific/Tongatapu", "+13:00")
    assert (second["local_date"], second["local_start"], second["utc_offset"]) == ("2026-12-01", "11:30", "-11:00")
    assert second["home_start"] == "2026-12-02 11:30"
    assert (third["local_start"], third["place"]) == (None, "To be arranged")
    assert [(each["code"], each["step"]) for each in found["warnings"]] == [("no_time", 2)]
    assert (ids(found["delegation"], "person"), ids(found["counterparts"], "person")) == ([ours], [theirs])
    assert (found["post"]["id"], found["post"]["name"]) == (at["id"], at["name"])
    assert found["principal"]["office"] == "Chief of Defence Force"
    assert found["delegation_size"] == 4


def test_an_inbound_visit_brings_theirs(api: Api, documents: Documents) -> None:
    chief, held = documents.make("people"), documents.make("offices", title="Chief of Staff")
    visit = documents.visit(direction="inbound", principal=chief["id"], principal_office=held["id"])
    theirs = documents.make("people")["id"]
    api.make(f"/visits/{visit['id']}/participants", {"person": theirs})
    found = api.read(f"/visits/{visit['id']}/itinerary")
    assert (ids(found["delegation"], "person"), found["counterparts"]) == ([theirs], [])
    assert found["principal"] == {
        "person": chief["id"],
        "name": chief["name"],
        "rank": chief["rank"],
        "office": "Chief of Staff",
    }
    assert (found["post"], found["steps"], found["warnings"]) == (None, [], [])


def test_what_looks_wrong_is_told_and_stands_in_nobodys_way(api: Api, documents: Documents) -> None:
    steps = [
        {"starts_at": "2026-11-30T20:00:00Z", "ends_at": "2026-11-30T21:00:00Z"},
        {"starts_at": "2026-11-30T20:30:00Z", "timezone": "Pacific/Tongatapu"},
        {"starts_at": "2026-11-30T20:10:00Z", "timezone": "Pacific/Tongatapu"},
        {"starts_at": "2026-12-24T20:10:00Z", "timezone": "Pacific/Tongatapu"},
    ]
    visit = documents.visit(itinerary=steps)
    warned = [(each["code"], each["step"]) for each in api.read(f"/visits/{visit['id']}/itinerary")["warnings"]]
    assert warned == [("no_time_zone", 0), ("overlap", 1), ("out_of_order", 2), ("outside_dates", 3)]
    assert faults(api.patch(f"/visits/{visit['id']}", {"itinerary": [{"timezone": "Moon/Base"}]})) == {
        ("/itinerary/0/timezone", "time_zone")
    }


def test_an_itinerary_names_whom_its_reader_may_know_of(api: Api, documents: Documents) -> None:
    visit = documents.visit()
    low = api.as_("reader", "UNCLASSIFIED")
    before = low.get(f"/visits/{visit['id']}/itinerary").content
    person = documents.make("people")["id"]
    api.make(f"/visits/{visit['id']}/participants", {"person": person, "classification": "RESTRICTED"})
    assert low.get(f"/visits/{visit['id']}/itinerary").content == before
    assert api.get(f"/visits/{visit['id']}/itinerary").headers["x-marking"] == "RESTRICTED"
    hidden = documents.visit(classification="RESTRICTED")
    problem(low.get(f"/visits/{hidden['id']}/itinerary"), 404)
    problem(api.get(f"/visits/{documents.make('exercises')['id']}/itinerary"), 404)


def test_holidays_of_home_and_partners(api: Api) -> None:
    answer = api.get(
        "/holidays", params={"country": ["nz", "JP"], "during_from": "2026-12-24", "during_to": "2027-01-02"}
    )
    home, japan = answer.json()["items"]
    assert (home["country"], home["region"], home["known"]) == ("NZ", "WGN", True)
    assert [each["day"] for each in home["holidays"]] == [
        "2026-12-25",
        "2026-12-26",
        "2026-12-28",
        "2027-01-01",
        "2027-01-02",
    ]
    assert [each["name"] for each in japan["holidays"]] == ["New Year's Day"]
    assert api.read("/holidays")["items"][0]["country"] == "NZ"
    auckland = api.read("/holidays", region="AUK", during_from="2026-01-26", during_to="2026-01-26")
    assert [each["name"] for each in auckland["items"][0]["holidays"]] == ["Auckland Anniversary Day"]
    unknown = api.read("/holidays", country="ZZ")["items"][0]
    assert (unknown["known"], unknown["holidays"], unknown["regions"]) == (False, [], [])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("during_from=2026-01-02&during_to=2026-01-01", {("during_to", "before_start")}),
        ("during_from=2026-01-02&during_to=2030-01-01", {("during_to", "range")}),
        ("region=XX", {("region", "not_allowed")}),
        ("country=NZ&country=AU&region=QLD", {("region", "not_allowed")}),
        ("country=NZL", {("country", "too_long"), ("country", "format")}),
    ],
)
def test_wrong_questions_of_holidays(api: Api, query: str, expected: set[Any]) -> None:
    found = faults(api.get(f"/holidays?{query}"))
    assert found
    assert found <= expected


def test_working_days_around_an_engagement(api: Api, documents: Documents) -> None:
    visit = documents.visit(starts_on="2026-12-14", ends_on="2026-12-18", country="TO", partners=["TO", "JP"])
    found = api.read(f"/visits/{visit['id']}/working-days")
    report = found["report"]
    assert (report["due_on"], report["counted_from"], report["working_days"]) == ("2027-01-07", "2026-12-18", 10)
    assert [each["day"] for each in report["skipped"]] == [
        "2026-12-25",
        "2026-12-26",
        "2026-12-28",
        "2027-01-01",
        "2027-01-02",
        "2027-01-04",
    ]
    assert (found["first"], found["last"]) == ("2026-12-14", "2027-01-07")
    assert [each["country"] for each in found["countries"]] == ["NZ", "TO", "JP"]
    assert "New Year's Day" in [each["name"] for each in found["countries"][2]["holidays"]]
    assert api.read(f"/engagements/{visit['reference']}/working-days") == found
    problem(
        api.as_("reader", "UNCLASSIFIED").get(
            f"/visits/{documents.visit(classification='RESTRICTED')['id']}/working-days"
        ),
        404,
    )


def test_working_days_of_what_has_no_end(api: Api, documents: Documents) -> None:
    deployment = documents.make("deployments", starts_on="2020-01-01", ends_on=None)
    found = api.read(f"/deployments/{deployment['id']}/working-days")
    assert (found["report"]["due_on"], found["report"]["skipped"], found["report"]["working_days_left"]) == (
        None,
        [],
        None,
    )
    assert found["last"] == "2021-01-01"
