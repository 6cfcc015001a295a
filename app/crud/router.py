"""From a declaration to a router: the operations that every resource has."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from app.access.accesses import off_the_loop
from app.access.work import Work
from app.core.derive import Later, body_of, without_default
from app.core.fields import Moment
from app.core.query import Asked, CommaList, ListQuery
from app.crud import bulk, ledger, merging, only, past, store
from app.crud.answers import JSON, etag, listed, location, single, written
from app.crud.asking import from_address, from_body, no_parameters
from app.crud.links import present_key
from app.crud.listing import Page, page
from app.crud.operations import Operation, add, noun_of
from app.crud.polling import polled
from app.crud.reading import check_shape, shaped, stored
from app.crud.resource import RESOURCES, Resource
from app.crud.saving import meant
from app.crud.schemas import bulk_answer, bulk_model, page_model

Endpoint = Callable[..., Response]


def add_resource(router: APIRouter, resource: Resource, *, under: Resource | None = None) -> None:
    """Puts all operations of a resource on a router.

    A sub-resource stands under its parent and may also be addressed `under` the parent's kinds; it is the same,
    so the OpenAPI document shows it once.
    """
    base = base_of(resource, under)
    shown = under is None or resource.parent is None or under is resource.parent.resource
    for each in operations(resource):
        add(router, noun_of(resource), each, base, shown=shown)


def base_of(resource: Resource, under: Resource | None = None) -> str:
    """The address of a resource, below the prefix."""
    if resource.parent is None:
        return f"/{resource.address}"
    above = under or resource.parent.resource
    return f"/{above.path}/{{{resource.parent.parameter}}}/{resource.address}"


def operations(resource: Resource) -> list[Operation]:
    """What can be done with the records of a resource."""
    if resource.is_single:
        return [only.replace(resource, parent_of), *(only.of(resource, parent_id, each) for each in _of_one(resource))]
    reads = [_list(resource), _query(resource), _read(resource)]
    if resource.administrative:
        return [*reads, _create(resource), _patch(resource)]
    if resource.personal:
        return [*reads, _create(resource), _patch(resource), _withdraw(resource), _restore(resource)]
    reads.append(past.history(resource, parent_id))
    if not resource.writable:
        return reads
    writes = [_create(resource), _bulk(resource), _upsert(resource), _patch(resource), _withdraw(resource)]
    merges = [] if resource.mergeable is None else [merging.merge(resource)]
    return [*reads, *writes, _restore(resource), past.revert(resource, for_change), *merges]


def changes_of(resource: Resource) -> list[Operation]:
    """What can be done with records that are made by an act of their own, and then changed as others are."""
    return [_patch(resource), _withdraw(resource), _restore(resource), past.revert(resource, for_change)]


def _of_one(resource: Resource) -> list[Operation]:
    """What can be done with a record that is the only one of its kind where it stands."""
    past_of_it = [past.history(resource, parent_id), past.revert(resource, for_change)]
    return [_read(resource), _patch(resource), _withdraw(resource), _restore(resource), *past_of_it]


def parent_of(work: Work, resource: Resource, request: Request) -> Any:
    """The record that a sub-resource's address names first, locked. Raises NotFound, or Conflict if it is withdrawn."""
    if resource.parent is None:
        return None
    parent = store.find(work, *_above(resource, request), lock=True)
    store.check_present(parent)
    return parent


def parent_id(work: Work, resource: Resource, request: Request) -> str | None:
    """The id of the record that a sub-resource's address names first. Raises NotFound."""
    if resource.parent is None:
        return None
    return stored(work, *_above(resource, request)).id


def _above(resource: Resource, request: Request) -> tuple[Resource, str]:
    """The resource and key that stand before a sub-resource in the address."""
    assert resource.parent is not None  # noqa: S101 - only asked of sub-resources
    noun = request.scope["route"].path.split("/")[3]
    return RESOURCES[noun], request.path_params[resource.parent.parameter]


