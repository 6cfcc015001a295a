"""The names that desk officers give to the columns of their lists, and what each means to the register."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.exchange.cells import Cell, Note, fold, one_line, text_of

# Canonical column -> what it is called. Names are compared without case, accents, punctuation and plural s.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "external_ref": (
        "external ref", "ref", "reference no", "reference number", "ref no",
        "ref number", "engagement id", "engagement ref", "event id", "record id", "file ref", "file no",
        "file number", "our ref", "unique id", "external id", "external reference", "source id",
        "tracker id",
    ),
    "reference": ("reference",),
    "id": ("id",),
    "row_number": ("no", "nr", "serial", "ser", "serial no", "s/n", "row", "item", "line", "#"),
    "kind": (
        "kind", "type", "engagement type", "activity type", "event type", "category",
        "type of engagement", "type of activity", "type of event", "engagement kind",
        "activity category", "nature",
    ),
    "title": (
        "title", "name", "engagement", "activity", "event", "subject", "engagement title",
        "engagement name", "event title", "event name", "activity title", "activity name",
        "engagement/activity", "activity/event", "name of engagement", "name of activity",
        "name of event", "what", "headline", "topic",
    ),
    "summary": (
        "summary", "description", "details", "detail", "background", "overview", "synopsis", "outline",
        "about", "content", "description of activity", "short description",
    ),
    "start": (
        "start", "starts", "start date", "starts on", "start on", "date from", "from", "from date",
        "begin", "begins", "begin date", "commence", "commences", "commencement", "commencing",
        "date start", "arrival", "arrival date", "arrive", "first day", "date commenced", "started",
        "started on", "date of start",
    ),
    "end": (
        "end", "ends", "end date", "ends on", "end on", "date to", "to", "to date", "until", "finish",
        "finishes", "finish date", "completion", "completion date", "date end", "departure",
        "departure date", "depart", "last day", "conclude", "concludes", "ended", "ended on",
        "date of end", "till",
    ),
    "dates": (
        "date", "dates", "date(s)", "when", "period", "timing", "timeframe", "time frame", "timeline",
        "schedule", "date range", "event date", "engagement date", "activity date", "date of engagement",
        "date of activity", "proposed date", "planned date", "dates of engagement", "dates of activity",
        "dates of visit", "date of visit",
    ),
    "date_precision": ("date precision", "precision", "date accuracy", "date certainty"),
    "time": ("time", "start time", "end time"),
    "status": ("status", "state", "stage", "progress", "engagement status", "confirmation"),
    "country": (
        "country", "host country", "host nation", "location country", "country of engagement",
        "in country", "location countries", "country visited", "destination country", "country code",
        "iso", "country of activity",
    ),
    "location": (
        "location", "place", "where", "destination", "locality", "location city",
    ),
    "city": ("city", "town", "city/town", "town/city", "location city/town"),
    "venue": ("venue", "site", "facility", "building", "address", "room", "hotel", "base"),
    "partners": (
        "partner", "partners", "countries", "with", "nations", "partner nation", "partner nations",
        "partner country", "partner countries", "participants", "participating nations",
        "participating countries", "participant countries", "other countries", "other nations",
        "counterpart", "counterparts", "counterpart country", "nation", "foreign partner",
        "foreign partners", "partner state", "partner/s", "country/organisation",
        "countries/organisations", "country or organisation", "organisations", "partners involved",
        "who with", "with whom",
        "countries involved", "nations involved", "attendees", "partner organisations", "partner code",
    ),
    "partner_roles": (
        "partner role", "partner roles", "roles", "role", "role of partner", "role of partners",
    ),
    "direction": (
        "direction", "in/out", "inbound/outbound", "incoming/outgoing", "inward/outward", "in or out",
    ),
    "principal": (
        "principal", "who", "visitor", "lead person", "principals", "nz principal", "head of delegation",
        "hod", "delegation lead", "delegation head", "nz lead", "led by", "visitors", "lead official",
        "senior official", "dignitary", "vip", "nz representative", "representative", "attending",
        "nz attendee", "principal attendee",
    ),
    "principal_office": ("principal office",),
    "series": (
        "series", "recurring series", "part of series", "recurring", "forum series", "series name",
        "programme",
    ),
    "edition": ("edition", "iteration", "edition no", "edition number", "instance", "meeting number"),
    "lead": (
        "lead", "lead agency", "lead organisation", "owner", "responsible", "lead (mod/nzdf)",
        "mod/nzdf",
    ),
    "level": ("level", "engagement level", "seniority", "rank level", "tier", "level of engagement"),
    "contribution": (
        "contribution", "nz contribution", "units", "unit", "nzdf contribution", "forces",
        "force elements", "assets", "nz forces", "nz units", "contributions", "nzdf units",
        "nzdf assets", "force element", "elements", "nz assets", "platforms", "units/platforms",
        "capability", "capabilities",
    ),
    "personnel": (
        "personnel", "nz personnel", "nzdf personnel", "pax", "numbers", "number of personnel", "nz pax",
        "nzdf pax", "no of personnel", "people", "headcount", "strength", "personnel deployed", "troops",
        "staff numbers", "nz numbers", "no of pax", "number of pax", "deployed", "nz troops",
        "total personnel", "delegation size", "size of delegation", "party size", "number of people",
        "size",
    ),
    "personnel_authorised": (
        "personnel authorised", "authorised personnel", "authorised", "authorised strength", "ceiling",
        "personnel ceiling", "mandated personnel", "personnel authorized", "authorized personnel",
        "mandate ceiling",
    ),
    "classification": (
        "classification", "security classification", "marking", "protective marking", "class",
        "security marking", "sec class", "security",
    ),
    "endorsements": ("endorsement", "endorsements", "caveat", "caveats", "endorsement marking"),
    "releasable_to": ("releasable to", "rel to", "releasability", "release to", "releasable"),
    "need_to_know": ("need to know",),
    "priorities": (
        "priority", "priorities", "priority code", "priority codes", "strategic priority",
        "objectives supported", "policy priority", "policy priorities", "strategic priorities",
    ),
    "tags": ("tag", "tags", "keyword", "keywords", "label", "labels", "themes", "theme"),
    "notes": (
        "note", "notes", "comment", "comments", "remark", "remarks", "additional information",
        "other information", "outcome", "outcomes", "action", "actions", "other",
    ),
    "source": ("source", "sources", "source document", "information source", "source url"),
    "confidence": ("confidence", "reliability", "confidence level"),
    "report_expected": ("report expected",),
    "timezone": ("timezone", "time zone", "tz"),
    "starts_at": ("starts at",),
    "ends_at": ("ends at",),
    # what only some kinds of engagement have
    "round": ("round", "round no", "round number"),
    "hosted_by": ("hosted by", "host", "hosts", "hosting", "hosting nation"),
    "agenda": ("agenda", "agenda items"),
    "joint_statement_url": ("joint statement url", "joint statement", "joint statement link", "communique"),
    "purpose": ("purpose", "aim", "objective", "objectives", "reason", "purpose of visit", "why"),
    "itinerary": ("itinerary", "programme of visit", "visit programme"),
    "post": ("post", "nz post", "embassy", "mission post", "high commission"),
    "forum": ("forum", "dialogue forum", "institution"),
    "format": ("format", "meeting format", "dialogue format"),
    "intervention": ("intervention", "speech", "speech title", "nz intervention"),
    "sessions": ("sessions", "session"),
    "exercise_type": ("exercise type", "type of exercise", "ex type"),
    "domains": ("domain", "domains", "environment", "environments"),
    "interoperability": ("interoperability", "interoperability outcome", "interoperability outcomes"),
    "operation": ("operation", "operation name", "op", "op name", "name of operation"),
    "mandate": ("mandate", "mandate type", "legal basis", "authority"),
    "mission": ("mission", "mission name", "mission code"),
    "theatre": ("theatre", "theater", "area of operations", "ao", "theatre of operations", "region"),
    "mandate_expires_on": (
        "mandate expires on", "mandate expires", "mandate expiry", "mandate end", "mandate end date",
        "mandate until", "mandate expiry date",
    ),
}  # fmt: skip

IGNORED = frozenset({"row_number"})
"""Columns whose meaning is known, but which no record of the register has a place for."""

SUMMARISED = frozenset({"source", "confidence"})
"""Columns without a field of their own, which are kept in the summary of every record: said once for the file."""

TOLD = frozenset(
    {"version", "created_at", "updated_at", "archived", "status_reason", "status_comment", "allowed_transitions"}
    | {"report_due_on", "cut"}
)
"""Columns of an export that only the register fills."""

ALIKE = (frozenset({"classification", "marking"}), frozenset({"delegation_size", "personnel", "personnel_deployed"}))
"""Columns of an export that mean the same as another of it: there is nothing to remark on."""


def _key(header: str) -> str:
    """What is compared: words without plural s, so that `Date(s)`, `Dates` and `DATE` are one."""
    words = fold(re.sub(r"\((e?s)\)|/s\b", r"\1", header.replace("#", " no ").replace("№", " no "))).split()
    return " ".join(
        word[:-1] if len(word) > len("ops") and word[-1] == "s" and word[-2] != "s" else word for word in words
    )


_BY_KEY = {_key(name): column for column, names in SYNONYMS.items() for name in (column, *names)}


@lru_cache(maxsize=4096)
def meaning(header: str) -> str | None:
    """The canonical column that a header stands for."""
    if not 0 < len(header) <= 100:  # noqa: PLR2004 - longer texts are not headers
        return None
    if column := _BY_KEY.get(_key(header)):
        return column
    # What follows in brackets or after a colon explains: Start date (dd/mm/yyyy)
    return _BY_KEY.get(_key(re.sub(r"[(\[:].*", "", header)))


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a table mean what, in the table's own words."""

    places: dict[str, tuple[int, ...]]
    """Canonical column -> where it stands, in the table's order."""
    names: dict[str, str]
    """Canonical column -> the header as its writer put it."""
    warnings: tuple[Note, ...]

    def value(self, cells: Sequence[Cell], column: str) -> Cell:
        """The first cell of that meaning that is not empty."""
        for place in self.places.get(column, ()):
            if place < len(cells) and text_of(cells[place]):
                return cells[place]
        return None


