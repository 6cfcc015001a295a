"""What a register keeps of an approval that was asked for: who asked, for what, and who has decided so far."""

from dataclasses import dataclass, field
from typing import Any

from plain_lifecycles import CLEARERS, DESK, HOLDERS, Kept, first

ROUTED = ("dialogues",)
ASKED_WHILE = ("proposed", "planned", "confirmed", "postponed")
CLOSED_BY = {"return": "returned", "decline": "declined"}
DECISIONS = ("approve", *CLOSED_BY)


def against_asking(about: Kept, role: str) -> int | None:
    """The status with which it is refused to ask for approval of an engagement; None: it is asked for."""
    return first(
        (role not in DESK, 403),
        (about.archived or about.state not in ASKED_WHILE or about.path not in ROUTED, 409),
        (any(each.state == "open" or each.covers for each in about.asked), 409),
    )


@dataclass
class Asked:
    """An approval as the register is to have it. It goes through two offices."""

    id: str
    about: Kept
    asker: str
    title: str | None
    """Of the engagement, when it was asked for."""

    state: str = "open"
    version: int = 1
    outdated: bool = False
    decided: list[tuple[str, str]] = field(default_factory=list)
    """What each office has decided, and who."""

    @property
    def covers(self) -> bool:
        """Whether it is granted for what the engagement is now."""
        return self.state == "granted" and not self.outdated

    def against(self, role: str, decision: str, comment: str | None, step: int | None) -> int | None:
        """The status with which a decision is refused; None: it is made."""
        place = len(self.decided)
        return first(
            (role not in CLEARERS, 403),
            (decision in CLOSED_BY and not comment, 422),
            (self.state != "open" or self.about.archived or step not in (None, place + 1), 409),
            (role in HOLDERS[:place], 409),
            (role not in HOLDERS[place : place + 1], 403),
            (role in (self.asker, self.about.last_writer), 403),
            (decision == "approve" and self.outdated, 409),
        )

    def decide(self, role: str, decision: str) -> None:
        self.decided.append((decision, role))
        self.version += 1
        if decision in CLOSED_BY:
            self.state = CLOSED_BY[decision]
        elif len(self.decided) == len(HOLDERS):
            self.state = "granted"

    def against_withdrawing(self, role: str) -> int | None:
        """The status with which it is refused to take it back; None: that is done."""
        return first((role not in (self.asker, "administrator"), 403), (self.state != "open", 409))

    def withdraw(self) -> None:
        self.state = "withdrawn"
        self.version += 1

    def look(self) -> bool:
        """Compares it with the engagement as it is now; tells whether that is anything new."""
        outdated = self.title != self.about.title
        if self.state not in ("open", "granted") or outdated == self.outdated:
            return False
        self.outdated = outdated
        self.version += 1
        return True

    def fields(self, names: dict[str, str]) -> dict[str, Any]:
        """What a read is to say of it. `names` are those by which the ledger knows who asks."""
        return {
            "id": self.id,
            "version": self.version,
            "engagement": self.about.id,
            "state": self.state,
            "changed": ["title"] if self.outdated else [],
            "asked_by": names[self.asker],
            "decisions": [(decision, names[role]) for decision, role in self.decided],
        }
