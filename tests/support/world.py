"""A register full of engagements, drawn at random but always the same, and what each filter ought to find in it."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from support.client import Api
from support.days import AT_HOME as TODAY
from support.documents import KINDS, Documents

Record = dict[str, Any]
Holds = Callable[[Record, Any], bool]
"""Whether a record holds what one value of a filter asks for."""

PARTNERS = ("AU", "US", "JP", "FJ", "TO", "PG", "WS", "ARF", "FPDA")
INSTITUTIONS = ("ARF", "FPDA")
STATUSES = ("proposed", "planned", "confirmed", "in_progress", "completed", "postponed", "cancelled")
WORDS = ("Pacific", "Māori", "Maritime", "Talanoa", "Nuku'alofa", "exercise", "dialogue", "Kākāpō")
NUMBER = 120


@dataclass
class World:
    """The engagements of a register and the records around them."""

    engagements: list[Record]
    partners: dict[str, Record]
    people: list[str]
    posts: list[str]
    participants: dict[str, set[str]]
    """The people at each engagement."""

    reports: dict[str, str]
    """The state of each engagement's report, where there is one."""


def fill(documents: Documents) -> World:
    """Puts a world into a fresh register."""
    draw, api = random.Random(2026), documents.api
    for code in INSTITUTIONS:
        documents.make("institutions", code=code, region="Asia", members=[])
    around = {
        "series": [documents.make("series")["slug"] for _ in range(3)],
        "priorities": [documents.make("priorities")["code"] for _ in range(3)],
        "people": [documents.make("people")["id"] for _ in range(3)],
        "posts": [documents.make("posts")["id"] for _ in range(2)],
    }
    by_kind: dict[str, list[Record]] = {kind: [] for kind in KINDS}
    for number in range(NUMBER):
        kind = KINDS[number % len(KINDS)]
        by_kind[kind].append(_engagement(draw, kind, number, around))
    for kind, items in by_kind.items():
        answer = api.post(f"/{kind}/bulk", {"items": items})
        assert answer.status_code == 201, answer.text
    engagements: list[Record] = api.items("/engagements", limit=200)
    for each in draw.sample(engagements, 10):
        api.delete(f"/{path_of(each)}/{each['id']}")
    participants = _participants(draw, api, engagements, around["people"])
    reports = _reports(draw, api, engagements)
    engagements = api.items("/engagements", limit=200, archived="any")
    partners = {each["code"]: each for code in PARTNERS for each in [api.read(f"/partners/{code}")]}
    return World(engagements, partners, around["people"], around["posts"], participants, reports)


def path_of(record: Record) -> str:
    return "bilateral-talks" if record["kind"] == "bilateral_talks" else f"{record['kind']}s"


