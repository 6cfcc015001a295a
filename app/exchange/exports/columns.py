"""A list as a table: its columns, and what stands in the cells of a record.

What stands in a cell can be read back: a list of plain words is joined by semicolons, all that has more to it is JSON.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from app.crud.resource import Resource

Kind = Literal["text", "date", "instant", "number", "flag", "list"]
Value = str | int | float | bool | None

MARKING = "marking"
"""The column that bears the banner of each record, behind all others; in CSV and workbooks always."""

_FIRST = ("reference", "code", "slug", "kind", "title", "name", "status")
_LAST = ("external_ref", "id", "version", "created_at", "updated_at", "archived", MARKING)
_KINDS: dict[Any, Kind] = {
    bool: "flag", int: "number", float: "number", datetime: "instant", date: "date", str: "text",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column, named as the field is."""

    name: str
    kind: Kind


@cache
def columns_of(resource: Resource) -> tuple[Column, ...]:
    """Every column that the records of a resource, or of one of its kinds, have.

    What people call a record comes first, what only programs want to know last.
    """
    types: dict[str, Any] = {}
    for each in (resource, *resource.kinds):
        for name, field in each.read.model_fields.items():
            types.setdefault(name, field.annotation)
    first = [name for name in _FIRST if name in types]
    last = [name for name in _LAST if name in types]
    between = [name for name in types if name not in (*_FIRST, *_LAST)]
    return tuple(Column(name, kind_of(types[name])) for name in (*first, *between, *last))


def chosen(resource: Resource, fields: Sequence[str]) -> tuple[Column, ...]:
    """The columns that a caller wants, in their order, and the marking; all if they say nothing."""
    known = {each.name: each for each in columns_of(resource)}
    names = dict.fromkeys((*fields, *({MARKING} & known.keys()))) if fields else known
    return tuple(known[name] for name in names)


def kind_of(annotation: Any) -> Kind:
    """What a field holds, whatever else is said of it."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return kind_of(arguments[0])
    if origin in (Union, UnionType):
        kinds = {kind_of(each) for each in arguments if each is not type(None)}
        return kinds.pop() if len(kinds) == 1 else "text"
    if origin is list:
        return "list"
    return _KINDS.get(annotation, "text")


def cells_of(columns: Iterable[Column], record: Mapping[str, Any]) -> list[Value]:
    """What stands in the cells of a record. Days and instants are text, as JSON has them."""
    cells: list[Value] = []
    for each in columns:
        value = record.get(each.name)
        cells.append(flat(value) if isinstance(value, list | dict) else value)
    return cells


def flat(value: Any) -> str:
    """A list, or whatever else has parts, in one cell."""
    if not value:
        return ""
    plain = [_plain(each) for each in value] if isinstance(value, list) else [None]
    if all(plain):
        return "; ".join(map(str, plain))
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_SEPARATORS = frozenset(';,|\n\r\t"[]{}()')


def _plain(item: Any) -> str | None:
    """An item as a word by itself, `AU (host)` for a partner in its role; None where it is more than that."""
    if isinstance(item, dict) and item.keys() == {"partner", "role"}:
        role = item["role"]
        return str(item["partner"]) if role == "participant" else f"{item['partner']} ({role.replace('_', '-')})"
    if isinstance(item, str) and item == item.strip() and _SEPARATORS.isdisjoint(item):
        return item
    return None


def instant(text: str) -> datetime:
    """An instant as spreadsheets have it: in UTC, without saying so."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
