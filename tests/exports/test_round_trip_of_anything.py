"""Whatever can be said of an engagement leaves by a spreadsheet and comes back: to where it was, or to another register."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models import choices
from support.client import Api, Apps
from support.databases import Databases
from support.drawing import drawing

FORMATS = ("csv", "xlsx", "jsonl")
PATHS = ("bilateral-talks", "visits", "dialogues", "exercises", "deployments")
PARTNERS = ("AU", "FJ", "JP", "PG", "TO", "US")
FIRST = date(2031, 1, 1)

Document = dict[str, Any]

# Texts that a line may hold; and those of which nothing is lost where a register reads them for the first time, which
# takes off blanks, marks that cannot be seen and what stands for nothing, as people leave them in spreadsheets.
any_line = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=60)
any_prose = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=200)
LETTERS = "aKzāēŌūßñçЁж訪問東กखعبא😀𐌼'’=+-@\"#&"
plain_line = st.text(st.sampled_from(LETTERS + " "), min_size=1, max_size=30).map(
    lambda each: f"x{' '.join(each.split())}x"
)
plain_prose = st.lists(plain_line, min_size=1, max_size=3).map("\n\n".join)

days = st.integers(0, 700).map(lambda each: FIRST + timedelta(days=each))
numbers = st.none() | st.integers(0, 100_000)
instants = st.datetimes(datetime(2031, 1, 1), datetime(2032, 12, 31)).map(lambda each: each.isoformat() + "Z")  # noqa: DTZ001 - said behind it


def one_of(kind: Any) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(get_args(kind))


def optional(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    """A text that may be missing; an empty one says no more."""
    return st.none() | strategy.map(lambda each: each or None)


def common(line: st.SearchStrategy[str], prose: st.SearchStrategy[str]) -> dict[str, st.SearchStrategy[Any]]:
    """What every engagement may say."""
    roles = st.sampled_from(get_args(choices.PartnerRole))
    return {
        "title": line.filter(str.strip),
        "summary": optional(prose),
        "status": st.sampled_from(("proposed", "planned", "confirmed", "postponed", "cancelled")),
        "country": st.none() | st.sampled_from((*PARTNERS, "NZ")),
        "city": optional(line),
        "venue": optional(line),
        "edition": optional(line),
        "lead": one_of(choices.Lead),
        "level": one_of(choices.Level),
        "partners": st.lists(
            st.fixed_dictionaries({"partner": st.sampled_from(PARTNERS), "role": roles}),
            min_size=1, max_size=3, unique_by=lambda each: each["partner"],
        ),
        "tags": st.lists(line.filter(str.strip).map(lambda each: each[:80].strip() or "x"), max_size=3, unique_by=str.casefold),
        "report_expected": st.booleans(),
        "timezone": st.none() | st.sampled_from(("Pacific/Auckland", "Pacific/Apia", "UTC")),
    }  # fmt: skip


def of_kind(
    line: st.SearchStrategy[str], prose: st.SearchStrategy[str]
) -> dict[str, dict[str, st.SearchStrategy[Any]]]:
    """What only one kind may say."""
    contributions = st.lists(
        st.fixed_dictionaries({"unit": line.filter(bool), "service": optional(line), "personnel": numbers}), max_size=2
    )
    titles = line.filter(str.strip)
    return {
        "bilateral-talks": {
            "round": st.none() | st.integers(1, 1000),
            "hosted_by": one_of(choices.HostedBy),
            "agenda": st.lists(st.fixed_dictionaries({"title": titles, "lead": optional(line)}), max_size=3),
        },
        "visits": {
            "direction": st.sampled_from(("inbound", "outbound")),
            "purpose": optional(prose),
            "delegation_size": numbers,
            "itinerary": st.lists(st.fixed_dictionaries({"starts_at": instants, "activity": optional(line)}), max_size=3),
        },
        "dialogues": {
            "format": one_of(choices.Format),
            "intervention": optional(line),
            "sessions": st.lists(st.fixed_dictionaries({"title": titles, "speaker": optional(line)}), max_size=2),
        },
        "exercises": {
            "exercise_type": one_of(choices.ExerciseType),
            "domains": st.lists(st.sampled_from(get_args(choices.Domain)), max_size=3, unique=True),
            "contributions": contributions,
            "personnel": numbers,
            "interoperability": optional(prose),
        },
        "deployments": {
            "operation": optional(line),
            "mandate": one_of(choices.Mandate),
            "theatre": optional(line),
            "personnel_authorised": numbers,
            "personnel_deployed": numbers,
            "contributions": contributions,
        },
    }  # fmt: skip


MARKINGS = st.sampled_from(
    (
        {},
        {"classification": "IN-CONFIDENCE", "endorsements": ["LEGAL PRIVILEGE", "POLICY"]},
        {"classification": "RESTRICTED", "endorsements": ["NZEO"]},
        {"classification": "RESTRICTED", "releasable_to": ["AU", "TO"]},
    )
)


def engagements(line: st.SearchStrategy[str], prose: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, Document]]:
    """A path and a document that says much or little."""

    @st.composite
    def drawn(draw: st.DrawFn) -> tuple[str, Document]:
        path = draw(st.sampled_from(PATHS))
        document = draw(st.fixed_dictionaries(common(line, prose) | of_kind(line, prose)[path])) | draw(MARKINGS)
        starts_on = draw(days)
        ends_on = starts_on + timedelta(days=draw(st.integers(0, 40)))
        if path == "deployments" and draw(st.booleans()):
            ends_on = None
        return path, document | {"starts_on": str(starts_on), "ends_on": ends_on and str(ends_on)}

    return drawn()


class Registers:
    """One register, and another that knows nothing of it."""

    def __init__(self, api: Api, other: Api) -> None:
        self.api, self.other = api, other
        self.runs = count(1)

    def record(self, drawn: list[tuple[str, Document]]) -> str:
        """Records engagements, and gives the words that tell them from those of other runs."""
        run = f"run-{next(self.runs)}"
        for number, (path, document) in enumerate(drawn):
            self.api.make(f"/{path}", document | {"tags": [*document["tags"], run], "external_ref": f"{run}-{number}"})
        return run

    def held(self, api: Api, run: str) -> list[Document]:
        return sorted(api.items("/engagements", tag=run, limit=200), key=lambda each: str(each["external_ref"]))


@pytest.fixture(scope="module")
def registers(source: Databases, apps: Apps) -> Iterator[Registers]:
    with ExitStack() as stack:
        yield Registers(*(stack.enter_context(apps.own(source)) for _ in range(2)))


def exported(api: Api, run: str, form: str) -> bytes:
    answer = api.get("/engagements/export", params={"format": form, "tag": run})
    assert answer.status_code == 200, answer.text
    return answer.content


def taken(api: Api, data: bytes) -> Any:
    answer = api.ask("POST", "/imports", files={"file": ("file", data)})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("form", FORMATS)
@drawing(8)
@given(drawn=st.lists(engagements(any_line, any_prose), min_size=1, max_size=4))
def test_what_comes_back_is_nothing_new(registers: Registers, form: str, drawn: list[tuple[str, Document]]) -> None:
    run = registers.record(drawn)
    before = registers.held(registers.api, run)
    assert len(before) == len(drawn)
    report = taken(registers.api, exported(registers.api, run, form))
    assert [(each["outcome"], each["errors"], each["warnings"]) for each in report["rows"]] == [
        ("unchanged", [], [])
    ] * len(drawn)
    assert report["warnings"] == []
    assert registers.held(registers.api, run) == before


OWN = {"id", "reference", "version", "created_at", "updated_at", "status_reason", "status_comment"}
"""What each register says for itself."""


@pytest.mark.parametrize("form", FORMATS)
@drawing(8)
@given(drawn=st.lists(engagements(plain_line, plain_prose), min_size=1, max_size=4))
def test_another_register_learns_the_same(registers: Registers, form: str, drawn: list[tuple[str, Document]]) -> None:
    run = registers.record(drawn)
    report = taken(registers.other, exported(registers.api, run, form))
    assert [(each["outcome"], each["errors"]) for each in report["rows"]] == [("created", [])] * len(drawn)
    there, here = (registers.held(each, run) for each in (registers.other, registers.api))
    for one, other in zip(here, there, strict=True):
        assert {name: each for name, each in other.items() if name not in OWN} == {
            name: each for name, each in one.items() if name not in OWN
        }
