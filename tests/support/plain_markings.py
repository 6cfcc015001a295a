"""What the classification system says of who may see what: a loop over reasons to refuse, from its text and nothing else.

Levels, endorsements and release as the Protective Security Requirements have them; foreign nationals and compartments
as the NZISM has them (16.1.35, 16.2.5, 16.2.6). Nothing here is the application's own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

LEVELS = ("UNCLASSIFIED", "IN-CONFIDENCE", "SENSITIVE", "RESTRICTED", "CONFIDENTIAL", "SECRET", "TOP SECRET")
ENDORSEMENTS = ("NZEO", "CABINET", "LEGAL PRIVILEGE", "POLICY", "STAFF")
GROUPS = ("cyber", "pacific-desk", "polar")
ALPHA_3 = {"AU": "AUS", "JP": "JPN", "NZ": "NZL", "TO": "TON"}
COUNTRIES = tuple(ALPHA_3)


@dataclass(frozen=True)
class Paper:
    """What a record is marked with."""

    level: str
    endorsements: frozenset[str] = frozenset()
    release: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    @property
    def fields(self) -> dict[str, Any]:
        """The marking as a document has it."""
        return {
            "classification": self.level,
            "endorsements": sorted(self.endorsements),
            "releasable_to": sorted(self.release),
            "need_to_know": sorted(self.groups),
        }

    @property
    def is_sound(self) -> bool:
        """Whether a document may be so marked."""
        alone = self.level == "UNCLASSIFIED" and bool(self.endorsements or self.groups)
        return not alone and not ("NZEO" in self.endorsements and self.release)


@dataclass(frozen=True)
class Reader:
    """Who asks."""

    clearance: str
    nationality: str | None
    groups: frozenset[str] = frozenset()


def refusals(reader: Reader, paper: Paper) -> Iterator[str]:
    """Every reason why a paper does not exist for a reader."""
    if reader.clearance not in LEVELS[LEVELS.index(paper.level) :]:
        yield "not cleared so far"
    for group in paper.groups:
        if group not in reader.groups:
            yield f"does not belong to {group}"
    if reader.nationality != "NZ":
        if "NZEO" in paper.endorsements:
            yield "not one of ours"
        if paper.release and reader.nationality not in paper.release:
            yield "not released to their country"


def exists_for(reader: Reader, paper: Paper) -> bool:
    return not list(refusals(reader, paper))


def together(papers: Sequence[Paper]) -> Paper:
    """The high-water mark of what is made of papers: the highest level, and every limit of every one."""
    level = max((LEVELS.index(each.level) for each in papers), default=0)
    endorsements = frozenset().union(*(each.endorsements for each in papers))
    groups = frozenset().union(*(each.groups for each in papers))
    released = [each.release for each in papers if each.release]
    common = frozenset.intersection(*released) if released else frozenset()
    if released and not common and "NZEO" not in endorsements:
        # Released to nobody in common is for nobody else's eyes, and that never stands on UNCLASSIFIED.
        level, endorsements = max(level, LEVELS.index("IN-CONFIDENCE")), endorsements | {"NZEO"}
    return Paper(LEVELS[level], endorsements, frozenset() if "NZEO" in endorsements else common, groups)


def written(paper: Paper) -> str:
    """The marking in one line, as it stands above and below what bears it."""
    line = " ".join([*sorted(paper.endorsements - {"NZEO"}), paper.level])
    if "NZEO" in paper.endorsements:
        line += "//NZEO"
    if paper.release:
        line += "//REL TO " + ", ".join(["NZL", *sorted(ALPHA_3[each] for each in paper.release - {"NZ"})])
    if paper.groups:
        line += "//NEED TO KNOW " + ", ".join(sorted(each.upper() for each in paper.groups))
    return line