def page_of(work: Work, resource: Resource, query: ListQuery, request: Request) -> Response:
    """The answer to a query: a page, shaped as it asks."""
    query = meant(work, resource, query)
    check_shape(resource, query.fields, query.expand)
    if getattr(query, "q", None) and not query.sort:
        off_the_loop(request)  # to rank takes longer than a read there may
    found = page(work, resource, query, parent_id(work, resource, request))
    if query.fields or query.expand:
        found = Page(shaped(work, resource, found.items, query.fields, query.expand), found.next, found.total)
    return listed(work, request, found)


def _list(resource: Resource) -> Operation:
    def read(work: Work, request: Request) -> Response:
        return page_of(work, resource, from_address(resource.list_query, request), request)

    def endpoint(work: Work, request: Request) -> Response:
        # Whether a token is good also depends on the hour, and who was seen when is in no ledger.
        return read(work, request) if resource.unsteady else polled(work, request, lambda: read(work, request))

    return Operation(
        "list", "GET", "", endpoint, resource.reads,
        summary=f"List {resource.plural}",
        description=f"{resource.plural.capitalize()} that exist for the caller, a page at a time.",
        answer=Later(partial(page_model, resource)),
        query=Later(lambda: resource.list_query),
        proves=True,
    )  # fmt: skip


def _query(resource: Resource) -> Operation:
    body = body_of(Later(lambda: resource.list_query))

    def endpoint(work: Work, request: Request, document: body) -> Response:  # type: ignore[valid-type]
        return page_of(work, resource, from_body(resource.list_query, document, request), request)

    return Operation(
        "query", "POST", "/query", endpoint, resource.reads,
        summary=f"List {resource.plural}, asked in the body",
        description="The same list with its parameters in a JSON body, so that names and terms stay out of "
        "addresses and logs. To go on, send the same body to the address in `next`.",
        answer=Later(partial(page_model, resource)),
        cursor_only=True,
        proves=True,
        example={"limit": 20, "sort": resource.default_sort},
    )  # fmt: skip


def _read(resource: Resource) -> Operation:
    query = ShapeQuery if resource.apart else ReadQuery

    def endpoint(work: Work, request: Request, id: str) -> Response:  # noqa: A002 - the contract's word
        wanted = _shape_wanted(resource, query, request)
        found = stored(work, resource, id, parent_id(work, resource, request))
        elsewhere = None
        text, version = found.representation, found.version
        if isinstance(wanted, ReadQuery) and wanted.as_at is not None:
            entry = ledger.version_at(work, resource, found.id, wanted.as_at)
            text, version = entry["representation"], entry["version"]
        elif found.merged_into is not None:
            elsewhere = present_key(work, resource.model.id, found.merged_into)
            _, text, version, _ = stored(work, resource, elsewhere)
        if wanted.fields or wanted.expand:
            text = shaped(work, resource, [text], wanted.fields, wanted.expand)[0]
        if resource.unsteady:  # its last use is no new version of it, so the caller's copy may be old
            return Response(text, media_type=JSON, headers={"ETag": etag(version)})
        answer = single(work, request, text, version)
        if elsewhere is not None:
            answer.headers["Content-Location"] = location(request, resource, elsewhere)
        return answer

    return Operation(
        "read", "GET", "/{id}", endpoint, resource.reads,
        summary=f"Read {resource.article}",
        description=f"{resource.article.capitalize()} by {resource.addressed_by}.",
        answer=Later(lambda: resource.read_or_selection),
        query=query,
        proves=True,
    )  # fmt: skip


class ShapeQuery(Asked):
    """How the answer to a read can be shaped."""

    fields: CommaList = ()
    """The fields to answer, comma separated; all if not given."""

    expand: CommaList = ()
    """References to answer as the records they name, comma separated."""


class ReadQuery(ShapeQuery):
    """What a read of one record can be asked."""

    as_at: Annotated[Moment, Field(json_schema_extra=without_default)] | None = None
    """How the record read at this instant."""


_PLAIN = ReadQuery()


def _shape_wanted(resource: Resource, model: type[ShapeQuery], request: Request) -> ShapeQuery:
    if not request.scope["query_string"]:
        return _PLAIN
    query = from_address(model, request)
    check_shape(resource, query.fields, query.expand)
    return query


