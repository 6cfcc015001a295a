"""What a register keeps of records with a lifecycle, as the plainest program there is: a list of versions for each."""

from dataclasses import dataclass, field
from typing import Any

DESK = ("contributor", "approver", "administrator")
CLEARERS = ("approver", "administrator")

# Where each sort of record goes from where it stands; `*` is a move that needs a reason, `!` one for clearers alone.
MOVES = {
    "visits": {
        "proposed": "planned confirmed postponed* cancelled*",
        "planned": "confirmed in_progress postponed* cancelled*",
        "confirmed": "planned in_progress completed postponed* cancelled*",
        "in_progress": "completed cancelled*",
        "completed": "",
        "postponed": "planned confirmed cancelled*",
        "cancelled": "proposed planned",
    },
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
}
STATE = {"visits": "status", "commitments": "status", "briefings": "state"}
"""The field that says where a record stands."""

NOTE = {"visits": "city", "commitments": "description", "briefings": "summary"}
"""A field beside the title that can be changed."""

STATES = {path: tuple(table) for path, table in MOVES.items()}


@dataclass(frozen=True)
class Entry:
    """What the ledger is to hold of one change."""

    action: str
    record: str
    version: int
    actor: str
    reason: str | None
    title: tuple[str | None, str] | None = None
    """The title before and after, where it has changed."""


@dataclass
class Kept:
    """A record as the register is to have it."""

    path: str
    id: str
    state: str
    title: str
    note: str | None
    version: int = 1
    archived: bool = False
    past: list[tuple[str, str | None]] = field(default_factory=list)
    """Title and note of each version, the first first."""

    writers: set[str] = field(default_factory=set)
    """Who has written what is not cleared yet."""

    def __post_init__(self) -> None:
        self.past.append((self.title, self.note))

    @property
    def ways(self) -> dict[str, str]:
        """Where it can go, each with what the move asks for."""
        found = MOVES[self.path][self.state].split()
        return {each.strip("*!"): each.strip("abcdefghijklmnopqrstuvwxyz_") for each in found}

    def against(self, to: str, role: str, who: str, reason: str | None) -> int | None:
        """The status with which a move is refused; None: it is made."""
        if self.archived:
            return 409
        if to not in STATES[self.path]:
            return 422
        asks = self.ways.get(to)
        if asks is None:
            return 409
        if "!" in asks and role not in CLEARERS:
            return 403
        if "*" in asks and not reason:
            return 422
        return 403 if to == "cleared" and who in self.writers else None

    def go(self, to: str) -> str:
        """Makes a move, and gives what the ledger calls it."""
        self.state = to
        if to == "cleared":
            self.writers = set()
        self.keep()
        return "clear" if to == "cleared" else "transition"

    def write(self, title: str, note: str | None, who: str) -> bool:
        """Writes both; tells whether that was anything new."""
        if (title, note) == (self.title, self.note):
            return False
        if self.state == "cleared" and title != self.title:
            self.state = "draft"  # what was cleared said something else
        self.title, self.note = title, note
        self.writers.add(who)
        self.keep()
        return True

    def keep(self) -> None:
        """A new version of it as it is now."""
        self.version += 1
        self.past.append((self.title, self.note))

    @property
    def fields(self) -> dict[str, Any]:
        """What a read is to say of it."""
        return {
            "id": self.id,
            "version": self.version,
            "archived": self.archived,
            "title": self.title,
            NOTE[self.path]: self.note,
            STATE[self.path]: self.state,
            "allowed_transitions": list(self.ways),
        }
