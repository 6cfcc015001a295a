"""The shape of a list: everything about a query but its values. Each shape is one statement, compiled once."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    false,
    literal_column,
    or_,
    true,
    tuple_,
)
from sqlalchemy.sql.visitors import iterate, replacement_traverse

from app.access.visible import visible
from app.core.joins import LeftFirst
from app.core.query import NOT, Equals, Linked, Match, Order, Scope, Where, filter_of, negated
from app.crud.owning import own_or_shared
from app.crud.resource import Resource


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides the text of a list's statement."""

    resource: Resource
    markings: tuple[int, ...]
    archived: str
    filters: frozenset[tuple[str, int]]
    """The parameters in use, and how many values each has."""

    order: Order
    continued: bool
    """Whether the page begins after a cursor."""

    ranked: bool
    """Whether the best matches of a search come first."""

    sqlite: bool
    words: frozenset[tuple[str, tuple[str, ...]]] = frozenset()
    """The values of parameters whose every value is a condition of its own."""

    limit: int | None = None
    """How many records the page has, where that is usual: only then PostgreSQL plans the statement once for all."""

    proves: bool = False
    """Whether the page finds nothing unless the caller is still who they were."""

    @property
    def rows(self) -> ColumnElement[Any]:
        """How many rows to fetch: one more than the page has, which tells whether another page follows."""
        return bindparam("page") if self.limit is None else literal_column(str(self.limit + 1))

    @property
    def id_at(self) -> int:
        """Where a row of the page holds the record's id: among what the order goes by, which comes last."""
        return [name for name, _ in self.order.terms].index("id") - len(self.order.terms)

    def scope(self) -> Scope:
        return Scope(self.resource.table, lambda table: visible(table, self.markings), self.sqlite, dict(self.words))


@dataclass(frozen=True, slots=True)
class Single:
    """One of several values that are asked of a parameter."""

    name: str
    place: int

    @property
    def parameter(self) -> str:
        """The parameter that this value goes by; not numbered at its end, as SQLAlchemy numbers values of its own."""
        return f"{self.name}_{self.place}_of_several"


def conditions(shape: Shape, *, but: str | None = None, single: Single | None = None) -> list[ColumnElement[bool]]:
    """What a row must fulfil to be in the list; or in that part of it which has one of several values."""
    table = shape.resource.table
    result = [visible(table, shape.markings), shape.resource.kind_only]
    if shape.resource.personal:
        result.append(own_or_shared(table))
    if shape.archived != "any":
        result.append(table.c.archived == (true() if shape.archived == "true" else false()))
    if shape.resource.parent is not None:
        column = table.c[shape.resource.parent.column.key]
        result.append(column == bindparam("parent", type_=column.type))
    scope = shape.scope()
    for name, count in sorted(shape.filters):
        if name != but:
            asked = Match(name, count > 1)
            if single is not None and single.name == name:
                asked = Match(single.parameter, many=False)
            result.append(criterion(shape.resource, scope, name, asked))
    return result


def criterion(resource: Resource, scope: Scope, name: str, asked: Match) -> ColumnElement[bool]:
    """The condition of one parameter."""
    where = filter_of(resource.list_query.model_fields[name.removesuffix(NOT)])
    assert where is not None  # noqa: S101 - only filters are put into a shape
    condition = where.criterion(scope, asked)
    return negated(condition) if name.endswith(NOT) else condition


class Lead(NamedTuple):
    """A link whose index holds the wanted rows in the wanted order."""

    name: str
    linked: Linked
    values: int
    rivalled: bool
    """Whether an index of the records has them in that order as well, which is better where fewer records hold what it
    goes by: those in one country, rather than those with one partner."""


def leading_link(shape: Shape) -> Lead | None:
    """The link that a list can be read off, if there is one; one with a single value rather than one with several."""
    given = _given(shape)
    for name, values, where in given:
        if isinstance(where, Linked) and all(term in where.order for term, _ in shape.order.terms):
            rivals = (many for _, many, rival in given if _in_order(shape, rival) and not _beside(where, rival))
            return Lead(name, where, values, not shape.sqlite and any(1 in (many, values) for many in rivals))
    return None


def parted(shape: Shape, lead: Lead | None) -> Sequence[Single]:
    """The values into which a list is parted, as each has its records in the wanted order in an index."""
    if lead is not None and lead.values > 1:
        return _singles(lead.name, lead.values)
    for name, values, where in _given(shape):
        if values > 1 and _in_order(shape, where):
            return _singles(name, values)
    return ()


