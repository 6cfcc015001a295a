"""What is derived from a resource's fields: what clients read, patch, select and ask."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.api import api_routes
from app.core.derive import create_only
from app.core.fields import RecordRead, Representation
from app.core.query import NOT, ListQuery, filter_of, takes_many
from app.crud.resource import RESOURCES

api_routes()
ALL = [each.path for each in RESOURCES]
WRITABLE = [each.path for each in RESOURCES if each.writable]

each_resource = pytest.mark.parametrize("path", ALL)
each_writable = pytest.mark.parametrize("path", WRITABLE)


def objects(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The schema of a model, and of every object in it."""
    return [each for each in (schema, *schema.get("$defs", {}).values()) if "properties" in each]


def may_be_null(schema: dict[str, Any]) -> bool:
    return any(each.get("type") == "null" for each in schema.get("anyOf", []))


@each_resource
def test_no_property_of_what_is_read_is_optional_or_has_a_default(path: str) -> None:
    for mode in ("serialization", "validation"):
        for each in objects(RESOURCES[path].read.model_json_schema(mode=mode)):  # type: ignore[arg-type]
            assert set(each.get("required", ())) == set(each["properties"]), each["title"]
            assert not any("default" in schema for schema in each["properties"].values())


@each_resource
def test_what_is_read_is_all_that_is_written_and_the_servers_own(path: str) -> None:
    resource = RESOURCES[path]
    assert issubclass(resource.read, Representation)
    assert set(resource.read.model_fields) == set(resource.fields.model_fields) | set(resource.extra.model_fields)
    assert list(resource.read.model_fields)[: len(RecordRead.model_fields)] == list(RecordRead.model_fields)
    assert resource.read.__doc__ == resource.fields.__doc__


@each_writable
def test_a_patch_has_every_field_that_may_change_and_asks_for_none(path: str) -> None:
    resource = RESOURCES[path]
    changeable = {name for name, field in resource.fields.model_fields.items() if create_only(field) is None}
    schema = resource.patch.model_json_schema()
    assert set(schema["properties"]) == changeable
    assert "required" not in schema
    assert schema["additionalProperties"] is False
    assert not any("default" in each for each in schema["properties"].values())


@each_writable
def test_a_patch_takes_null_exactly_where_there_is_a_default_to_go_back_to(path: str) -> None:
    resource = RESOURCES[path]
    for name, schema in resource.patch.model_json_schema()["properties"].items():
        assert may_be_null(schema) is not resource.fields.model_fields[name].is_required(), name


@each_writable
def test_an_empty_patch_says_nothing(path: str) -> None:
    assert RESOURCES[path].patch.model_validate({}).model_fields_set == set()


@each_resource
def test_a_selection_may_have_any_field_that_is_read_and_needs_none(path: str) -> None:
    resource = RESOURCES[path]
    schema = resource.selection.model_json_schema()
    assert set(schema["properties"]) == set(resource.read.model_fields)
    assert "required" not in schema
    assert not any("default" in each for each in schema["properties"].values())


@each_resource
def test_every_field_is_described_wherever_it_stands(path: str) -> None:
    resource = RESOURCES[path]
    models = [resource.fields, resource.read, resource.selection, resource.list_query]
    for model in (*models, *([resource.patch] if resource.writable else [])):
        assert model.__doc__
        for each in objects(model.model_json_schema()):
            assert each.get("description"), each["title"]
            undescribed = [name for name, schema in each["properties"].items() if not schema.get("description")]
            assert undescribed == [], each["title"]


@each_resource
def test_every_filter_has_its_negation_and_nothing_else_has(path: str) -> None:
    resource = RESOURCES[path]
    filters = {name for name, field in resource.query.model_fields.items() if filter_of(field) is not None}
    assert {*resource.query.model_fields, *(name + NOT for name in filters)} == set(resource.list_query.model_fields)
    for name in filters:
        plain, negated = resource.list_query.model_fields[name], resource.list_query.model_fields[name + NOT]
        assert filter_of(negated) is filter_of(plain) is not None
        assert takes_many(negated) is takes_many(plain)
        assert negated.annotation == plain.annotation


@each_resource
def test_every_query_asks_for_nothing_by_itself_and_refuses_the_unknown(path: str) -> None:
    query = RESOURCES[path].list_query
    empty = query.model_validate({})
    assert (empty.limit, empty.archived, empty.count) == (50, "false", "none")
    assert not any(getattr(empty, name) for name, field in query.model_fields.items() if filter_of(field))
    with pytest.raises(ValidationError):
        query.model_validate({"colour": "red"})
    assert not any("default" in schema and schema["default"] in (None, [], ()) for name, schema in
                   query.model_json_schema()["properties"].items() if name not in ListQuery.model_fields)  # fmt: skip


@each_resource
def test_every_order_is_one_that_a_cursor_can_tell(path: str) -> None:
    resource = RESOURCES[path]
    assert "id" in resource.sortable
    for term in resource.default_sort.split(","):
        assert term.removeprefix("-") in resource.sortable
    for name, sort in resource.sortable.items():
        assert name in resource.readable
        assert sort.absent is not None or not sort.column.nullable, f"{name} may be empty, and no cursor could say so"


@each_resource
def test_what_can_be_expanded_is_what_refers_to_a_record_that_is_served(path: str) -> None:
    resource = RESOURCES[path]
    for name, reference in resource.expandable.items():
        assert name in resource.readable
        assert RESOURCES.of_column(reference.column).path in ALL


def test_a_kind_says_which_it_is() -> None:
    for kind in RESOURCES["engagements"].kinds:
        (constant,) = kind.constants.items()
        assert constant == ("kind", kind.mapper.polymorphic_identity)
        assert kind.read.model_json_schema()["properties"]["kind"]["const"] == constant[1]
