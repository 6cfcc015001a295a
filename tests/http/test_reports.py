"""Reports of engagements: when they are due, who submits them, and what their readers may know."""

from datetime import timedelta
from typing import Any

import pytest

from app.core.workingdays import add_working_days
from support.client import Api
from support.days import AT_HOME as TODAY
from support.documents import Documents
from support.problems import faults, problem

REPORT = {"tone": "warm", "summary": "It went well."}


def over(documents: Documents, days: int = 1, **changes: Any) -> Any:
    """A visit that ended so many days ago."""
    day = (TODAY - timedelta(days=days)).isoformat()
    return documents.visit(starts_on=day, ends_on=day, **changes)


def found(api: Api, report: str, **asked: Any) -> set[str]:
    return {each["id"] for each in api.items("/engagements", report=report, limit=200, **asked)}


def submit(api: Api, visit: Any, **changes: Any) -> Any:
    at = f"/visits/{visit['id']}/report"
    assert api.put(at, REPORT | changes).status_code in (200, 201)
    answer = api.post(f"{at}/transitions", {"to": "submitted"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_report_is_due_ten_working_days_after_the_end(documents: Documents) -> None:
    visit = documents.visit(starts_on="2026-12-14", ends_on="2026-12-18")
    assert visit["report_due_on"] == "2027-01-07"


def test_it_follows_the_dates_and_the_state(api: Api, documents: Documents) -> None:
    visit = documents.visit(starts_on="2026-06-01", ends_on="2026-06-05")
    at = f"/visits/{visit['id']}"
    assert visit["report_due_on"] == "2026-06-19"
    assert api.change(at, {"ends_on": "2026-07-03"})["report_due_on"] == "2026-07-20"  # over Matariki
    assert api.change(at, {"date_precision": "quarter"})["report_due_on"] == "2026-10-14"
    assert api.change(at, {"report_expected": False})["report_due_on"] is None
    api.change(at, {"report_expected": True, "date_precision": "day"})
    moved = api.post(f"{at}/transitions", {"to": "cancelled", "reason": "weather_or_disaster"}).json()
    assert moved["report_due_on"] is None
    assert api.post(f"{at}/transitions", {"to": "planned"}).json()["report_due_on"] == "2026-07-20"


def test_what_has_no_end_owes_none(api: Api, documents: Documents) -> None:
    deployment = documents.make("deployments", starts_on="2020-01-01", ends_on=None)
    assert deployment["report_due_on"] is None
    assert deployment["id"] not in found(api, "overdue") | found(api, "due")


def test_what_is_over_owes_one_until_it_is_submitted(api: Api, documents: Documents) -> None:
    fresh, old, ahead = over(documents), over(documents, 60), over(documents, -1)
    assert (found(api, "due"), found(api, "overdue")) == ({fresh["id"]}, {old["id"]})
    assert found(api, "none") >= {fresh["id"], old["id"], ahead["id"]}
    api.put(f"/visits/{old['id']}/report", REPORT)
    assert (found(api, "draft"), found(api, "overdue")) == ({old["id"]}, {old["id"]})
    for visit in (fresh, old):
        submit(api, visit)
    assert found(api, "due") == found(api, "overdue") == found(api, "draft") == set()
    assert found(api, "submitted") == {fresh["id"], old["id"]}


def test_the_last_day_in_time_is_the_day_it_is_due(api: Api, documents: Documents) -> None:
    days = (each for each in range(1, 60) if add_working_days(TODAY - timedelta(days=each), 10, "NZ", "WGN") >= TODAY)
    last = max(days)
    assert over(documents, last)["id"] in found(api, "due")
    assert over(documents, last + 1)["id"] in found(api, "overdue")


def test_what_is_called_off_or_only_proposed_owes_none(api: Api, documents: Documents) -> None:
    for status in ("proposed", "postponed", "cancelled"):
        assert over(documents, 60, status=status)["report_due_on"] is None
    assert over(documents, 60, report_expected=False)["report_due_on"] is None
    assert found(api, "overdue") == found(api, "due") == set()


def test_a_withdrawn_report_counts_as_none(api: Api, documents: Documents) -> None:
    visit = over(documents, 60)
    submit(api, visit)
    api.delete(f"/visits/{visit['id']}/report")
    assert visit["id"] in found(api, "overdue") & found(api, "none")
    api.post(f"/visits/{visit['id']}/report/restore")
    assert visit["id"] in found(api, "submitted")


def test_a_report_beyond_the_caller_is_as_none(api: Api, documents: Documents) -> None:
    visit = over(documents, 60)
    submit(api, visit, classification="RESTRICTED")
    low = api.as_("contributor", "UNCLASSIFIED")
    assert visit["id"] in found(low, "overdue") & found(low, "none")
    assert visit["id"] in found(api, "submitted")
    assert visit["id"] not in found(api, "overdue") | found(api, "none")
    assert low.read(f"/visits/{visit['id']}")["version"] == visit["version"]
    api.change(f"/visits/{visit['id']}", {"report_expected": False})  # says nothing of the one that is hidden
    assert visit["id"] not in found(low, "overdue")


def test_it_is_submitted_once_it_says_something(api: Api, documents: Documents) -> None:
    at = f"/visits/{over(documents)['id']}/report"
    api.put(at, {})
    assert faults(api.post(f"{at}/transitions", {"to": "submitted"})) == {("/summary", "required")}
    api.put(at, {"outcomes": [{"title": "A third year"}]})
    report = api.post(f"{at}/transitions", {"to": "submitted"}).json()
    assert (report["state"], report["allowed_transitions"]) == ("submitted", ["draft"])
    assert report["submitted_at"] == report["updated_at"]
    assert report["submitted_by"].startswith("contributor")
    problem(api.post(f"{at}/transitions", {"to": "submitted"}), 409)


def test_what_is_submitted_stays_as_it_is(api: Api, documents: Documents) -> None:
    visit = over(documents)
    at = f"/visits/{visit['id']}/report"
    submit(api, visit)
    for write in (
        lambda: api.put(at, {"tone": "tense"}),
        lambda: api.patch(at, {"tone": "tense"}),
        lambda: api.post(f"{at}/revert", {"to_version": 1}),
    ):
        answer = write()
        assert answer.status_code == 409 or answer.json()["tone"] == "warm"
    assert api.change(at, {"classification": "RESTRICTED"})["state"] == "submitted"
    api.delete(at)
    assert api.post(f"{at}/restore").json()["state"] == "submitted"


def test_it_is_opened_again_by_some_and_for_a_reason(api: Api, documents: Documents) -> None:
    visit = over(documents)
    at = f"/visits/{visit['id']}/report"
    submit(api, visit)
    again = {"to": "draft", "reason": "A name was wrong"}
    problem(api.post(f"{at}/transitions", again), 403)
    approver = api.as_("approver")
    assert faults(approver.post(f"{at}/transitions", {"to": "draft"})) == {("/reason", "required")}
    report = approver.post(f"{at}/transitions", again).json()
    assert (report["state"], report["submitted_at"], report["submitted_by"]) == ("draft", None, None)
    (last, *_) = api.items(f"{at}/history")
    assert (last["action"], last["reason"]) == ("transition", "A name was wrong")
    assert last["changes"] == {"state": ["submitted", "draft"]}
    assert api.change(at, {"tone": "cool"})["tone"] == "cool"


def test_a_move_is_held_against_its_version(api: Api, documents: Documents) -> None:
    at = f"/visits/{over(documents)['id']}/report"
    problem(api.post(f"{at}/transitions", {"to": "submitted"}), 404)
    api.put(at, REPORT)
    problem(api.post(f"{at}/transitions", {"to": "submitted"}, headers={"If-Match": '"2"'}), 412)
    assert faults(api.post(f"{at}/transitions", {"to": "lost", "x": 1})) == {
        ("/to", "not_allowed"),
        ("/x", "unknown_field"),
    }
    problem(api.as_("reader").post(f"{at}/transitions", {"to": "submitted"}), 403)
    api.delete(at)
    problem(api.post(f"{at}/transitions", {"to": "submitted"}), 409)


def test_no_outcome_stands_twice(api: Api, documents: Documents) -> None:
    at = f"/visits/{over(documents)['id']}/report"
    twice = {"outcomes": [{"title": "One"}, {"title": "Two"}, {"title": "One"}]}
    assert faults(api.put(at, twice)) == {("/outcomes/2/title", "duplicate")}


def test_its_engagement_is_touched(api: Api, documents: Documents) -> None:
    visit = over(documents)
    submit(api, visit)
    assert api.read(f"/visits/{visit['id']}")["version"] == visit["version"] + 2


@pytest.mark.parametrize("query", ["report=late", "report__not=", "report=due&report=late"])
def test_words_that_stand_for_nothing_are_refused(api: Api, query: str) -> None:
    assert {code for _, code in faults(api.get(f"/engagements?{query}"))} == {"not_allowed"}


def test_the_words_may_be_combined(api: Api, documents: Documents) -> None:
    fresh, old = over(documents), over(documents, 60)
    both = {each["id"] for each in api.items("/visits", report=["due", "overdue"])}
    assert both == {fresh["id"], old["id"]}
    assert {each["id"] for each in api.items("/visits", report__not="overdue")} == {fresh["id"]}
    assert api.read("/visits", report="overdue", count="exact", partner="TO", limit=1)["total"] == 1
    body = {"report": ["overdue"], "partner": ["TO", "AU"], "count": "exact"}
    assert api.post("/visits/query", body).json()["total"] == 1
