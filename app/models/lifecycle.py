"""Where an engagement can go from where it stands, who moves it, and what that asks for: the one table of it."""

from typing import get_args

from app.core.lifecycle import Lifecycle, Move
from app.models.choices import BriefingState, CommitmentStatus, ReportState, RequestState, Role, Status

DESK: frozenset[Role] = frozenset({"contributor", "approver", "administrator"})
NOBODY: frozenset[Role] = frozenset()
APPROVED = "approved"
"""The guard of moves that commit us: where a route asks for approval, it must have been granted."""

LIFECYCLE = Lifecycle(
    states=get_args(Status),
    table=(
        Move("proposed", "planned", DESK),
        Move("proposed", "confirmed", DESK, guard=APPROVED),
        Move("proposed", "postponed", DESK, reason=True),
        Move("proposed", "cancelled", DESK, reason=True),
        Move("planned", "confirmed", DESK, guard=APPROVED),
        Move("planned", "in_progress", DESK, guard=APPROVED),
        Move("planned", "postponed", DESK, reason=True),
        Move("planned", "cancelled", DESK, reason=True),
        Move("confirmed", "planned", DESK),
        Move("confirmed", "in_progress", DESK, by_calendar=True),
        Move("confirmed", "completed", DESK, by_calendar=True),
        Move("confirmed", "postponed", DESK, reason=True),
        Move("confirmed", "cancelled", DESK, reason=True),
        Move("in_progress", "confirmed", NOBODY, by_calendar=True),
        Move("in_progress", "completed", DESK, by_calendar=True),
        Move("in_progress", "cancelled", DESK, reason=True),
        Move("completed", "confirmed", NOBODY, by_calendar=True),
        Move("completed", "in_progress", NOBODY, by_calendar=True),
        Move("postponed", "planned", DESK),
        Move("postponed", "confirmed", DESK, guard=APPROVED),
        Move("postponed", "cancelled", DESK, reason=True),
        Move("cancelled", "proposed", DESK),
        Move("cancelled", "planned", DESK),
    ),
)

CALLED_OFF = ("postponed", "cancelled")
"""States in which an engagement does not take place when it was to."""

WITHOUT_REPORT = ("proposed", *CALLED_OFF)
"""States in which no report of an engagement can fall due."""

REPORTING = Lifecycle(
    states=get_args(ReportState),
    table=(
        Move("draft", "submitted", DESK),
        Move("submitted", "draft", frozenset({"approver", "administrator"}), reason=True),
    ),
)
"""A report is written, then submitted; for a reason it is opened again."""

PROMISING = Lifecycle(
    states=get_args(CommitmentStatus),
    table=(
        Move("open", "kept", DESK),
        Move("open", "broken", DESK, reason=True),
        Move("open", "withdrawn", DESK, reason=True),
        Move("open", "superseded", DESK),
        *(Move(closed, "open", DESK, reason=True) for closed in get_args(CommitmentStatus) if closed != "open"),
    ),
)
"""A commitment is open until it is kept, broken, taken back or replaced by another; for a reason it is opened again."""

CLEARERS: frozenset[Role] = frozenset({"approver", "administrator"})
BRIEFING = Lifecycle(
    states=get_args(BriefingState),
    table=(
        Move("draft", "submitted", DESK),
        Move("submitted", "draft", DESK, reason=True),
        Move("submitted", "cleared", CLEARERS),
        Move("cleared", "draft", CLEARERS, reason=True),
    ),
)
"""A briefing is written, submitted, and cleared by somebody else; with a comment it goes back to its author."""

REQUESTING = Lifecycle(
    states=get_args(RequestState),
    table=(
        Move("open", "decided", CLEARERS),
        Move("open", "closed", DESK, reason=True),
        Move("decided", "open", CLEARERS, reason=True),
        Move("decided", "released", DESK),
        Move("released", "open", CLEARERS, reason=True),
        Move("closed", "open", DESK, reason=True),
    ),
)
"""A request for official information is decided, then released; or closed, since it was transferred or withdrawn."""
