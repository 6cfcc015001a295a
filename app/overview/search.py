"""`/search`: records of every kind by their words, the best matches first, with the place at which the words stand."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import ColumnElement, Select, and_, bindparam, cast, func, literal_column, or_, select, tuple_
from sqlalchemy.types import Text
from starlette.requests import Request
from starlette.responses import Response

from app.access.accesses import off_the_loop
from app.access.permissions import Action
from app.access.work import Work
from app.core import cursor as cursors
from app.core.derive import body_of, without_default
from app.core.fields import Line, Representation
from app.core.query import Many, PageQuery
from app.core.search import (
    ENTRY,
    RANKED_MOST,
    TIERS,
    entries,
    found,
    latest_first,
    needed_for_tier,
    of_types,
    search_value,
    tier,
)
from app.core.words import query_words
from app.crud.answers import computed, next_address
from app.crud.asking import from_address, from_body, place_of
from app.crud.listing import prepared
from app.crud.operations import Noun, Operation, add
from app.errors import Fault, Invalid
from app.overview.hits import Hit, hits_of, searchable

ORDER = "search"


class SearchQuery(PageQuery):
    """What all records can be asked."""

    q: Annotated[str, Field(max_length=500)]
    """Words to find: a record must have all of them, each as the beginning of one of its own."""

    type: Many[Line] = Field(default=[], json_schema_extra=without_default)
    """The nouns of the records to find, such as `visits`; all if not given."""


class TypeCount(Representation):
    """How many records of a kind were found."""

    type: str
    """The noun of the records, such as `visits`."""

    record_type: str
    """What one of them is, such as `visit`."""

    count: int
    """How many there are among the matches that were ranked."""


class SearchAnswer(Representation):
    """What a search has found."""

    items: list[Hit]
    """The records of this page, the best matches first, of equal ones the newest."""

    next: Annotated[str, Field(max_length=8000)] | None
    """The address of the next page; null on the last one."""

    counts: list[TypeCount]
    """How many there are of each kind, whatever `type` asks for."""

    total: int
    """How many matches were ranked."""

    capped: bool
    """Whether there are more than are ranked: the latest 1,000 by their day that the caller may see are."""

    marking: str
    """The banner of the answer."""


def answer(work: Work, request: Request, query: SearchQuery) -> Response:
    """The answer to a search."""
    nouns = _nouns(query.type)
    if not query_words(query.q):
        return computed(
            work, request, SearchAnswer(items=[], next=None, counts=[], total=0, capped=False, marking=work.banner())
        )
    off_the_loop(request)
    continued = query.cursor is not None
    page = prepared(work, ("search", work.markings, *nouns, continued), lambda: _page(work, nouns, continued=continued))
    values = _values(work, query)
    rows = page.run(work.cursor, values | {"page": query.limit + 1})
    shown = rows[: query.limit]
    following = None
    if len(rows) > query.limit:
        following = next_address(request, cursors.encode(ORDER, [*shown[-1][2:]]))
    counts = _counts(work, values)
    total = sum(each.count for each in counts)
    return computed(
        work,
        request,
        SearchAnswer(
            items=hits_of(work, [(record_type, key) for record_type, key, *_ in shown], query_words(query.q)),
            next=following,
            counts=counts,
            total=total,
            capped=total >= RANKED_MOST,
            marking=work.banner(),
        ),
    )


def _nouns(types: Sequence[str]) -> list[str]:
    """What records of some nouns are called. Raises Invalid if there is no such noun."""
    known = {each.path: noun for noun, each in searchable().items()}
    wrong = sorted({each for each in types if each not in known})
    if wrong:
        detail = f"There are no {wrong[0]!r}; what there is: {', '.join(sorted(known))}"
        raise Invalid(faults=[Fault(detail, "not_allowed", parameter="type")])
    return sorted({known[each] for each in types})


def _values(work: Work, query: SearchQuery) -> dict[str, Any]:
    sqlite = work.register.database.is_sqlite
    values: dict[str, Any] = {f"q_{each}": search_value(query.q, sqlite=sqlite, within=each) for each in TIERS}
    values["q"] = search_value(query.q, sqlite=sqlite)
    if query.cursor is not None:
        values |= dict(zip(("top", "tier", "place"), place_of(query.cursor, ORDER, [int, int, int]), strict=True))
    return values


def _matches(work: Work, nouns: Sequence[str], more: Sequence[ColumnElement[bool]] = ()) -> Select[Any]:
    """The latest matches that exist for the caller and are not withdrawn."""
    sqlite = work.register.database.is_sqlite
    where = [
        found("q", sqlite),
        or_(ENTRY.c.marking_id.is_(None), work.visible(ENTRY)),
        ENTRY.c.archived.is_(False),
        *([of_types(nouns)] if nouns else []),
        *more,
    ]
    return (
        select(ENTRY.c.seq, ENTRY.c.record_type, ENTRY.c.record_id, needed_for_tier(sqlite))
        .select_from(entries(sqlite))
        .where(and_(*where))
        .order_by(*latest_first(sqlite))
        .limit(literal_column(str(RANKED_MOST)))
    )


def _page(work: Work, nouns: Sequence[str], *, continued: bool) -> Select[Any]:
    """A page of the best of them. The window that is ranked stays as it was at the first page."""
    sqlite = work.register.database.is_sqlite
    begun = [ENTRY.c.seq <= bindparam("top")] if continued else []
    candidates = _matches(work, nouns, begun).cte("candidate")
    ranked = select(candidates, tier(sqlite, candidates).label("tier")).cte("ranked")
    top = select(func.max(ranked.c.seq)).scalar_subquery()
    key = ranked.c.record_id if sqlite else cast(ranked.c.record_id, Text)
    statement = select(ranked.c.record_type, key, top, ranked.c.tier, ranked.c.seq)
    if continued:
        statement = statement.where(tuple_(ranked.c.tier, ranked.c.seq) < tuple_(bindparam("tier"), bindparam("place")))
    return statement.order_by(ranked.c.tier.desc(), ranked.c.seq.desc()).limit(bindparam("page"))


def _counts(work: Work, values: Mapping[str, Any]) -> list[TypeCount]:
    """How many matches there are of each kind, most first."""

    def built() -> Select[Any]:
        matches = _matches(work, []).subquery()
        number = func.count().label("number")
        return (
            select(matches.c.record_type, number)
            .group_by(matches.c.record_type)
            .order_by(number.desc(), matches.c.record_type)
        )

    counted = prepared(work, ("search counts", work.markings), built).run(work.cursor, values)
    kinds = searchable()
    return [
        TypeCount(type=kinds[noun].path, record_type=noun, count=number) for noun, number in counted if noun in kinds
    ]


def by_address(work: Work, request: Request) -> Response:
    return answer(work, request, from_address(SearchQuery, request))


def by_body(work: Work, request: Request, document: body_of(SearchQuery)) -> Response:  # type: ignore[valid-type]
    return answer(work, request, from_body(SearchQuery, document, request))


def add_search(router: APIRouter) -> None:
    """Puts the operations on a router."""
    told = (
        "Everything that the caller may see and is not withdrawn, ranked: all words whole in the title first, then as "
        "beginnings of words there, then whole anywhere. Snippets are HTML in which the words stand in `<mark>` and "
        "all else is escaped."
    )
    operations = (
        Operation(
            "search", "GET", "", by_address, Action.READ,
            summary="Search records of every kind", description=told, answer=SearchAnswer, query=SearchQuery,
        ),
        Operation(
            "query", "POST", "/query", by_body, Action.READ,
            summary="Search records of every kind, asked in the body",
            description="The same, so that what is searched for stays out of addresses and logs.",
            answer=SearchAnswer, example={"q": "maritime", "type": ["visits", "briefings"]}, cursor_only=True,
        ),
    )  # fmt: skip
    for operation in operations:
        add(router, Noun("Search", "search"), operation, "/search")
