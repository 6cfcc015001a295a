"""The table of states: complete, closed, and with reasons where the register asks for them."""

from typing import get_args

import pytest

from app.core.lifecycle import Lifecycle, Move
from app.engagements.transitions import move
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
