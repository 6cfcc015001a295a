"""A made-up register: engagements as a ministry might have them, in any number, the same for the same seed."""

import json
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any, get_args

from vocabulary import COMMON, FOLDED, RARE

from app.config import Settings
from app.core.calendar import last_day
from app.core.columns import instant_text
from app.core.fields import instant_json
from app.core.ids import as_id
from app.core.words import index_words
from app.core.workingdays import add_working_days
from app.engagements.engagement import PREFIXES
from app.engagements.engagements import KINDS
from app.models import choices
from app.models.lifecycle import LIFECYCLE, WITHOUT_REPORT

FIRST, LAST, TODAY = date(2005, 1, 1), date(2030, 12, 31), date(2026, 11, 24)
ORDER = {each.constants["kind"]: list(each.read.model_fields) for each in KINDS}
WRITTEN = {each.constants["kind"]: [name for name in each.fields.model_fields if name != "title"] for each in KINDS}
KIND_WEIGHTS = {"bilateral_talks": 20, "visit": 35, "dialogue": 20, "exercise": 17, "deployment": 8}
OWN = {
    "bilateral_talks": ("round", "hosted_by", "agenda", "joint_statement_url"),
    "visit": ("direction", "principal", "principal_office", "purpose", "delegation_size", "itinerary", "post"),
    "dialogue": ("forum", "format", "intervention", "sessions"),
    "exercise": ("exercise_type", "contributions", "personnel", "interoperability"),
    "deployment": (
        *("operation", "mandate", "mission", "theatre", "personnel_authorised", "personnel_deployed"),
        *("mandate_expires_on", "contributions"),
    ),
}
BASE = (
    *("id", "version", "created_at", "updated_at", "archived", "external_ref", "representation", "marking_id"),
    *("kind", "reference", "title", "summary", "status", "starts_on", "ends_on", "date_precision", "starts_at"),
    *("ends_at", "timezone", "country", "city", "venue", "lead", "level", "series", "edition"),
    *("status_reason", "status_comment", "report_expected", "report_day"),
)
PARTNERS_AT_MOST = {"bilateral_talks": 1, "visit": 2, "dialogue": 10, "exercise": 8, "deployment": 2}
VENUES = ("Headquarters", "Ministry of Defence", "Parade Ground", "Naval Base", "Air Base", "Conference Centre")
TAGS = ("pacific", "maritime", "cyber", "women-peace-security", "climate", "capability", "training", "logistics")
NOUNS = {
    "bilateral_talks": ("Defence Talks", "Strategic Dialogue", "Defence Ministers' Meeting", "Staff Talks"),
    "visit": ("Ship Visit", "Chief of Defence Force Visit", "Secretary's Visit", "Counterpart Visit"),
    "dialogue": ("Plenary", "Experts' Working Group", "Senior Officials' Meeting", "Track 1.5 Dialogue"),
    "exercise": ("Exercise", "Field Training", "Command Post Exercise", "Table Top Exercise"),
    "deployment": ("Mission", "Training Mission", "Support Mission", "Maritime Patrol"),
}


@dataclass(frozen=True)
class Reference:
    """The records that engagements refer to, as the database has them."""

    partners: Sequence[str]
    """Codes, the commonest first."""

    institutions: Sequence[str]
    priorities: Sequence[str]
    series: Sequence[str]
    people: Sequence[str]
    posts: Sequence[str]
    markings: Mapping[int, Mapping[str, Any]]
    """Classification, endorsements and releasability by id."""


@dataclass(slots=True)
class Entry:
    """One engagement as rows."""

    kind: str
    base: tuple[Any, ...]
    own: tuple[Any, ...]
    links: dict[str, list[tuple[Any, ...]]]
    title_words: list[str]
    body_words: list[str]


@dataclass
class Zipf:
    """Draws where the first of many is far commoner than the last."""

    items: Sequence[str]
    exponent: float = 1.0
    _sums: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self._sums = list(accumulate(1 / (place + 1) ** self.exponent for place in range(len(self.items))))

    def some(self, random: Random, count: int) -> list[str]:
        return random.choices(self.items, cum_weights=self._sums, k=count)

    def one(self, random: Random) -> str:
        return self.items[bisect(self._sums, random.random() * self._sums[-1])]


@cache
def words_of(text: str) -> list[str]:
    return index_words(text)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


@cache
def report_due(end: date | None, precision: str) -> str | None:
    """The day on which a report falls due, as an installation without settings of its own counts it."""
    if end is None:
        return None
    days, country, region = (
        Settings.model_fields[name].default for name in ("report_due_working_days", "home_country", "holiday_region")
    )
    return add_working_days(last_day(end, precision), days, country, region).isoformat()


