"""Moves of records between the states of a lifecycle."""

from app.access.work import Work
from app.core.lifecycle import Lifecycle
from app.errors import Conflict, Fault, Forbidden, Invalid


def check_move(work: Work, lifecycle: Lifecycle, state: str, to: str, reason: str | None) -> None:
    """Raises what stands against a move.

    Conflict where the state does not allow it, Forbidden where it is not for the caller's role, Invalid where it needs
    a reason and has none.
    """
    way = lifecycle.find(state, to)
    if way is None:
        allowed = ", ".join(lifecycle.allowed(state)) or "nothing"
        raise Conflict(
            f"From {state} it can go to {allowed}, not to {to}.",
            faults=[Fault(f"Is not allowed from {state}", "transition", pointer="/to")],
        )
    if work.actor.role not in way.roles:
        raise Forbidden(f"To move it to {to} is for the roles: {', '.join(sorted(way.roles))}.")
    if way.reason and not reason:
        raise Invalid.at("/reason", f"Is needed for {to}", "required")
