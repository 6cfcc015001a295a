"""From requests to entries of the access log. What is to be entered is entered before the answer leaves."""

import logging

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request

from app.access.access_log import Access, Event
from app.access.actor import Actor
from app.access.limits import neighbourhood
from app.access.work import Work, address_of, register_of, request_id
from app.core.prepared import TooLong
from app.errors import Problem, Unauthenticated, Unavailable, WrongSecret

log = logging.getLogger("tracker")


def log_read(request: Request, work: Work) -> None:
    """Enters a read of what is classified high. Raises Unavailable if that cannot be: nothing is told unlogged."""
    _or_refuse(request, access(request, Event.READ, work))


def log_export(request: Request, work: Work, detail: str | None = None) -> None:
    """Enters that records leave the register as a file or a pack; to be called before they do. Raises Unavailable."""
    off_the_loop(request)
    _or_refuse(request, access(request, Event.EXPORT, work, detail))


def off_the_loop(request: Request) -> None:
    """Raises TooLong on the event loop, so that what writes, or takes long, is done in a thread from the beginning."""
    if "inline" in request.scope:
        raise TooLong


def log_refusal(request: Request, problem: Problem) -> None:
    """Enters that somebody was turned away: with a token or secret that is none, or from what their role excludes.

    Without any token nobody has tried to sign in. So that nobody can fill the disk, an address or caller has a ration
    of entries; and nothing is told that depends on the entry, so the answer is the same if it cannot be made.
    """
    actor: Actor | None = request.scope.get("actor")
    signing_in = isinstance(problem, Unauthenticated | WrongSecret)
    if isinstance(problem, Unauthenticated) and not request.headers.get("authorization", "").strip():
        return
    address = address_of(request)
    key = neighbourhood(address) if signing_in or actor is None else actor.id
    left_out = register_of(request).access_log.rationed.admit(key or "")
    if left_out is None:
        return
    detail = f"{left_out} more before this one were not entered" if left_out else None
    entry = Access(
        Event.SIGN_IN_FAILED if signing_in else Event.REFUSED,
        None if signing_in else actor,
        request_id(request),
        _operation(request),
        method=request.method,
        address=address,
        detail=detail,
    )
    try:
        register_of(request).access_log.enter(entry)
    except (SQLAlchemyError, Unavailable):
        log.exception("a refusal cannot be entered in the access log")


def access(request: Request, event: Event, work: Work, detail: str | None = None) -> Access:
    """What somebody known does with a request."""
    if work.actor.calendar is not None:
        detail = f"by calendar {work.actor.calendar}"
    return Access(
        event,
        work.actor,
        work.request_id,
        _operation(request),
        method=request.method,
        address=address_of(request),
        seen=work.seen,
        detail=detail,
    )


def _or_refuse(request: Request, entry: Access) -> None:
    try:
        register_of(request).access_log.enter(entry)
    except (SQLAlchemyError, Unavailable):
        log.exception("the access log cannot be written")
        detail = "The access log cannot be written, and without it nothing of this may be told."
        raise Unavailable(detail, headers={"Retry-After": "2"}) from None


def _operation(request: Request) -> str:
    return str(getattr(request.scope.get("route"), "path", ""))
