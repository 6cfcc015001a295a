"""The OpenAPI document: whoever reads nothing else can use the API, and a generator can write a client."""

import json
import warnings
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from app.api import PREFIX
from app.core.documents import examine
from app.crud.resource import RESOURCES
from app.errors import PROBLEM_TYPES
from app.main import create_app
from support.databases import settings_for

METHODS = ("get", "put", "post", "patch", "delete")


@cache
def document() -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made: dict[str, Any] = create_app(settings_for("sqlite:///never-opened.db")).openapi()
    return made


def operations() -> dict[str, Any]:
    return {
        f"{method.upper()} {path.removeprefix(PREFIX)}": item[method]
        for path, item in document()["paths"].items()
        for method in item
    }


OPERATIONS = operations()
SCHEMAS: dict[str, Any] = document()["components"]["schemas"]
TAGS = [each["name"] for each in document()["tags"]]

each_operation = pytest.mark.parametrize("name", OPERATIONS)


def resolved(part: Any) -> Any:
    """What a reference names, or the part itself."""
    while "$ref" in part:
        place: Any = document()
        for step in part["$ref"].removeprefix("#/").split("/"):
            place = place[step]
        part = place
    return part


def within(part: Any) -> Iterator[Any]:
    """Every object in a part of the document."""
    if isinstance(part, dict):
        yield part
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from within(each)


def body_schemas(name: str) -> list[Any]:
    return [media["schema"] for media in OPERATIONS[name].get("requestBody", {"content": {}})["content"].values()]


