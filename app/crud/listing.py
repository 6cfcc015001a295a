"""Lists: a query becomes a page. One statement a page, whatever the kind and the number of records."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select

from app.access.work import Work
from app.core import cursor as cursors
from app.core.prepared import Prepared
from app.core.query import Cases, ListQuery, Order, filter_of, order_of, takes_many
from app.core.search import TIERS, search_value
from app.core.words import query_words
from app.crud.asking import place_of
from app.crud.resource import Resource
from app.crud.shape import Shape, Single
from app.crud.statements import census_statement, count_statement, page_statement
from app.crud.store import rebuilt
from app.errors import Fault, Invalid

SHAPES_KEPT = 2_000
"""Compiled statements kept by a process. Callers choose the shapes, so the number is bounded."""


USUAL_LIMITS = (50, 100, 200)
"""Lengths of a page that get a statement of their own."""


class Page(NamedTuple):
    """Some records of a list, as stored; where the next page begins; how many there are if that was asked."""

    items: list[str]
    next: str | None
    total: int | None


def page(work: Work, resource: Resource, query: ListQuery, parent: str | None = None) -> Page:
    """The page that a query asks for. Raises Invalid for an order or cursor that is none."""
    given = asked(query)
    if "q" in given and not query_words(given["q"]):
        return Page([], None, None if query.count == "none" else 0)
    shape = shape_of(work, resource, query, given)
    values = parameters(shape, given, work.today)
    if parent is not None:
        values["parent"] = parent
    if resource.personal:
        values["owner"] = work.actor.owner
    total = None
    if query.count != "none":
        total = count(work, shape, values, capped=query.count == "capped")
    if shape.continued:
        values |= place(shape, query.cursor or "")
    if work.proof is not None:
        values |= work.proof.values
    rows = run(work, ("page", shape), values | {"page": query.limit + 1})
    work.prove(rows)
    shown = rows[: query.limit]
    at = shape.id_at
    items = [row[0] if row[0] is not None else rebuilt(work, resource, str(row[at])) for row in shown]
    work.holds(resource.noun, ((row[at], row[1]) for row in shown))
    following = None
    if len(rows) > query.limit:
        following = cursors.encode(_order_text(shape), [_text(each) for each in rows[query.limit - 1][2:]])
    return Page(items, following, total)


def asked(query: ListQuery) -> dict[str, Any]:
    """The filters that were given, with their values."""
    given = {}
    for name in query.model_fields_set:
        value = getattr(query, name)
        if filter_of(type(query).model_fields[name]) is None or value is None or value == []:
            continue
        if (name == "q" and not value.strip()) or (name == "q__not" and not query_words(value)):
            continue
        given[name] = value
    return given


def shape_of(work: Work, resource: Resource, query: ListQuery, given: Mapping[str, Any]) -> Shape:
    try:
        order = order_of(query.sort, resource.sortable, resource.default_sort)
    except ValueError as error:
        raise Invalid(faults=[Fault(str(error), "not_allowed", parameter="sort")]) from None
    return Shape(
        resource=resource,
        markings=work.markings,
        archived=query.archived,
        filters=frozenset((name, len(value) if isinstance(value, list) else 1) for name, value in given.items()),
        order=order,
        continued=query.cursor is not None,
        ranked="q" in given and not query.sort,
        sqlite=work.register.database.is_sqlite,
        words=words(query, given),
        proves=work.proof is not None,
        limit=query.limit if query.limit in USUAL_LIMITS else None,
    )


def words(query: ListQuery, given: Mapping[str, Any]) -> frozenset[tuple[str, tuple[str, ...]]]:
    """What is asked of parameters whose every value is a condition of its own, and so part of the statement."""
    cases = [name for name in given if isinstance(filter_of(type(query).model_fields[name]), Cases)]
    return frozenset(
        (name, tuple(sorted({*value}) if isinstance(value := given[name], list) else (value,))) for name in cases
    )


def parameters(shape: Shape, given: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The values of the statement's parameters."""
    values: dict[str, Any] = {"today": today}
    for name, value in given.items():
        if name in ("q", "q__not"):
            values[name] = search_value(value, sqlite=shape.sqlite)
        elif takes_many(shape.resource.list_query.model_fields[name]):
            values[name] = value[0] if len(value) == 1 else value
            if len(value) > 1:
                values |= {Single(name, place).parameter: each for place, each in enumerate(value)}
        else:
            values[name] = value
    if shape.ranked:
        values |= {f"q_{each}": search_value(given["q"], sqlite=shape.sqlite, within=each) for each in TIERS}
    return values


def place(shape: Shape, cursor: str) -> dict[str, Any]:
    """The parameters that say where the page begins."""
    kinds = [shape.resource.sortable[name].kind for name, _ in shape.order.terms]
    if shape.ranked:
        kinds = [UUID, int, *kinds]
    found = place_of(cursor, _order_text(shape), kinds)
    values: dict[str, Any] = {}
    if shape.ranked:
        values["top"] = found.pop(0)
    return values | {f"after_{index}": value for index, value in enumerate(found)}


def _order_text(shape: Shape) -> str:
    return f"~{shape.order.text}" if shape.ranked else shape.order.text


def _text(value: Any) -> Any:
    return value if isinstance(value, int | str) or hasattr(value, "isoformat") else str(value)


def count(work: Work, shape: Shape, values: Mapping[str, Any], *, capped: bool) -> int:
    rows = run(work, ("capped" if capped else "count", unordered(shape)), unranked(values))
    return int(rows[0][0])


def census(work: Work, resource: Resource, query: ListQuery, parent: str | None = None) -> int:
    """How many records a list has. Notes how they are marked, so that its banner is known before any of it is read."""
    given = asked(query)
    if "q" in given and not query_words(given["q"]):
        return 0
    shape = unordered(shape_of(work, resource, query, given))
    values = unranked(parameters(shape, given, work.today))
    if parent is not None:
        values["parent"] = parent
    rows = run(work, ("census", shape), values)
    work.shows(marking for marking, _ in rows)
    return sum(number for _, number in rows)


def unordered(shape: Shape) -> Shape:
    """A list as far as it only matters what is in it."""
    return replace(shape, continued=False, ranked=False, limit=None, proves=False, order=Order((("id", False),)))


def unranked(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not name.startswith(("q_t", "q_w"))}


STATEMENTS: Mapping[str, Callable[[Shape], Select[Any]]] = {
    "page": page_statement,
    "count": partial(count_statement, capped=False),
    "capped": partial(count_statement, capped=True),
    "census": census_statement,
}


def run(work: Work, key: tuple[str, Shape], values: Mapping[str, Any]) -> list[Any]:
    """Runs the statement of a shape."""
    what, shape = key
    return prepared(work, key, lambda: STATEMENTS[what](shape)).run(work.cursor, values)


def prepared(work: Work, key: Hashable, build: Callable[[], Select[Any]]) -> Prepared:
    """A statement as it is kept by the process under its key, or built and compiled now."""
    kept = work.register.prepared.get(key)
    if kept is None:
        kept = Prepared(build(), work.register.database.reader.dialect)
        if len(work.register.prepared) >= SHAPES_KEPT:
            work.register.prepared.clear()
        work.register.prepared[key] = kept
    return kept
