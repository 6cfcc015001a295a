"""`GET …/export` and `POST …/export` beside every list: the whole of it as a file."""

from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.access.accesses import log_export
from app.access.permissions import Action
from app.access.work import reading
from app.core.derive import Later, body_of
from app.core.filenames import disposition
from app.crud.answers import BANNER
from app.crud.asking import from_address, from_body
from app.crud.operations import Operation, add, noun_of
from app.crud.resource import RESOURCES, Resource
from app.crud.route import JSON_TYPES, RegisterRoute, acceptable, accepted, document_of
from app.crud.router import base_of, parent_id
from app.crud.walking import snapshot
from app.errors import Problem
from app.exchange.exports.making import FORMATS, export
from app.exchange.exports.query import export_query, formats_of, list_query
from app.exchange.exports.sending import Exports, Outgoing

DESCRIPTION = """The whole list as a file, with the filters and the order of the list. It holds the records as they were
at one moment, of those that the caller may see; `X-Marking` bears the banner of the whole. With `q` it holds all that
match, in the order of the list. It is entered in the access log before any of it leaves."""


class ExportRoute(RegisterRoute):
    """The way of an export: who asks is settled first, in the thread that makes it; then it is sent as it is made."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint: Any = self.endpoint
        resource: Resource = endpoint.exports
        takes_body = self.method == "POST"

        async def handle(request: Request) -> Response:
            acceptable(request, *endpoint.answers)
            document = await document_of(request, JSON_TYPES) if takes_body else None
            exports: Exports = request.app.state.exports

            def make(outgoing: Outgoing) -> None:
                _make(exports, outgoing, request, resource, document)

            return await exports.begun(make)

        return handle


def _make(exports: Exports, outgoing: Outgoing, request: Request, resource: Resource, document: Any) -> None:
    """Makes an export, in its thread."""
    with reading(request) as work, snapshot(work):
        if isinstance(document, Problem):
            raise document
        exports.admit(outgoing, work.actor)
        model = export_query(resource)
        asked = from_body(model, document, request) if request.method == "POST" else from_address(model, request)
        name = asked.format or _accepted(request, formats_of(resource))
        told = f"{resource.plural} as {name}"
        made = export(
            work,
            resource,
            list_query(resource, asked),
            name,
            log=lambda: log_export(request, work, told),
            parent=parent_id(work, resource, request),
        )
        headers = {BANNER: made.sheet.marking, "Content-Disposition": disposition(made.file_name)}
        outgoing.start(headers, made.format.media_type)
        for chunk in made.chunks:
            outgoing.put(chunk)


def _accepted(request: Request, known: Iterable[str]) -> str:
    """The format that a caller accepts."""
    types = {FORMATS[name].media_type: name for name in known}
    return next((types[each] for each in accepted(request) if each in types), "csv")


def add_exports(router: APIRouter) -> None:
    """Puts the operations on a router, for every list of the register."""
    kinds = RESOURCES["engagements"].kinds
    for resource in RESOURCES:
        if resource.is_single:
            continue
        parent = None if resource.parent is None else resource.parent.resource
        for under in (parent, *(kinds if parent is RESOURCES["engagements"] else ())):
            for each in (_get(resource), _post(resource)):
                add(router, noun_of(resource), each, base_of(resource, under), shown=under is parent)


def _get(resource: Resource) -> Operation:
    def endpoint(request: Request) -> Response:
        raise NotImplementedError  # pragma: no cover - `ExportRoute` does it

    return _operation(resource, "GET", endpoint, "export", query=Later(partial(export_query, resource)))


def _post(resource: Resource) -> Operation:
    body = body_of(Later(partial(export_query, resource)))

    def endpoint(request: Request, document: body) -> Response:  # type: ignore[valid-type]
        raise NotImplementedError  # pragma: no cover - `ExportRoute` does it

    return _operation(resource, "POST", endpoint, "export_by_query", example={"format": "csv"})


def _operation(resource: Resource, method: str, endpoint: Any, verb: str, **more: Any) -> Operation:
    endpoint.exports = resource
    asked = "" if method == "GET" else ", asked in the body"
    return Operation(
        verb, method, "/export", endpoint, Action.EXPORT,
        summary=f"Export {resource.plural}{asked}",
        description=DESCRIPTION,
        answer=None,
        media=tuple(FORMATS[name].media_type for name in formats_of(resource)),
        route=ExportRoute,
        streams=True,
        **more,
    )  # fmt: skip
