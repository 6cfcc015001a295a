"""`GET /openapi.json`: the OpenAPI document, made once for a process, in a thread, when somebody first asks for it."""

import json
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from typing import Any

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.crud.answers import matches
from app.crud.route import RegisterRoute
from app.web.docs import OPENAPI_PATH
from app.web.openapi import openapi_document


class Document:
    """The document of some routes."""

    def __init__(self, routes: Sequence[RegisterRoute]) -> None:
        self._routes = list(routes)

    @cached_property
    def content(self) -> dict[str, Any]:
        """What it says."""
        return openapi_document(self._routes)

    @cached_property
    def body(self) -> bytes:
        """How it is sent."""
        return json.dumps(self.content, ensure_ascii=False, separators=(",", ":")).encode()

    @cached_property
    def etag(self) -> str:
        return f'"{sha256(self.body).hexdigest()[:32]}"'

    def route(self) -> Route:
        """Where it is read. Who has it already need not load its two megabytes again."""

        async def answer(request: Request) -> Response:
            headers = {"ETag": await run_sync(lambda: self.etag)}
            if matches(request, headers["ETag"]):
                return Response(status_code=304, headers=headers)
            return Response(self.body, headers=headers, media_type="application/json")

        return Route(OPENAPI_PATH, answer, methods=["GET"], include_in_schema=False)
