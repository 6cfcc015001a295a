"""Documents: what clients write and read. A resource declares its writable fields once; the rest is derived."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from fastapi import Body
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, create_model
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from app.core.fields import CreateOnly, Document, References, Representation
from app.core.jsonbody import pointer
from app.errors import Fault

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


def _sound_part(model: type[BaseModel], raw: Any, failing: set[int | str]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        return {}
    sound = {name: value for name, value in raw.items() if name not in failing}
    lenient = optional(model)
    try:
        return lenient.model_validate(sound).model_dump(exclude_unset=True)
    except ValidationError:  # pragma: no cover - a validator over the whole model; rules then see nothing
        return {}


_optional: dict[type[BaseModel], type[BaseModel]] = {}


def optional(model: type[BaseModel]) -> type[BaseModel]:
    """`model` with every field optional: what remains of a document that is only partly right."""
    if model not in _optional:
        _optional[model] = create_model(
            f"{model.__name__}Part",
            __base__=Document,
            **{name: (_with_metadata(field), None) for name, field in model.model_fields.items()},
        )  # type: ignore[call-overload]
    return _optional[model]


def _with_metadata(field: FieldInfo) -> Any:
    annotation: Any = field.annotation
    return Annotated[annotation, *field.metadata] if field.metadata else annotation


def _described(field: FieldInfo, **changes: Any) -> FieldInfo:
    return FieldInfo(description=field.description, examples=field.examples, **changes)


def writable(model: type[BaseModel]) -> list[str]:
    """The names of the fields that a change may touch."""
    return [name for name, field in model.model_fields.items() if create_only(field) is None]


def create_only(field: FieldInfo) -> CreateOnly | None:
    return next((each for each in field.metadata if isinstance(each, CreateOnly)), None)


def patch_model(name: str, fields: type[Document]) -> type[BaseModel]:
    """The merge patch (RFC 7396) of a document: any of its fields; null removes what was said."""
    return create_model(
        name,
        __base__=Document,
        __doc__=f"A merge patch (RFC 7396): the fields to change. Null takes a value back to its default.",
        **{
            field_name: (_with_metadata(field) | None, _described(field, default=None))
            for field_name, field in fields.model_fields.items()
            if create_only(field) is None
        },
    )  # type: ignore[call-overload]


def read_model(
    name: str, fields: type[Document], extra: type[Representation], constants: Mapping[str, str]
) -> type[Representation]:
    """What clients read: the server's own fields first, then all that can be written; none has a default."""
    shown = {**extra.model_fields}
    shown |= {each: info for each, info in fields.model_fields.items() if each not in shown}
    return create_model(
        name,
        __base__=Representation,
        __doc__=fields.__doc__,
        **{
            each: (
                Literal[constants[each]] if each in constants else _as_read(_with_metadata(info)),
                _described(info),
            )
            for each, info in shown.items()
        },
    )  # type: ignore[call-overload]


@cache
def _item_as_read(item: type[Document]) -> type[Representation]:
    return create_model(
        f"{item.__name__}Read",
        __base__=Representation,
        __doc__=item.__doc__,
        **{
            name: (_as_read(_with_metadata(info)), _described(info)) for name, info in item.model_fields.items()
        },
    )  # type: ignore[call-overload]


def _as_read(annotation: Any) -> Any:
    """A type as clients read it: each document in it without defaults, and without what only guards writing."""
    if isinstance(annotation, type) and issubclass(annotation, Document):
        return _item_as_read(annotation)
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *extras = get_args(annotation)
        kept = [each for each in extras if not isinstance(each, BeforeValidator)]
        return Annotated[_as_read(inner), *kept] if kept else _as_read(inner)
    if origin is list:
        return list[_as_read(get_args(annotation)[0])]  # type: ignore[misc]
    if origin in (Union, UnionType):
        return Union[tuple(_as_read(each) for each in get_args(annotation))]  # noqa: UP007 - built at run time
    return annotation


def selection_model(name: str, read: type[Representation]) -> type[BaseModel]:
    """A record with only the `fields` asked for, or with what it refers to set in by `expand`."""
    fields = {}
    for each, info in read.model_fields.items():
        kind: Any = _expandable(_with_metadata(info), info.metadata)
        fields[each] = (kind | None, _described(info, default=None))
    return create_model(
        name,
        __config__=ConfigDict(extra="allow"),
        __doc__="A record as the caller shaped it: some `fields` only, or referenced records set in by `expand`.",
        **fields,
    )  # type: ignore[call-overload]


def _expandable(annotation: Any, metadata: Iterable[Any]) -> Any:
    if any(isinstance(each, References) for each in metadata) or _names_reference(annotation):
        return annotation | dict[str, Any] | list[dict[str, Any]]
    return annotation


def references(annotation: Any, metadata: Iterable[Any] = ()) -> Iterator[References]:
    """Every reference to another record that stands somewhere in a type."""
    yield from (each for each in metadata if isinstance(each, References))
    if get_origin(annotation) is Annotated:
        inner, *extras = get_args(annotation)
        yield from references(inner, extras)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for info in annotation.model_fields.values():
            yield from references(info.annotation, info.metadata)
    else:
        for each in get_args(annotation):
            yield from references(each)


def _names_reference(annotation: Any) -> bool:
    return next(references(annotation), None) is not None


def body_of(model: type[BaseModel]) -> Any:
    """The type of a request body. It documents; the machine examines the body once it knows who asks."""
    return Annotated[model, Body()]
