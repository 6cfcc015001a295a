"""What each role may do: the one table that every endpoint is held against."""

from enum import StrEnum

from app.access.actor import Actor
from app.errors import Forbidden
from app.models.choices import Role


class Action(StrEnum):
    """What an endpoint does, as far as permission goes."""

    READ = "read"
    WRITE = "write"
    IMPORT = "import"
    EXPORT = "export"
    DOWNGRADE = "downgrade"
    MERGE = "merge"
    APPROVE = "approve"
    CLEAR = "clear"
    ACKNOWLEDGE = "acknowledge"
    KEEP = "keep"
    AUDIT = "audit"
    ADMINISTER = "administer"


PERMISSIONS: dict[Action, frozenset[Role]] = {
    Action.READ: frozenset({"reader", "contributor", "approver", "administrator", "auditor"}),
    Action.WRITE: frozenset({"contributor", "approver", "administrator"}),
    Action.IMPORT: frozenset({"contributor", "approver", "administrator"}),
    Action.EXPORT: frozenset({"contributor", "approver", "administrator", "auditor"}),
    Action.DOWNGRADE: frozenset({"approver", "administrator"}),
    Action.MERGE: frozenset({"approver", "administrator"}),
    Action.APPROVE: frozenset({"approver", "administrator"}),
    Action.CLEAR: frozenset({"approver", "administrator"}),
    Action.ACKNOWLEDGE: frozenset({"reader", "contributor", "approver", "administrator"}),
    Action.KEEP: frozenset({"reader", "contributor", "approver", "administrator"}),
    Action.AUDIT: frozenset({"auditor", "administrator"}),
    Action.ADMINISTER: frozenset({"administrator"}),
}


def require(actor: Actor, action: Action) -> None:
    """Raises Forbidden unless the actor's role allows the action. What no line allows is forbidden."""
    if actor.role not in PERMISSIONS.get(action, frozenset()):
        allowed = ", ".join(sorted(PERMISSIONS.get(action, frozenset())))
        raise Forbidden(f"The role {actor.role} does not include '{action}'. Roles that do: {allowed}.")
