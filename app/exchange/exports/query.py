"""What an export can be asked: all that its list can be asked, but how to page; and in which format."""

from functools import cache
from typing import Any, Literal

from pydantic.fields import FieldInfo

from app.core.derive import made, without_default
from app.core.likeness import as_list_query, parameters_like
from app.core.query import Asked, ListQuery
from app.crud.resource import Resource
from app.exchange.exports.places import has_place

LEFT_OUT = ("limit", "cursor", "count", "expand")
"""Parameters of lists that are about pages, or about what stands outside of the list."""

TOLD = "In which format; if it is not given, the first that `Accept` names, or else CSV."


def formats_of(resource: Resource) -> tuple[str, ...]:
    """The formats in which a list can be exported: as places on a map only where its records have one."""
    return ("csv", "xlsx", "jsonl", *(("geojson",) if has_place(resource) else ()))


@cache
def export_query(resource: Resource) -> Any:
    """The parameters of an export of a resource's list."""
    fields = parameters_like(resource.list_query, lambda name: name not in LEFT_OUT)
    fields["format"] = (
        Literal[formats_of(resource)] | None,
        FieldInfo(default=None, description=TOLD, json_schema_extra=without_default),
    )
    doc = f"What is exported of {resource.plural}, and as what."
    return made(f"{resource.name}Export", Asked, doc, fields, resource.list_query)


def list_query(resource: Resource, asked: Any) -> ListQuery:
    """The list that is to be exported."""
    return as_list_query(resource.list_query, asked, ("format",))
