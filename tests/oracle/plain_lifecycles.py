"""What a register keeps of records with a lifecycle, as the plainest program there is: a list of versions for each."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from plain_approvals import Asked

HOLDERS = ("director", "secretary")
"""Approvers who hold the offices of a route, in its order."""

CLEARERS = ("approver", "administrator", *HOLDERS)
DESK = ("contributor", *CLEARERS)

# Where each sort of record goes from where it stands; `*` is a move that needs a reason, `!` one for clearers alone,
# `+` one that an approval must cover.
ENGAGED = {
    "proposed": "planned confirmed+ postponed* cancelled*",
    "planned": "confirmed+ in_progress+ postponed* cancelled*",
    "confirmed": "planned in_progress completed postponed* cancelled*",
    "in_progress": "completed cancelled*",
    "completed": "",
    "postponed": "planned confirmed+ cancelled*",
    "cancelled": "proposed planned",
}
MOVES = {
    "visits": {state: ways.replace("+", "") for state, ways in ENGAGED.items()},  # no route is theirs
    "dialogues": ENGAGED,
    "commitments": {
        "open": "kept broken* withdrawn* superseded",
        "kept": "open*",
        "broken": "open*",
        "withdrawn": "open*",
        "superseded": "open*",
    },
    "briefings": {
        "draft": "submitted",
        "submitted": "draft* cleared!",
        "cleared": "draft*!",
    },
    "report": {
        "draft": "submitted",
        "submitted": "draft*!",
    },
    "information-requests": {
        "open": "decided! closed*",
        "decided": "open*! released",
        "released": "open*!",
        "closed": "open*",
    },
}
STATE = {
    "visits": "status",
    "dialogues": "status",
    "commitments": "status",
    "briefings": "state",
    "report": "state",
    "information-requests": "state",
}
"""The field that says where a record stands."""

NOTE = {
    "visits": "city",
    "dialogues": "city",
    "commitments": "description",
    "briefings": "summary",
    "report": "tone",
    "information-requests": "note",
}
"""A field beside the title that can be changed."""

TITLE = dict.fromkeys(MOVES, "title") | {"report": "summary"}
"""The field by which a record is told from others."""

TONES = {"One": "warm", "Two": "cordial"}
CALLED = {"cleared": "clear", "decided": "decide"}
"""What the ledger calls a move that is more than one."""

STATES = {path: tuple(table) for path, table in MOVES.items()}


def document(path: str, title: str | None, note: str | None) -> dict[str, Any]:
    """Title and note as a sort of record has them."""
    return {TITLE[path]: title, NOTE[path]: TONES.get(note or "", note) if path == "report" else note}


def first(*refusals: tuple[bool, int]) -> int | None:
    """The status of the first refusal that holds, if any does."""
    return next((status for holds, status in refusals if holds), None)


@dataclass(frozen=True)
class Entry:
    """What the ledger is to hold of one change."""

    action: str
    record: str
    version: int
    actor: str
    reason: str | None
    title: tuple[str | None, str | None] | None = None
    """The title before and after, where it has changed."""


@dataclass
class Kept:
    """A record as the register is to have it."""

    path: str
    id: str
    state: str
    title: str | None
    note: str | None
    owner: Optional["Kept"] = None
    """What it stands under."""

    version: int = 1
    archived: bool = False
    past: list[tuple[str | None, str | None]] = field(default_factory=list)
    """Title and note of each version, the first first."""

    authors: set[str] = field(default_factory=set)
    """Who may not clear or decide it: who has written what is not cleared yet, or chosen what is decided."""

    last_writer: str = ""
    asked: list["Asked"] = field(default_factory=list)
    """The approvals that were asked for."""

    scope: set[str] = field(default_factory=set)
    """The ids of what a request takes in."""

    def __post_init__(self) -> None:
        self.past.append((self.title, self.note))

    @property
    def at(self) -> str:
        """Its address."""
        return f"/{self.path}/{self.id}" if self.owner is None else f"{self.owner.at}/{self.path}"

    @property
    def ways(self) -> dict[str, str]:
        """Where it can go, each with what the move asks for."""
        found = MOVES[self.path][self.state].split()
        return {each.strip("*!+"): each.strip("abcdefghijklmnopqrstuvwxyz_") for each in found}

    def against(self, to: str, role: str, reason: str | None) -> int | None:
        """The status with which a move is refused; None: it is made."""
        asks = self.ways.get(to, "")
        return first(
            (self.archived, 409),
            (to not in STATES[self.path], 422),
            (to not in self.ways, 409),
            ("!" in asks and role not in CLEARERS, 403),
            ("*" in asks and not reason, 422),
            ("+" in asks and not any(each.covers for each in self.asked), 409),
            (self.path == "report" and to == "submitted" and not self.title, 422),
            (to in CALLED and role in self.authors, 403),
        )

    def go(self, to: str) -> str:
        """Makes a move, and gives what the ledger calls it."""
        self.state = to
        if to == "cleared":
            self.authors = set()
        self.keep()
        return CALLED.get(to, "transition")

    def against_writing(self, title: str | None, note: str | None) -> int | None:
        """The status with which it is refused to write both; None: it is done."""
        settled = self.path == "report" and self.state == "submitted"
        decided = self.path == "information-requests" and self.state != "open"
        return first(
            (self.archived, 409),
            (settled and (title, note) != (self.title, self.note), 409),
            (decided and title != self.title, 422),
        )

    def write(self, title: str | None, note: str | None, who: str) -> bool:
        """Writes both; tells whether that was anything new."""
        if (title, note) == (self.title, self.note):
            return False
        if self.state == "cleared" and title != self.title:
            self.state = "draft"  # what was cleared said something else
        self.title, self.note, self.last_writer = title, note, who
        if self.path == "briefings":
            self.authors.add(who)
        self.keep()
        return True

    def keep(self) -> None:
        """A new version of it as it is now."""
        self.version += 1
        self.past.append((self.title, self.note))

    @property
    def fields(self) -> dict[str, Any]:
        """What a read is to say of it."""
        return document(self.path, self.title, self.note) | {
            "id": self.id,
            "version": self.version,
            "archived": self.archived,
            STATE[self.path]: self.state,
            "allowed_transitions": list(self.ways),
        }
