"""Operations: what an endpoint is for, who may use it, and how it stands in the OpenAPI document."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from app.access.permissions import PERMISSIONS, Action
from app.access.work import Admission
from app.core.derive import Later, body_of, now
from app.core.query import ListQuery
from app.crud.resource import Resource
from app.crud.route import JSON, RegisterRoute
from app.crud.uploads import Upload, UploadRoute

READING = (Action.READ, Action.AUDIT, Action.EXPORT)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method at one address of a resource."""

    verb: str
    method: str
    path: str
    endpoint: Callable[..., Response]
    action: Action
    summary: str
    description: str
    answer: Any
    """A model; or a resource, whose record it is."""

    status: int = 200
    example: Any = None
    query: type[BaseModel] | Later | None = None
    """The parameters that its address takes."""

    cursor_only: bool = False
    secret: bool = False
    """Whether its answer holds a secret, which is kept nowhere."""

    proves: bool = False
    """Whether it reads by `page()` or `stored()`, which prove that a remembered caller is still the same."""

    body_optional: bool = False
    """Whether no body at all is as good as an empty object."""

    media: tuple[str, ...] = ()
    """The types of what it answers beside JSON, or instead of it where there is no `answer`."""

    upload: Upload | None = None
    """What it takes as a form with a file, instead of JSON."""

    admits: Admission | None = None
    """What says who asks, where no token does."""

    route: type[RegisterRoute] | None = None
    """The way of its requests, where that is another one than of most."""

    streams: bool = False
    """Whether its answer is sent while it is made: it has no `ETag`, and nobody can have it already."""

    also: Mapping[int, Any] = field(default_factory=dict)
    errors: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Tells the endpoint what its route goes by: its permission first, without which no endpoint can be used."""
        endpoint: Any = self.endpoint
        # What the route hands in itself is no parameter that a client could send.
        signature = inspect.signature(endpoint)
        sent = [each for name, each in signature.parameters.items() if name not in ("work", "sent")]
        endpoint.__signature__ = signature.replace(parameters=sent)
        endpoint.action, endpoint.writes, endpoint.proves = self.action, self.writes, self.proves
        endpoint.secret, endpoint.body_optional = self.secret, self.body_optional
        endpoint.answers = (*self.media, *((JSON,) if self.answer is not None or not self.media else ()))
        endpoint.upload, endpoint.admits = self.upload, self.admits

    @property
    def writes(self) -> bool:
        return self.action not in READING and self.method != "GET" and self.verb != "query"

    @property
    def keeps(self) -> bool:
        """Whether a caller may have its answer already."""
        return self.method == "GET" and not self.streams


@dataclass(frozen=True, slots=True)
class Noun:
    """Whose operation it is: what the OpenAPI document files it under."""

    tag: str
    name: str
    above: tuple[str, str] | None = None
    """The parameter and description of the record that stands before it in the address."""


def noun_of(resource: Resource) -> Noun:
    above = None
    if resource.parent is not None:
        parent = resource.parent.resource
        above = (resource.parent.parameter, f"The {parent.noun}, by {parent.addressed_by}.")
    return Noun(resource.tag, resource.operation_name, above)


def add(router: APIRouter, noun: Noun, operation: Operation, base: str, *, shown: bool = True) -> None:
    """Puts an operation on a router."""
    path = base + operation.path
    kind = UploadRoute if operation.upload is not None else operation.route or RegisterRoute
    described = partial(described_route, router.prefix, noun, operation, path, shown=shown)
    router.routes.append(kind(router.prefix + path, operation.endpoint, method=operation.method, described=described))


def described_route(prefix: str, noun: Noun, operation: Operation, path: str, *, shown: bool) -> APIRoute:
    """A route as the OpenAPI document tells of it."""
    return told(
        prefix,
        path,
        operation.endpoint,
        methods=[operation.method],
        include_in_schema=shown,
        tags=[noun.tag],
        status_code=operation.status,
        response_model=model_of(operation.answer),
        summary=operation.summary,
        description=described(operation),
        operation_id=f"{operation.verb}_{noun.name}".replace("-", "_"),
        response_class=Response if operation.media and operation.answer is None else JSONResponse,
        responses={
            **({200: files(operation)} if operation.media else {}),
            **{status: {"model": model_of(each)} for status, each in operation.also.items()},
            **({304: {"description": "What the caller has is still so."}} if operation.keeps else {}),
        },
        openapi_extra={
            "parameters": parameters(noun, operation, path),
            "x-errors": sorted(errors_of(operation, path)),
            **({"security": []} if operation.admits is not None else {}),
            **({"requestBody": operation.upload.body} if operation.upload is not None else {}),
            **({"x-example": operation.example} if operation.example is not None else {}),
            **({"x-body-optional": True} if operation.body_optional else {}),
            **({"x-media-types": ["application/merge-patch+json"]} if operation.method == "PATCH" else {}),
        },
    )


def model_of(answer: Any) -> Any:
    """The model of an answer, as the OpenAPI document has it."""
    return answer.answer if isinstance(answer, Resource) else now(answer)


def told(prefix: str, path: str, endpoint: Callable[..., Any], **options: Any) -> APIRoute:
    """A route of FastAPI's, for the OpenAPI document."""
    signature = inspect.signature(endpoint)
    sent = [
        each.replace(annotation=body_of(each.annotation.model)) if isinstance(each.annotation, Later) else each
        for each in signature.parameters.values()
    ]
    endpoint.__signature__ = signature.replace(parameters=sent)  # type: ignore[attr-defined]
    router = APIRouter(prefix=prefix)
    router.add_api_route(path, endpoint, **options)
    (route,) = router.routes
    assert isinstance(route, APIRoute)  # noqa: S101 - what was just added
    return route


