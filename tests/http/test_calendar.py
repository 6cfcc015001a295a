"""Dates that pass: what was confirmed begins and ends by itself, for every reader alike, whatever process runs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.access.register import Register
from app.access.work import Work
from app.engagements import calendar
from app.models import LedgerEntry
from support.client import Api
from support.documents import Documents
from support.problems import problem
from support.recording import operating

Serve = Callable[..., Api]
EVE, FIRST, LAST, AFTER = date(2031, 3, 2), date(2031, 3, 3), date(2031, 3, 5), date(2031, 3, 6)
DATES = {"starts_on": str(FIRST), "ends_on": str(LAST)}


class Days:
    """Lets a register believe that it is another day."""

    def __init__(self, patch: pytest.MonkeyPatch, serve: Serve) -> None:
        self.patch = patch
        self.serve = serve
        self.number = 9_000

    def on(self, day: date) -> Api:
        """The register as a process of its own serves it on a day."""
        self.passes_to(day)
        self.number += 1
        return self.serve(busy_timeout_ms=self.number)

    def passes_to(self, day: date) -> None:
        """A day comes while processes go on."""
        self.patch.setattr(Register, "day", lambda _self, _now: day)
        self.patch.setattr(Work, "today", day)


def followed(api: Api) -> list[Any]:
    """The whole feed of changes."""
    found: list[Any] = []
    after = "0"
    while items := api.items("/changes", after=after, limit=200):
        found += items
        after = items[-1]["after"]
    return found


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch, serve: Serve) -> Days:
    return Days(monkeypatch, serve)


def test_it_begins_on_its_first_day_and_is_over_after_its_last(documents: Documents, days: Days) -> None:
    visit = documents.visit(status="confirmed", **DATES)
    at = f"/visits/{visit['id']}"
    served = days.on(EVE)
    assert served.read(at) == visit
    expected = [
        (FIRST, "in_progress", 2),
        (LAST, "in_progress", 2),
        (AFTER, "completed", 3),
        (date(2040, 1, 1), "completed", 3),
    ]
    for day, status, version in expected:
        days.passes_to(day)
        answer = served.get(at)
        assert (answer.json()["status"], answer.headers["etag"]) == (status, f'"{version}"'), day
        assert served.items("/visits", status=status) == [answer.json()]
        assert served.items("/engagements", status="confirmed") == []
    told = served.items(f"{at}/history")
    assert [(each["actor"], each["action"]) for each in told[:2]] == [("calendar", "transition")] * 2
    assert told[0]["changes"] == {"status": ["in_progress", "completed"]}
    feed = [each["record"]["status"] for each in followed(served) if each["record"]["id"] == visit["id"]]
    assert feed == ["confirmed", "in_progress", "completed"]


def test_a_process_that_was_asleep_catches_up(documents: Documents, days: Days) -> None:
    visit = documents.visit(status="confirmed", **DATES)
    assert days.on(date(2032, 1, 1)).read(f"/visits/{visit['id']}")["status"] == "completed"


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("visits", {"status": "planned"}),
        ("visits", {"status": "postponed"}),
        ("visits", {"status": "cancelled"}),
        ("visits", {"status": "confirmed", "date_precision": "month"}),
        ("visits", {"status": "in_progress", "date_precision": "year"}),
    ],
)
def test_what_is_vague_or_not_sure_stays(documents: Documents, days: Days, path: str, changes: dict[str, str]) -> None:
    record = documents.make(path, **DATES, **changes)
    assert days.on(AFTER).read(f"/{path}/{record['id']}") == record


def test_a_deployment_without_end_goes_on(documents: Documents, days: Days) -> None:
    record = documents.make("deployments", status="confirmed", starts_on=str(FIRST), ends_on=None)
    if record["ends_on"] is None:
        assert days.on(AFTER).read(f"/deployments/{record['id']}")["status"] == "in_progress"


def test_what_is_withdrawn_stays_until_it_is_restored(api: Api, documents: Documents, days: Days) -> None:
    visit = documents.visit(status="confirmed", **DATES)
    at = f"/visits/{visit['id']}"
    api.delete(at)
    served = days.on(AFTER)
    assert served.read(at)["status"] == "confirmed"
    assert served.post(f"{at}/restore").json()["status"] == "completed"


def test_it_moves_whatever_its_marking_and_tells_only_those_who_may_know(documents: Documents, days: Days) -> None:
    hidden = documents.visit(status="confirmed", classification="RESTRICTED", title="Kererū", **DATES)
    served = days.on(AFTER)
    low = served.as_("reader", "UNCLASSIFIED")
    assert low.items("/visits", archived="any") == []  # and it was they who let the day come
    assert "calendar" not in {each["actor"] for each in followed(low)}
    assert "calendar" in {each["actor"] for each in followed(served)}
    assert served.read(f"/visits/{hidden['id']}")["status"] == "completed"


def test_steady_days_cost_nothing(
    documents: Documents, days: Days, monkeypatch: pytest.MonkeyPatch, register: Register
) -> None:
    visit = documents.visit(status="confirmed", **DATES)
    served = days.on(FIRST)
    served.read(f"/visits/{visit['id']}")
    monkeypatch.setattr(calendar, "move_some", lambda *_: pytest.fail("the day is done"))
    for _ in range(3):
        assert served.read(f"/visits/{visit['id']}")["status"] == "in_progress"


def test_many_processes_at_once_move_each_once(documents: Documents, days: Days, register: Register) -> None:
    made = [documents.visit(status="confirmed", **DATES)["id"] for _ in range(7)]
    served = [days.on(EVE) for _ in range(3)]
    days.passes_to(FIRST)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda each: each.read("/visits", status="in_progress", count="exact"), served * 2))
    assert {each["total"] for each in answers} == {7}
    with operating(register) as connection:
        moved = connection.scalars(select(LedgerEntry.record_id).where(LedgerEntry.actor == "calendar")).all()
    assert sorted(map(str, moved)) == sorted(made)


def test_more_than_a_batch_is_done_in_batches(
    documents: Documents, days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar, "BATCH", 2)
    for _ in range(5):
        documents.visit(status="confirmed", **DATES)
    assert days.on(FIRST).read("/visits", status="in_progress", count="exact")["total"] == 5


def test_what_is_too_much_at_once_goes_on_later(
    documents: Documents, days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar, "BATCH", 2)
    monkeypatch.setattr(calendar, "PATIENCE", -1.0)
    for _ in range(5):
        documents.visit(status="confirmed", **DATES)
    served = days.on(EVE)
    days.passes_to(FIRST)
    monkeypatch.setattr("app.access.daily.MORE_AFTER", 0.0)
    totals = [served.read("/visits", status="in_progress", count="exact")["total"] for _ in range(4)]
    assert totals == [2, 4, 5, 5]


def test_a_reader_is_answered_where_nothing_can_be_written(
    documents: Documents, days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = documents.visit(status="confirmed", **DATES)
    served = days.on(EVE)
    days.passes_to(FIRST)
    batch = calendar.move_some

    def failing(*_: Any) -> int:
        raise OperationalError("UPDATE", {}, Exception("attempt to write a readonly database"))

    monkeypatch.setattr(calendar, "move_some", failing)
    assert served.read(f"/visits/{visit['id']}") == visit
    monkeypatch.setattr(calendar, "move_some", batch)
    assert served.read(f"/visits/{visit['id']}") == visit, "it is not tried again at once"
    served.client.app.state.register.daily.not_before = 0.0  # type: ignore[attr-defined]
    assert served.read(f"/visits/{visit['id']}")["status"] == "in_progress"


def test_what_is_recorded_or_moved_today_stands_today(documents: Documents, days: Days) -> None:
    served = days.on(AFTER)
    visit = documents.visit(status="planned", **DATES)
    at = f"/visits/{visit['id']}"
    assert served.post(f"{at}/transitions", {"to": "confirmed"}).json()["status"] == "confirmed"
    history = Documents(served).visit(status="confirmed", **DATES)
    assert served.read(f"/visits/{history['id']}")["status"] == "confirmed"
    days.passes_to(date(2031, 3, 7))
    assert served.read(at)["status"] == served.read(f"/visits/{history['id']}")["status"] == "completed"


def test_a_change_of_dates_moves_it_at_once_also_back(documents: Documents, days: Days) -> None:
    visit = documents.visit(status="confirmed", **DATES)
    at = f"/visits/{visit['id']}"
    served = days.on(FIRST)

    def after(**dates: str) -> Any:
        changed = served.change(at, dates)
        assert served.read(at) == changed
        return changed["status"]

    assert served.read(at)["status"] == "in_progress"
    assert after(starts_on="2031-02-01", ends_on="2031-02-02") == "completed"
    assert after(ends_on="2031-03-03") == "in_progress"
    assert after(starts_on="2031-04-01", ends_on="2031-04-02") == "confirmed"
    assert after(starts_on="2031-03-01", date_precision="month") == "confirmed"
    assert after(date_precision="day") == "in_progress"
    assert after(date_precision="quarter") == "confirmed"


def test_what_a_desk_has_said_itself_does_not_go_back(documents: Documents, days: Days) -> None:
    served = days.on(EVE)
    visit = documents.visit(status="confirmed", **DATES)
    at = f"/visits/{visit['id']}"
    served.post(f"{at}/transitions", {"to": "in_progress"})
    assert served.change(at, {"starts_on": "2031-03-04"})["status"] == "in_progress"
    entered = documents.visit(status="completed", **DATES)
    assert served.change(f"/visits/{entered['id']}", {"starts_on": "2031-03-04"})["status"] == "completed"


def test_the_moves_of_the_calendar_are_nobody_elses(documents: Documents, api: Api) -> None:
    for here, to in (("completed", "confirmed"), ("completed", "in_progress"), ("in_progress", "confirmed")):
        visit = documents.visit(status=here)
        assert to not in visit["allowed_transitions"]
        problem(api.post(f"/visits/{visit['id']}/transitions", {"to": to}), 409)


def test_the_day_is_the_one_at_home(register: Register) -> None:
    evening = datetime.fromisoformat("2026-11-25T12:00:00+00:00")
    assert register.day(evening) == date(2026, 11, 26)
