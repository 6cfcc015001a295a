"""How long a request may take to send its body: who dribbles it holds a place that others need."""

import time

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import RequestTimeout

WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Patience:
    """Wraps the application: whoever reads a body that does not come in time meets a RequestTimeout."""

    def __init__(self, app: ASGIApp, seconds: int) -> None:
        self.app = app
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in WITH_BODY:
            await self.app(scope, receive, send)
            return
        end = time.monotonic() + self.seconds
        whole = False

        async def soon() -> Message:
            nonlocal whole
            if whole:  # what comes now is that the client has left, which may take as long as it likes
                return await receive()
            try:
                with anyio.fail_after(max(0, end - time.monotonic())):
                    message = await receive()
            except TimeoutError:
                raise RequestTimeout(
                    f"The body must come within {self.seconds} seconds.", headers={"Connection": "close"}
                ) from None
            whole = not message.get("more_body", False)
            return message

        await self.app(scope, soon, send)
