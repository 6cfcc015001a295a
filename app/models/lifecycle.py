"""Where an engagement can go from where it stands."""

from app.core.lifecycle import Lifecycle

LIFECYCLE = Lifecycle(
    moves={
        "proposed": ("planned", "confirmed", "postponed", "cancelled"),
        "planned": ("confirmed", "in_progress", "postponed", "cancelled"),
        "confirmed": ("planned", "in_progress", "completed", "postponed", "cancelled"),
        "in_progress": ("completed", "cancelled"),
        "completed": (),
        "postponed": ("planned", "confirmed", "cancelled"),
        "cancelled": ("proposed", "planned"),
    },
    reason_for=frozenset({"postponed", "cancelled"}),
)
