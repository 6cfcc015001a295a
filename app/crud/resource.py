"""The declaration of a resource: one per URL noun. Everything else is derived from it or run by the machine."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import or_
from typing import Annotated, Any

from pydantic import Discriminator
from sqlalchemy import ColumnElement, Date, Table, literal_column, true
from sqlalchemy import inspect as inspect_mapped
from sqlalchemy.orm import InstrumentedAttribute, Mapper

from app.access.permissions import Action
from app.access.work import Work
from app.core.columns import Record, table_of
from app.core.derive import create_only, patch_model, read_model, references_of, selection_model
from app.core.documents import Rule
from app.core.fields import Document, References, Representation
from app.core.query import ListQuery, Sort, column_of, with_negations
from app.errors import Fault


@dataclass(frozen=True, slots=True)
class Children:
    """A list field that is kept as rows of its own: where, and how an item becomes a row."""

    attribute: InstrumentedAttribute[Any]
    row: Callable[[int, Any], Any]
    same: tuple[str, ...] = ()
    """The fields by which items are about the same record, where the key of the rows does not tell."""

    stronger: Callable[[Any, Any], Any] = lambda first, _second: first
    """Which of two items stays when they turn out to be about the same record."""


@dataclass(frozen=True, slots=True)
class Parent:
    """The resource that a sub-resource lives under, and the column that ties them."""

    resource: "Resource"
    column: InstrumentedAttribute[Any]
    parameter: str
    single: bool = False
    """Whether a record has one such at most, as far as any one caller can know: its address bears no id.

    Of several with different markings it is the one marked highest, of those that the caller may see.
    """


def nothing_to_prepare(_work: Work, _record: Any, _values: Mapping[str, Any]) -> None:
    """Most records need nothing beyond their fields."""


def nothing_to_check(_work: Work, _values: Mapping[str, Any], _record: Any, _parent: Any) -> Iterable[Fault]:
    """Most documents need no look at other records beyond their references."""
    return ()


def own_marking(_work: Work, record: Any) -> int | None:
    """The marking that decides for whom a record exists: mostly its own."""
    marking: int | None = getattr(record, "marking_id", None)
    return marking


def nothing_follows(_work: Work, _record: Any) -> None:
    """Most changes concern their own record only."""


def nothing_changes(_record: Any, _named: Any) -> Mapping[str, Any]:
    """Most records say nothing that depends on what the records that they name say."""
    return {}


def as_it_stands(_work: Work, query: ListQuery) -> ListQuery:
    """Most queries mean the same whoever asks, and on whatever day."""
    return query


def whoever_writes(_work: Work, _record: Any) -> None:
    """Most records may be written by everybody whose role may write."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Resource:
    """One kind of record, as the API offers it."""

    path: str
    """The noun in the address: `visits`. No two resources have the same."""

    noun: str
    """The thing in a sentence: `visit`."""

    name: str
    """The thing in the OpenAPI document: `Visit`."""

    tag: str
    model: type[Record]
    fields: type[Document]
    """What can be written."""

    extra: type[Representation]
    """What only the server writes."""

    query: type[ListQuery]
    sorts: tuple[InstrumentedAttribute[Any], ...]
    default_sort: str
    example: Mapping[str, Any]
    key: InstrumentedAttribute[Any] | None = None
    """A readable name that also addresses the record, beside its id."""

    rules: tuple[Rule, ...] = ()
    children: Mapping[str, Children] = field(default_factory=dict)
    make: Callable[[Mapping[str, Any]], Record] | None = None
    prepare: Callable[[Work, Any, Mapping[str, Any]], None] = nothing_to_prepare
    check: Callable[[Work, Mapping[str, Any], Any, Any], Iterable[Fault]] = nothing_to_check
    """Faults that only a look at other records can find; gets the values, the record and its parent, if any."""

    after: Callable[[Work, Any], None] = nothing_follows
    remarked: Callable[[Work, Any], None] = nothing_follows
    """What must follow when the record's marking has changed."""

    aligned: Callable[[Any, Any], Mapping[str, Any]] = nothing_changes
    """What is otherwise in a record now that one which it names, and is marked no lower than, has changed."""

    marking_of: Callable[[Work, Any], int | None] = own_marking

    mergeable: Callable[[Work, Any, Any], Iterable[Fault]] | None = None
    """What stands against merging one record into another; None: records of this kind are never merged."""

    titles: tuple[str, ...] = ("title",)
    """The fields whose words count most in a search."""

    parent: Parent | None = None
    below_as: str | None = None
    """Of a sub-resource: the noun in its address, where that is another than `path`.

    `/engagements/{id}/positions` are not `/positions`.
    """

    read_only: bool = False
    """Whether records are made and changed elsewhere: `/engagements` reads across all kinds."""

    by_acts: bool = False
    """Whether its records are made and changed only by acts of their own, which its module adds."""

    about: InstrumentedAttribute[Any] | None = None
    """The column that names the record which it is about, marked with, and disposed of with.

    It is the like of a parent for what has an address of its own.
    """

    goes_with: InstrumentedAttribute[Any] | None = None
    """The column that names the record which it is disposed of with, if it names one. Its marking is its own."""

    meant: Callable[[Work, ListQuery], ListQuery] = as_it_stands
    """What a query asks for where that depends on who asks, or on the day."""

    administered: bool = False
    """Whether only administrators write it."""

    in_person: bool = False
    """Whether a record is written by administrators and by the one whose it is: `may_write` sees to that."""

    may_write: Callable[[Work, Any], None] = whoever_writes
    """Raises Forbidden unless the caller may write the record, as it is before and as it is after."""

    administrative: bool = False
    """Whether it is no part of what the register is about, but of who may use it.

    Such records are read and written by administrators alone, and are not entered in the directory of records: feed,
    history and search know nothing of them. The audit trail does.
    """

    personal: bool = False
    """Whether a record is its owner's own: for others it exists only if it is shared.

    Such records are no part of what the register is about either, and in no directory.
    """

    tells_use: bool = False
    """Whether its records say when they were last used, which is no new version of them and in no ledger."""

    kinds: "tuple[Resource, ...]" = ()
    """The resources whose records this one reads together."""

    plural_noun: str | None = None

    @property
    def writable(self) -> bool:
        """Whether clients create and change its records."""
        return not (self.read_only or self.by_acts)

    @property
    def apart(self) -> bool:
        """Whether it is no part of what the register is about: in no directory, so in no feed, history or search."""
        return self.administrative or self.personal

    @property
    def unsteady(self) -> bool:
        """Whether a copy that a caller has may be old although its version is the present one."""
        return self.administrative or self.tells_use

    @property
    def owner(self) -> InstrumentedAttribute[Any] | None:
        """The column that ties it to the record that it stands under, or is about."""
        return self.about if self.parent is None else self.parent.column

    @property
    def address(self) -> str:
        """The noun that stands in its address."""
        return self.below_as or self.path

    @property
    def plural(self) -> str:
        return self.plural_noun or f"{self.noun}s"

    @property
    def is_single(self) -> bool:
        """Whether its address bears no id, since there is one at most."""
        return self.parent is not None and self.parent.single

    @property
    def article(self) -> str:
        return f"{'an' if self.noun[0] in 'aeio' else 'a'} {self.noun}"

    @property
    def reads(self) -> Action:
        """What reading it asks of a role."""
        return Action.ADMINISTER if self.administrative else Action.READ

    @property
    def writes(self) -> Action:
        """What writing it asks of a role."""
        if self.personal:
            return Action.KEEP
        return Action.ADMINISTER if self.administrative or self.administered else Action.WRITE

    @property
    def operation_name(self) -> str:
        return self.path.replace("-", "_")

    @property
    def addressed_by(self) -> str:
        return "its id" if self.key is None else f"its id or {self.key.key}"

    @cached_property
    def read_or_selection(self) -> Any:
        """What a read answers: the whole record, or what `fields` and `expand` make of it."""
        return self.answer | self.selection

    @cached_property
    def answer(self) -> Any:
        """What a whole record reads as: of several kinds, one of theirs."""
        if not self.kinds:
            return self.read
        on = next(iter(self.kinds[0].constants))
        return Annotated[reduce(or_, (each.read for each in self.kinds)), Discriminator(on)]

    @cached_property
    def readable(self) -> frozenset[str]:
        """The fields that a record of this resource, or of one of its kinds, may have."""
        own = frozenset(self.fields.model_fields).union(self.extra.model_fields)
        return own.union(*(each.readable for each in self.kinds))

    @cached_property
    def patch_example(self) -> dict[str, Any]:
        fields = self.fields.model_fields
        name = next(each for each in self.example if create_only(fields[each]) is None)
        return {name: self.example[name]}

    @cached_property
    def mapper(self) -> Mapper[Any]:
        return inspect_mapped(self.model)

    @cached_property
    def table(self) -> Table:
        """The table that lists read: of a kind, the base table."""
        return table_of(self.mapper.base_mapper.class_)

    @cached_property
    def kind_only(self) -> ColumnElement[bool]:
        """The condition that keeps to this kind, where the table holds several."""
        if self.mapper.inherits is None or self.mapper.polymorphic_on is None:
            return true()
        column = self.table.c[self.mapper.polymorphic_on.key]
        return column == literal_column(f"'{self.mapper.polymorphic_identity}'")

    @cached_property
    def dated(self) -> str | None:
        """The day that its lists go by, if all of its records have one; the directory knows it, and their marking."""
        name = self.default_sort.split(",")[0].removeprefix("-")
        column = self.table.c.get(name)
        if column is None or column.nullable or not isinstance(column.type, Date):
            return None
        return name if self.owner is None and self.marking_of is own_marking else None

    @cached_property
    def key_column(self) -> Any:
        return None if self.key is None else self.table.c[column_of(self.key).name]

    @cached_property
    def read(self) -> type[Representation]:
        model: type[Representation] = read_model(self.name, self.fields, self.extra, self.constants)
        return model

    @cached_property
    def constants(self) -> dict[str, str]:
        """What is the same for every record of this kind: `kind` of a visit is `visit`."""
        mapper = self.mapper
        if mapper.polymorphic_on is None or mapper.polymorphic_identity is None:
            return {}
        return {str(mapper.polymorphic_on.key): mapper.polymorphic_identity}

    @cached_property
    def selection(self) -> Any:
        return selection_model(f"{self.name}Selection", self.read)

    @cached_property
    def patch(self) -> Any:
        return patch_model(f"{self.name}Patch", self.fields)

    @cached_property
    def list_query(self) -> type[ListQuery]:
        return with_negations(self.query)

    @cached_property
    def sortable(self) -> dict[str, Sort]:
        named = {each.key: Sort.by(self.table.c[column_of(each).name]) for each in self.sorts}
        return named | {"id": Sort.by(self.table.c.id)}

    @cached_property
    def expandable(self) -> dict[str, References]:
        """The fields that name other records."""
        named: dict[str, References] = {}
        for kind in self.kinds:
            named |= kind.expandable
        return named | dict(reversed(references_of(self.fields)))  # the first of each field


