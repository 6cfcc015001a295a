"""Protective markings: the rules of the New Zealand Government Security Classification System.

Source: Protective Security Requirements, "Overview of the classification system". Classifications are ordered;
an endorsement never stands alone; NEW ZEALAND EYES ONLY excludes release to others.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.errors import Fault
from app.models import Marking
from app.models.choices import Classification

CLASSIFICATIONS: tuple[Classification, ...] = get_args(Classification)
RANK = {name: rank for rank, name in enumerate(CLASSIFICATIONS)}
EYES_ONLY = "NZEO"


@dataclass(frozen=True, slots=True)
class Mark:
    """A marking as a value."""

    classification: Classification
    endorsements: tuple[str, ...] = ()
    releasable_to: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Mark":
        return cls(
            values["classification"],
            tuple(sorted(set(values["endorsements"]))),
            tuple(sorted(set(values["releasable_to"]))),
        )

    @property
    def fields(self) -> dict[str, Any]:
        """The marking as a document has it: each endorsement and country once, in alphabetical order."""
        return {
            "classification": self.classification,
            "endorsements": list(self.endorsements),
            "releasable_to": list(self.releasable_to),
        }

    @property
    def key(self) -> str:
        return "//".join([self.classification, "/".join(self.endorsements), "/".join(self.releasable_to)])


def may_see(actor: Actor, mark: Mark, *, home_country: str) -> bool:
    """Whether what is so marked exists for the actor.

    Clearance must reach the classification. NZEO admits nationals only, and `releasable_to` the nationals named
    and our own; a nationality that is not known counts as foreign (NZISM 16.1.35).
    """
    if RANK[actor.clearance] < RANK[mark.classification]:
        return False
    if actor.nationality == home_country or actor.id is None:
        return True
    if EYES_ONLY in mark.endorsements:
        return False
    return not mark.releasable_to or actor.nationality in mark.releasable_to


def covers(outer: Mark, inner: Mark) -> bool:
    """Whether everybody who may see what is marked `outer` may also see what is marked `inner`."""
    if RANK[outer.classification] < RANK[inner.classification]:
        return False
    if EYES_ONLY in outer.endorsements:
        return True
    if EYES_ONLY in inner.endorsements:
        return False
    return not inner.releasable_to or (
        bool(outer.releasable_to) and set(outer.releasable_to) <= set(inner.releasable_to)
    )


def marking_faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with a marking by itself."""
    classification = values.get("classification")
    endorsements = values.get("endorsements") or []
    if endorsements and classification == "UNCLASSIFIED":
        yield Fault(
            "An endorsement needs a classification: it never stands on UNCLASSIFIED",
            "endorsement_alone",
            pointer="/endorsements",
        )
    if EYES_ONLY in endorsements and values.get("releasable_to"):
        yield Fault("NZEO excludes release to other countries", "eyes_only_released", pointer="/releasable_to")


def ceiling_faults(values: Mapping[str, Any], ceiling: Classification) -> Iterator[Fault]:
    """Whether this installation may hold what is so marked."""
    classification = values.get("classification")
    if classification is not None and RANK[classification] > RANK[ceiling]:
        yield Fault(f"This installation may hold nothing above {ceiling}", "above_ceiling", pointer="/classification")


def clearance_faults(actor: Actor, mark: Mark, *, home_country: str) -> Iterator[Fault]:
    """Nobody writes what they could not read afterwards."""
    if not may_see(actor, mark, home_country=home_country):
        yield Fault("The marking is beyond what the caller may see", "above_clearance", pointer="/classification")


class Markings:
    """The rows of the `marking` table as this process knows them. They are few and never change."""

    def __init__(self, home_country: str) -> None:
        self.home_country = home_country
        self._marks: dict[int, Mark] = {}
        self._visible: dict[tuple[str, str | None, bool], tuple[int, ...]] = {}
        self._lock = threading.Lock()

    @property
    def count(self) -> int:
        """How many there are. Rows are never removed, so the number tells whether one was added."""
        return len(self._marks)

    def knows(self, marking_id: int) -> bool:
        return marking_id in self._marks

    def load(self, connection: Connection | Session) -> None:
        """Reads all rows anew."""
        rows = connection.execute(
            select(Marking.id, Marking.classification, Marking.endorsements, Marking.releasable_to)
        )
        marks = {row.id: Mark(row.classification, tuple(row.endorsements), tuple(row.releasable_to)) for row in rows}
        with self._lock:
            self._marks, self._visible = marks, {}

    def mark(self, marking_id: int) -> Mark:
        return self._marks[marking_id]

    def visible_to(self, actor: Actor) -> tuple[int, ...]:
        """The ids of the markings that the actor may see; -1 stands for none."""
        key = (actor.clearance, actor.nationality, actor.id is None)
        if (known := self._visible.get(key)) is None:
            with self._lock:
                known = tuple(
                    marking_id
                    for marking_id, mark in sorted(self._marks.items())
                    if may_see(actor, mark, home_country=self.home_country)
                ) or (-1,)
                self._visible[key] = known
        return known

    def row_for(self, session: Session, mark: Mark) -> Marking:
        """The row of a marking, made if it is new. Two writers who make the same one get the same row."""
        found = session.scalar(select(Marking).where(Marking.key == mark.key))
        if found is None:
            insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
            session.execute(
                insert(Marking)
                .values(
                    key=mark.key,
                    classification=mark.classification,
                    endorsements=list(mark.endorsements),
                    releasable_to=list(mark.releasable_to),
                )
                .on_conflict_do_nothing(index_elements=["key"])
            )
            found = session.scalars(select(Marking).where(Marking.key == mark.key)).one()
        return found


def highest(marks: Sequence[Mark]) -> Mark:
    """The marking of what is made of parts so marked: the high-water mark."""
    if not marks:
        return Mark("UNCLASSIFIED")
    top = max(marks, key=lambda each: RANK[each.classification]).classification
    endorsements = {each for mark in marks for each in mark.endorsements}
    released = [set(mark.releasable_to) for mark in marks if mark.releasable_to]
    common = set.intersection(*released) if released and EYES_ONLY not in endorsements else set()
    if released and not common:
        endorsements.add(EYES_ONLY)  # released to nobody in common: for our own nationals only
    return Mark(top, tuple(sorted(endorsements)), tuple(sorted(common)))
