"""What is about to leave: a list with its name, its columns and its marking."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.crud.resource import Resource
from app.exchange.exports.columns import Column

Pages = Iterator[list[str]]
"""Records as they are stored, page by page."""


@dataclass(frozen=True)
class Sheet:
    """A list on its way out."""

    resource: Resource
    columns: tuple[Column, ...]
    fields: tuple[str, ...]
    """The fields that were chosen; none if all are wanted."""

    total: int
    marking: str
    """The banner of the whole."""

    day: date

    @property
    def name(self) -> str:
        """What its file is called, without an ending."""
        return f"{self.resource.path}-{self.day}"

    def records(self, pages: Pages) -> Iterator[list[dict[str, Any]]]:
        """The records of each page, whole."""
        for page in pages:
            yield [json.loads(each) for each in page]

    def shown(self, record: dict[str, Any]) -> dict[str, Any]:
        """What is to be shown of a record."""
        return {name: record[name] for name in self.fields if name in record} if self.fields else record
