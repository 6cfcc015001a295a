"""What a list can be asked: the parameters that all lists share, and filters, each declared in one line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, get_origin
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.fields import FieldInfo
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    FromClause,
    Table,
    Uuid,
    bindparam,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute

from app.core import docstrings
from app.core.derive import full_type, made, without_default
from app.core.fields import Line, Slug
from app.core.prepared import OneOf

MAX_LIMIT = 200
MAX_VALUES = 100
COUNT_CAP = 1001


def _split(value: Any) -> Any:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def as_words(value: Any) -> Any:
    """Yes or no as JSON has it, in the words of an address."""
    return ("true" if value else "false") if isinstance(value, bool) else value


def as_flag(value: Any) -> Any:
    """Yes or no as an address has it."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _one_or_many(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


CommaList = Annotated[
    tuple[Line, ...],
    BeforeValidator(_split),
    Field(max_length=60, json_schema_extra=without_default),
    WithJsonSchema({"type": "string", "maxLength": 2000}),
]


T = TypeVar("T")

Many = Annotated[list[T], BeforeValidator(_one_or_many), Field(max_length=MAX_VALUES, min_length=1)]
"""Several values, any of which will do; one value may stand alone."""


class Asked(BaseModel):
    """What can be asked of an operation. An unknown parameter is refused: a misspelt one never widens an answer."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=docstrings.tell, frozen=True, defer_build=True)


class PageQuery(Asked):
    """How a list is asked for in pages. An unknown parameter is refused: a misspelt filter never widens a list."""

    limit: Annotated[int, Field(strict=True, ge=1, le=MAX_LIMIT)] = 50
    """How many records a page holds at most."""

    cursor: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    """Where the page begins, from `next` of the page before."""


class ListQuery(PageQuery):
    """What every list of records can be asked."""

    sort: CommaList = ()
    """Fields to order by, comma separated, `-` before one for descending; ties are broken by id."""

    count: Literal["none", "exact", "capped"] = "none"
    """Whether `total` is told: `exact`, or `capped`, which stops counting at 1,001."""

    fields: CommaList = ()
    """The fields to answer, comma separated; all if not given."""

    expand: CommaList = ()
    """References to answer as the records they name, comma separated."""

    archived: Annotated[Literal["false", "true", "any"], BeforeValidator(as_words)] = "false"
    """Whether withdrawn records are left out, the only ones, or among the others."""

    saved: Slug | None = None
    """A saved filter of this list, by its slug. A parameter given beside it stands instead of its own."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a filter may build on: the list's own table, and what the caller may see of others."""

    table: Table
    visible: Callable[[FromClause], ColumnElement[bool]]
    sqlite: bool
    words: Mapping[str, tuple[str, ...]] = attribute(default_factory=dict)
    """What is asked of parameters whose every value is a condition of its own."""


TODAY = bindparam("today", type_=Date(), required=True)
"""The day that it is at home. Every list is told it, so that a filter can ask what is so today."""


YesNo = Annotated[bool, BeforeValidator(as_flag), Field(strict=True)]
"""Yes or no: `true` or `false`, also in an address."""


@dataclass(frozen=True, slots=True)
class Match:
    """What the caller asks of one parameter; called with a column, the condition that it holds just that."""

    parameter: str
    many: bool

    def __call__(self, column: Any) -> ColumnElement[bool]:
        if self.many:
            return OneOf(column, self.parameter)
        return column == self.value(column)  # type: ignore[no-any-return]

    def value(self, column: Any) -> BindParameter[Any]:
        """The value itself, for conditions other than equality."""
        return bindparam(self.parameter, type_=column.type, required=True)


@dataclass(frozen=True)
class Where:
    """A filter: how what the caller asks for becomes a condition on the list's table."""

    build: Callable[[Scope, Match], ColumnElement[bool]]

    def criterion(self, scope: Scope, match: Match) -> ColumnElement[bool]:
        return self.build(scope, match)


class Equals(Where):
    """The record's own column has the value, or one of the values.

    `common`: each value has so many records that a list is best walked in its order, looking at each record in turn,
    rather than all records with the value fetched and sorted.
    """

    def __init__(self, attribute: InstrumentedAttribute[Any], *, common: bool = False) -> None:
        self.column = column_of(attribute)
        super().__init__(lambda scope, match: own(scope, attribute, match(self.column), common=common))


class AtLeast(Where):
    """The column is the value or after it; an empty one counts as without end if `open_ended`."""

    def __init__(self, attribute: InstrumentedAttribute[Any], *, open_ended: bool = False) -> None:
        column = column_of(attribute)

        def build(scope: Scope, match: Match) -> ColumnElement[bool]:
            reached = column >= match.value(column)
            return own(scope, attribute, or_(reached, column.is_(None)) if open_ended else reached)

        super().__init__(build)


class AtMost(Where):
    """The column is the value or before it."""

    def __init__(self, attribute: InstrumentedAttribute[Any]) -> None:
        column = column_of(attribute)
        super().__init__(lambda scope, match: own(scope, attribute, column <= match.value(column)))


