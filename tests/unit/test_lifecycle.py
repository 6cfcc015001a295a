"""The table of states: complete, closed, and with reasons where the register asks for them."""

from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.lifecycle import Lifecycle, Move
from app.engagements.calendar import state_before, state_on
from app.engagements.guards import GUARDS
from app.engagements.transitions import destination, move
from app.errors import Conflict, Invalid
from app.models import Visit
from app.models.choices import Status
from app.models.lifecycle import LIFECYCLE

STATES = get_args(Status)


def test_every_state_has_its_moves_and_no_other_has() -> None:
    assert set(LIFECYCLE.moves) == set(STATES)


@pytest.mark.parametrize("state", STATES)
def test_every_move_leads_to_another_state_once(state: str) -> None:
    targets = LIFECYCLE.moves[state]
    assert set(targets) <= set(STATES) - {state}
    assert len(set(targets)) == len(targets)
    assert LIFECYCLE.allowed(state) == list(targets)


def test_only_what_is_completed_is_final() -> None:
    assert [state for state, targets in LIFECYCLE.moves.items() if not targets] == ["completed"]


def test_every_state_can_be_reached_from_the_first() -> None:
    reached = {"proposed"}
    while new := {target for state in reached for target in LIFECYCLE.moves[state]} - reached:
        reached |= new
    assert reached == set(STATES)


def test_reasons_are_asked_for_what_does_not_take_place_as_planned() -> None:
    assert LIFECYCLE.reason_for == {"postponed", "cancelled"}


def test_what_is_allowed_is_a_copy() -> None:
    Lifecycle(("open", "closed"), (Move("open", "closed", frozenset()),)).allowed("open").clear()
    LIFECYCLE.allowed("proposed").clear()
    assert LIFECYCLE.allowed("proposed")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("target", STATES)
def test_a_move_is_made_exactly_where_the_table_has_it(state: str, target: str) -> None:
    visit = Visit(status=state)
    if target in LIFECYCLE.moves[state]:
        move(visit, target, "The principal is unwell")
        assert visit.status == target
        return
    with pytest.raises(Conflict) as refused:
        move(visit, target, "Why not")
    assert visit.status == state
    assert [(each.pointer, each.code) for each in refused.value.faults] == [("/to", "transition")]


@pytest.mark.parametrize("target", sorted(LIFECYCLE.reason_for))
@pytest.mark.parametrize("reason", [None, ""])
def test_a_move_that_needs_a_reason_is_not_made_without(target: str, reason: str | None) -> None:
    visit = Visit(status="planned")
    with pytest.raises(Invalid) as refused:
        move(visit, target, reason)
    assert visit.status == "planned"
    assert [(each.pointer, each.code) for each in refused.value.faults] == [("/reason", "required")]


def test_a_way_is_made_by_somebody_or_by_the_calendar() -> None:
    assert len({(each.source, each.to) for each in LIFECYCLE.table}) == len(LIFECYCLE.table)
    for each in LIFECYCLE.table:
        assert each.roles or each.by_calendar
        assert each.roles <= {"contributor", "approver", "administrator"}
        assert each.reason is (each.to in ("postponed", "cancelled"))


def test_nothing_becomes_sure_past_those_who_approve() -> None:
    for each in LIFECYCLE.table:
        if each.source in ("proposed", "planned", "postponed") and each.to in ("confirmed", "in_progress", "completed"):
            assert each.guard in GUARDS, each


@given(
    start=st.sampled_from(STATES),
    wishes=st.lists(
        st.tuples(st.sampled_from([*STATES, "nowhere", ""]), st.sampled_from([None, "health", "Words"]), st.booleans()),
        max_size=30,
    ),
)
def test_no_sequence_of_moves_leaves_the_table(start: str, wishes: list[tuple[str, str | None, bool]]) -> None:
    visit = Visit(status=start)
    for to, reason, by_calendar in wishes:
        before = (visit.status, visit.status_reason, visit.status_comment)
        way = LIFECYCLE.find(visit.status, to)
        try:
            after = destination(visit, to, reason, by_calendar=by_calendar)
        except (Conflict, Invalid):
            assert way is None or (way.reason and reason is None) or not (way.by_calendar if by_calendar else way.roles)
            assert (visit.status, visit.status_reason, visit.status_comment) == before
            continue
        assert way is not None
        for name, value in after.items():
            setattr(visit, name, value)
        assert visit.status in STATES
        assert (visit.status_reason is not None) is (visit.status in ("postponed", "cancelled"))
        assert set(visit.allowed_transitions) <= set(STATES)


@given(
    status=st.sampled_from(STATES),
    starts=st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    length=st.none() | st.integers(0, 60),
    precision=st.sampled_from(["day", "month", "quarter", "year"]),
    day=st.dates(date(2025, 1, 1), date(2027, 6, 1)),
)
def test_the_calendar_moves_only_along_the_table_and_comes_to_rest(
    status: str, starts: date, length: int | None, precision: str, day: date
) -> None:
    ends = None if length is None else starts + timedelta(days=length)
    visit = Visit(status=status, starts_on=starts, ends_on=ends, date_precision=precision, archived=False)
    to = state_on(visit, day)
    if to is None:
        return
    assert precision == "day"
    way = LIFECYCLE.find(status, to)
    assert way is not None
    assert way.by_calendar
    assert to == ("completed" if ends is not None and ends < day else "in_progress")
    visit.status = to
    assert state_on(visit, day) is None
    assert state_before(visit, day) is None
