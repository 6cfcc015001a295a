"""Models derived from a resource's fields: it declares what can be written once, and the rest follows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from fastapi import Body
from pydantic import BaseModel, BeforeValidator, ConfigDict, create_model
from pydantic.fields import FieldInfo

from app.core import docstrings
from app.core.fields import CreateOnly, Document, References, Representation


class Selection(BaseModel):
    """A record as the caller shaped it."""

    model_config = ConfigDict(extra="allow", json_schema_extra=docstrings.tell, defer_build=True)


def made(name: str, base: type[BaseModel], doc: str | None, fields: Mapping[str, Any], *of: type[BaseModel]) -> Any:
    """A model made at run time `of` others, of which a type checker can know nothing."""
    model: Any = create_model(name, __base__=base, __doc__=doc, **fields)
    docstrings.told_as(model, of)
    return model


class Later:
    """A model that is made when somebody needs it, and then once: to make them all takes as long as all else."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    @cached_property
    def model(self) -> Any:
        return self._make()


def now(model: Any) -> Any:
    """A model, made if it is to be made later."""
    return model.model if isinstance(model, Later) else model


def body_of(model: type[BaseModel] | Later) -> Any:
    """The type of a request body. It documents; the machine examines the body once it knows who asks."""
    return model if isinstance(model, Later) else Annotated[model, Body()]


@cache
def optional(model: type[BaseModel]) -> Any:
    """A document with every field optional: what remains of one that is only partly right."""
    fields = {name: (full_type(field), None) for name, field in model.model_fields.items()}
    return made(f"{model.__name__}Part", Document, None, fields)


def patch_model(name: str, fields: type[Document]) -> Any:
    """The merge patch (RFC 7396) of a document: any of its fields; null removes what was said."""
    doc = "A merge patch (RFC 7396): the fields to change. Null takes a value back to its default."
    changeable = {each: field for each, field in fields.model_fields.items() if create_only(field) is None}
    return made(
        name,
        Document,
        doc,
        {each: (_removable(field), described(field, None)) for each, field in changeable.items()},
        fields,
    )


def read_model(name: str, fields: type[Document], extra: type[Representation], constants: Mapping[str, str]) -> Any:
    """What clients read: the server's own fields first, then all that can be written; none has a default."""
    shown = dict(extra.model_fields) | {
        each: field for each, field in fields.model_fields.items() if each not in extra.model_fields
    }
    types = {
        each: Literal[constants[each]] if each in constants else as_read(full_type(field))
        for each, field in shown.items()
    }
    read = {each: (types[each], described(field)) for each, field in shown.items()}
    return made(name, Representation, fields.__doc__, read, fields, extra)


def selection_model(name: str, read: type[Representation]) -> Any:
    """A record with only the `fields` asked for, or with what it refers to set in by `expand`."""
    doc = "A record as the caller shaped it: some `fields` only, or referenced records set in by `expand`."
    fields = {each: (_expanded(full_type(field)), described(field, None)) for each, field in read.model_fields.items()}
    return made(name, Selection, doc, fields, read)


def full_type(field: FieldInfo) -> Any:
    """A field's type with all that is said about it."""
    annotation: Any = field.annotation
    return Annotated[annotation, *field.metadata] if field.metadata else annotation


def described(field: FieldInfo, *default: Any) -> FieldInfo:
    """What a derived field takes over; without a default it is required."""
    # By a factory: what stands for an absent value inside is no client's business, and not in the schema.
    given: dict[str, Any] = {"default_factory": lambda: default[0]} if default else {}
    return FieldInfo(description=field.description, examples=field.examples, **given)


def without_default(schema: dict[str, Any]) -> None:
    """An absent value is just absent: what stands for it inside is no client's business."""
    schema.pop("default", None)


def _removable(field: FieldInfo) -> Any:
    """A field of a patch: null takes a value away, unless the record must have one."""
    return full_type(field) if field.is_required() else full_type(field) | None


def create_only(field: FieldInfo) -> CreateOnly | None:
    return next((each for each in field.metadata if isinstance(each, CreateOnly)), None)


@cache
def _item_as_read(item: type[Document]) -> Any:
    fields = {each: (as_read(full_type(field)), described(field)) for each, field in item.model_fields.items()}
    return made(f"{item.__name__}Read", Representation, item.__doc__, fields, item)


def as_read(annotation: Any) -> Any:
    """A type as clients read it: each document in it without defaults, and without what only helps writing."""
    if isinstance(annotation, type) and issubclass(annotation, Document):
        return _item_as_read(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        kept = [each for each in arguments[1:] if not isinstance(each, BeforeValidator)]
        return Annotated[as_read(arguments[0]), *kept] if kept else as_read(arguments[0])
    if origin is list:
        return list[as_read(arguments[0])]  # type: ignore[misc]
    if origin in (Union, UnionType):
        return Union[tuple(as_read(each) for each in arguments)]  # noqa: UP007 - built at run time
    return annotation


def _expanded(annotation: Any) -> Any:
    if next(references(annotation), None) is None:
        return annotation
    return annotation | dict[str, Any] | list[dict[str, Any]]


@cache
def references_of(model: type[BaseModel], kinds: Any = References) -> tuple[tuple[str, Any], ...]:
    """The references in the fields of a model, each with the name of the field that it stands in."""
    return tuple(
        (name, each)
        for name, info in model.model_fields.items()
        for each in references(info.annotation, info.metadata, kinds)
    )


def references(annotation: Any, metadata: Iterable[Any] = (), kinds: Any = References) -> Iterator[Any]:
    """Every reference to another record that stands somewhere in a type."""
    yield from (each for each in metadata if isinstance(each, kinds))
    if get_origin(annotation) is Annotated:
        inner, *extras = get_args(annotation)
        yield from references(inner, extras, kinds)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for info in annotation.model_fields.values():
            yield from references(info.annotation, info.metadata, kinds)
    else:
        for each in get_args(annotation):
            yield from references(each, (), kinds)
