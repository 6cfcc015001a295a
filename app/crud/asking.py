"""What a request asks of a list, from its address or from its body."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request

from app.core import cursor as cursors
from app.core.documents import CODES, fault
from app.core.query import takes_many
from app.errors import Fault, Invalid

Query = TypeVar("Query", bound=BaseModel)


def place_of(cursor: str, order: str, kinds: Sequence[type]) -> list[Any]:
    """Where a cursor says that the page begins. Raises Invalid if it belongs to no list of this order."""
    try:
        return cursors.decode(cursor, order, kinds)
    except ValueError as error:
        raise Invalid(faults=[Fault(f"Cannot go on from here: {error}", "cursor", parameter="cursor")]) from None


def from_address(model: type[Query], request: Request) -> Query:
    """The query in a request's address. Raises Invalid naming every parameter that is wrong."""
    return from_pairs(model, request.query_params.multi_items())


def from_pairs(model: type[Query], pairs: Iterable[tuple[str, str]]) -> Query:
    """The query in names and values as an address has them. Raises Invalid naming every parameter that is wrong."""
    given: dict[str, Any] = {}
    repeated: list[Fault] = []
    for name, value in pairs:
        field = model.model_fields.get(name)
        if field is not None and takes_many(field):
            given.setdefault(name, []).append(value)
        elif name in given:
            repeated.append(Fault("Is given more than once", "repeated", parameter=name))
        else:
            given[name] = _number(value) if field is not None and field.annotation is int else value
    try:
        query = model.model_validate(given)
    except ValidationError as error:
        raise Invalid(faults=[*repeated, *_parameter_faults(_details(error))]) from None
    if repeated:
        raise Invalid(faults=repeated)
    return query


def _number(text: str) -> int | str:
    """A whole number of an address. What is none stays text and is refused as such."""
    return int(text) if re.fullmatch("-?[0-9]{1,9}", text) else text


def from_body(model: type[Query], document: Any, request: Request) -> Query:
    """The same parameters as a JSON object. `cursor` may stand in the address, as `next` gives it."""
    cursor = request.query_params.get("cursor")
    if cursor is not None and isinstance(document, dict) and document.get("cursor") is None:
        document = document | {"cursor": cursor}
    unknown = [name for name in request.query_params if name != "cursor"]
    faults = [Fault("Goes into the body here", "unknown_parameter", parameter=name) for name in unknown]
    try:
        query = model.model_validate(document)
    except ValidationError as error:
        raise Invalid(faults=[*faults, *(fault(each) for each in _details(error))]) from None
    if faults:
        raise Invalid(faults=faults)
    return query


def no_parameters(request: Request, known: Iterable[str] = ()) -> None:
    """Raises Invalid if the address has parameters that the operation does not know."""
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise Invalid(
            faults=[Fault("There is no such parameter", "unknown_parameter", parameter=name) for name in unknown]
        )


def _details(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False, include_input=False, include_context=False)


def _parameter_faults(details: list[ErrorDetails]) -> list[Fault]:
    faults = []
    for each in details:
        name = str(each["loc"][0])
        if each["type"] == "extra_forbidden":
            faults.append(Fault("There is no such parameter", "unknown_parameter", parameter=name))
        else:
            faults.append(Fault(each["msg"], CODES.get(each["type"], each["type"]), parameter=name))
    return list(dict.fromkeys(faults))
