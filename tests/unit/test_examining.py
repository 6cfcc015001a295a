"""Examining a document: all that is wrong with it at once, each fault where it is."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from app.api import api_routes
from app.core.documents import examine
from app.core.fields import Code, CreateOnly, Day, Document, Line, References, Title, bare
from app.crud.resource import RESOURCES
from app.errors import Fault
from app.models import Partner

api_routes()
WRITABLE = [each.path for each in RESOURCES if each.writable]


class StepItem(Document):
    """A step."""

    place: Line | None = None
    day: Day


class PartItem(Document):
    """A part."""

    partner: Annotated[Code, References(Partner.code)]
    role: Line = "guest"


class Trip(Document):
    """A document with a bit of everything."""

    title: Title
    first: Day
    last: Day | None = None
    size: Annotated[int, Field(strict=True, ge=1, le=9)] | None = None
    steps: Annotated[list[StepItem], Field(max_length=3)] = []
    parts: list[Annotated[PartItem, bare("partner", Code, PartItem)]] = []
    code: Annotated[Code | None, CreateOnly("another trip")] = None


def in_order(values: Mapping[str, Any]) -> Iterator[Fault]:
    if values.get("first") and values.get("last") and values["last"] < values["first"]:
        yield Fault("Must not be before first", "before_start", pointer="/last")


def titled(values: Mapping[str, Any]) -> Iterator[Fault]:
    if values.get("title") == "Trip":
        yield Fault("Says nothing", "dull", pointer="/title")


def faults(raw: Any) -> set[tuple[str | None, str]]:
    return {(each.pointer, each.code) for each in examine(Trip, raw, (in_order, titled)).faults}


SOUND = {"title": "To Suva", "first": "2026-01-02"}


def test_a_sound_document_comes_out_as_values_with_every_default() -> None:
    values, found = examine(Trip, {**SOUND, "parts": ["au", {"partner": "fj", "role": "host"}]}, (in_order,))
    assert found == []
    assert values["parts"] == [{"partner": "AU", "role": "guest"}, {"partner": "FJ", "role": "host"}]
    assert set(values) == set(Trip.model_fields)


def test_all_faults_are_told_at_once() -> None:
    assert faults({"size": 0, "steps": [{"place": "a\nb"}], "colour": "red", "last": "soon"}) == {
        ("/title", "required"),
        ("/first", "required"),
        ("/size", "range"),
        ("/steps/0/place", "line_break"),
        ("/steps/0/day", "required"),
        ("/colour", "unknown_field"),
        ("/last", "date_format"),
    }


def test_rules_look_at_the_part_that_is_sound() -> None:
    assert faults({**SOUND, "last": "2026-01-01", "size": "many"}) == {("/last", "before_start"), ("/size", "type")}
    assert faults({**SOUND, "title": "Trip", "first": "never"}) == {("/title", "dull"), ("/first", "date_format")}


def test_rules_see_nothing_of_a_field_that_is_wrong() -> None:
    assert faults({**SOUND, "first": "never", "last": "2026-01-01"}) == {("/first", "date_format")}
    assert faults({**SOUND, "steps": [{"day": "2026-01-01"}, {"day": 1}]}) == {("/steps/1/day", "date_format")}


def test_rules_see_no_field_that_was_not_given_where_others_are_wrong() -> None:
    seen: list[Mapping[str, Any]] = []
    examine(Trip, {"title": " To Suva ", "colour": 1}, (lambda values: seen.append(values) or (),))
    assert seen == [{"title": "To Suva"}]


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ({**SOUND, "steps": {}}, {("/steps", "type")}),
        ({**SOUND, "steps": None}, {("/steps", "type")}),
        ({**SOUND, "steps": [1, None, []]}, {("/steps/0", "type"), ("/steps/1", "type"), ("/steps/2", "type")}),
        ({**SOUND, "steps": [{"day": "2026-01-01"}] * 4}, {("/steps", "too_long")}),
        ({**SOUND, "parts": [{"role": 5}]}, {("/parts/0/partner", "required"), ("/parts/0/role", "type")}),
        ({**SOUND, "parts": [{"partner": "AU", "a/b~c": 1}]}, {("/parts/0/a~1b~0c", "unknown_field")}),
        ({**SOUND, "": 1}, {("/", "unknown_field")}),
    ],
)
def test_a_fault_inside_a_list_is_pointed_at(raw: Any, found: set[tuple[str, str]]) -> None:
    assert faults(raw) == found


@pytest.mark.parametrize("raw", [None, 5, "text", [], [SOUND], True, 1.5])
def test_what_is_no_object_is_one_fault_of_the_whole(raw: Any) -> None:
    assert faults(raw) == {("", "type")}


# Over every resource.


def resolves(document: Any, pointer: str) -> bool:
    """Whether a JSON Pointer leads to something in a document."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list) and name.isdecimal() and int(name) < len(document):
            document = document[int(name)]
        elif isinstance(document, dict) and name in document:
            document = document[name]
        else:
            return False
    return True


anything = st.recursive(
    st.sampled_from(
        [None, True, 0, -1, 1.5, 10**20, "", " ", "AU", "a\nb", "\0", "2026-02-30", "2026-01-01", "x" * 300]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["partner", "name", "starts_at", "x/y"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@pytest.mark.parametrize("path", WRITABLE)
@given(data=st.data())
def test_every_fault_points_into_the_document_or_at_what_it_lacks(path: str, data: st.DataObject) -> None:
    resource = RESOURCES[path]
    names = st.sampled_from([*resource.fields.model_fields, "colour"])
    document = {**resource.example, **data.draw(st.dictionaries(names, anything, max_size=4))}
    for fault in examine(resource.fields, document, resource.rules).faults:
        assert fault.detail
        assert fault.code
        assert fault.pointer is not None
        there = fault.pointer if resolves(document, fault.pointer) else fault.pointer.rpartition("/")[0]
        assert resolves(document, there), fault


@pytest.mark.parametrize("path", WRITABLE)
def test_the_example_of_every_resource_is_sound(path: str) -> None:
    resource = RESOURCES[path]
    assert examine(resource.fields, resource.example, resource.rules).faults == []
    assert examine(resource.patch, resource.patch_example).faults == []


@pytest.mark.parametrize("path", WRITABLE)
def test_an_empty_document_lacks_what_is_required_and_nothing_else(path: str) -> None:
    resource = RESOURCES[path]
    required = {f"/{name}" for name, field in resource.fields.model_fields.items() if field.is_required()}
    found = examine(resource.fields, {}, resource.rules).faults
    assert {(each.pointer, each.code) for each in found} == {(each, "required") for each in required}
