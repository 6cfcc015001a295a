"""The parameters of a list, for what asks of the same records in another way: a statistic, an export, a calendar."""

from collections.abc import Callable, Container
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.core.derive import full_type
from app.core.query import ListQuery

PAGING = frozenset({"limit", "cursor", "sort", "count", "fields", "expand"})
"""Parameters of lists that say how their pages are, and not what is in them."""


def parameters_like(model: type[ListQuery], wanted: Callable[[str], bool]) -> dict[str, Any]:
    """Some parameters of a list's query, as the fields of another one."""
    return {name: (full_type(field), _same(field)) for name, field in model.model_fields.items() if wanted(name)}


def _same(field: FieldInfo) -> FieldInfo:
    schema: Any = field.json_schema_extra
    return FieldInfo(default=field.default, description=field.description, json_schema_extra=schema)


def as_list_query(model: type[ListQuery], asked: BaseModel, own: Container[str]) -> ListQuery:
    """What a query with such parameters asks of the list itself, and not by parameters of its `own`."""
    given = {name: getattr(asked, name) for name in asked.model_fields_set if name not in own}
    return model.model_construct(set(given), **given)
