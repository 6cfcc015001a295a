"""What stands below the fields of a model, read for the OpenAPI document alone.

Pydantic reads the source of every model as the model is made: a sixth of the time in which a process is ready.
"""

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel


def tell(schema: dict[str, Any], model: type[BaseModel]) -> None:
    """Puts the docstrings of a model's fields into its JSON schema. Stands in the configuration of models."""
    said, shown = docstrings(model), schema.get("properties", {})
    for name, field in model.model_fields.items():
        each = shown.get(field.serialization_alias or name)
        if name in said and each is not None:
            each.setdefault("description", said[name])


def told_as(model: type[BaseModel], others: tuple[type[BaseModel], ...]) -> None:
    """Lets a model that stands in no file say of its fields what others do; of two the latter."""
    model.__told_as__ = others  # type: ignore[attr-defined]


@cache
def docstrings(model: type[BaseModel]) -> Mapping[str, str]:
    """The docstrings of a model's fields: its own, before those of the models that it was made from or inherits."""
    said: dict[str, str] = {}
    for each in reversed(model.__mro__):
        for other in each.__dict__.get("__told_as__", ()):
            said |= docstrings(other)
        said |= _written(each.__module__).get(each.__qualname__, {})
    return said


@cache
def _written(module: str) -> Mapping[str, Mapping[str, str]]:
    """What stands below the fields of each class of a module."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except (OSError, TypeError):  # without its source
        return {}
    return {each.name: dict(_below(each)) for each in tree.body if isinstance(each, ast.ClassDef)}


def _below(written: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, after in pairwise(written.body):
        match field, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str() as text)):
                yield name, inspect.cleandoc(text)