class Cases(Where):
    """Each value stands for a condition of its own, which may depend on the day."""

    def __init__(self, cases: Mapping[str, Callable[[Scope], ColumnElement[bool]]]) -> None:
        super().__init__(lambda scope, match: or_(*(cases[each](scope) for each in scope.words[match.parameter])))


class Linked(Where):
    """A link row ties the record to the value.

    `order` names the link's columns that mirror those of the record that its lists go by, `beside` other mirrored ones.
    Such a list can be read off the link's index alone, in order, however many records there are.
    """

    def __init__(
        self,
        value: InstrumentedAttribute[Any],
        owner: InstrumentedAttribute[Any],
        order: Mapping[str, InstrumentedAttribute[Any]] | None = None,
        beside: Mapping[str, InstrumentedAttribute[Any]] | None = None,
    ) -> None:
        self.value = column_of(value)
        self.owner = column_of(owner)
        self.order = {name: column_of(each) for name, each in (order or {}).items()}
        self.mirrors = self.order | {name: column_of(each) for name, each in (beside or {}).items()}

        def build(scope: Scope, match: Match) -> ColumnElement[bool]:
            # A name of its own: the list may be walking the same links already.
            links = self.value.table.alias()
            owner, value = links.c[self.owner.name], links.c[self.value.name]
            tied = select(owner).where(owner == scope.table.c.id, match(value), scope.visible(links))
            return tied.correlate_except(links).exists()

        super().__init__(build)


def column_of(attribute: Any) -> Any:
    """The table's column behind a mapped attribute."""
    return attribute.property.columns[0]


def own(
    scope: Scope, attribute: InstrumentedAttribute[Any], condition: ColumnElement[bool], *, common: bool = False
) -> ColumnElement[bool]:
    """A condition on a column of the list's table, or of the kind's table beside it."""
    table = column_of(attribute).table
    if table is scope.table:
        return condition
    if common:
        tied = select(table.c.id).where(table.c.id == scope.table.c.id, condition)
        return tied.correlate_except(table).exists()
    return scope.table.c.id.in_(select(table.c.id).where(condition))


def negated(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Not so, or not known."""
    return not_(func.coalesce(condition, false()))


NOT = "__not"


def filter_of(field: FieldInfo) -> Where | None:
    """The filter that a parameter stands for, if it is one."""
    return next((each for each in field.metadata if isinstance(each, Where)), None)


def takes_many(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is list


@cache
def with_negations(model: type[ListQuery]) -> type[ListQuery]:
    """The query with `…__not` beside each of its filters."""
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if filter_of(field) is None:
            continue
        kind = full_type(field)
        # An empty tuple, since Pydantic would copy an empty list for each query and each filter not asked for.
        default = () if takes_many(field) else None
        fields[name] = (kind, _absent(default))
        fields[name + NOT] = (kind, _absent(default, f"Leaves out what `{name}` would find."))
    negated_too: type[ListQuery] = made(model.__name__, model, model.__doc__, fields)
    return negated_too


def _absent(default: Any, description: str | None = None) -> FieldInfo:
    return FieldInfo(default=default, description=description, json_schema_extra=without_default)


@dataclass(frozen=True, slots=True)
class Sort:
    """A column that a list can be ordered by. Where it may be empty, empty sorts as `absent` does."""

    column: Any
    kind: type
    absent: str | None = None

    @classmethod
    def by(cls, column: Any) -> "Sort":
        kind: type = UUID if isinstance(column.type, Uuid) else column.type.python_type
        return cls(column, kind, _ABSENT.get(kind) if column.nullable else None)

    def expression(self, column: Any = None) -> ColumnElement[Any]:
        """What to order by; `column` stands in for the record's own where another table mirrors it."""
        source = self.column if column is None else column
        return source if self.absent is None else func.coalesce(source, literal_column(self.absent, self.column.type))


# Literals, so that an index on the same expression serves. Empty dates and numbers come last, empty text first.
_ABSENT: dict[type, str] = {date: "'9999-12-31'", str: "''", int: "2147483647"}


@dataclass(frozen=True, slots=True)
class Order:
    """An order of a list: names with their direction, always ending in the id, so that it is total."""

    terms: tuple[tuple[str, bool], ...]

    @property
    def text(self) -> str:
        return ",".join(("-" if descending else "") + name for name, descending in self.terms)


def order_of(asked: Sequence[str], allowed: Mapping[str, Sort], default: str) -> Order:
    """The order that was asked for. Raises ValueError naming a field that one cannot sort by."""
    terms: list[tuple[str, bool]] = []
    for term in asked or default.split(","):
        name = term.removeprefix("-")
        if name not in allowed:
            raise ValueError(f"{name!r} cannot be sorted by; one can sort by {', '.join(sorted(allowed))}")
        if name not in (known for known, _ in terms):
            terms.append((name, term.startswith("-")))
    if "id" not in (name for name, _ in terms):
        terms.append(("id", terms[-1][1]))
    return Order(tuple(terms))