def referred(schemas: list[Any]) -> dict[str, Any]:
    """The named schemas that these use, and that those use."""
    found: dict[str, Any] = {}
    waiting = list(schemas)
    while waiting:
        for part in within(waiting.pop()):
            name = str(part.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found[name] = SCHEMAS[name]
                waiting.append(SCHEMAS[name])
    return found


SENT = referred([schema for name in OPERATIONS for schema in body_schemas(name)])
"""The schemas of what clients send."""


def test_the_document_is_made_once_and_is_json() -> None:
    app = create_app(settings_for("sqlite:///never-opened.db"))
    assert app.openapi() is app.openapi()
    json.dumps(document(), allow_nan=False)
    assert document()["openapi"].startswith("3.1")


def test_every_reference_leads_somewhere() -> None:
    for part in within(document()):
        if isinstance(part.get("$ref"), str):
            assert resolved(part), part


def test_every_schema_and_answer_is_in_use() -> None:
    used = {part["$ref"] for part in within(document()) if isinstance(part.get("$ref"), str)}
    for section in ("schemas", "responses"):
        for name in document()["components"][section]:
            assert f"#/components/{section}/{name}" in used, name


def test_operation_ids_are_unique_and_are_names() -> None:
    ids = Counter(each["operationId"] for each in OPERATIONS.values())
    assert [name for name, times in ids.items() if times > 1] == []
    assert all(name.isidentifier() and name.islower() for name in ids)


@each_operation
def test_an_operation_says_what_it_is(name: str) -> None:
    operation = OPERATIONS[name]
    assert operation["summary"].strip()
    assert not operation["summary"].endswith(".")
    assert operation["description"].strip()
    assert "For the roles: " in operation["description"]
    assert len(operation["tags"]) == 1
    assert operation["tags"][0] in TAGS
    assert not any(each.startswith("x-") for each in operation)


def test_every_tag_is_described_and_used() -> None:
    assert {each["tags"][0] for each in OPERATIONS.values()} == set(TAGS)
    assert all(each["description"] for each in document()["tags"])


@each_operation
def test_an_operation_documents_its_answers_and_errors(name: str) -> None:
    answers = OPERATIONS[name]["responses"]
    assert any(status.startswith("2") for status in answers)
    assert {"401", "403", "503"} <= set(answers)
    assert ("404" in answers) or "{" not in name
    assert ("413" in answers and "415" in answers and "422" in answers) or "requestBody" not in OPERATIONS[name]
    known = {str(each.status) for each in PROBLEM_TYPES}
    for status, answer in answers.items():
        assert resolved(answer)["description"]
        if status >= "400":
            assert status in known
            assert list(resolved(answer)["content"]) == ["application/problem+json"]


@each_operation
def test_every_json_body_has_an_example(name: str) -> None:
    body = OPERATIONS[name].get("requestBody")
    if body is None:
        assert name.split()[0] in ("GET", "DELETE") or name.endswith("/restore")
        return
    assert body["required"] is True
    for media_type, media in body["content"].items():
        assert media["schema"]
        if "json" in media_type:
            assert media["example"] not in (None, {}, [])


@pytest.mark.parametrize("path", [each.path for each in RESOURCES if not each.read_only])
def test_the_examples_are_valid(path: str) -> None:
    resource = RESOURCES[path]
    examples = {
        operation["operationId"].partition("_")[0]: operation["requestBody"]["content"]["application/json"]["example"]
        for operation in OPERATIONS.values()
        if operation["operationId"].partition("_")[2] == resource.operation_name and "requestBody" in operation
    }
    assert {"create", "upsert", "patch", "bulk", "query"} <= set(examples)
    assert examine(resource.fields, examples["create"], resource.rules).faults == []
    assert examine(resource.fields, examples["upsert"], resource.rules).faults == []
    assert examine(resource.patch, examples["patch"]).faults == []
    assert examine(resource.fields, examples["bulk"]["items"][0], resource.rules).faults == []
    assert resource.list_query.model_validate(examples["query"])


@each_operation
def test_every_parameter_is_described_and_typed(name: str) -> None:
    parameters = OPERATIONS[name].get("parameters", [])
    names = Counter((each["in"], each["name"]) for each in parameters)
    assert [each for each, times in names.items() if times > 1] == []
    for each in parameters:
        assert each["in"] == "path" or each["description"], each["name"]
        assert set(each["schema"]) & {"type", "enum", "$ref", "anyOf", "const"}, each["name"]
    in_path = {part.strip("{}") for part in name.split()[1].split("/") if part.startswith("{")}
    assert {each["name"] for each in parameters if each["in"] == "path"} == in_path


def test_every_parameter_of_a_path_is_described_and_bounded() -> None:
    loose = {
        each["name"]
        for operation in OPERATIONS.values()
        for each in operation.get("parameters", [])
        if each["in"] == "path" and not (each.get("description") and "maxLength" in each["schema"])
    }
    assert loose == set()


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_and_every_property_of_it_is_described(name: str) -> None:
    schema = SCHEMAS[name]
    assert schema.get("description"), name
    for part in within(schema):
        for each, inner in part.get("properties", {}).items() if isinstance(part.get("properties"), dict) else ():
            assert inner.get("description"), f"{name}.{each}"


def unbounded(schema: Any, place: str = "") -> Iterator[str]:
    """Where a schema takes text or a list without end."""
    if schema.get("type") == "string":
        bounds = {"maxLength", "enum", "const"} | ({"format"} if schema.get("format") == "binary" else set())
        if not bounds & set(schema) and not {"format", "pattern"} & set(schema):
            yield place
    if schema.get("type") == "array" and "maxItems" not in schema:
        yield f"{place}[]"
    for name, inner in schema.get("properties", {}).items():
        yield from unbounded(inner, f"{place}.{name}")
    for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from unbounded(each, place)
    if isinstance(schema.get("items"), dict):
        yield from unbounded(schema["items"], f"{place}[]")


@pytest.mark.parametrize("name", SENT)
def test_every_text_and_list_that_clients_send_has_a_bound(name: str) -> None:
    assert list(unbounded(SENT[name])) == []


@each_operation
def test_every_text_of_an_unnamed_body_or_a_parameter_has_a_bound(name: str) -> None:
    for schema in body_schemas(name):
        assert list(unbounded(schema)) == []
    for each in OPERATIONS[name].get("parameters", []):
        if each["in"] == "query":
            assert list(unbounded(each["schema"])) == [], each["name"]


@pytest.mark.parametrize("name", SENT)
def test_what_clients_send_is_closed_to_unknown_names(name: str) -> None:
    assert SENT[name].get("type") != "object" or SENT[name].get("additionalProperties") is False


def test_every_operation_asks_for_a_token() -> None:
    assert document()["security"] == [{"token": []}]
    assert not any("security" in each for each in OPERATIONS.values())
