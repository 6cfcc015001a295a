"""From an exception to an RFC 9457 answer: every error of the API goes out through here."""

import errno
import json
import logging
import re
from collections import Counter
from collections.abc import Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from app.access.accesses import log_refusal
from app.core.documents import CODES
from app.core.jsonbody import pointer
from app.db import UNTOLD, disk_full
from app.errors import (
    Conflict,
    Fault,
    Forbidden,
    InsufficientStorage,
    Internal,
    Invalid,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    Problem,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
    WrongSecret,
)

log = logging.getLogger("tracker")

PROGRAM_LIMIT = "54"
"""PostgreSQL's class of errors for what is too large or too complex."""

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)

MOST_ALIKE = 1_000
"""Faults of one field that an answer names: one for every item of a bulk request."""

_SECRET = re.compile(r"(/calendars/+feed/+).*", re.IGNORECASE | re.DOTALL)
"""What of an address is a secret, and repeated nowhere."""

_INDEX = re.compile(r"/\d+(?=/|$)")

BY_STATUS: dict[int, type[Problem]] = {
    each.type.status: each
    for each in (
        Unauthenticated,
        Forbidden,
        NotFound,
        MethodNotAllowed,
        NotAcceptable,
        TooLarge,
        UnsupportedMediaType,
    )
}


def problem_answer(problem: Problem, scope: Scope) -> Response:
    """The answer that a problem makes."""
    document = {
        "type": problem.type.uri,
        "title": problem.type.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": _SECRET.sub(r"\1***", scope["path"]),
        "request_id": scope.get("request_id", ""),
        **problem.extra,
    }
    if problem.faults:
        told = tellable(problem.faults)
        document["errors"] = [fault.as_dict() for fault in told]
        if len(told) < len(problem.faults):
            document["detail"] += f" There are {len(problem.faults)}, of which {len(told)} are named."
    # ASCII, so that whatever was in the path or a name goes out whole.
    body = json.dumps(document)
    return Response(body, problem.status, dict(problem.headers), media_type="application/problem+json")


def tellable(faults: Sequence[Fault]) -> Sequence[Fault]:
    """The faults that an answer names: all, but where a request has so many that its answer would outgrow it."""
    if len(faults) <= MOST_ALIKE:
        return faults
    alike: Counter[tuple[str, str]] = Counter()
    told = []
    for fault in faults:
        field = _INDEX.sub("/#", fault.pointer or fault.parameter or "")
        if fault.code == "unknown_field":  # named by the client, so each may be another one
            field = field.rpartition("/")[0]
        alike[field, fault.code] += 1
        if alike[field, fault.code] <= MOST_ALIKE:
            told.append(fault)
    return told


def install(app: FastAPI) -> None:
    """Makes every error of an application a problem answer."""
    app.exception_handler(Problem)(_problem)
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(RequestValidationError)(_validation)
    app.exception_handler(DBAPIError)(_database)
    app.exception_handler(PoolTimeout)(_busy)
    app.exception_handler(OSError)(_disk)


def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - what the handler is registered for
    if isinstance(error, Unavailable) and error.__cause__ is not None:
        log.warning("not available: %s", error.__cause__, extra={"request_id": request.scope.get("request_id")})
    if isinstance(error, (Unauthenticated, Forbidden, WrongSecret)):
        log_refusal(request, error)  # a handler that is not asynchronous runs in a thread
    return problem_answer(error, request.scope)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    kind = BY_STATUS.get(error.status_code)
    if kind is None:
        client = HTTPStatus.BAD_REQUEST <= error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
        kind = Invalid if client else Internal
    return problem_answer(kind(headers=error.headers), request.scope)


def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    faults = []
    for each in error.errors():
        place, *rest = each["loc"]
        code = CODES.get(each["type"], each["type"])
        if place == "body":
            faults.append(Fault(each["msg"], code, pointer=pointer(tuple(rest))))
        else:
            faults.append(Fault(each["msg"], code, parameter=str(rest[0])))
    return problem_answer(Invalid(faults=faults), request.scope)


def _database(request: Request, error: Exception) -> Response:
    assert isinstance(error, DBAPIError)  # noqa: S101
    if isinstance(error, DataError) or str(getattr(error.orig, "sqlstate", "")).startswith(PROGRAM_LIMIT):
        # The net under the limits that fields state themselves.
        return problem_answer(Invalid("A value does not fit where it is kept."), request.scope)
    if isinstance(error, IntegrityError):
        # Two wrote at the same moment and met in a constraint; the checks before it had seen neither.
        return problem_answer(Conflict("Somebody else has just recorded the same."), request.scope)
    if disk_full(error):
        log.error("the database has no room left", extra={"request_id": request.scope.get("request_id")})
        return problem_answer(InsufficientStorage(), request.scope)
    if isinstance(error, OperationalError) or error.connection_invalidated:
        log.warning("database not available", extra={"request_id": request.scope.get("request_id")})
        detail = UNTOLD if UNTOLD in error.detail else None
        return problem_answer(Unavailable(detail, headers={"Retry-After": "2"}), request.scope)
    raise error


def _busy(request: Request, _error: Exception) -> Response:
    return problem_answer(Unavailable(headers={"Retry-After": "2"}), request.scope)


def _disk(request: Request, error: Exception) -> Response:
    """What comes in is put down before it is looked at, which takes room too."""
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        log.error("no room is left on a disk", extra={"request_id": request.scope.get("request_id")})
        return problem_answer(InsufficientStorage(), request.scope)
    raise error
