"""Whether the process lives, whether it can serve, and what it has counted."""

from typing import Any

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import JSONResponse, Response

from app.access.permissions import Action
from app.access.work import reading, register_of
from app.errors import Unavailable
from app.telemetry.exposition import as_text
from app.web.readiness import Readiness

router = APIRouter(include_in_schema=False)


@router.get("/livez")
def livez() -> JSONResponse:
    return JSONResponse({"status": "alive"})


@router.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    """On the event loop: it answers also where every thread waits for a database that hangs."""
    readiness: Readiness = request.app.state.readiness
    if request.app.state.stopping:
        raise Unavailable("The process has been told to stop.", headers={"Retry-After": "2"})
    said = await readiness.look()
    if lacking := readiness.lacking(said):
        raise Unavailable(" ".join(lacking), headers={"Retry-After": "2"}, checks=said)
    answer: dict[str, Any] = {"status": "ready", "checks": said}
    seals = register_of(request).seals
    if seals.file is not None:
        # It serves all the same: an operator has to look at the file, not at the register.
        answer["seals"] = "failing" if seals.failing else "kept"
    return JSONResponse(answer)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """For auditors and administrators: how much is written, and how often, is not for everybody."""
    with reading(request):
        pass
    return Response(as_text(request.app.state.metrics), media_type=CONTENT_TYPE_LATEST)


metrics.action = Action.AUDIT  # type: ignore[attr-defined]
