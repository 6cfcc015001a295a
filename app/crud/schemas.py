"""The documents around records: pages and bulk requests."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from app.core.fields import Document
from app.crud.resource import Resource


class BulkEnvelope(Document):
    """Many documents in one."""

    items: Annotated[list[Any], Field(min_length=1, max_length=1_000)]
    """The documents, 1 to 1,000; all are recorded, or none."""


def bulk_model(resource: Resource) -> type[BaseModel]:
    """What a bulk request sends."""
    return create_model(
        f"{resource.name}BulkCreate",
        __base__=Document,
        __doc__=f"Many {resource.plural} to record at once.",
        items=(
            Annotated[
                list[resource.fields],  # type: ignore[name-defined]
                Field(min_length=1, max_length=1_000, description="The documents; all are recorded, or none."),
            ],
            ...,
        ),
    )


def page_model(resource: Resource) -> type[BaseModel]:
    """A page of a list."""
    return create_model(
        f"{resource.name}Page",
        __config__=ConfigDict(use_attribute_docstrings=True),
        __doc__=f"A page of {resource.plural}.",
        items=(
            Annotated[list[resource.read_or_selection], Field(description="The records of this page, in order.")],  # type: ignore[name-defined]
            ...,
        ),
        next=(
            Annotated[str | None, Field(description="Where the next page is, or null at the end.", max_length=8000)],
            ...,
        ),
        total=(
            Annotated[int | None, Field(description="How many records there are, if `count` asked for it.", ge=0)],
            ...,
        ),
    )
