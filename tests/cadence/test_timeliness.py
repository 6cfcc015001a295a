"""What was promised and kept, how long approvals took, and which reports are late."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.access.register import Register
from app.access.work import Work
from app.core.columns import table_of
from app.core.workingdays import working_days_between
from app.models import Approval, Report
from support.client import Api
from support.documents import Documents
from support.problems import faults
from support.recording import operating

Meet = Callable[..., Any]
NOW = datetime(2027, 3, 15, 0, 0, tzinfo=UTC)
NONE = {"kept": 0, "kept_late": 0, "broken": 0, "open": 0, "overdue": 0}


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The instant that the register takes for now is of the day that it takes for today."""
    made = Work.__init__

    def init(self: Work, *arguments: Any, **named: Any) -> None:
        made(self, *arguments, **named)
        self.now = NOW

    monkeypatch.setattr(Work, "__init__", init)


def told(api: Api, part: str, **asked: Any) -> Any:
    return api.read("/timeliness", **asked)[part]


def test_commitments_by_side_and_what_became_of_them(api: Api, documents: Documents) -> None:
    for changes in (
        {"owed_by": "home", "status": "kept", "due_on": "2027-01-31", "closed_on": "2027-01-31"},
        {"owed_by": "home", "status": "kept", "due_on": "2027-01-31", "closed_on": "2027-02-01"},
        {"owed_by": "home", "status": "kept", "due_on": "2026-01-31", "closed_on": "2026-03-14"},  # too early
        {"owed_by": "home", "status": "withdrawn", "due_on": "2027-01-31", "closed_on": "2027-02-01"},
        {"owed_by": "home", "status": "open", "due_on": "2027-03-14"},
        {"owed_by": "home", "status": "open", "due_on": "2027-03-15"},
        {"owed_by": "partner", "status": "broken", "due_on": "2026-03-15", "closed_on": None},
        {"owed_by": "partner", "status": "open", "due_on": None},
    ):
        documents.make("commitments", **{"made_on": "2025-01-01", **changes})
    home = {"kept": 2, "kept_late": 1, "broken": 0, "open": 2, "overdue": 1}
    partner = {**NONE, "broken": 1, "open": 1}
    together = {"kept": 2, "kept_late": 1, "broken": 1, "open": 3, "overdue": 1}
    assert told(api, "commitments") == {**together, "by_side": {"home": home, "partner": partner}}
    earlier = told(api, "commitments", **{"from": "2026-03-14", "to": "2026-03-14"})
    assert (earlier["kept"], earlier["broken"], earlier["open"]) == (1, 0, 3)


@pytest.fixture
def approval(documents: Documents, register: Register) -> Callable[..., str]:
    """`approval(days=3)` is one that took three days, up to now; `approval(waits=3)` one that has waited so long."""

    def made(
        *,
        days: float | None = None,
        waits: float = 0,
        state: str = "granted",
        closed_at: datetime = NOW,
        **changes: Any,
    ) -> str:
        found = str(documents.approval(**changes)["id"])
        values: dict[str, Any] = {"created_at": NOW - timedelta(days=waits)}
        if days is not None:
            values = {"created_at": closed_at - timedelta(days=days), "closed_at": closed_at, "state": state}
        table = table_of(Approval)
        with operating(register) as connection:
            connection.execute(update(table).where(table.c.id == found).values(values))
        return found

    return made


def test_how_long_approvals_took_and_what_waits(api: Api, approval: Callable[..., str]) -> None:
    nothing = {
        "decided": 0, "median_days": None, "p90_days": None, "waiting": 0, "oldest_waiting_days": None,
    }  # fmt: skip
    assert told(api, "approvals")["by_level"]["senior_officials"] == nothing
    for days, state in ((1, "granted"), (2, "returned"), (4.5, "declined"), (30, "granted"), (9, "withdrawn")):
        approval(days=days, state=state)
    approval(waits=12)
    approval(waits=3.25)
    found = told(api, "approvals")
    counted = {"decided": 4, "median_days": 3.2, "p90_days": 30.0, "waiting": 2, "oldest_waiting_days": 12.0}
    assert found["by_level"] == {
        **dict.fromkeys(("ministerial", "principal", "working"), nothing), "senior_officials": counted,
    }  # fmt: skip
    assert {name: found[name] for name in counted} == counted
    assert found["complete"] is True


def test_approvals_of_days_at_home(api: Api, approval: Callable[..., str]) -> None:
    """It is the 16th in Wellington from 11 in the morning of the 15th in Greenwich, in summer."""
    approval(days=2, closed_at=datetime(2027, 3, 15, 10, 59, tzinfo=UTC))
    approval(days=2, closed_at=datetime(2027, 3, 15, 11, 0, tzinfo=UTC))
    counts = [told(api, "approvals", **{"from": day, "to": day})["decided"] for day in ("2027-03-15", "2027-03-16")]
    assert counts == [1, 1]