def _given(shape: Shape) -> list[tuple[str, int, Where | None]]:
    """The filters in use that find something, with how many values each has; those with fewer first."""
    fields = shape.resource.list_query.model_fields
    given = ((name, values, filter_of(fields[name])) for name, values in shape.filters if not name.endswith(NOT))
    return sorted(given, key=lambda each: (each[1], each[0]))


def _singles(name: str, values: int) -> list[Single]:
    return [Single(name, place) for place in range(values)]


def _in_order(shape: Shape, where: Where | None) -> bool:
    """Whether an index holds the records that have one value in the wanted order."""
    if not isinstance(where, Equals) or where.column.table is not shape.resource.table:
        return False
    wanted = [where.column, *(shape.resource.sortable[name].column for name, _ in shape.order.terms)]
    one_way = len({descending for _, descending in shape.order.terms}) == 1
    return one_way and any([*each.columns] == wanted for each in shape.resource.table.indexes)


def _beside(linked: Linked, where: Where | None) -> bool:
    """Whether a link carries what a filter asks of the record, so that its own index holds what both find."""
    return isinstance(where, Equals) and where.column.name in linked.mirrors


def walked(
    shape: Shape, lead: Lead | None, single: Single | None = None
) -> tuple[FromClause, list[ColumnElement[bool]]]:
    """Where the rows of a list are read from, and the conditions; or of the part of it that has one of several values.

    Behind a leading link every condition on a mirrored column is put to the link, whose index then answers it: put to
    the record it would be looked up row by row. Only if an index of the records may serve as well it is put to both,
    so that PostgreSQL can go either way, or along both at once, whichever has the fewest to look at. They are joined by
    all that the link's foreign key says, from which it knows how many go together.
    """
    table = shape.resource.table
    wanted = conditions(shape, but=None if lead is None else lead.name, single=single)
    if shape.continued:
        wanted.append(after(keys_of(shape, {}), shape.order))
    if lead is None:
        return table, wanted
    value, mirrors = lead.linked.value, lead.linked.mirrors
    parameter = single.parameter if single is not None and single.name == lead.name else lead.name
    both = {table.c[name]: column for name, column in mirrors.items() if lead.rivalled and name != "id"}
    same = and_(table.c.id == lead.linked.owner, *(own == column for own, column in both.items()))
    return LeftFirst(value.table, table, same), [
        value == bindparam(parameter, type_=value.type, required=True),
        visible(value.table, shape.markings),
        *mirrored(table, mirrors, wanted),
        *(each for each in wanted if asks(each, both)),
    ]


def asks(element: ColumnElement[Any], columns: Container[ColumnElement[Any]]) -> bool:
    """Whether something asks any of these columns."""
    return any(isinstance(part, Column) and part in columns for part in iterate(element))


def mirrored(
    table: Table, order: Mapping[str, Any], wanted: Iterable[ColumnElement[bool]]
) -> list[ColumnElement[bool]]:
    """Conditions on a table, put to the columns that mirror its own."""

    def mirror(element: Any, **_: Any) -> Any:
        return order.get(element.name) if isinstance(element, Column) and element.table is table else None

    return [replacement_traverse(each, {}, mirror) for each in wanted]


def keys_of(shape: Shape, order: Mapping[str, Any]) -> list[Any]:
    """What the order goes by; from where it is mirrored, if it is."""
    return [shape.resource.sortable[name].expression(order.get(name)) for name, _ in shape.order.terms]


def plain(shape: Shape, keys: list[Any]) -> list[Any]:
    """What a page tells of its order. Ids come as text: of UUIDs the driver would make objects, one by one."""
    return [cast(key, Text) if isinstance(key.type, Uuid) and not shape.sqlite else key for key in keys]


def directed(keys: list[Any], order: Order) -> list[Any]:
    return [key.desc() if descending else key.asc() for key, (_, descending) in zip(keys, order.terms, strict=True)]


def after(keys: list[Any], order: Order) -> ColumnElement[bool]:
    """The rows behind a place: (a, b) > (x, y), term by term where directions differ."""
    places = [bindparam(f"after_{index}", type_=key.type) for index, key in enumerate(keys)]
    descends = order.terms[0][1]
    if all(descending is descends for _, descending in order.terms):  # one comparison, which an index answers whole
        here, there = tuple_(*keys), tuple_(*places)
        return here < there if descends else here > there
    steps: list[ColumnElement[bool]] = []
    for index, (_, descending) in enumerate(order.terms):
        beyond = keys[index] < places[index] if descending else keys[index] > places[index]
        steps.append(and_(*(keys[each] == places[each] for each in range(index)), beyond))
    # The first term once more by itself: it bounds the walk along the index, which an OR would not.
    first = keys[0] <= places[0] if descends else keys[0] >= places[0]
    return and_(first, or_(*steps))
