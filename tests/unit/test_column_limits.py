"""No field takes more than its column can hold: PostgreSQL would refuse it, and SQLite would not notice."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from sqlalchemy import BigInteger, Column, Date, Integer, String, Text, Uuid, inspect

from app.api import api_routes
from app.core.columns import Base, Instant
from app.crud.resource import RESOURCES, Resource
from app.models import choices

api_routes()
WRITABLE = [*(each.path for each in RESOURCES if each.writable), "tokens", "users"]


def variants(schema: dict[str, Any], definitions: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The plain types that a property may have."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    inner = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if not inner:
        yield schema
    for each in inner:
        yield from variants(each, definitions)


def longest(schema: dict[str, Any]) -> int:
    """How long a text may be that a schema allows."""
    if "const" in schema:
        return len(schema["const"])
    if "enum" in schema:
        return max(map(len, schema["enum"]))
    length: int = schema.get("maxLength", 1 << 40)
    return length


def faults(properties: dict[str, Any], definitions: dict[str, Any], columns: dict[str, Column[Any]]) -> Iterator[str]:
    """The properties that may be larger than the columns of their name."""
    for name, schema in properties.items():
        column = columns.get(name)
        if column is None:
            continue
        for each in variants(schema, definitions):
            kind = column.type
            if each.get("type") == "string" and isinstance(kind, String) and not isinstance(kind, Text):
                assert kind.length is not None
                if longest(each) > kind.length:
                    yield f"{column}: {longest(each)} > {kind.length}"
            elif each.get("type") == "string":
                if not isinstance(kind, Text | Uuid | Date | Instant):
                    yield f"{column} is {kind!r}"
            elif each.get("type") == "integer":
                most = (1 << 63 if isinstance(kind, BigInteger) else 1 << 31) - 1
                if not isinstance(kind, Integer) or each["maximum"] > most or each["minimum"] < -most:
                    yield f"{column}: {each}"


def columns_of(model: Any) -> dict[str, Column[Any]]:
    return {each.key: each.columns[0] for each in inspect(model).column_attrs}


def items_of(schema: dict[str, Any], definitions: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for each in variants(schema, definitions):
        if each.get("type") == "array":
            yield from variants(each["items"], definitions)


@pytest.mark.parametrize("path", WRITABLE)
def test_what_a_field_takes_fits_its_column(path: str) -> None:
    resource = RESOURCES[path]
    schema = resource.fields.model_json_schema()
    assert list(faults(schema["properties"], schema.get("$defs", {}), columns_of(resource.model))) == []


def children() -> list[tuple[str, str]]:
    return [(path, name) for path in WRITABLE for name in RESOURCES[path].children]


@pytest.mark.parametrize(("path", "name"), children())
def test_what_an_item_of_a_list_takes_fits_its_row(path: str, name: str) -> None:
    resource: Resource = RESOURCES[path]
    child = resource.children[name]
    columns = columns_of(child.attribute.property.mapper.class_)
    schema = resource.fields.model_json_schema()
    definitions = schema.get("$defs", {})
    checked = 0
    for item in items_of(schema["properties"][name], definitions):
        named = item.get("properties") or {child.attribute.property.mapper.class_.VALUE: item}
        assert list(faults(named, definitions, columns)) == []
        checked += len(set(named) & set(columns))
    assert checked


@pytest.mark.parametrize(
    ("choice", "column"),
    [("Kind", "engagement.kind"), ("Status", "engagement.status"), ("Role", "token.role"),
     ("Classification", "token.clearance"), ("Classification", "marking.classification"),
     ("PartnerType", "partner.partner_type"), ("PartnerRole", "engagement_partner.role")],
)  # fmt: skip
def test_every_member_of_an_enumeration_fits_its_column(choice: str, column: str) -> None:
    table, _, name = column.partition(".")
    kind = Base.metadata.tables[table].c[name].type
    assert isinstance(kind, String)
    assert kind.length is not None
    assert max(map(len, get_args(getattr(choices, choice)))) <= kind.length


def test_every_text_column_says_how_long_it_is_or_that_it_is_text() -> None:
    for table in Base.metadata.tables.values():
        for column in table.c:
            kind = column.type
            assert not isinstance(kind, String) or isinstance(kind, Text) or kind.length, column