class Registry:
    """Every resource that has been declared. What serves all of them (tests, upkeep, search) asks here.

    Those of administration, and those that are somebody's own, are found by name and by record only: who goes through
    all never meets them.
    """

    def __init__(self) -> None:
        self._resources: dict[str, Resource] = {}
        self.followers: list[Callable[[Work, Any], None]] = []
        """What must follow when any record is marked anew, whatever it is."""

    def add(self, resource: Resource) -> Resource:
        self._resources[resource.path] = resource
        return resource

    def __iter__(self) -> Any:
        return (each for each in self._resources.values() if not each.apart)

    def __getitem__(self, path: str) -> Resource:
        return self._resources[path]

    def of(self, record: Record) -> Resource:
        """The resource that represents a record: of its own class, or of the nearest above."""
        for model in type(record).__mro__:
            for resource in self._resources.values():
                if resource.model is model and not resource.read_only:
                    return resource
        raise LookupError(type(record).__name__)

    def below(self, model: type[Record]) -> "Iterator[Resource]":
        """The resources whose records stand under those of a model, or are about them, and go with them."""
        key = table_of(model).c.id
        return (each for each in self if each.owner is not None and column_of(each.owner).references(key))

    def going_with(self, model: type[Record]) -> "Iterator[tuple[Resource, InstrumentedAttribute[Any]]]":
        """The resources whose records are disposed of with those of a model, and the columns that name those."""
        key = table_of(model).c.id
        for each in self:
            for column in (each.owner, each.goes_with):
                if column is not None and column_of(column).references(key):
                    yield each, column

    def of_column(self, column: InstrumentedAttribute[Any]) -> Resource:
        """The resource whose records a reference names."""
        return next(each for each in self._resources.values() if each.model is column.class_)


RESOURCES = Registry()
