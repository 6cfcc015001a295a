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

WITHOUT_REPORT = ("proposed", "postponed", "cancelled")
"""States in which no report of an engagement can fall due."""

REPORTING = Lifecycle(moves={"draft": ("submitted",), "submitted": ("draft",)}, reason_for=frozenset({"draft"}))
"""A report is written, then submitted; for a reason it is opened again."""

PROMISING = Lifecycle(
    moves={
        "open": ("kept", "broken", "withdrawn", "superseded"),
        **dict.fromkeys(("kept", "broken", "withdrawn", "superseded"), ("open",)),
    },
    reason_for=frozenset({"open", "broken", "withdrawn"}),
)
"""A commitment is open until it is kept, broken, taken back or replaced by another; for a reason it is opened again."""
