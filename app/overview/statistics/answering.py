"""`/statistics`: what a dashboard draws, and what an analyst takes into a spreadsheet."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Column, select
from starlette.requests import Request
from starlette.responses import Response

from app.access.permissions import Action
from app.access.work import Work
from app.core.derive import body_of
from app.core.fields import Representation
from app.crud.answers import computed
from app.crud.asking import from_address, from_body
from app.crud.csvfiles import CSV, csv_file, wants_csv
from app.crud.operations import Noun, Operation, add
from app.crud.polling import polled
from app.crud.saving import meant
from app.engagements.engagements import ENGAGEMENTS
from app.overview.statistics.counting import Key, Numbers, numbers
from app.overview.statistics.dimensions import DIMENSIONS, Group
from app.overview.statistics.measures import Measure
from app.overview.statistics.query import Grouping, StatisticsQuery, engagements_of

MOST = 10_000
"""Groups that an answer holds at the most."""

NAMELESS = "not stated"
Names = Mapping[Group, Mapping[str, str]]


class Statistic(Representation):
    """The number of one group."""

    keys: dict[str, str | None]
    """What tells it from other groups, by what it is grouped by: codes, slugs, ids, `2026-Q3`. Null: not stated."""

    label: dict[str, str]
    """The same in words."""

    value: int
    """The number."""


class Statistics(Representation):
    """Engagements counted or summed up, of those that the caller may see."""

    measure: Measure
    """What is counted or summed up."""

    group_by: list[Group]
    """By what it is grouped."""

    items: list[Statistic]
    """A group each: those of a time in its order, others the greatest first; the second within the first."""

    total: int
    """The number of all together. Where an engagement may belong to several groups, less than their sum."""

    complete: bool
    """Whether these are all groups; an answer holds 10,000 at the most."""

    marking: str
    """The banner of the answer: the highest marking of what was counted."""


def statistics(work: Work, query: Grouping) -> Statistics:
    """What a query asks for. A number of statements that depends on neither engagements nor groups."""
    wanted = meant(work, ENGAGEMENTS, engagements_of(query))
    found = numbers(work, wanted, query.measure, query.group_by)
    names = {each: _names(work, columns) for each in query.group_by if (columns := DIMENSIONS[each].names) is not None}
    return Statistics(
        measure=query.measure,
        group_by=query.group_by,
        items=list(_items(found, query.group_by, names))[:MOST],
        total=found.total,
        complete=len(found.groups) <= MOST,
        marking=work.banner(),
    )


def _names(work: Work, columns: tuple[Column[Any], Column[Any]]) -> dict[str, str]:
    return {str(key): str(name) for key, name in work.session.execute(select(*columns))}


def _items(found: Numbers, groups: Sequence[Group], names: Names) -> Iterator[Statistic]:
    for key in arranged(found.groups, [DIMENSIONS[each].in_order for each in groups]):
        keys = dict(zip(groups, key, strict=True))
        label = {group: _label(group, each, names) for group, each in keys.items()}
        yield Statistic(keys=dict(keys), label=dict(label), value=found.groups[key])


def _label(group: Group, key: str | None, names: Names) -> str:
    if key is None:
        return NAMELESS
    return key.replace("_", " ").capitalize() if DIMENSIONS[group].words else names.get(group, {}).get(key, key)


def arranged(numbers: Mapping[Key, int], in_order: Sequence[bool]) -> list[Key]:
    """The groups as they are told: by time in its order, by anything else the greatest first, nothing stated last."""
    sums: dict[Key, int] = defaultdict(int)
    for key, value in numbers.items():
        for place in range(1, len(key) + 1):
            sums[key[:place]] += value

    def place_of(key: Key) -> list[Any]:
        return [
            (each is None, 0 if ordered else -sums[key[: place + 1]], str(each))
            for place, (each, ordered) in enumerate(zip(key, in_order, strict=True))
        ]

    return sorted(numbers, key=place_of)


def answer(work: Work, request: Request, query: Grouping) -> Response:
    """The answer to a query, as it is asked for."""
    found = statistics(work, query)
    return _as_csv(work, found) if wants_csv(request, query.format) else computed(work, request, found)


def _as_csv(work: Work, found: Statistics) -> Response:
    columns = [*(name for each in found.group_by for name in (each, f"{each}_label")), found.measure]
    rows = [
        [*(text for group in found.group_by for text in (each.keys[group], each.label[group])), str(each.value)]
        for each in found.items
    ]
    return csv_file(work, "-".join(["statistics", *found.group_by]), columns, rows)


def by_address(work: Work, request: Request) -> Response:
    query = from_address(StatisticsQuery.model, request)
    if wants_csv(request, query.format):
        return answer(work, request, query)
    return polled(work, request, lambda: answer(work, request, query))


def by_body(work: Work, request: Request, document: body_of(StatisticsQuery)) -> Response:  # type: ignore[valid-type]
    return answer(work, request, from_body(StatisticsQuery.model, document, request))


def add_statistics(router: APIRouter) -> None:
    """Puts the operations on a router."""
    told = (
        "Engagements counted, or their days, personnel or delegates summed up, in all or by one or two of what they "
        "can be grouped by; of those that any filter of engagements finds. An engagement with three partners stands in "
        "the group of each, and once in the total. JSON, or CSV by `format=csv` or `Accept: text/csv`."
    )
    operations = (
        Operation(
            "read", "GET", "", by_address, Action.READ,
            summary="Engagements in numbers", description=told, answer=Statistics, media=(CSV,), query=StatisticsQuery,
        ),
        Operation(
            "query", "POST", "/query", by_body, Action.READ,
            summary="Engagements in numbers, asked in the body", description=told, answer=Statistics, media=(CSV,),
            example={"measure": "count", "group_by": ["partner", "year"], "status": ["completed"]},
        ),
    )  # fmt: skip
    for operation in operations:
        add(router, Noun("Statistics", "statistics"), operation, "/statistics")
