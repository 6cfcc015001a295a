"""The OpenAPI document: whoever reads nothing else can use the API, and a generator can write a client."""

import json
import re
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

each_tag = pytest.mark.parametrize("tag", TAGS)


def under(tag: str) -> dict[str, Any]:
    """The operations of a tag."""
    return {name: each for name, each in OPERATIONS.items() if each["tags"] == [tag]}


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


def test_the_document_is_json() -> None:
    json.dumps(document(), allow_nan=False)


def test_no_schema_is_called_as_generators_call_an_object_within_another() -> None:
    within_others = {
        f"{name}{field.title().replace('_', '')}"
        for name, schema in SCHEMAS.items()
        for field, part in schema.get("properties", {}).items()
        if any(each.get("type") == "object" for each in (part, *part.get("anyOf", ())))
    }
    assert within_others
    assert within_others & SCHEMAS.keys() == set()


def test_no_list_is_shorter_by_default_than_its_schema_allows() -> None:
    lists = [each for each in within(SCHEMAS) if isinstance(each.get("default"), list)]
    assert lists
    assert [each for each in lists if len(each["default"]) < each.get("minItems", 0)] == []
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


def test_no_two_schemas_have_one_name() -> None:
    """Two models of one name are told apart by their modules here, and not at all in a client that is generated."""
    assert [each for each in SCHEMAS if "__" in each] == []


def test_operation_ids_are_unique_and_are_names() -> None:
    ids = Counter(each["operationId"] for each in OPERATIONS.values())
    assert [name for name, times in ids.items() if times > 1] == []
    assert all(name.isidentifier() and name.islower() for name in ids)


def test_every_operation_has_one_tag_and_every_tag_is_described_and_used() -> None:
    assert {tuple(each["tags"]) for each in OPERATIONS.values()} == {(tag,) for tag in TAGS}
    assert all(each["description"] for each in document()["tags"])


OPEN = {"GET /calendars/feed/{secret}.ics"}
"""What nobody needs a token for."""


@each_tag
def test_an_operation_says_what_it_is(tag: str) -> None:
    for name, operation in under(tag).items():
        assert operation["summary"].strip(), name
        assert not operation["summary"].endswith("."), name
        assert operation["description"].strip(), name
        assert name in OPEN or "For the roles: " in operation["description"], name
        assert not any(each.startswith("x-") for each in operation), name


@each_tag
def test_an_operation_documents_its_answers_and_errors(tag: str) -> None:
    known = {str(each.status) for each in PROBLEM_TYPES}
    for name, operation in under(tag).items():
        answers = operation["responses"]
        due = ({"429", "503"} if name in OPEN else {"401", "403", "429", "503"}) | ({"404"} if "{" in name else set())
        due |= {"408", "413", "415", "422"} if "requestBody" in operation else set()
        assert due <= set(answers), name
        assert any(status.startswith("2") for status in answers), name
        for status, answer in answers.items():
            assert resolved(answer)["description"], name
            if status >= "400":
                assert status in known, name
                assert list(resolved(answer)["content"]) == ["application/problem+json"], name


WITHOUT_BODY = ("/restore", "/packs/{id}/clearance", "/acknowledgements", "/replay")


@each_tag
def test_every_json_body_has_an_example(tag: str) -> None:
    for name, operation in under(tag).items():
        body = operation.get("requestBody")
        if body is None:
            assert name.split()[0] in ("GET", "DELETE") or name.endswith(WITHOUT_BODY), name
            continue
        assert body["required"] is not name.endswith(("/rotate", "/approvals", "/withdrawal", "/packs")), name
        for media_type, media in body["content"].items():
            assert media["schema"], name
            assert "json" not in media_type or media["example"] not in (None, {}, []), name


@pytest.mark.parametrize("path", [each.path for each in RESOURCES if each.writable and not each.is_single])
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


@pytest.mark.parametrize("path", [each.path for each in RESOURCES if each.is_single])
def test_the_examples_of_what_there_is_one_of_are_valid(path: str) -> None:
    resource = RESOURCES[path]
    below = next(iter(name for name in OPERATIONS if name.startswith("PUT") and name.endswith(f"/{path}")))
    document, patch = (
        OPERATIONS[name]["requestBody"]["content"]["application/json"]["example"]
        for name in (below, below.replace("PUT", "PATCH"))
    )
    assert examine(resource.fields, document, resource.rules).faults == []
    assert examine(resource.patch, patch).faults == []


@each_tag
def test_every_parameter_is_described_and_typed(tag: str) -> None:
    for name, operation in under(tag).items():
        parameters = operation.get("parameters", [])
        names = Counter((each["in"], each["name"]) for each in parameters)
        assert [each for each, times in names.items() if times > 1] == [], name
        for each in parameters:
            assert each["in"] == "path" or each["description"], (name, each)
            assert set(each["schema"]) & {"type", "enum", "$ref", "anyOf", "const"}, (name, each)
        in_path = set(re.findall(r"{(\w+)}", name))
        assert {each["name"] for each in parameters if each["in"] == "path"} == in_path, name


def test_every_parameter_of_a_path_is_described_and_bounded() -> None:
    loose = {
        each["name"]
        for operation in OPERATIONS.values()
        for each in operation.get("parameters", [])
        if each["in"] == "path" and not (each.get("description") and "maxLength" in each["schema"])
    }
    assert loose == set()


def test_every_schema_is_described() -> None:
    assert [name for name, schema in SCHEMAS.items() if not schema.get("description")] == []


def test_every_property_of_every_schema_is_described() -> None:
    undescribed = [
        f"{name}.{each}"
        for name, schema in SCHEMAS.items()
        for part in within(schema)
        if part.get("type") == "object"
        for each, inner in part.get("properties", {}).items()
        if not inner.get("description")
    ]
    assert undescribed == []


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


def test_every_text_and_list_that_clients_send_has_a_bound() -> None:
    assert [f"{name}{place}" for name, schema in SENT.items() for place in unbounded(schema)] == []


@each_tag
def test_every_text_of_an_unnamed_body_or_a_parameter_has_a_bound(tag: str) -> None:
    for name, operation in under(tag).items():
        for schema in body_schemas(name):
            assert list(unbounded(schema)) == [], name
        for each in operation.get("parameters", []):
            assert each["in"] != "query" or list(unbounded(each["schema"])) == [], (name, each)


def test_what_clients_send_is_closed_to_unknown_names() -> None:
    opened = [name for name, schema in SENT.items() if schema.get("additionalProperties", True) is not False]
    assert [name for name in opened if SENT[name].get("type") == "object"] == []


def test_every_operation_asks_for_a_token_but_what_a_secret_address_answers() -> None:
    assert document()["security"] == [{"token": []}]
    assert {name: each["security"] for name, each in OPERATIONS.items() if "security" in each} == {
        name: [] for name in OPEN
    }
    assert all(not {"401", "403"} & set(OPERATIONS[name]["responses"]) for name in OPEN)
