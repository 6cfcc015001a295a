"""Answers: stored bytes with the headers that go with them."""

import json
from hashlib import sha256
from urllib.parse import quote

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from app.access.work import Work
from app.core.columns import Record
from app.crud.listing import Page
from app.crud.resource import Resource

JSON = "application/json"

BANNER = "X-Marking"
"""The header that bears the banner of an answer."""


def etag(version: int) -> str:
    return f'"{version}"'


def matches(request: Request, tag: str) -> bool:
    """Whether `If-None-Match` names this version (RFC 9110, 13.1.2; weak comparison)."""
    header = request.headers.get("if-none-match")
    if header is None:
        return False
    known = {each.strip().removeprefix("W/") for each in header.split(",")}
    return "*" in known or tag.removeprefix("W/") in known


def single(work: Work, request: Request, body: str | bytes, version: int) -> Response:
    """One record, or 304 if the caller has this version already."""
    headers = {"ETag": etag(version), BANNER: work.banner()}
    if matches(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=JSON, headers=headers)


def written(work: Work, request: Request, resource: Resource, record: Record, *, created: bool) -> Response:
    """A record as a write has left it."""
    work.shows((getattr(record, "marking_id", None),))
    headers = {"ETag": etag(record.version), BANNER: work.banner()}
    if created:
        headers["Location"] = location(request, resource, record.id)
    return Response(record.representation, status_code=201 if created else 200, media_type=JSON, headers=headers)


def location(request: Request, resource: Resource, record_id: str) -> str:
    """The address of a record."""
    path = request.scope["path"]
    root = path[: path.index("/api/v1/") + len("/api/v1/")]
    if resource.parent is not None:
        root += f"{resource.parent.resource.path}/{request.path_params[resource.parent.parameter]}/"
    return f"{root}{resource.address}" if resource.is_single else f"{root}{resource.address}/{record_id}"


def listed(work: Work, request: Request, page: Page) -> Response:
    """A page, with the address of the next one in the body and as a link (RFC 8288)."""
    headers = {BANNER: (banner := work.banner())}
    following = "null"
    if page.next is not None:
        address = next_address(request, page.next)
        following = json.dumps(address)
        headers["Link"] = f'<{address}>; rel="next"'
    total = "null" if page.total is None else page.total
    body = f'{{"items":[{",".join(page.items)}],"next":{following},"total":{total},"marking":{json.dumps(banner)}}}'
    return tagged(request, body.encode(), headers)


def computed(work: Work, request: Request, document: BaseModel) -> Response:
    """What is worked out anew whenever it is asked for, or 304 if it comes to what the caller has already."""
    return tagged(request, document.model_dump_json().encode(), {BANNER: work.banner()})


def tagged(request: Request, body: bytes, headers: dict[str, str], media_type: str = JSON) -> Response:
    """An answer with a validator of what is in it, or 304 if the caller has it as it is."""
    # Of what the caller may see and nothing else: a counter of changes would tell of hidden ones.
    tag = f'W/"{sha256(body).hexdigest()[:24]}"'
    headers["ETag"] = tag
    if matches(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def next_address(request: Request, cursor: str) -> str:
    """The address of the same list, a page further. A cursor needs no quoting."""
    # What a server lets through and no address may hold would end the link too early.
    query = quote(request.scope["query_string"], safe="%&=+!$'()*,;:@/?")
    kept = [each for each in query.split("&") if each and not each.startswith("cursor=")]
    return f"{base_address(request)}?{'&'.join([*kept, f'cursor={cursor}'])}"


def base_address(request: Request) -> str:
    """The address that was asked for, without its parameters."""
    return f"{request.scope['scheme']}://{request.headers.get('host', '')}{request.scope['path']}"
