"""Whether the process lives, and whether it can serve."""

from fastapi import APIRouter, Request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse

from app.access.work import register_of
from app.errors import Unavailable

router = APIRouter(include_in_schema=False)


@router.get("/livez")
def livez() -> JSONResponse:
    return JSONResponse({"status": "alive"})


@router.get("/readyz")
def readyz(request: Request) -> JSONResponse:
    register = register_of(request)
    try:
        with register.database.reader.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        raise Unavailable("The database does not answer.", headers={"Retry-After": "2"}) from None
    if register.seals.file is None:
        return JSONResponse({"status": "ready"})
    # It serves all the same: an operator has to look at the file, not at the register.
    return JSONResponse({"status": "ready", "seals": "failing" if register.seals.failing else "kept"})
