"""How far we have come with a priority, and with a partner."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest

from app.overview.standing import standing
from support.client import Api
from support.documents import Documents
from support.problems import problem

ASSESSED = {"evidence": "The report says so.", "assessed_on": "2027-03-14"}


@pytest.fixture
def code(documents: Documents) -> str:
    targets = [
        {"partner": "AU", "cadence_months": 6},
        {"partner": "FJ", "cadence_months": 12, "level": "senior_officials"},
        {"region": "Melanesia", "cadence_months": 3},
        {"region": "Asia", "cadence_months": 24},
    ]
    made = documents.make("priorities", targets=targets, target_cadence_months=1, target_level=None)
    return made["code"]  # type: ignore[no-any-return]


@pytest.fixture
def meet(documents: Documents, code: str) -> Callable[..., Any]:
    """`meet("2027-01-10", "AU")` records a visit that serves the priority."""

    def made(starts_on: str, *partners: str, **changes: Any) -> Any:
        usual = {"level": None, "priorities": [code], "status": "planned"}
        return documents.visit(starts_on=starts_on, ends_on=starts_on, partners=list(partners), **usual | changes)

    return made


def targets(api: Api, code: str) -> dict[str | None, tuple[str | None, str | None, str]]:
    """By partner or region: the days of the last and the next engagement, and how it stands."""
    found = api.read(f"/priorities/{code}/progress")["targets"]
    return {
        each["partner"] or each["region"]: (
            *(None if each[name] is None else each[name]["starts_on"] for name in ("last", "next")),
            each["standing"],
        )
        for each in found
    }


@pytest.mark.parametrize(
    ("months", "due_on", "following", "expected"),
    [
        (6, None, None, "none"),
        (6, None, "2027-09-01", "on_track"),
        (6, "2027-03-14", None, "overdue"),
        (6, "2027-03-14", "2027-03-16", "overdue"),
        (6, "2027-03-15", None, "due"),
        (6, "2027-04-15", None, "due"),
        (6, "2027-04-16", None, "on_track"),
        (6, "2027-04-15", "2027-04-15", "on_track"),
        (6, "2027-04-15", "2027-04-16", "due"),
        (12, "2027-06-15", None, "due"),
        (12, "2027-06-16", None, "on_track"),
        (1, "2027-04-15", None, "due"),
    ],
)
def test_how_it_stands_on_a_day(months: int, due_on: str | None, following: str | None, expected: str) -> None:
    days = (None if each is None else date.fromisoformat(each) for each in (due_on, following))
    assert standing(months, *days, date(2027, 3, 15)) == expected


def test_a_target_is_held_against_what_was_and_what_is_planned(api: Api, code: str, meet: Callable[..., Any]) -> None:
    meet("2026-09-01", "AU")
    meet("2026-10-01", "AU")
    meet("2027-08-01", "AU")
    meet("2027-06-01", "AU")
    meet("2026-12-20", "FJ")
    assert targets(api, code) == {
        None: ("2026-12-20", "2027-06-01", "overdue"),
        "AU": ("2026-10-01", "2027-06-01", "due"),
        "FJ": (None, None, "none"),  # the level of that meeting is not told
        "Melanesia": ("2026-12-20", None, "due"),
        "Asia": (None, None, "none"),
    }
    first, *_ = api.read(f"/priorities/{code}/progress")["targets"]
    assert first["due_on"] == "2027-01-20"


@pytest.mark.parametrize(
    ("level", "counts"),
    [("ministerial", True), ("principal", True), ("senior_officials", True), ("working", False), (None, False)],
)
def test_what_is_lower_than_called_for_does_not_count(
    api: Api, code: str, meet: Callable[..., Any], level: str | None, counts: bool
) -> None:
    meet("2027-03-01", "FJ", level=level)
    assert targets(api, code)["FJ"] == (("2027-03-01", None, "on_track") if counts else (None, None, "none"))


@pytest.mark.parametrize(
    ("starts_on", "status", "expected"),
    [
        ("2027-03-15", "planned", "done"),
        ("2027-03-15", "confirmed", "done"),
        ("2027-03-16", "confirmed", "planned"),
        ("2027-03-16", "in_progress", "done"),
        ("2027-03-16", "proposed", "planned"),
        ("2027-03-14", "proposed", None),
        ("2027-03-14", "completed", "done"),
        ("2027-03-14", "cancelled", None),
        ("2027-03-14", "postponed", None),
        ("2027-03-16", "cancelled", None),
    ],
)
def test_what_was_held_and_what_is_to_come(
    api: Api, code: str, meet: Callable[..., Any], starts_on: str, status: str, expected: str | None
) -> None:
    meet(starts_on, "AU", status=status)
    counts = {"done": 0, "planned": 0} | ({} if expected is None else {expected: 1})
    assert api.read(f"/priorities/{code}/progress")["engagements"] == counts
    assert api.read("/partners/AU/progress")["engagements"] == counts


def test_it_is_told_by_the_day(api: Api, code: str, meet: Callable[..., Any], on: Callable[[str], None]) -> None:
    meet("2027-03-16", "AU")
    assert targets(api, code)["AU"] == (None, "2027-03-16", "on_track")
    on("2027-03-16")
    assert targets(api, code)["AU"] == ("2027-03-16", None, "on_track")
    on("2027-09-17")
    assert targets(api, code)["AU"] == ("2027-03-16", None, "overdue")
    assert api.read(f"/priorities/{code}/progress")["as_of"] == "2027-09-17"


def test_objectives_by_assessment(api: Api, code: str, meet: Callable[..., Any], documents: Documents) -> None:
    for partner, assessments in (("AU", ["achieved", "achieved", None]), ("FJ", ["too_early", "not_achieved"])):
        visit = meet("2027-03-01", partner)
        for each in assessments:
            said = {} if each is None else {**ASSESSED, "assessment": each}
            api.make(f"/visits/{visit['id']}/objectives", documents.of("objectives", priorities=[code], **said))
        api.make(
            f"/visits/{visit['id']}/objectives",
            documents.of("objectives", priorities=[], assessment="partly_achieved", **ASSESSED),
        )
    gone = meet("2027-03-02", "AU", status="cancelled")
    api.make(f"/visits/{gone['id']}/objectives", documents.of("objectives", priorities=[code]))
    none = {"partly_achieved": 0, "too_early": 0, "not_achieved": 0}
    assert api.read(f"/priorities/{code}/progress")["objectives"] == {
        "total": 5, "achieved": 2, "not_assessed": 1, **none, "too_early": 1, "not_achieved": 1,
    }  # fmt: skip
    assert api.read("/partners/au/progress")["objectives"] == {
        "total": 4, "achieved": 2, "not_assessed": 1, **none, "partly_achieved": 1,
    }  # fmt: skip


def test_a_partner_against_every_priority_that_names_it(
    api: Api, code: str, meet: Callable[..., Any], documents: Documents
) -> None:
    other = documents.make("priorities", targets=[{"partner": "AU", "cadence_months": 24}])["code"]
    documents.make("priorities", targets=[{"partner": "AU", "cadence_months": 1}], status="superseded")
    meet("2027-03-01", "AU")
    meet("2027-04-01", "AU", priorities=[other])
    answer = api.read("/partners/AU/progress")
    assert (answer["partner"], answer["name"]) == ("AU", "Australia")
    assert [(each["priority"], each["standing"]) for each in answer["priorities"]] == [
        (code, "on_track"), (other, "on_track"),
    ]  # fmt: skip
    last, following = answer["priorities"][0]["last"], answer["priorities"][1]["next"]
    assert (last["starts_on"], following["starts_on"]) == ("2027-03-01", "2027-04-01")


def test_a_merged_partner_leads_on(api: Api, documents: Documents) -> None:
    old, kept = (documents.make("partners")["code"] for _ in range(2))
    documents.visit(partners=[old], starts_on="2027-03-01", ends_on="2027-03-01")
    assert api.as_("approver").post(f"/partners/{old}/merge", {"into": kept}).status_code == 200
    answer = api.read(f"/partners/{old}/progress")
    assert (answer["partner"], answer["engagements"]["done"]) == (kept, 1)


def test_only_what_the_caller_may_see(api: Api, code: str, meet: Callable[..., Any], documents: Documents) -> None:
    below = api.as_("reader", "UNCLASSIFIED")
    visit = meet("2027-01-01", "AU")
    addresses = (f"/priorities/{code}/progress", "/partners/AU/progress")
    before = [(below.get(each).content, below.get(each).headers["etag"]) for each in addresses]
    hidden = {"classification": "RESTRICTED"}
    later = meet("2027-03-01", "AU", **hidden)
    for at in (visit, later):
        api.make(f"/visits/{at['id']}/objectives", documents.of("objectives", priorities=[code], **hidden))
    assert [(below.get(each).content, below.get(each).headers["etag"]) for each in addresses] == before
    for each in addresses:
        answer = api.get(each)
        assert answer.headers["x-marking"] == answer.json()["marking"] == "RESTRICTED"
        assert answer.json()["objectives"]["total"] == 2
        assert below.get(each).headers["x-marking"] == "UNCLASSIFIED"


def test_they_cost_the_same_however_many(
    api: Api,
    code: str,
    meet: Callable[..., Any],
    documents: Documents,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    for number in range(3):
        visit = meet(f"2027-03-0{number + 1}", "AU", "FJ", "SG")
        api.make(f"/visits/{visit['id']}/objectives", documents.of("objectives", priorities=[code]))
        documents.make("priorities", targets=[{"partner": "AU", "cadence_months": 6}])
        for at, budget in ((f"/priorities/{code}/progress", 5), ("/partners/AU/progress", 6)):
            api.read(at)
            with statements() as seen:
                api.read(at)
            assert len(seen) == budget, seen


def test_what_is_not_there_has_no_progress(api: Api, code: str) -> None:
    problem(api.get("/priorities/PRI-999/progress"), 404)
    problem(api.get("/partners/ZZ/progress"), 404)
    problem(api.get(f"/priorities/{code}/progress?limit=1"), 422)
