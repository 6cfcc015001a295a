"""A query of a list as a document holds it: whether it is one, told with a pointer to each thing that is wrong."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationError

from app.core.documents import fault
from app.core.query import PageQuery, order_of
from app.crud.reading import check_shape
from app.crud.resource import RESOURCES, Resource
from app.crud.searching import texts
from app.errors import Fault, Invalid

NOT_KEPT = ("cursor", "saved")
"""Parameters that have no place in a query that is kept: a place in a list, and another such query."""

LONGEST = 40
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

Noun = Annotated[str, Field(min_length=1, max_length=LONGEST, examples=["visits"])]
"""The noun of a list, such as `visits`."""

Query = Annotated[dict[str, Any], Field(max_length=100)]
"""What a list is asked, as `POST /{noun}/query` takes it."""


def listed(noun: str) -> Resource | None:
    """The resource whose list a noun names."""
    return next((each for each in RESOURCES if each.path == noun and not each.is_single), None)


def list_of(noun: str) -> Resource:
    """The resource of a noun that was found to name a list when it was kept."""
    resource = listed(noun)
    assert resource is not None  # noqa: S101 - nothing else is kept
    return resource


def query_faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with a query that is to be kept. A rule over `resource` and `query`."""
    if not isinstance(values.get("resource"), str) or not isinstance(values.get("query"), dict):
        return
    resource = listed(values["resource"])
    if resource is None:
        known = ", ".join(sorted(each.path for each in RESOURCES if not each.is_single))
        yield Fault(f"Is no list; what is: {known}", "not_allowed", "/resource")
        return
    asked = values["query"]
    yield from (
        Fault("Has no place in a query that is kept", "not_allowed", f"/query/{name}")
        for name in NOT_KEPT
        if name in asked
    )
    if any(_CONTROL.search(text) for text in texts(asked)):
        yield Fault("Control characters are not allowed", "control_character", "/query")
    try:
        query = resource.list_query.model_validate(asked)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        yield from (fault(each, prefix="/query") for each in details)
        return
    try:
        order_of(query.sort, resource.sortable, resource.default_sort)
    except ValueError as error:
        yield Fault(str(error), "not_allowed", "/query/sort")
    try:
        check_shape(resource, query.fields, query.expand)
    except Invalid as why:
        yield from (Fault(each.detail, each.code, f"/query/{each.parameter}") for each in why.faults)


def filters_only(query: Mapping[str, Any]) -> dict[str, Any]:
    """What of a query decides what it finds, and not how that is answered."""
    shape = {*PageQuery.model_fields, "sort", "count", "fields", "expand"}
    return {name: value for name, value in query.items() if name not in shape}
