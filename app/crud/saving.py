"""What a query means: with what its saved filter asks, and by who asks, on what day.

A query that names no saved filter costs nothing here.
"""

from typing import Any

from pydantic import ValidationError
from sqlalchemy import select

from app.access.work import Work
from app.core.columns import table_of
from app.core.query import ListQuery
from app.crud.owning import own_first, own_or_shared
from app.crud.resource import Resource
from app.errors import Fault, Invalid
from app.models import SavedFilter

_FILTERS = table_of(SavedFilter)


def meant(work: Work, resource: Resource, query: ListQuery) -> ListQuery:
    """What a query asks for, whatever it says it by. Raises Invalid if it names a saved filter that there is not."""
    if query.saved is not None:
        query = _with_saved(work, resource, query, query.saved)
    return resource.meant(work, query)


def _with_saved(work: Work, resource: Resource, query: ListQuery, slug: str) -> ListQuery:
    """A query with what a saved filter asks. What the query itself says of a parameter stands instead."""
    asked = saved_query(work, resource, slug)
    if asked is None:
        raise _wrong(f"There is no saved filter {slug!r} for {resource.plural}", "unknown_reference")
    try:
        kept = resource.list_query.model_validate(asked)
    except ValidationError:
        raise _wrong(f"What {slug!r} asks is no query of {resource.plural} any more", "not_allowed") from None
    more = {name: getattr(kept, name) for name in kept.model_fields_set - query.model_fields_set}
    return query.model_copy(update=more)


def saved_query(work: Work, resource: Resource, slug: str) -> Any:
    """The parameters of a saved filter of a list, of those that exist for the caller: their own before others'."""
    kept = saved_filter(work, resource, slug)
    return None if kept is None else kept.query


def saved_filter(work: Work, resource: Resource, slug: str) -> Any:
    """What a saved filter asks, what it is called, and how it is marked; None if there is none for the caller."""
    statement = (
        select(_FILTERS.c.query, _FILTERS.c.title, _FILTERS.c.marking_id)
        .where(_FILTERS.c.slug == slug, _FILTERS.c.resource == resource.path, _FILTERS.c.archived.is_(False))
        .where(work.visible(_FILTERS), own_or_shared(_FILTERS))
        .order_by(*own_first(_FILTERS))
        .limit(1)
    )
    return work.session.execute(statement, {"owner": work.actor.owner}).first()


def _wrong(detail: str, code: str) -> Invalid:
    return Invalid(faults=[Fault(detail, code, parameter="saved")])
