"""The numbers of a statistic: one statement, whatever is asked, and one more where groups overlap."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, select

from app.access.work import Work
from app.core.query import ListQuery
from app.core.words import query_words
from app.crud.listing import asked, parameters, prepared, shape_of, unordered
from app.crud.shape import Shape, conditions
from app.engagements.engagements import ENGAGEMENTS
from app.overview.statistics.dimensions import DIMENSIONS, Group
from app.overview.statistics.joining import joined
from app.overview.statistics.measures import ENGAGEMENT, MEASURES, Measure

Key = tuple[Any, ...]


class Numbers(NamedTuple):
    """What was found: a number for each group, and that of all together."""

    groups: Mapping[Key, int]
    total: int


def numbers(work: Work, query: ListQuery, measure: Measure, groups: Sequence[Group]) -> Numbers:
    """The numbers of the engagements that a query finds, of those that exist for the caller."""
    given = asked(query)
    if "q" in given and not query_words(given["q"]):
        return Numbers({}, 0)
    shape = unordered(shape_of(work, ENGAGEMENTS, query, given))
    values = parameters(shape, given, work.today)
    found = _summed(work, shape, values, measure, tuple(groups))
    if any(DIMENSIONS[each].many for each in groups):
        return Numbers(found, sum(_summed(work, shape, values, measure, ()).values()))
    return Numbers(found, sum(found.values()))


def _summed(
    work: Work, shape: Shape, values: Mapping[str, Any], measure: Measure, groups: tuple[Group, ...]
) -> dict[Key, int]:
    kept = prepared(work, ("statistics", shape, measure, groups), lambda: statement(shape, measure, groups))
    found: dict[Key, int] = {}
    for *key, marking, value in kept.run(work.cursor, values):
        named = tuple(
            None if each is None else DIMENSIONS[name].told(each) for name, each in zip(groups, key, strict=True)
        )
        found[named] = found.get(named, 0) + int(value)
        work.shows((marking,))
    return found


def statement(shape: Shape, measure: Measure, groups: tuple[Group, ...]) -> Select[Any]:
    """A row for each group and marking, so that a statistic bears the marking of what it is made of."""
    dimensions = [DIMENSIONS[each] for each in groups]
    measured = MEASURES[measure]
    joins = (*measured.joins, *(join for each in dimensions for join in each.joins))
    keys = [each.key.label(f"key_{place}") for place, each in enumerate(dimensions)]
    each = (
        select(*keys, ENGAGEMENT.c.marking_id, measured.value.label("value"))
        .select_from(joined(ENGAGEMENT, joins))
        .where(and_(*conditions(shape)))
    )
    if any(each.again for each in dimensions):
        each = each.add_columns(ENGAGEMENT.c.id).distinct()
    counted = each.subquery()
    by = [counted.c[f"key_{place}"] for place in range(len(keys))] + [counted.c.marking_id]
    # By marking first: SQLite would otherwise read the records themselves, in the order of an index on the key.
    return select(*by, func.sum(counted.c.value)).group_by(*reversed(by))