def _create(resource: Resource) -> Operation:
    body = body_of(resource.fields)

    def endpoint(work: Work, request: Request, document: body) -> Response:  # type: ignore[valid-type]
        no_parameters(request)
        parent = parent_of(work, resource, request)
        record = store.create(work, resource, document, parent=parent)
        return written(work, request, resource, record, created=True)

    return Operation(
        "create", "POST", "", endpoint, resource.writes,
        summary=f"Record {resource.article}",
        description=f"Makes a new {resource.noun} and answers it as it is kept.",
        answer=resource, status=201, example=resource.example,
    )  # fmt: skip


def _bulk(resource: Resource) -> Operation:
    body = body_of(Later(partial(bulk_model, resource)))

    def endpoint(work: Work, request: Request, document: body) -> Response:  # type: ignore[valid-type]
        no_parameters(request)
        parent = parent_of(work, resource, request)
        return bulk.create_all(work, resource, document, parent=parent)

    return Operation(
        "bulk", "POST", "/bulk", endpoint, resource.writes,
        summary=f"Record many {resource.plural} at once",
        description="Up to 1,000 items, all or none. Faults name the item: `/items/3/title`.",
        answer=Later(partial(bulk_answer, resource)), status=201, example={"items": [resource.example]},
    )  # fmt: skip


def _upsert(resource: Resource) -> Operation:
    body = body_of(resource.fields)

    def endpoint(work: Work, request: Request, document: body, ref: str) -> Response:  # type: ignore[valid-type]
        no_parameters(request)
        parent = parent_of(work, resource, request)
        record, created = store.upsert(
            work, resource, ref, document, parent=parent, if_match=request.headers.get("if-match")
        )
        return written(work, request, resource, record, created=created)

    return Operation(
        "upsert", "PUT", "/by-external-ref/{ref}", endpoint, resource.writes,
        summary=f"Create or update {resource.article} by its external reference",
        description="Creates the record that came from another system, or brings it up to date. What only "
        "creation sets stays as it is.",
        answer=resource, example=resource.example, also={201: resource},
    )  # fmt: skip


def _patch(resource: Resource) -> Operation:
    body = body_of(Later(lambda: resource.patch))

    def endpoint(work: Work, request: Request, id: str, document: body) -> Response:  # type: ignore[valid-type]  # noqa: A002
        no_parameters(request)
        record = for_change(work, resource, request, id)
        store.change(work, resource, record, document)
        return written(work, request, resource, record, created=False)

    return Operation(
        "patch", "PATCH", "/{id}", endpoint, resource.writes,
        summary=f"Change {resource.article}",
        description="A merge patch (RFC 7396): only the fields that change; null takes one back to its default.",
        answer=resource, example=resource.patch_example,
    )  # fmt: skip


def _withdraw(resource: Resource) -> Operation:
    def endpoint(work: Work, request: Request, id: str) -> Response:  # noqa: A002
        no_parameters(request)
        store.withdraw(work, for_change(work, resource, request, id))
        return Response(status_code=204)

    return Operation(
        "withdraw", "DELETE", "/{id}", endpoint, resource.writes,
        summary=f"Withdraw {resource.article}",
        description="Hides the record from lists. It is kept, can be read by its id, and restored.",
        answer=None, status=204,
    )  # fmt: skip


def _restore(resource: Resource) -> Operation:
    def endpoint(work: Work, request: Request, id: str) -> Response:  # noqa: A002
        no_parameters(request)
        record = for_change(work, resource, request, id)
        store.restore(work, record)
        return written(work, request, resource, record, created=False)

    return Operation(
        "restore", "POST", "/{id}/restore", endpoint, resource.writes,
        summary=f"Restore {resource.article}",
        description="Takes a withdrawn record back into the lists.",
        answer=resource,
    )  # fmt: skip


def for_change(work: Work, resource: Resource, request: Request, key: str) -> Any:
    """A record that is about to be changed: locked, and in the version that the caller means."""
    parent = parent_of(work, resource, request)
    record = store.find(work, resource, key, parent=None if parent is None else parent.id, lock=True)
    store.check_precondition(work, record, request.headers.get("if-match"))
    return record
