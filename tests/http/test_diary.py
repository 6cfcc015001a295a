"""What is published of papers and days: the register of briefings, and the diary of an office or a person."""

import csv
from typing import Any

import pytest

from support.client import Api
from support.days import AT_HOME
from support.documents import Documents
from support.problems import faults

NOWHERE = "0190163d-8694-739b-aea5-966c26f8ad91"


def today() -> str:
    return AT_HOME.isoformat()


def table(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()))


def cleared(api: Api, documents: Documents, **changes: Any) -> Any:
    made = documents.make("briefings", **changes)
    path = f"/briefings/{made['id']}/transitions"
    assert api.post(path, {"to": "submitted"}).status_code == 200
    assert api.as_("approver").post(path, {"to": "cleared"}).status_code == 200
    return made


def register(api: Api, **params: Any) -> Any:
    return api.get("/briefings/register", params={"from": today(), "to": today(), **params})


def test_the_register_tells_what_was_given_to_whom(api: Api, documents: Documents) -> None:
    visit = documents.visit()
    minister, desk, writer = [documents.make(each) for each in ("offices", "offices", "people")]
    made = cleared(
        api,
        documents,
        title="=SUM(A1)",
        engagement=visit["id"],
        audience_office=minister["id"],
        author_office=desk["id"],
        author=writer["id"],
    )
    documents.make("briefings")  # a draft is given to nobody
    answer = register(api)
    (row,) = table(answer)
    assert row["given_on"] == today()
    assert row["title"] == "'=SUM(A1)"
    assert (row["given_to"], row["from_office"]) == (minister["title"], desk["title"])
    assert (row["author"], row["engagement"], row["partner"]) == (writer["name"], visit["reference"], "Tonga")
    assert (row["type"], row["marking"]) == ("advice", "UNCLASSIFIED")
    assert answer.headers["content-disposition"].startswith('attachment; filename="briefings-')
    entry = api.as_("auditor").items("/access-log", event="export")[0]
    assert entry["detail"] == f"register of briefings from {today()} to {today()}"
    assert api.delete(f"/briefings/{made['id']}").status_code == 204
    assert table(register(api)) == []


def test_the_register_holds_only_what_the_caller_may_see(api: Api, documents: Documents) -> None:
    cleared(api, documents, classification="RESTRICTED", title="Hidden")
    cleared(api, documents, title="Shown")
    assert register(api).headers["x-marking"] == "RESTRICTED"
    answer = register(api.as_("reader", "UNCLASSIFIED"))
    assert [each["title"] for each in table(answer)] == ["Shown"]
    assert answer.headers["x-marking"] == "UNCLASSIFIED"


def test_the_register_is_asked_for_days(api: Api) -> None:
    assert faults(api.get("/briefings/register")) == {("from", "required"), ("to", "required")}
    assert faults(register(api, **{"from": "2026-02-02", "to": "2026-02-01"})) == {("to", "before_start")}
    assert faults(register(api, more="1")) == {("more", "unknown_parameter")}
    assert table(register(api, **{"from": "1900-01-01", "to": "2200-12-31"})) == []
    assert api.get("/briefings/register", headers={"Accept": "application/json"}).status_code == 406
    assert register(api.anonymous()).status_code == 401


@pytest.fixture
def minister(documents: Documents) -> Any:
    """An office, and the person who holds it."""
    person, office = documents.make("people"), documents.make("offices")
    documents.make("appointments", person=person["id"], office=office["id"], starts_on="2020-01-01", ends_on=None)
    return {"person": person["id"], "office": office["id"], "title": office["title"]}


def held(api: Api, documents: Documents, minister: Any, **changes: Any) -> Any:
    visit = documents.visit(**changes)
    api.make(f"/visits/{visit['id']}/participants", {"person": minister["person"], "side": "home"})
    return visit


