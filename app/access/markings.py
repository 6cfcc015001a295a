"""Protective markings: the rules of the New Zealand Government Security Classification System.

Source: Protective Security Requirements, "Overview of the classification system". Classifications are ordered;
an endorsement never stands alone; NEW ZEALAND EYES ONLY excludes release to others. Groups that need to know are
the installation's own compartments: who is to see it must belong to each (NZISM 16.2.5, 16.2.6).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from app.access.actor import Actor
from app.errors import Fault
from app.models.choices import Classification

CLASSIFICATIONS: tuple[Classification, ...] = get_args(Classification)
RANK = {name: rank for rank, name in enumerate(CLASSIFICATIONS)}
EYES_ONLY = "NZEO"
LIMITS = ("endorsements", "releasable_to", "need_to_know")
"""What a marking has beside its classification, each a list."""

MARKING_FIELDS = ("classification", *LIMITS)
OF_THE_REGISTER = frozenset({*MARKING_FIELDS, "external_ref"})
"""Fields that tell how a record is kept, and not what it is about."""
LOWEST_ENDORSED: Classification = "IN-CONFIDENCE"


@dataclass(frozen=True, slots=True)
class Mark:
    """A marking as a value."""

    classification: Classification
    endorsements: tuple[str, ...] = ()
    releasable_to: tuple[str, ...] = ()
    need_to_know: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Mark":
        return cls(values["classification"], *(tuple(sorted(set(values[name]))) for name in LIMITS))

    @property
    def fields(self) -> dict[str, Any]:
        """The marking as a document has it: each endorsement, country and group once, in alphabetical order."""
        return {"classification": self.classification} | {name: list(getattr(self, name)) for name in LIMITS}

    @property
    def key(self) -> str:
        return "//".join([self.classification, *("/".join(getattr(self, name)) for name in LIMITS)])


def may_see(actor: Actor, mark: Mark, *, home_country: str) -> bool:
    """Whether what is so marked exists for the actor.

    Clearance must reach the classification, and the actor must belong to every group that needs to know. NZEO admits
    nationals only, and `releasable_to` the nationals named and our own; a nationality that is not known counts as
    foreign (NZISM 16.1.35). The register itself, at its operator's command, sees all. Who comes by the secret address
    of a calendar may be anybody: for them only that exists which nothing but its classification limits.
    """
    if actor.id is None:
        return True
    if actor.calendar is not None and (mark.endorsements or mark.releasable_to or mark.need_to_know):
        return False
    if RANK[actor.clearance] < RANK[mark.classification] or not actor.groups.issuperset(mark.need_to_know):
        return False
    if actor.nationality == home_country:
        return True
    if EYES_ONLY in mark.endorsements:
        return False
    return not mark.releasable_to or actor.nationality in mark.releasable_to


def covers(outer: Mark, inner: Mark) -> bool:
    """Whether everybody who may see what is marked `outer` may also see what is marked `inner`."""
    if RANK[outer.classification] < RANK[inner.classification]:
        return False
    if not set(outer.need_to_know) >= set(inner.need_to_know):
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
    for name, what in {"endorsements": "An endorsement", "need_to_know": "A group that needs to know"}.items():
        if values.get(name) and classification == "UNCLASSIFIED":
            yield Fault(
                f"{what} needs a classification: it never stands on UNCLASSIFIED",
                "endorsement_alone",
                pointer=f"/{name}",
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


def highest(marks: Sequence[Mark]) -> Mark:
    """The marking of what is made of parts so marked: the high-water mark."""
    if not marks:
        return Mark("UNCLASSIFIED")
    top = max(marks, key=lambda each: RANK[each.classification]).classification
    endorsements = {each for mark in marks for each in mark.endorsements}
    released = [set(mark.releasable_to) for mark in marks if mark.releasable_to]
    common = set.intersection(*released) if released and EYES_ONLY not in endorsements else set()
    groups = {each for mark in marks for each in mark.need_to_know}
    if released and not common:
        endorsements.add(EYES_ONLY)  # released to nobody in common: for our own nationals only
        top = max(top, LOWEST_ENDORSED, key=RANK.__getitem__)
    return Mark(top, tuple(sorted(endorsements)), tuple(sorted(common)), tuple(sorted(groups)))
