"""Putting all records that a query finds into the scope of a request."""

import json
from typing import Annotated, Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from app.access.work import Work
from app.core.derive import body_of
from app.core.documents import examined
from app.core.fields import Document, Line, RecordId, Representation
from app.core.query import MAX_LIMIT
from app.crud import store
from app.crud.answers import computed
from app.crud.asking import from_body, no_parameters
from app.crud.listing import Page, page
from app.crud.resource import RESOURCES, Resource
from app.crud.router import for_change
from app.crud.saving import meant
from app.errors import Fault, Invalid
from app.releases.contents import releasable
from app.releases.requests import REQUESTS
from app.releases.scope import DOCUMENTS, check_open

MOST = 500
"""Records that one query can put into a scope."""


class ScopeSelection(Document):
    """A query, of which all that it finds is put into the scope of a request."""

    resource: Annotated[Line, Field(examples=["briefings"])]
    """The noun of a list, such as `briefings` or `engagements`."""

    query: dict[str, Any] = {}
    """What the list is asked, as a query of it takes it."""


class LeftOut(Representation):
    """A record that was found, and could not be put into the scope."""

    record: RecordId
    """The record."""

    code: str
    """Why not: `taken` where it is in the scope already, `marked_higher` where it is marked above the request."""

    detail: str
    """The same in words."""


class ScopeSelected(Representation):
    """What a selection came to."""

    added: int
    """How many records were put into the scope."""

    left_out: list[LeftOut]
    """Those that were found and are not."""


def select_all(work: Work, request: Request, id: str, document: body_of(ScopeSelection)) -> Response:  # type: ignore[valid-type]  # noqa: A002
    no_parameters(request)
    parent = for_change(work, REQUESTS, request, id)
    store.check_present(parent)
    check_open(parent)
    given = examined(ScopeSelection, document)
    added, left_out = 0, []
    for record_id in _found(work, _listed(given["resource"]), given["query"], request):
        try:
            store.create(work, DOCUMENTS, {"record": record_id}, parent=parent)
            added += 1
        except Invalid as why:
            left_out += [LeftOut(record=record_id, code=each.code, detail=each.detail) for each in why.faults[:1]]
    work.shows((parent.marking_id,))
    return computed(work, request, ScopeSelected(added=added, left_out=left_out))


def _listed(noun: str) -> Resource:
    resource: Resource | None = next((each for each in RESOURCES if each.path == noun and _can_be_asked(each)), None)
    if resource is None:
        known = ", ".join(sorted(each.path for each in RESOURCES if _can_be_asked(each)))
        raise Invalid.at("/resource", f"Is no list of records that can be released; what is: {known}", "not_allowed")
    return resource


def _can_be_asked(resource: Resource) -> bool:
    return resource.parent is None and (releasable(resource) or bool(resource.kinds))


def _found(work: Work, resource: Resource, asked: dict[str, Any], request: Request) -> list[str]:
    """The ids of what a query finds. Raises Invalid if it is no query, or finds too much."""
    try:
        query = from_body(resource.list_query, {"limit": MAX_LIMIT, **asked}, request)
        query = meant(work, resource, query)
        found = page(work, resource, query)
        ids = _ids(found)
        while found.next is not None and len(ids) <= MOST:
            found = page(work, resource, query.model_copy(update={"cursor": found.next}))
            ids += _ids(found)
    except Invalid as why:
        raise Invalid(faults=[Fault(each.detail, each.code, _place(each)) for each in why.faults]) from None
    if len(ids) > MOST:
        raise Invalid.at("/query", f"Finds more than {MOST}: ask for less at a time", "too_long")
    return ids


def _place(fault: Fault) -> str:
    return "/query" + (fault.pointer or f"/{fault.parameter}")


def _ids(found: Page) -> list[str]:
    return [json.loads(each)["id"] for each in found.items]