class World:
    """The generator of a register."""

    def __init__(self, reference: Reference, seed: int = 20261124) -> None:
        self.known = reference
        self.random = Random(seed)
        self.partners = Zipf(reference.partners, 1.1)
        self.common, self.rare = Zipf(COMMON, 0.8), Zipf(RARE, 0.5)
        self.days = [FIRST + timedelta(days=each) for each in range((LAST - FIRST).days + 1)]
        self.iso = {day: day.isoformat() for day in self.days}
        self.numbers: dict[tuple[str, int], int] = {}
        self.kinds, self.kind_sums = list(KIND_WEIGHTS), list(accumulate(KIND_WEIGHTS.values()))
        self.marking_sums = list(accumulate(4 / (place + 1) ** 2 for place in range(len(reference.markings))))
        self.marking_ids = list(reference.markings)

    def entries(self, count: int) -> Iterator[Entry]:
        """The engagements, in the order in which they were recorded: by and large that of their dates."""
        for number in range(count):
            yield self._entry(number / count)

    def _entry(self, progress: float) -> Entry:
        random = self.random
        kind = random.choices(self.kinds, cum_weights=self.kind_sums)[0]
        at = int(progress * (len(self.days) - 400)) + int(random.expovariate(1 / 150)) - 60
        if random.random() < 0.1:  # history entered late
            at = int(random.random() * at)
        start = self.days[min(max(at, 0), len(self.days) - 1)]
        created = datetime(2005, 1, 1, tzinfo=UTC) + (datetime.now(UTC) - datetime(2005, 1, 1, tzinfo=UTC)) * progress
        values, summary_words = self._values(kind, start, created)
        marking = random.choices(self.marking_ids, cum_weights=self.marking_sums)[0]
        values |= self.known.markings[marking]
        text = {name: values[name] for name in ORDER[kind]}
        representation = json.dumps(text, ensure_ascii=False, separators=(",", ":"))
        row = values | {
            "representation": representation,
            "marking_id": marking,
            "created_at": instant_text(created),
            "updated_at": instant_text(created),
        }
        body: list[str] = []
        for name in WRITTEN[kind]:
            if name == "summary":
                body += summary_words
            elif values[name]:
                for each in texts(values[name]):
                    body += words_of(each)
        own = tuple(json.dumps(row[name]) if isinstance(row[name], list) else row[name] for name in OWN[kind])
        tie = (values["id"], values["starts_on"])
        return Entry(
            kind,
            tuple(row[name] for name in BASE),
            (values["id"], *own),
            {
                "engagement_partner": [
                    (*tie, each["partner"], each["role"], place, values["status"], kind)
                    for place, each in enumerate(values["partners"])
                ],
                "engagement_priority": [(*tie, each, place) for place, each in enumerate(values["priorities"])],
                "engagement_tag": [(*tie, each, place) for place, each in enumerate(values["tags"])],
                "exercise_domain": [(*tie, each, place) for place, each in enumerate(values.get("domains", ()))],
            },
            index_words(values["title"]) + index_words(values["reference"]),
            body,
        )

    def _values(self, kind: str, start: date, created: datetime) -> tuple[dict[str, Any], list[str]]:
        random, draw = self.random, self.random.random
        partners = self._partners(kind)
        number = self.numbers[kind, start.year] = self.numbers.get((kind, start.year), 0) + 1
        end: date | None = start if draw() < 0.4 else start + timedelta(days=int(random.expovariate(1 / 4)) + 1)
        if kind == "deployment":
            end = start + timedelta(days=180) if draw() < 0.8 else None
        picked = self.common.some(random, 6 + int(draw() * 30)) + self.rare.some(random, 1 + int(draw() * 2))
        status = self._status(start)
        place = partners[0]["partner"] if partners and draw() < 0.6 and len(partners[0]["partner"]) == 2 else "NZ"
        precision = "day" if draw() < 0.9 else "month"
        due = report_due(end, precision)
        clock = f"{start.isoformat()}T09:30:00Z" if draw() < 0.2 else None
        moment = instant_json(created)
        values: dict[str, Any] = {
            "id": _id_at(created, random),
            "version": 1,
            "created_at": moment,
            "updated_at": moment,
            "archived": draw() < 0.02,
            "kind": kind,
            "reference": f"{PREFIXES[kind]}-{start.year}-{number:04d}",
            "status": status,
            "status_reason": None,
            "status_comment": None,
            "allowed_transitions": LIFECYCLE.allowed(status),
            "external_ref": None,
            "title": f"{random.choice(NOUNS[kind])} {self.rare.one(random)} {self.common.one(random)} {start.year}",
            "summary": " ".join(picked).capitalize() + ".",
            "starts_on": start.isoformat(),
            "ends_on": end.isoformat() if end else None,
            "date_precision": precision,
            "report_expected": True,
            "report_day": due,
            "report_due_on": None if status in WITHOUT_REPORT else due,
            "starts_at": clock,
            "ends_at": None,
            "timezone": "Pacific/Auckland" if clock else None,
            "country": place,
            "city": RARE[int(draw() * 400)],
            "venue": random.choice(VENUES) if draw() < 0.5 else None,
            "lead": random.choice(get_args(choices.Lead)),
            "level": random.choices(get_args(choices.Level), (5, 15, 40, 40))[0],
            "series": random.choice(self.known.series) if draw() < 0.3 else None,
            "edition": str(start.year) if draw() < 0.3 else None,
            "partners": partners,
            "priorities": sorted({random.choice(self.known.priorities) for _ in range(int(draw() * 3))}),
            "tags": sorted({random.choice(TAGS) for _ in range(int(draw() * 3))}),
        }
        folded = [word for each in picked for word in FOLDED[each]]
        return values | self._own(kind, end), folded

    def _partners(self, kind: str) -> list[dict[str, str]]:
        most = PARTNERS_AT_MOST[kind]
        count = 1 + int(self.random.random() * most) if kind != "deployment" else int(self.random.random() * 3)
        codes = dict.fromkeys(self.partners.some(self.random, count))
        return [{"partner": code, "role": "participant" if place else "host"} for place, code in enumerate(codes)]

    def _status(self, start: date) -> str:
        draw = self.random.random()
        if start < TODAY - timedelta(days=14):
            return "completed" if draw < 0.93 else "cancelled" if draw < 0.97 else "postponed"
        if start <= TODAY:
            return "in_progress" if draw < 0.5 else "completed"
        return "planned" if draw < 0.5 else "confirmed" if draw < 0.75 else "proposed"

    def _own(self, kind: str, end: date | None) -> dict[str, Any]:
        random = self.random
        line = " ".join(self.common.some(random, 4))
        people = int(random.expovariate(1 / 60)) + 1
        contributions = [
            {"unit": f"HMNZS {each}", "service": "Royal New Zealand Navy", "platform": None, "personnel": people}
            for each in self.rare.some(random, int(random.random() * 3))
        ]
        match kind:
            case "bilateral_talks":
                agenda = [{"title": each.title(), "lead": None} for each in self.common.some(random, 3)]
                return {
                    "round": 1 + people % 30,
                    "hosted_by": random.choice(get_args(choices.HostedBy)),
                    "agenda": agenda,
                    "joint_statement_url": None,
                }
            case "visit":
                return {
                    "direction": random.choice(get_args(choices.Direction)),
                    "principal": random.choice(self.known.people) if random.random() < 0.6 else None,
                    "principal_office": "Chief of Defence Force",
                    "purpose": line,
                    "delegation_size": people % 25,
                    "itinerary": [],
                    "post": random.choice(self.known.posts) if random.random() < 0.5 else None,
                }
            case "dialogue":
                return {
                    "forum": random.choice(self.known.institutions) if random.random() < 0.5 else None,
                    "format": random.choice(get_args(choices.Format)),
                    "intervention": line if random.random() < 0.3 else None,
                    "sessions": [],
                }
            case "exercise":
                domains = {random.choice(get_args(choices.Domain)) for _ in range(1 + people % 3)}
                return {
                    "exercise_type": random.choice(get_args(choices.ExerciseType)),
                    "domains": sorted(domains),
                    "contributions": contributions,
                    "personnel": people * 3,
                    "interoperability": line if random.random() < 0.3 else None,
                }
        return {
            "operation": f"Operation {self.rare.one(random)}",
            "mandate": random.choice(get_args(choices.Mandate)),
            "mission": random.choice(self.known.institutions) if random.random() < 0.5 else None,
            "theatre": None,
            "personnel_authorised": people,
            "personnel_deployed": people // 2,
            "mandate_expires_on": end.isoformat() if end else None,
            "contributions": contributions,
        }


def _id_at(moment: datetime, random: Random) -> str:
    """A UUIDv7 of that time."""
    microseconds = int(moment.timestamp() * 1_000_000)
    milliseconds, rest = divmod(microseconds, 1000)
    head = f"{milliseconds:012x}7{rest * 4096 // 1000:03x}"
    tail = f"{0b10 << 62 | random.getrandbits(62):016x}"
    return f"{head[:8]}-{head[8:12]}-{head[12:16]}-{tail[:4]}-{tail[4:]}"


assert as_id(_id_at(datetime.now(UTC), Random(0)))
