"""Examining what clients write: every fault at once, of single fields and of rules over several."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.core.derive import optional
from app.core.jsonbody import pointer
from app.errors import Fault, Invalid

Rule = Callable[[Mapping[str, Any]], Iterable[Fault]]
"""A rule over several fields. It sees the fields that are valid by themselves, and names each fault it finds."""

CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "literal_error": "not_allowed",
    "enum": "not_allowed",
    "string_pattern_mismatch": "pattern",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "too_long": "too_long",
    "too_short": "too_short",
    "greater_than_equal": "range",
    "less_than_equal": "range",
    "string_type": "type",
    "string_unicode": "type",
    "int_type": "type",
    "int_parsing": "type",
    "int_from_float": "type",
    "int_parsing_size": "range",
    "bool_type": "type",
    "bool_parsing": "type",
    "list_type": "type",
    "tuple_type": "type",
    "dict_type": "type",
    "model_type": "type",
    "model_attributes_type": "type",
    "none_required": "type",
    "date_from_datetime_parsing": "date_format",
    "date_parsing": "date_format",
    "datetime_parsing": "instant_format",
    "datetime_from_date_parsing": "instant_format",
}
"""Pydantic's error types as the codes that clients are promised; our own validators give theirs directly."""


class Examined(NamedTuple):
    """What a document says, as Python values, and everything that is wrong with it."""

    values: dict[str, Any]
    faults: list[Fault]


def fault(error: ErrorDetails, *, prefix: str = "") -> Fault:
    """Pydantic's error in our words."""
    return Fault(error["msg"], CODES.get(error["type"], error["type"]), pointer=prefix + pointer(error["loc"]))


def examine(model: type[BaseModel], raw: Any, rules: Iterable[Rule] = ()) -> Examined:
    """Checks a document and reports all faults at once: of single fields and of rules over several."""
    faults: list[Fault] = []
    try:
        values = model.model_validate(raw).model_dump()
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        faults += [fault(each) for each in details]
        values = _sound_part(model, raw, {each["loc"][0] for each in details if each["loc"]})
    for rule in rules:
        faults += rule(values)
    return Examined(values, faults)


def examined(model: type[BaseModel], raw: Any, *rules: Rule) -> dict[str, Any]:
    """What a document says, as Python values. Raises Invalid with everything that is wrong with it."""
    found = examine(model, raw, rules)
    if found.faults:
        raise Invalid(faults=found.faults)
    return found.values


def days_in_order(values: Mapping[str, Any]) -> Iterable[Fault]:
    """Nothing ends before it begins. A rule for whatever has `starts_on` and `ends_on`."""
    starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        yield Fault("Must not be before starts_on", "before_start", pointer="/ends_on")


def _sound_part(model: type[BaseModel], raw: Any, failing: set[int | str]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        return {}
    sound = {name: value for name, value in raw.items() if name not in failing}
    lenient = optional(model)
    try:
        partly = lenient.model_validate(sound)
        return {name: value for name, value in partly.model_dump().items() if name in partly.model_fields_set}
    except ValidationError:  # pragma: no cover - a validator over the whole model; rules then see nothing
        return {}
