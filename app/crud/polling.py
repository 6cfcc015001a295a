"""Lists that are asked again and again: while nothing was kept in the register, what was so before is still so.

Of a list that came with `If-None-Match` a process remembers the validator, and how far the ledger went before it was
worked out. Whatever changes a list has an entry in the ledger, or is the day. So while ledger and day stand where they
stood, the list need not be read to know that it is the same; one row is, the ledger's head. What is answered never
depends on that: a caller is told 304 exactly if the whole list, read again, would be.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from app.access.work import Work
from app.crud.answers import matches

KEPT = 10_000
"""Lists of callers that a process remembers. Beyond them it forgets all, and learns them anew."""


class Validator(NamedTuple):
    """What a list was found to be, and where the ledger ended before that."""

    head: int
    headers: dict[str, str]


def polled(work: Work, request: Request, read: Callable[[], Response]) -> Response:
    """The answer to a list, which is read only if the caller has none, or something was kept since they got it."""
    if "if-none-match" not in request.headers:
        return read()
    head = _head(work)  # before the list: what is kept in between is found next time
    key = _key(work, request)
    known: Validator | None = work.register.validators.get(key)
    if known is not None and known.head == head and matches(request, known.headers["etag"]):
        return Response(status_code=304, headers=known.headers)
    answer = read()
    if len(work.register.validators) >= KEPT:
        work.register.validators.clear()
    headers = {name: answer.headers[name] for name in ("etag", "x-marking")}
    work.register.validators[key] = Validator(head, headers)
    return answer


def _key(work: Work, request: Request) -> Any:
    """All that an answer depends on beside what is kept: who asks, on what day, for what, and under which address."""
    scope = request.scope
    asked = (scope["scheme"], request.headers.get("host"), scope["path"], scope["query_string"])
    return work.actor, work.markings, work.today, asked


def _head(work: Work) -> int:
    """How far the ledger goes; the same statement proves that a remembered caller is still the same."""
    rows = work.register.heads.ask(work.cursor, work.proof)
    work.prove(rows)
    return int(rows[0][0])