def _participants(draw: random.Random, api: Api, engagements: list[Record], people: list[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in draw.sample([each for each in engagements if not each["archived"]], 25):
        at = f"/engagements/{each['id']}/participants"
        answer = api.post(at, {"person": draw.choice(people)})
        if answer.status_code == 201 and draw.random() < 0.2:
            api.delete(f"{at}/{answer.json()['id']}")  # said to come, and does not
        elif answer.status_code == 201:
            found.setdefault(each["id"], set()).add(answer.json()["person"])
    return found


def _reports(draw: random.Random, api: Api, engagements: list[Record]) -> dict[str, str]:
    found: dict[str, str] = {}
    present = [each["id"] for each in engagements if not each["archived"]]
    for number, each in enumerate(draw.sample(present, 30)):
        at = f"/engagements/{each}/report"
        if api.put(at, {"summary": f"On {draw.choice(WORDS)} matters"}).status_code != 201:
            continue  # withdrawn meanwhile
        if number % 5 == 0:
            api.delete(at)
        elif number % 2:
            found[each] = api.post(f"{at}/transitions", {"to": "submitted"}).json()["state"]
        else:
            found[each] = "draft"
    return found


def _engagement(draw: random.Random, kind: str, number: int, around: dict[str, list[str]]) -> Record:
    starts_on = date(2024, 1, 1) + timedelta(days=draw.randrange(60) * 7)
    maybe = draw.random
    document: Record = {
        "title": " ".join(draw.sample(WORDS, 2)) + f" {number % 40}",
        "summary": None if maybe() < 0.5 else f"On {draw.choice(WORDS)} matters",
        "starts_on": starts_on.isoformat(),
        "ends_on": None if maybe() < 0.3 else (starts_on + timedelta(days=draw.randrange(40))).isoformat(),
        "status": draw.choice(STATUSES),
        "partners": draw.sample(PARTNERS, draw.randint(1, 3)),
        "priorities": draw.sample(around["priorities"], draw.randint(0, 2)),
        "tags": draw.sample(("navy", "reform", "Ōhākea"), draw.randint(0, 2)),
        "country": draw.choice((None, "AU", "FJ", "NZ")),
        "lead": draw.choice((None, "ministry", "defence_force", "joint")),
        "level": draw.choice((None, "ministerial", "principal", "working")),
        "series": draw.choice((None, *around["series"])),
        "classification": draw.choice(("UNCLASSIFIED", "IN-CONFIDENCE", "RESTRICTED")),
        "external_ref": None if maybe() < 0.7 else f"ENG-{number:03}",
    }
    return document | _of_kind(draw, kind, around)


def _of_kind(draw: random.Random, kind: str, around: dict[str, list[str]]) -> Record:
    match kind:
        case "visits":
            return {
                "direction": draw.choice(("inbound", "outbound")),
                "principal": draw.choice((None, *around["people"])),
                "post": draw.choice((None, *around["posts"])),
            }
        case "dialogues":
            return {
                "forum": draw.choice((None, "ARF", "FPDA", around["series"][0])),
                "format": draw.choice((None, "plenary", "working_group", "ministerial")),
            }
        case "exercises":
            return {
                "exercise_type": draw.choice((None, "live", "field", "table_top")),
                "domains": draw.sample(("maritime", "land", "air"), draw.randint(0, 2)),
            }
        case "deployments":
            return {
                "mandate": draw.choice((None, "un", "coalition", "regional")),
                "mission": draw.choice((None, "ARF", "FPDA")),
            }
    return {"hosted_by": draw.choice((None, "home", "partner"))}


def codes(record: Record) -> list[str]:
    return [each["partner"] for each in record["partners"]]


def end(record: Record) -> str:
    """The last day, or the end of days."""
    return record["ends_on"] or "9999-12-31"


def owes(world: World, record: Record) -> bool:
    """Whether it is over, may have taken place, and nobody has submitted a report."""
    over = record["report_due_on"] is not None and record["ends_on"] < TODAY.isoformat()
    return over and world.reports.get(record["id"]) != "submitted"


def reporting(world: World) -> dict[str, Callable[[Record], bool]]:
    """How an engagement stands with its report."""
    return {
        "due": lambda record: owes(world, record) and record["report_due_on"] >= TODAY.isoformat(),
        "overdue": lambda record: owes(world, record) and record["report_due_on"] < TODAY.isoformat(),
        "draft": lambda record: world.reports.get(record["id"]) == "draft",
        "submitted": lambda record: world.reports.get(record["id"]) == "submitted",
        "none": lambda record: record["id"] not in world.reports,
    }


def plain(name: str) -> Holds:
    return lambda record, value: record.get(name) == value


def filters(world: World) -> dict[str, Holds]:
    """What every filter of engagements means, in plain words."""

    def of_partners(wanted: Callable[[Record, Any], bool]) -> Holds:
        return lambda record, value: any(wanted(world.partners[code], value) for code in codes(record))

    return {
        **{
            name: plain(name)
            for name in (
                "kind", "status", "country", "lead", "level", "series", "classification", "external_ref", "post",
                "direction", "forum", "format", "exercise_type", "mandate", "mission", "hosted_by",
            )
        },
        "partner": lambda record, value: value in codes(record),
        "partner_type": of_partners(lambda partner, value: partner["partner_type"] == value),
        "region": of_partners(lambda partner, value: value in (partner["region"], partner["subregion"])),
        "priority": lambda record, value: value in record["priorities"],
        "tag": lambda record, value: value in record["tags"],
        "domain": lambda record, value: value in record.get("domains", ()),
        "person": lambda record, value: record.get("principal") == value
        or value in world.participants.get(record["id"], ()),
        "report": lambda record, value: reporting(world)[value](record),
        "starts_from": lambda record, value: record["starts_on"] >= value,
        "starts_to": lambda record, value: record["starts_on"] <= value,
        "ends_from": lambda record, value: end(record) >= value,
        "ends_to": lambda record, value: end(record) <= value,
        "during_from": lambda record, value: end(record) >= value,
        "during_to": lambda record, value: record["starts_on"] <= value,
        "updated_since": lambda record, value: record["updated_at"] >= value,
    }  # fmt: skip


def expected(world: World, **asked: Any) -> Iterator[Record]:
    """The records that a list with these filters ought to hold, in no order."""
    meaning = filters(world)
    archived = asked.pop("archived", "false")
    for record in world.engagements:
        if archived != "any" and record["archived"] != (archived == "true"):
            continue
        for name, given in asked.items():
            values = given if isinstance(given, list) else [given]
            found = any(meaning[name.removesuffix("__not")](record, value) for value in values)
            if found == name.endswith("__not"):
                break
        else:
            yield record
