"""Engagements with all that lists can be asked of them, as plain records, looked at one after the other."""

import random
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from app.core.words import query_words
from support.client import Api
from support.days import AT_HOME
from support.documents import KINDS, Documents

SIZE = 120
PARTNERS = ("AU", "JP", "FJ", "TO", "US", "PIF")
REGIONS = ("Oceania", "Melanesia", "Polynesia", "Asia", "Americas", "Eastern Asia")
WORDS = ("Quokka", "Tūīx", "Zoëtrope", "quokkas", "naïvely", "O'Harax", "訪問団", "100%", "under_scorex")
"""Words that stand nowhere else in what is recorded."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "status": ("proposed", "planned", "confirmed", "in_progress", "completed", "postponed", "cancelled"),
    "level": ("ministerial", "principal", "senior_officials", "working"),
    "lead": ("ministry", "defence_force", "joint"),
    "country": ("AU", "FJ", "JP", "NZ"),
    "classification": ("UNCLASSIFIED", "IN-CONFIDENCE", "RESTRICTED"),
    "kind": ("bilateral_talks", "visit", "dialogue", "exercise", "deployment"),
    "external_ref": ("X-1", "X-2", "X-3", "none"),
    "tag": ("pacific", "maritime", "cyber"),
    "priority": ("PRI-1", "PRI-2"),
    "partner": PARTNERS,
    "partner_type": ("country", "institution"),
    "region": REGIONS,
    "series": ("series-1", "series-2", "series-3"),
    "report": ("due", "overdue", "draft", "submitted", "none"),
    "person": ("Ana", "Hemi", "Sione"),
    "post": ("Suva", "Tokyo"),
}
"""What is asked of the filters that take several values. Those that take ids go by names here."""

PATHS = {"person": "people", "post": "posts"}
"""Where the records are kept that go by names here."""

FIRST = AT_HOME - timedelta(days=30)
NEVER = "9999-12-31"


def drawn(draw: random.Random, number: int) -> tuple[str, dict[str, Any]]:
    """A kind and a document of it, with much in common and much that is missing."""
    path = draw.choice(KINDS)
    starts_on = FIRST + timedelta(days=draw.randrange(40))
    ends_on: date | None = starts_on + timedelta(days=draw.choice((0, 0, 1, 5, 20)))
    if path == "deployments" and draw.random() < 0.5:
        ends_on = None
    document: dict[str, Any] = {
        "title": " ".join(draw.choices(WORDS, k=draw.randrange(1, 4))),
        "summary": draw.choice((None, draw.choice(WORDS))),
        "starts_on": starts_on.isoformat(),
        "ends_on": None if ends_on is None else ends_on.isoformat(),
        "partners": draw.sample(PARTNERS, draw.randrange(1, 4)),
        "priorities": draw.sample(CHOICES["priority"], draw.randrange(3)),
        "tags": draw.sample(CHOICES["tag"], draw.randrange(3)),
        "external_ref": f"X-{number}" if number < 4 else None,
        "status": draw.choice(possible(starts_on, ends_on)),
        "series": draw.choice((*CHOICES["series"][:2], None)),
        **{name: draw.choice((*CHOICES[name], None)) for name in ("level", "country")},
        **{name: draw.choice(CHOICES[name]) for name in ("lead", "classification")},
    }
    return path, document


def possible(starts_on: date, ends_on: date | None) -> tuple[str, ...]:
    """The states in which something with these days may be recorded."""
    if ends_on is not None and ends_on < AT_HOME:
        return ("completed", "completed", "confirmed", "planned", "proposed", "cancelled", "postponed")
    if starts_on <= AT_HOME:
        return ("in_progress", "confirmed", "planned", "cancelled")
    return ("proposed", "planned", "confirmed", "postponed", "cancelled")


class World:
    """A register, and all that it holds, as plain records."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.draw = random.Random(20)
        self.documents = documents = Documents(api)
        documents.make("institutions", code="PIF", name="Pacific Islands Forum", members=[])
        for code in CHOICES["priority"]:
            documents.make("priorities", code=code)
        for slug in CHOICES["series"]:
            documents.make("series", slug=slug)
        self.ids = {name: documents.make(PATHS[each], name=name)["id"] for each in PATHS for name in CHOICES[each]}
        made = [self._made(number) for number in range(SIZE)]
        for each in self.draw.sample(made, 15):
            assert api.delete(each["_address"]).status_code == 204
        partners = {code: api.read(f"/partners/{code}") for code in PARTNERS}
        self.records = [{**each, **api.read(each["_address"])} for each in made]
        for each in self.records:
            codes = [one["partner"] for one in each["partners"]]
            each["_partners"] = codes
            each["_types"] = [partners[code]["partner_type"] for code in codes]
            each["_regions"] = [partners[code][name] for code in codes for name in ("region", "subregion")]
            each["_reporting"] = reporting(each)

    def _made(self, number: int) -> dict[str, Any]:
        """An engagement, with those who take part in it and its report."""
        path, document = drawn(self.draw, number)
        principal, post = (self.draw.choice((None, *CHOICES[each])) for each in PATHS)
        if path == "visits":
            document |= {"principal": self.ids.get(principal), "post": self.ids.get(post)}
        made = self.documents.make(path, **document)
        beside = {"_address": f"/{path}/{made['id']}", "_people": [], "_posts": [], "_report": None}
        if path == "visits":
            beside |= {"_people": [principal], "_posts": [post]}
        marked = {"classification": document["classification"]}
        self._take_part(beside, marked)
        self._report(beside, marked)
        return beside

    def _take_part(self, beside: dict[str, Any], marked: dict[str, str]) -> None:
        """Some take part; some are taken off the list again, which finds them no more."""
        for name in self.draw.sample(CHOICES["person"], self.draw.choice((0, 0, 1, 2))):
            place = f"{beside['_address']}/participants"
            one = self.api.make(place, {"person": self.ids[name], **marked})
            if self.draw.random() < 0.3:
                assert self.api.delete(f"{place}/{one['id']}").status_code == 204
            else:
                beside["_people"] = [*beside["_people"], name]

    def _report(self, beside: dict[str, Any], marked: dict[str, str]) -> None:
        """Some have a draft, some a report that is submitted; some are withdrawn again, and count no more."""
        state, place = self.draw.choice((None, None, "draft", "submitted")), f"{beside['_address']}/report"
        if state is None:
            return
        assert self.api.put(place, {"summary": "What came of it.", **marked}).status_code == 201
        if state == "submitted":
            assert self.api.post(f"{place}/transitions", {"to": state}).status_code == 200
        if self.draw.random() < 0.2:
            assert self.api.delete(place).status_code == 204
        else:
            beside["_report"] = state

    def instants(self) -> list[str]:
        return sorted({each["updated_at"] for each in self.records})

    def asked(self, filters: list[tuple[str, list[str]]]) -> list[tuple[str, str]]:
        """Filters as an address has them: one value after the other, with ids for names."""
        by_id = {name + suffix for name in PATHS for suffix in ("", "__not")}
        return [(name, self.ids[value] if name in by_id else value) for name, values in filters for value in values]


