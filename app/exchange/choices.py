"""The register's closed lists of words, and what desk officers write for them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from app.exchange.cells import fold

Synonyms = Mapping[str, tuple[str, ...]]

KINDS: Final = ("bilateral_talks", "visit", "dialogue", "exercise", "deployment")

_KIND: Synonyms = {
    "bilateral_talks": (
        "bilateral", "bilat", "bilats", "bi lat", "talks", "bilateral talk", "bilateral meeting",
        "bilateral dialogue", "staff talks", "defence talks", "policy talks", "bilateral defence talks",
        "bilateral consultations", "defence policy talks", "strategic talks", "bil", "consultations",
        "meeting bilateral",
    ),
    "visit": (
        "official visit", "working visit", "port visit", "ship visit", "counterpart visit", "call",
        "vis", "trip", "familiarisation visit", "vip visit", "delegation visit", "travel",
        "ministerial visit", "visits and calls",
    ),
    "dialogue": (
        "multilateral", "multilateral dialogue", "multilateral meeting", "forum", "conference", "dia",
        "summit", "seminar", "symposium", "multilateral forum", "multilat", "strategic dialogue",
        "regional forum", "plurilateral", "multilateral talks", "minilateral",
    ),
    "exercise": (
        "ex", "exe", "exer", "military exercise", "training exercise", "exercises and training", "exs",
    ),
    "deployment": (
        "op", "operation", "dep", "mission", "operational deployment", "peacekeeping", "peace support",
        "peace support operation", "pso", "hadr", "hadr operation", "military deployment",
        "force deployment",
    ),
}  # fmt: skip

_DIRECTION: Synonyms = {
    "inbound": ("in", "incoming", "inward", "to nz", "to new zealand", "in bound", "into nz", "hosted", "i"),
    "outbound": (
        "out",
        "outgoing",
        "outward",
        "from nz",
        "from new zealand",
        "out bound",
        "overseas",
        "o",
        "abroad",
    ),
}

_STATUS: Synonyms = {
    "proposed": (
        "tbc", "proposal", "tentative", "possible", "suggested", "under consideration", "tba", "draft",
        "idea",
    ),
    "planned": (
        "announced", "scheduled", "plan", "planning", "in planning", "pencilled", "approved",
        "programmed",
    ),
    "confirmed": ("agreed", "firm", "locked in", "definite", "accepted", "booked", "confirm"),
    "in_progress": (
        "ongoing last known", "ongoing", "on going", "underway", "under way", "current", "active",
        "started", "open", "live", "deployed", "continuing",
    ),
    "completed": (
        "complete", "done", "finished", "ended", "closed", "held", "concluded", "past", "delivered",
    ),
    "postponed": ("deferred", "delayed", "on hold", "rescheduled", "paused", "postpone"),
    "cancelled": (
        "canceled", "cancel", "called off", "withdrawn", "not proceeding", "cnx", "declined",
        "abandoned",
    ),
}  # fmt: skip

_LEAD: Synonyms = {
    "ministry": ("mod", "ministry of defence", "nz mod", "nzmod", "min def", "ministry of defense", "policy"),
    "defence_force": (
        "nzdf",
        "df",
        "defense force",
        "new zealand defence force",
        "hq nzdf",
        "hqnzdf",
        "military",
    ),
    "joint": (
        "both",
        "mod nzdf",
        "nzdf mod",
        "mod and nzdf",
        "nzdf and mod",
        "shared",
        "ministry and defence force",
    ),
}

_LEVEL: Synonyms = {
    "ministerial": ("minister", "ministers", "mindef", "minister level", "leaders", "political"),
    "principal": (
        "principals", "chief", "chiefs", "secretary", "cdf", "secdef", "chiefs of defence",
        "chief executive", "head of service", "service chief", "sec and cdf", "principal level",
    ),
    "senior_officials": (
        "senior official", "som", "senior officials meeting", "deputy secretary", "vice chief", "vcdf",
        "dep sec", "one star", "two star", "1 star", "2 star", "senior", "star", "sol", "senior officer",
        "senior officials level",
    ),
    "working": (
        "working level", "officials", "desk", "desk level", "working group", "action officer", "staff",
        "expert",
    ),
}  # fmt: skip

_EXERCISE_TYPE: Synonyms = {
    "live": ("livex", "live fire", "live exercise", "lfx"),
    "field": ("ftx", "field training exercise", "field training", "field exercise"),
    "command_post": ("cpx", "command post exercise"),
    "table_top": (
        "ttx",
        "tabletop",
        "table top exercise",
        "desktop",
        "tabletop exercise",
        "seminar",
        "wargame",
    ),
    "humanitarian": (
        "hadr",
        "humanitarian assistance",
        "disaster relief",
        "ha dr",
        "humanitarian and disaster relief",
    ),
}

_DOMAIN: Synonyms = {
    "maritime": ("sea", "navy", "naval", "rnzn", "mar", "m"),
    "land": ("army", "ground", "nz army", "l"),
    "air": ("air force", "rnzaf", "aviation", "a"),
    "space": ("s",),
    "cyber": ("c", "information", "cyberspace"),
    "joint": ("tri service", "triservice", "combined", "multi domain", "all", "combined joint", "j"),
}

_MANDATE: Synonyms = {
    "un": ("united nations", "unsc", "un mandate", "un security council", "unscr", "un mission"),
    "coalition": (
        "coalition operation",
        "multinational",
        "coalition of the willing",
        "us led",
        "coalition led",
    ),
    "bilateral": ("host nation request", "host nation invitation", "request", "invitation", "bilat"),
    "regional": ("pif", "biketawa", "biketawa declaration", "regional organisation", "regional request"),
    "other": ("national",),
}

_FORMAT: Synonyms = {
    "plenary": ("full", "conference", "plenum"),
    "ministerial": ("ministers", "minister", "ministers meeting"),
    "senior_officials": ("som", "senior officials meeting", "adsom", "sol", "officials"),
    "working_group": ("wg", "ewg", "expert working group", "working level", "working"),
    "track_1_5": ("track 1 5", "track 15", "1 5", "track one and a half", "track 1 5 dialogue"),
}

_HOSTED_BY: Synonyms = {
    "home": ("nz", "new zealand", "us here", "nzdf", "mod", "aotearoa", "we", "nz hosted"),
    "partner": ("them", "counterpart", "they", "foreign", "overseas"),
    "third_country": ("third", "third party", "margins", "neutral", "elsewhere"),
}

_DATE_PRECISION: Synonyms = {
    "day": ("exact", "date", "d"),
    "month": ("mm", "m", "monthly"),
    "quarter": ("q", "qtr", "quarterly"),
    "year": ("y", "annual", "yearly"),
}

LISTS: Final[Mapping[str, Synonyms]] = {
    "direction": _DIRECTION,
    "status": _STATUS,
    "lead": _LEAD,
    "level": _LEVEL,
    "exercise_type": _EXERCISE_TYPE,
    "domains": _DOMAIN,
    "mandate": _MANDATE,
    "format": _FORMAT,
    "hosted_by": _HOSTED_BY,
    "date_precision": _DATE_PRECISION,
}


def _table(synonyms: Synonyms) -> dict[str, str]:
    table = {fold(word): value for value, words in synonyms.items() for word in words}
    return table | {fold(value): value for value in synonyms}


_TABLES = {name: _table(synonyms) for name, synonyms in LISTS.items()}
_KIND_TABLE = _table(_KIND)
_DIRECTION_WORDS = re.compile(r"\b(?:(in(?:bound|coming|ward)?)|(out(?:bound|going|ward)?))\b")


@dataclass(frozen=True, slots=True)
class Choice:
    """The register's word for what was written, or nothing."""

    value: str | None
    plain: bool = True
    """Whether the officer used the register's own word."""


