"""`POST /clashes/check`: which clashes an engagement would have, and nothing is kept."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core.ids import new_id
from support.client import Api
from support.documents import Documents
from support.problems import faults, problem

AT = "/clashes/check"


@pytest.fixture
def record(documents: Documents) -> Callable[..., dict[str, Any]]:
    """`record("2027-03-16", "AU")` is the document of a visit that nobody has recorded."""

    def made(day: str, country: str, **changes: Any) -> dict[str, Any]:
        place = {"country": country, "city": None, "partners": [country], "starts_on": day, "ends_on": day}
        return documents.of("visits", **{"principal_office": None, **place, **changes})

    return made


def checked(api: Api, **document: Any) -> Any:
    answer = api.post(AT, {"kind": "visit", **document})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_nothing_is_kept(
    api: Api,
    visit: Callable[..., Any],
    record: Callable[..., Any],
    minister: str,
    stored: Callable[[], dict[str, int]],
) -> None:
    tokyo = visit("2027-03-16", "JP", "Tokyo")
    before = stored()
    endorsed = {"classification": "RESTRICTED", "endorsements": ["POLICY"]}  # which no record bears
    answer = checked(api, record=record("2027-03-16", "AU", **endorsed), participants=[minister])
    assert stored() == before
    (item,) = answer["items"]
    assert (item["code"], item["severity"], item["person"]["id"]) == ("person_twice", "clash", minister)
    draft = {each["id"]: each for each in item["engagements"]}
    assert set(draft) == {None, tokyo["id"]}
    assert (draft[None]["reference"], draft[None]["address"], draft[None]["kind"]) == (None, None, "visit")
    assert "this engagement in AU" in item["detail"]
    assert (answer["from"], answer["to"], answer["marking"]) == ("2027-03-16", "2027-03-16", "POLICY RESTRICTED")
    assert api.read("/visits", count="exact")["total"] == 1


def test_it_tells_what_is_told_once_it_is_recorded(
    api: Api, visit: Callable[..., Any], record: Callable[..., Any], minister: str, documents: Documents
) -> None:
    post = documents.make("posts")["id"]
    documents.make("blackouts", starts_on="2027-05-01", ends_on="2027-05-09", lead=None)
    visit("2027-05-03", "JP", "Tokyo", post=post)
    visit("2027-05-04", "GB", "London")
    document = record("2027-05-04", "JP", principal=minister, post=post, ends_on="2027-05-05", starts_on="2027-05-03")
    before = checked(api, record=document)["items"]
    made = api.make("/visits", document)
    after = [
        each
        for each in api.items("/clashes", **{"from": "2027-05-01"})
        if made["id"] in [other["id"] for other in each["engagements"]]
    ]
    assert [(each["code"], each["severity"], each["starts_on"], each["ends_on"]) for each in before] == [
        (each["code"], each["severity"], each["starts_on"], each["ends_on"]) for each in after
    ]
    assert {each["code"] for each in before} == {"person_twice", "post_busy", "blackout", "partner_holiday"}


def test_only_its_own_clashes_are_told(api: Api, visit: Callable[..., Any], record: Callable[..., Any]) -> None:
    visit("2027-03-16", "JP")
    visit("2027-03-16", "AU")
    assert checked(api, record=record("2027-03-16", "FJ"))["items"] == []


def test_in_the_place_of_what_is_recorded(
    api: Api, visit: Callable[..., Any], record: Callable[..., Any], minister: str
) -> None:
    visit("2027-03-16", "JP", "Tokyo")
    made = visit("2027-04-22", "AU", "Sydney", principal=None, external_ref="A-1")
    api.make(f"/visits/{made['id']}/participants", {"person": minister, "side": "home"})
    moved = record("2027-03-16", "AU", city="Sydney", external_ref="A-1")
    for key in (made["id"], made["reference"].lower()):
        (item,) = checked(api, record=moved, instead_of=key)["items"]
        assert (item["code"], item["person"]["id"]) == ("person_twice", minister)
    assert checked(api, record=moved, instead_of=made["id"], participants=[])["items"] == []
    # Beside itself it would be in two places; in its own place it is not.
    beside = record("2027-04-22", "NZ")
    assert len(checked(api, record=beside, participants=[minister])["items"]) == 1
    assert checked(api, record=beside, participants=[minister], instead_of=made["id"])["items"] == []


def test_an_office_may_take_part(api: Api, record: Callable[..., Any], documents: Documents) -> None:
    office = api.make("/offices", {"title": "Chief of Army", "partner": "NZ"})["id"]
    documents.visit(starts_on="2027-03-16", ends_on="2027-03-16", country="JP", principal_office="Chief of Army")
    (item,) = checked(api, record=record("2027-03-16", "AU"), participants=[office])["items"]
    assert (item["code"], item["office"]["title"]) == ("delegation_twice", "Chief of Army")


def test_one_who_was_merged_is_who_they_are_now(
    api: Api, visit: Callable[..., Any], record: Callable[..., Any], minister: str
) -> None:
    visit("2027-03-16", "JP")
    twin = api.make("/people", {"name": "A. Ngata"})["id"]
    assert api.as_("administrator").post(f"/people/{twin}/merge", {"into": minister}).status_code == 200
    (item,) = checked(api, record=record("2027-03-16", "AU"), participants=[twin])["items"]
    assert item["person"]["id"] == minister


@pytest.mark.parametrize("changes", [{"status": "cancelled"}, {"date_precision": "month"}])
def test_what_is_called_off_or_vague_is_in_nobodys_way(
    api: Api, visit: Callable[..., Any], record: Callable[..., Any], minister: str, changes: Any
) -> None:
    visit("2027-03-16", "JP")
    assert checked(api, record=record("2027-03-16", "AU", **changes), participants=[minister])["items"] == []


def test_every_kind_can_be_checked(api: Api, documents: Documents) -> None:
    for kind, path in {
        "bilateral_talks": "bilateral-talks",
        "dialogue": "dialogues",
        "exercise": "exercises",
        "deployment": "deployments",
    }.items():
        assert checked(api, kind=kind, record=documents.of(path))["more"] is False
    endless = documents.of("deployments", ends_on=None)
    assert checked(api, kind="deployment", record=endless)["items"] == []


def test_all_that_is_wrong_is_told_at_once(
    api: Api, record: Callable[..., Any], stored: Callable[[], dict[str, int]]
) -> None:
    before = stored()
    bad = record("2027-03-16", "ZZ", ends_on="2027-03-01", colour="red", classification="SECRET")
    sent = {"kind": "visit", "record": bad, "participants": [new_id()], "instead_of": "VIS-1999-0001"}
    assert faults(api.post(AT, sent)) == {
        ("/record/ends_on", "before_start"),
        ("/record/colour", "unknown_field"),
        ("/record/classification", "above_ceiling"),
        ("/record/country", "unknown_reference"),
        ("/record/partners/0/partner", "unknown_reference"),
        ("/participants/0", "unknown_reference"),
        ("/instead_of", "unknown_reference"),
    }
    assert stored() == before


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({}, {("/kind", "required"), ("/record", "required")}),
        ({"kind": "party", "record": {}}, {("/kind", "not_allowed")}),
        ({"kind": "visit", "record": []}, {("/record", "type")}),
        ({"kind": "visit", "record": {}, "id": "x"}, {("/id", "unknown_field"), *(
            (f"/record/{each}", "required") for each in ("title", "direction", "starts_on")
        )}),
        ([], {("", "type")}),
    ],
)  # fmt: skip
def test_what_is_no_check(api: Api, sent: Any, wrong: set[tuple[str, str]]) -> None:
    assert faults(api.post(AT, sent)) >= wrong


def test_who_may_not_see_something_is_not_told_of_it(
    api: Api, visit: Callable[..., Any], record: Callable[..., Any], minister: str
) -> None:
    below = api.as_("contributor", "UNCLASSIFIED")
    hidden = visit("2027-03-16", "JP", classification="RESTRICTED")
    sent = {"kind": "visit", "record": record("2027-03-16", "AU"), "participants": [minister]}
    assert below.post(AT, sent).json()["items"] == []
    told = [below.post(AT, sent | {"instead_of": key}).json() for key in (hidden["id"], new_id())]
    assert [each["errors"][0]["code"] for each in told] == ["unknown_reference"] * 2
    above = {"kind": "visit", "record": record("2027-03-16", "AU", classification="RESTRICTED")}
    assert faults(below.post(AT, above)) == {("/record/classification", "above_clearance")}


def test_whoever_reads_may_check_and_strangers_may_not(api: Api, record: Callable[..., Any]) -> None:
    sent = {"kind": "visit", "record": record("2027-03-16", "AU")}
    assert api.as_("reader").post(AT, sent).status_code == 200
    problem(api.anonymous().post(AT, sent), 401)
