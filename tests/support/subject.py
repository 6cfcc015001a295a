"""A resource as the conformance tests see it: where it stands, and how its records are made and changed."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.crud.resource import RESOURCES, Resource
from support.client import Api
from support.documents import Documents

SINGLE: tuple[str, ...] = tuple(each.path for each in RESOURCES if each.is_single)
"""Those of which there is one at most, so that they have no list."""

ALL: tuple[str, ...] = tuple(each.path for each in RESOURCES if not each.is_single)
WRITABLE: tuple[str, ...] = tuple(each.path for each in RESOURCES if each.writable and not each.is_single)
KEYED: tuple[str, ...] = tuple(each.path for each in RESOURCES if each.key is not None)
NAMED: tuple[str, ...] = tuple(
    each.path for each in RESOURCES if each.key is not None and each.key.key in each.fields.model_fields
)
"""Those whose key the client gives."""

NOTES = ("summary", "note", "description", "biography")
"""Fields of free text that may be empty; every resource has one of them."""


@dataclass(frozen=True)
class Subject:
    """One resource under test."""

    resource: Resource
    api: Api
    documents: Documents

    @cached_property
    def path(self) -> str:
        """Where its list is, below the prefix."""
        if self.resource.parent is None:
            return f"/{self.resource.path}"
        return f"/{self.resource.parent.resource.path}/{self.documents.owner(self.resource)}/{self.resource.address}"

    def at(self, record: Any, *more: str) -> str:
        return "/".join([self.path, str(record["id"]), *more])

    def document(self, **changes: Any) -> dict[str, Any]:
        """A valid document, unlike all before; `...` leaves a field out."""
        return self.documents.of(self.resource.path, **changes)

    def make(self, **changes: Any) -> Any:
        """A record, as it is answered."""
        if self.resource.read_only:
            return self.documents.visit(**changes)
        if self.resource.by_acts:
            return self.documents.make(self.resource.path, **changes)
        return self.api.make(self.path, self.document(**changes))

    def read(self, record: Any) -> Any:
        return self.api.read(self.at(record))

    def listed(self, **params: Any) -> list[str]:
        """The ids of a list's records, in its order."""
        found: list[str] = [each["id"] for each in self.api.items(self.path, **{"limit": 200, **params})]
        return found

    @cached_property
    def note(self) -> str:
        """A field of free text that may be empty."""
        return next(each for each in NOTES if each in self.resource.fields.model_fields)

    @cached_property
    def required(self) -> list[str]:
        return [name for name, field in self.resource.fields.model_fields.items() if field.is_required()]

    @cached_property
    def statements_above(self) -> int:
        """How many statements find the record that a sub-resource's address names first."""
        return 0 if self.resource.parent is None else 1


def subject_of(path: str, api: Api, documents: Documents) -> Subject:
    resource = RESOURCES[path]
    administers = resource.administered or resource.in_person
    subject = Subject(resource, api.as_("administrator") if administers else api, documents)
    assert subject.path  # makes the parent of a sub-resource now, not in the middle of a test
    return subject
