"""What a kept query finds, and how that differs from what it found before."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from sqlalchemy import select

from app.access.visible import marking_of
from app.access.work import Work
from app.core.fields import Moment, RecordId, Representation
from app.core.query import MAX_LIMIT
from app.crud.listing import page
from app.crud.resource import Resource
from app.crud.saving import meant
from app.crud.store import rebuilt
from app.errors import Conflict, Invalid
from app.feeds.queries import filters_only, list_of

MOST = 1_000
"""Records that a query which is followed may find."""


class FollowedChange(Representation):
    """A record that the query finds and did not, or otherwise than it did, or not any more."""

    change: Literal["new", "changed", "gone"]
    """Whether the query finds it for the first time, in another version, or no longer."""

    record: RecordId
    """Which one."""

    from_version: Annotated[int, Field(ge=1)] | None
    """The version that was known; null where it is new."""

    version: Annotated[int, Field(ge=1)] | None
    """The version that it has now; null where it is gone beyond the caller."""

    document: dict[str, Any] | None
    """How it reads now; null where it is gone beyond the caller."""


class FollowedChanges(Representation):
    """What has changed in what a query finds."""

    since: Moment
    """When the owner last said that they know."""

    state: Annotated[str, Field(max_length=64)]
    """What the query finds now, as a text to send to `…/seen`."""

    items: list[FollowedChange]
    """What is new, then what has changed, then what is gone; each in the list's order."""

    marking: str
    """The banner of the answer: the highest marking of what it holds."""


def found(work: Work, noun: str, asked: Mapping[str, Any]) -> dict[str, int]:
    """What a query finds now: the version of each record, by its id. Raises Invalid if it finds too many."""
    versions = _versions(work, noun, asked)
    if versions is None:
        raise Invalid.at("/query", f"Finds more than {MOST}: ask for less, and it can be followed", "too_long")
    return versions


def now(work: Work, noun: str, asked: Mapping[str, Any]) -> dict[str, int]:
    """The same of a query that is followed already. Raises Conflict if it finds too many by now."""
    versions = _versions(work, noun, asked)
    if versions is None:
        raise Conflict(f"The query finds more than {MOST} by now. Follow less.")
    return versions


def _versions(work: Work, noun: str, asked: Mapping[str, Any]) -> dict[str, int] | None:
    resource = list_of(noun)
    # What is found is not what is told: banner and access log are of the latter.
    aside = replace(work, shown=set(), seen=[])
    aside.__dict__["session"] = work.session
    wanted = {**filters_only(asked), "limit": MAX_LIMIT, "sort": resource.default_sort}
    try:
        query = meant(aside, resource, resource.list_query.model_validate(wanted))
    except ValidationError:
        raise Conflict("What is followed is no query of its list any more. Follow another.") from None
    versions: dict[str, int] = {}
    cursor: str | None = None
    while True:
        part = page(aside, resource, query.model_copy(update={"cursor": cursor}))
        versions |= {each["id"]: each["version"] for each in map(json.loads, part.items)}
        if len(versions) > MOST or (part.next is not None and len(versions) == MOST):
            return None
        if part.next is None:
            return versions
        cursor = part.next


def differences(
    known: Mapping[str, int], present: Mapping[str, int], told: Callable[[list[str]], Mapping[str, Any]]
) -> list[FollowedChange]:
    """What is new, what has changed and what is gone; `told` gives records as they read now, by their ids."""
    ids = {
        "new": [each for each in present if each not in known],
        "changed": [each for each, version in present.items() if known.get(each, version) != version],
        "gone": [each for each in known if each not in present],
    }
    records = told([each for group in ids.values() for each in group])
    return [
        FollowedChange(
            change=change,
            record=each,
            from_version=known.get(each),
            version=None if each not in records else records[each]["version"],
            document=records.get(each),
        )
        for change, group in ids.items()
        for each in group
    ]


def by_id(work: Work, resource: Resource, ids: list[str]) -> dict[str, Any]:
    """Records as they read now, of those that exist for the caller."""
    table = resource.table
    wanted = select(table.c.id, table.c.representation, marking_of(table)).where(
        table.c.id.in_(ids), work.visible(table), resource.kind_only
    )
    rows = work.session.execute(wanted).all() if ids else []
    work.holds(resource.noun, ((row[0], row[2]) for row in rows))
    return {str(row[0]): json.loads(row[1] or rebuilt(work, resource, str(row[0]))) for row in rows}