@pytest.fixture
def submit(api: Api, register: Register) -> Callable[..., None]:
    """`submit(visit, "2027-02-01")` hands its report in on that day."""

    def made(visit: Any, day: str, by: Api = api, **changes: Any) -> None:
        at = f"/visits/{visit['id']}/report"
        report = by.put(at, {"summary": "It went well.", **changes}).json()
        assert by.post(f"{at}/transitions", {"to": "submitted"}).status_code == 200
        table = table_of(Report)
        came = datetime.fromisoformat(f"{day}T00:00:00+00:00")
        with operating(register) as connection:
            connection.execute(update(table).where(table.c.id == report["id"]).values(submitted_at=came))

    return made


def test_which_reports_are_overdue_and_how_late_others_came(api: Api, meet: Meet, submit: Callable[..., None]) -> None:
    late = [meet(day, "FJ") for day in ("2027-01-11", "2027-01-12", "2027-01-13")]
    submit(late[0], late[0]["report_due_on"])  # on its day
    for visit, days in zip(late[1:], (5, 12), strict=True):
        submit(visit, (date.fromisoformat(visit["report_due_on"]) + timedelta(days=days)).isoformat())
    owed = [meet("2027-02-01", "FJ", level="principal"), meet("2026-12-01", "FJ", path="dialogues")]
    meet("2027-03-10", "FJ")  # still in time
    meet("2027-02-01", "FJ", status="cancelled")
    meet("2027-02-01", "FJ", report_expected=False)
    found = told(api, "reports", to="2027-04-30")
    assert {name: found[name] for name in ("submitted", "due", "overdue", "late")} == {
        "submitted": 3, "due": 1, "overdue": 2, "late": 2,
    }  # fmt: skip
    days = [
        working_days_between(due, due + timedelta(days=calendar), "NZ")
        for visit, calendar in zip(late[1:], (5, 12), strict=True)
        for due in [date.fromisoformat(visit["report_due_on"])]
    ]
    assert found["median_working_days_late"] == sum(days) / 2
    dialogue, visit = found["items"]
    assert (dialogue["id"], visit["id"]) == (owed[1]["id"], owed[0]["id"])
    since = date.fromisoformat(visit["due_on"])
    assert visit == {
        "id": owed[0]["id"], "reference": owed[0]["reference"], "kind": "visit", "title": owed[0]["title"],
        "level": "principal", "ends_on": "2027-02-01", "due_on": owed[0]["report_due_on"],
        "working_days_late": working_days_between(since, date(2027, 3, 15), "NZ"),
        "address": f"/api/v1/visits/{owed[0]['reference']}",
    }  # fmt: skip
    assert found["complete"] is True
    assert {each["id"] for each in api.items("/engagements", report="overdue")} == {each["id"] for each in owed}


def test_the_first_of_several_reports_counts(api: Api, meet: Meet, submit: Callable[..., None]) -> None:
    visit, below = meet("2027-01-11", "FJ"), api.as_("contributor", "UNCLASSIFIED")
    submit(visit, "2027-01-20", classification="RESTRICTED")
    submit(visit, "2027-03-01", by=below)
    assert [told(caller, "reports")["late"] for caller in (api, below)] == [0, 1]


def test_only_what_the_caller_may_see(
    api: Api, meet: Meet, documents: Documents, approval: Callable[..., str], submit: Callable[..., None]
) -> None:
    below = api.as_("reader", "UNCLASSIFIED")
    seen = meet("2027-01-11", "FJ")
    approval(days=3)
    before = (below.get("/timeliness").content, below.get("/timeliness").headers["etag"])
    hidden = {"classification": "RESTRICTED"}
    meet("2027-01-12", "FJ", **hidden)
    approval(days=9, **hidden)
    approval(waits=9, **hidden)
    documents.make("commitments", due_on="2027-01-01", made_on="2026-12-02", **hidden)
    submit(seen, "2027-03-01", **hidden)
    assert (below.get("/timeliness").content, below.get("/timeliness").headers["etag"]) == before
    answer = api.get("/timeliness")
    assert answer.headers["x-marking"] == answer.json()["marking"] == "RESTRICTED"
    assert answer.json()["approvals"]["decided"] == 2
    assert (answer.json()["reports"]["overdue"], answer.json()["reports"]["submitted"]) == (1, 1)


def test_it_costs_the_same_however_many(
    api: Api, meet: Meet, documents: Documents, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    for number in range(3):
        meet(f"2027-01-1{number + 1}", "FJ")
        documents.make("commitments", due_on="2027-01-01", made_on="2026-12-02")
        documents.approval()
        api.read("/timeliness")
        with statements() as seen:
            api.read("/timeliness")
        assert len([each for each in seen if "FROM token" not in each]) == 6, seen


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("from=2027-03-16", {("to", "before_start")}),
        ("from=2021-01-01", {("to", "date_range")}),
        ("from=soon", {("from", "date_format")}),
        ("to=2027-01-01T00:00:00Z", {("to", "date_format")}),
        ("limit=5", {("limit", "unknown_parameter")}),
    ],
)
def test_what_it_refuses(api: Api, asked: str, told: set[tuple[str, str]]) -> None:
    assert faults(api.get(f"/timeliness?{asked}")) == told