def columns_of(headers: Sequence[str]) -> Columns:
    """What the headers mean; unknown, ignored and repeated ones are remarked on."""
    places: dict[str, tuple[int, ...]] = {}
    names: dict[str, str] = {}
    warnings: list[Note] = []
    for place, header in enumerate(headers):
        shown = one_line(header)[:100]
        if header in TOLD:
            continue
        column = meaning(header)
        if column is None:
            if shown:
                warnings.append(Note(shown, "unknown_column", f"'{shown}' is not a column this import knows"))
            continue
        if column in IGNORED:
            warnings.append(Note(shown, "ignored_column", f"'{shown}' has no place in the register"))
        elif column in SUMMARISED:
            warnings.append(Note(shown, "kept_in_summary", f"'{shown}' has no field: it is kept in the summaries"))
        elif column in places and not any({header, names[column]} <= each for each in ALIKE):
            detail = f"'{shown}' means the same as '{names[column]}': the first that is not empty is taken"
            warnings.append(Note(shown, "repeated_column", detail))
        places[column] = (*places.get(column, ()), place)
        names.setdefault(column, shown)
    return Columns(places, names, tuple(warnings))


def recognised(headers: Sequence[str]) -> int:
    """How many different columns a row of cells would name, were it the header row."""
    return len({column for header in headers if (column := meaning(header)) is not None})
