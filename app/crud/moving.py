"""Moves of records between the states of a lifecycle."""

from app.core.lifecycle import Lifecycle
from app.errors import Conflict, Fault, Invalid


def check_move(lifecycle: Lifecycle, state: str, to: str, reason: str | None) -> None:
    """Raises Conflict where a state does not allow a move, Invalid where it needs a reason and has none."""
    allowed = lifecycle.allowed(state)
    if to not in allowed:
        raise Conflict(
            f"From {state} it can go to {', '.join(allowed) or 'nothing'}, not to {to}.",
            faults=[Fault(f"Is not allowed from {state}", "transition", pointer="/to")],
        )
    if to in lifecycle.reason_for and not reason:
        raise Invalid(faults=[Fault(f"Is needed for {to}", "required", pointer="/reason")])