def files(operation: Operation) -> dict[str, Any]:
    """What an operation answers that is not JSON, for the OpenAPI document."""
    content = {}
    for each in operation.media:
        binary = {} if each.startswith("text/") else {"format": "binary"}
        content["application/octet-stream" if each == "*/*" else each] = {"schema": {"type": "string"} | binary}
    return {"description": "Successful Response", "content": content}


def described(operation: Operation) -> str:
    if operation.admits is not None:
        return f"{operation.description}\n\nWithout a token."
    roles = ", ".join(sorted(PERMISSIONS[operation.action]))
    return f"{operation.description}\n\nFor the roles: {roles}."


def errors_of(operation: Operation, path: str) -> set[int]:
    """The statuses besides success that an operation can answer with."""
    errors = {401, 403, 406, 422, 429, 503, *operation.errors}
    if operation.admits is not None:
        errors -= {401, 403}
    if "{" in path:
        errors.add(404)
    if path.endswith("}"):
        errors.add(405)  # of what is another address: `/visits/query` is no visit
    if operation.writes:
        errors |= {409, 507}
    if operation.upload is not None or "document" in inspect.signature(operation.endpoint).parameters:
        errors |= {408, 413, 415}
    if operation.verb in (
        "patch",
        "withdraw",
        "restore",
        "revert",
        "upsert",
        "replace",
        "transition",
        "merge",
        "clear",
        "unclear",
    ):
        errors |= {412, 428}
    return errors


def parameters(noun: Noun, operation: Operation, path: str) -> list[dict[str, Any]]:
    """What FastAPI cannot see from an endpoint's signature."""
    found: list[dict[str, Any]] = []
    if noun.above is not None:
        name, description = noun.above
        schema = {"type": "string", "minLength": 1, "maxLength": 200}
        found.append({"name": name, "in": "path", "required": True, "description": description, "schema": schema})
    if operation.query is not None:
        found += query_parameters(now(operation.query))
    if operation.cursor_only:
        found += [each for each in query_parameters(ListQuery) if each["name"] == "cursor"]
    if operation.keeps:
        found.append(header("If-None-Match", "An `ETag` that the caller has: 304 if it is still the present one."))
    if 412 in errors_of(operation, path):  # noqa: PLR2004 - precondition failed
        found.append(header("If-Match", 'The `ETag` that the change is meant for, such as `"3"`.'))
    if operation.writes:
        found.append(header("Change-Reason", "Why the change is made; kept in its history."))
        if operation.method == "POST" and not operation.secret:
            found.append(header("Idempotency-Key", "The same key and body get the first answer again, for a day."))
    return found


def header(name: str, description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": {"type": "string"},
    }


def query_parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    """The parameters of a query, each with its schema, as OpenAPI has them."""
    document = model.model_json_schema(ref_template="#/components/schemas/{model}")
    found = []
    for name, schema in document["properties"].items():
        plain = {key: value for key, value in schema.items() if key not in ("title", "description", "default")}
        variants = [each for each in plain.get("anyOf", []) if each.get("type") != "null"]
        if len(variants) == 1:
            plain = variants[0] | {key: value for key, value in plain.items() if key != "anyOf"}
        if "default" in schema and schema["default"] not in (None, [], ()):
            plain["default"] = schema["default"]
        found.append(
            {
                "name": name,
                "in": "query",
                "required": name in document.get("required", ()),
                "description": schema.get("description", name),
                "schema": plain,
            }
        )
    return found
