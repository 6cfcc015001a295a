"""What of a record can be released: the texts of its fields, in a version, by the names of the fields."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select, tuple_

from app.access.markings import OF_THE_REGISTER, Mark, highest
from app.access.work import Work
from app.core.ids import as_id
from app.crud.ledger import DIRECTORY, LEDGER, entries, entries_visible
from app.crud.resource import RESOURCES, Resource

AT_ONCE = 400
"""Records that one statement asks for."""

BY_THEMSELVES = frozenset({"information-requests", "scope-documents"})
"""What a release is made with cannot be released by one."""


def releasable(resource: Resource) -> bool:
    """Whether records of a kind can be in the scope of a request."""
    return not (resource.read_only or resource.apart or resource.path in BY_THEMSELVES)


def texts_of(resource: Resource, representation: Mapping[str, Any]) -> dict[str, str]:
    """The texts of a record as it read in a version. Ids of other records tell nobody anything, and are left out."""
    named = (each for each in resource.fields.model_fields if each not in OF_THE_REGISTER)
    found = {name: _text(representation.get(name)) for name in named}
    return {name: text for name, text in found.items() if text.strip()}


def _text(value: Any) -> str:
    """A value as text: of a list of several things, a line for each."""
    lines = list(_lines(value))
    listed = isinstance(value, list) and any(isinstance(each, Mapping) for each in value)
    return "\n".join(f"- {each}" for each in lines) if listed else ", ".join(lines)


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        told = ((name, " ".join(_lines(each))) for name, each in value.items())
        yield ", ".join(f"{name.replace('_', ' ')}: {text}" for name, text in told if text)
    elif isinstance(value, list):
        for each in value:
            yield from _lines(each)
    elif isinstance(value, bool):
        yield "yes" if value else "no"
    elif value is not None and not (isinstance(value, str) and as_id(value) is not None):
        yield str(value)


def title_of(resource: Resource, representation: Mapping[str, Any]) -> str:
    """What a record is called, or what kind of thing it is."""
    named = (representation.get(each) for each in resource.titles)
    return next((str(each) for each in named if each), resource.noun)[:200]


class InScope(NamedTuple):
    """A record in one of its versions, as the caller may know it."""

    resource: Resource
    version: int
    read: dict[str, Any]
    mark: Mark | None
    """The higher of what it is marked now and what it was marked in that version; None if it bears no marking."""


def found(work: Work, record_id: str, version: int | None) -> InScope | None:
    """A record in a version, or else as it is; None if it, or that version, does not exist for the caller."""
    number = version or _last_version(work, record_id)
    return found_all(work, [(record_id, number)]).get(record_id)


def found_all(work: Work, wanted: Sequence[tuple[str, int]]) -> dict[str, InScope]:
    """Records in versions, by their ids, of those that exist for the caller; each once."""
    kinds = {each.noun: each for each in RESOURCES if releasable(each)}
    now = DIRECTORY.c.marking_id.label("now")
    about: dict[str, InScope] = {}
    for first in range(0, len(wanted), AT_ONCE):
        statement = (
            select(LEDGER, now)
            .select_from(entries())
            .where(tuple_(LEDGER.c.record_id, LEDGER.c.version).in_(wanted[first : first + AT_ONCE]))
            .where(entries_visible(work))
        )
        for row in work.session.execute(statement).mappings():
            if row["record_type"] in kinds:
                marked = {each for each in (row["now"], row["marking_id"]) if each is not None}
                work.holds(row["record_type"], ((row["record_id"], each) for each in marked))
                mark = highest([work.mark(each) for each in marked]) if marked else None
                read = json.loads(row["representation"])
                about[str(row["record_id"])] = InScope(kinds[row["record_type"]], row["version"], read, mark)
    return about


def _last_version(work: Work, record_id: str) -> int:
    statement = select(func.max(LEDGER.c.version)).select_from(entries())
    return work.session.scalar(statement.where(LEDGER.c.record_id == record_id, entries_visible(work))) or 0