def choose(name: str, text: str) -> Choice:
    """The value of a closed list that a text means."""
    key = fold(text)
    value = _TABLES[name].get(key)
    return Choice(value, plain=value is not None and fold(value) == key)


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind of an engagement, and what else its name tells: `Inbound visit`, `Exercise (TTX)`."""

    kind: str | None
    direction: str | None = None
    exercise_type: str | None = None
    plain: bool = True


def choose_kind(text: str) -> Kind:
    key = fold(text)
    if found := _kind_of(key):
        return Kind(found, plain=fold(found) in {key, key.removesuffix("s")})
    if (way := _DIRECTION_WORDS.search(key)) and _kind_of(_without(key, way)) == "visit":
        return Kind("visit", direction="inbound" if way[1] else "outbound", plain=False)
    for sort, value in _TABLES["exercise_type"].items():
        words = f" {key} "
        if f" {sort} " in words and _kind_of(words.replace(f" {sort} ", " ").strip() or "exercise") == "exercise":
            return Kind("exercise", exercise_type=value, plain=False)
    return Kind(None)


def _kind_of(key: str) -> str | None:
    return _KIND_TABLE.get(key) or _KIND_TABLE.get(key.removesuffix("s"))


def _without(key: str, found: re.Match[str]) -> str:
    return " ".join((key[: found.start()] + key[found.end() :]).split()) or "visit"


def allowed(name: str) -> str:
    return ", ".join(LISTS[name])


# Lowest first: the level of a marking is the last word of the list that it holds.
CLASSIFICATIONS: Final = (
    "UNCLASSIFIED",
    "IN-CONFIDENCE",
    "SENSITIVE",
    "RESTRICTED",
    "CONFIDENTIAL",
    "SECRET",
    "TOP SECRET",
)
_CLASSIFICATION = {fold(level): level for level in CLASSIFICATIONS} | {
    "unclas": "UNCLASSIFIED",
    "unclass": "UNCLASSIFIED",
    "u": "UNCLASSIFIED",
    "inconfidence": "IN-CONFIDENCE",
    "ic": "IN-CONFIDENCE",
    "sen": "SENSITIVE",
    "r": "RESTRICTED",
    "c": "CONFIDENTIAL",
    "s": "SECRET",
    "ts": "TOP SECRET",
}
_ENDORSEMENT = {
    fold(word): word
    for word in (
        "NZEO", "POLICY", "STAFF", "CABINET", "COMMERCIAL", "LEGAL PRIVILEGE", "APPOINTMENTS", "BUDGET",
        "EVALUATIVE", "HONOURS", "MEDICAL",
    )
} | {"new zealand eyes only": "NZEO", "nz eyes only": "NZEO", "legal": "LEGAL PRIVILEGE"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Marking:
    """A protective marking taken apart. What is left over was not understood, and makes it unusable."""

    classification: str | None
    endorsements: list[str] = field(default_factory=list)
    releasable_to: str = ""
    leftover: str = ""


def read_marking(text: str) -> Marking:
    """A marking as written on papers: `RESTRICTED`, `STAFF IN CONFIDENCE`, `SECRET//REL TO NZL, AUS`."""
    level, releasable = text, ""
    if found := re.search(r"\brel(?:easable)?\.? to\b[: ]*(.*)$", text, re.IGNORECASE | re.DOTALL):
        level, releasable = text[: found.start()], found[1].strip()
    rest = f" {fold(level.replace('/', ' '))} "
    classification = None
    for words in sorted(_CLASSIFICATION, key=len, reverse=True):
        if f" {words} " in rest:
            rest = rest.replace(f" {words} ", "  ", 1)
            classification = _CLASSIFICATION[words]
            break
    endorsements, leftover = _endorsements(rest)
    return Marking(classification, endorsements, releasable, leftover)


def read_endorsements(text: str) -> tuple[list[str], str]:
    """The endorsements in a list of them, and what is none."""
    return _endorsements(f" {fold(text)} ")


def _endorsements(rest: str) -> tuple[list[str], str]:
    found = []
    for words in sorted(_ENDORSEMENT, key=len, reverse=True):
        if f" {words} " in rest:
            rest = rest.replace(f" {words} ", "  ", 1)
            found.append(_ENDORSEMENT[words])
    leftover = " ".join(word for word in rest.split() if word != "and")
    return sorted(set(found)), leftover