def test_a_diary_tells_date_times_place_and_who_with(api: Api, documents: Documents, minister: Any) -> None:
    visit = held(
        api,
        documents,
        minister,
        starts_on="2026-11-10",
        ends_on="2026-11-11",
        starts_at="2026-11-09T20:30:00Z",
        ends_at="2026-11-10T02:00:00Z",
        timezone="Pacific/Tongatapu",
        venue="Ministry",
        city="Nuku'alofa",
        country="TO",
        partners=["TO"],
        principal=None,
    )
    guest = documents.make("people")
    theirs = {"person": guest["id"], "side": "partner", "office_title": "Minister of Defence"}
    api.make(f"/visits/{visit['id']}/participants", theirs)
    for asked in ({"office": minister["office"]}, {"person": minister["person"]}):
        answer = api.read("/diary", month="2026-11", **asked)
        (entry,) = answer["entries"]
        assert (entry["date"], entry["until"], entry["start"], entry["finish"]) == (
            "2026-11-10",
            "2026-11-11",
            "09:30",
            "15:00",
        )
        assert entry["place"] == "Ministry, Nuku'alofa, Tonga"
        assert entry["who_with"] == ["Tonga", f"{guest['name']} (Minister of Defence)"]
        assert (entry["portfolio"], entry["reference"]) == (minister["title"], visit["reference"])
        assert api.read("/diary", month="2026-12", **asked)["entries"] == []
        (row,) = table(api.get("/diary", params={"month": "2026-11", "format": "csv", **asked}))
        assert (row["who_with"], row["start"]) == (f"Tonga; {guest['name']} (Minister of Defence)", "09:30")
        accepted = {"params": {"month": "2026-11", **asked}, "headers": {"Accept": "text/csv"}}
        assert table(api.get("/diary", **accepted)) == [row]
    assert api.as_("auditor").items("/access-log", event="export")[0]["detail"] == "diary of 2026-11"


def test_a_diary_holds_principals_and_leaves_out_what_does_not_take_place(
    api: Api, documents: Documents, minister: Any
) -> None:
    led = documents.visit(principal=minister["person"], starts_on="2026-10-30", ends_on="2026-11-02")
    for status in ("proposed", "postponed", "cancelled"):
        held(api, documents, minister, starts_on="2026-11-10", ends_on=None, status=status, principal=None)
    gone = held(api, documents, minister, starts_on="2026-11-12", ends_on=None, principal=None)
    api.delete(f"/visits/{gone['id']}")
    found = api.read("/diary", month="2026-11", person=minister["person"])["entries"]
    assert [each["engagement"] for each in found] == [led["id"]]


def test_a_diary_holds_only_what_the_caller_may_see(api: Api, documents: Documents, minister: Any) -> None:
    day = {"starts_on": "2026-11-10", "ends_on": None, "principal": None}
    held(api, documents, minister, **day, classification="RESTRICTED")
    open_one = documents.visit(**day)
    own = {"person": minister["person"], "side": "home", "classification": "RESTRICTED"}
    api.make(f"/visits/{open_one['id']}/participants", own)
    asked = {"month": "2026-11", "office": minister["office"]}
    assert len(api.read("/diary", **asked)["entries"]) == 2
    below = api.as_("reader", "UNCLASSIFIED").get("/diary", params=asked)
    assert (below.json()["entries"], below.headers["x-marking"]) == ([], "UNCLASSIFIED")


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, {("month", "required")}),
        ({"month": "2026-11"}, {("office", "required")}),
        ({"month": "2026-11", "office": NOWHERE, "person": NOWHERE}, {("office", "required")}),
        ({"month": "2026-13", "office": NOWHERE}, {("month", "pattern")}),
        ({"month": "2026-11\n", "office": NOWHERE}, {("month", "too_long")}),
        ({"month": "2026-11", "office": "x"}, {("office", "pattern")}),
        ({"month": "2026-11", "office": NOWHERE, "format": "pdf"}, {("format", "not_allowed")}),
        ({"month": "2026-11", "office": NOWHERE, "x": "1"}, {("x", "unknown_parameter")}),
    ],
)
def test_what_is_no_diary_is_refused(api: Api, params: Any, expected: Any) -> None:
    assert faults(api.get("/diary", params=params)) == expected


def test_an_unknown_office_has_no_diary(api: Api) -> None:
    assert api.read("/diary", month="2199-12", office=NOWHERE)["entries"] == []
