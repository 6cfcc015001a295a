"""The documents around records: pages and bulk requests."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.core import docstrings
from app.core.derive import Later, made
from app.core.fields import Document
from app.crud.resource import Resource

BULK_MOST = 1_000


class BulkEnvelope(Document):
    """Many documents in one, before they are looked at."""

    items: Annotated[list[Any], Field(min_length=1, max_length=BULK_MOST)]
    """The documents, 1 to 1,000; all are recorded, or none."""


class PageEnvelope(BaseModel):
    """What every page says beside its records."""

    model_config = ConfigDict(json_schema_extra=docstrings.tell, defer_build=True)

    items: list[Any]
    """The records of this page, in order."""

    next: Annotated[str, Field(max_length=8000)] | None
    """The address of the next page; null at the end."""

    total: Annotated[int, Field(ge=0)] | None
    """How many records there are, if `count` asked for it."""

    marking: str
    """The banner of the page: the highest marking of what it holds."""


class BulkAnswer(BaseModel):
    """What a bulk request has made."""

    model_config = ConfigDict(json_schema_extra=docstrings.tell, defer_build=True)

    items: list[Any]
    """The records as they are kept, in the order of the request."""


def _with_items(base: type[BaseModel], name: str, doc: str, item: Any) -> Any:
    field = base.model_fields["items"]
    kind: Any = Annotated[list[item], *field.metadata] if field.metadata else list[item]
    return made(name, base, doc, {"items": (kind, ...)})


def page_model(resource: Resource) -> Any:
    """A page of a list."""
    return _with_items(
        PageEnvelope, f"{resource.name}Page", f"A page of {resource.plural}.", resource.read_or_selection
    )


def bulk_model(resource: Resource) -> Any:
    """What a bulk request sends."""
    return _with_items(
        BulkEnvelope, f"{resource.name}BulkCreate", f"Many {resource.plural} to record at once.", resource.fields
    )


def bulk_answer(resource: Resource) -> Any:
    """What a bulk request answers."""
    return _with_items(BulkAnswer, f"{resource.name}Bulk", f"The {resource.plural} that were recorded.", resource.read)


def issued_model(resource: Resource, field: str, secret: str, description: str) -> Later:
    """A record as it is answered once, with a secret that is kept nowhere: in which field, called what, what for."""
    doc = f"{resource.article.capitalize()} with its {secret}, which is told this once and not to be had again."
    return Later(
        lambda: made(f"{resource.name}Issued", resource.read, doc, {field: (str, Field(description=description))})
    )