# What a filter finds, record by record.

LISTS = {
    "tag": "tags",
    "priority": "priorities",
    "partner": "_partners",
    "partner_type": "_types",
    "region": "_regions",
    "report": "_reporting",
    "person": "_people",
    "post": "_posts",
}
DAYS: Mapping[str, Callable[[Any, str], bool]] = {
    "starts_from": lambda record, day: record["starts_on"] >= day,
    "starts_to": lambda record, day: record["starts_on"] <= day,
    "ends_from": lambda record, day: (record["ends_on"] or NEVER) >= day,
    "ends_to": lambda record, day: record["ends_on"] is not None and record["ends_on"] <= day,
}


def reporting(record: Any) -> list[str]:
    """How an engagement stands with its report: whether it owes one, and what there is."""
    stands = [record["_report"] or "none"]
    due = record["report_due_on"]
    if record["_report"] != "submitted" and due is not None and record["ends_on"] < AT_HOME.isoformat():
        stands.append("due" if due >= AT_HOME.isoformat() else "overdue")
    return stands


def finds(record: Any, name: str, values: list[str]) -> bool:
    """Whether a record is among what a filter finds."""
    if name in DAYS:
        return DAYS[name](record, values[0])
    if name == "updated_since":
        return bool(record["updated_at"] >= values[0])
    if name == "q":
        held = query_words(f"{record['title']} {record['summary'] or ''} {record['reference']}")
        return all(any(word.startswith(each) for word in held) for each in query_words(values[0]))
    if name in LISTS:
        return bool(set(record[LISTS[name]]) & set(values))
    return record[name] in values


def holds(record: Any, asked: list[tuple[str, list[str]]], archived: str, during: tuple[str, str] | None) -> bool:
    """Whether a record is in a list."""
    if archived != "any" and record["archived"] is not (archived == "true"):
        return False
    if during and not (record["starts_on"] <= during[1] and (record["ends_on"] or NEVER) >= during[0]):
        return False
    return all(
        finds(record, name.removesuffix("__not"), values) is not name.endswith("__not") for name, values in asked
    )


def ordered(records: list[Any], sort: list[tuple[str, bool]]) -> list[str]:
    """The ids in the order that was asked for; ties by id, in the direction of the last term."""
    absent = {"ends_on": NEVER}
    terms = sort if any(name == "id" for name, _ in sort) else [*sort, ("id", sort[-1][1] if sort else True)]
    found = list(records)
    for name, descending in reversed(terms):
        found.sort(key=lambda each: each[name] or absent.get(name, ""), reverse=descending)
    return [each["id"] for each in found]
