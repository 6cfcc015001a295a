"""`Idempotency-Key`: the same request sent again gets the first answer again, and nothing is done twice.

The answer is kept for a day in the transaction of its effect, so there is never one without the other (draft
draft-ietf-httpapi-idempotency-key-header).
"""

import hashlib
import json
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from starlette.requests import Request
from starlette.responses import Response

from app.access.work import Work
from app.errors import Fault, Invalid
from app.models import Answer

HEADER = "Idempotency-Key"
KEPT = timedelta(days=1)
LONGEST = 255
_KEPT_HEADERS = ("etag", "location", "content-type", "x-marking")


def key_of(request: Request) -> str | None:
    """The key of a request, if it has one. Raises Invalid if it is none."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if getattr(request.scope["endpoint"], "secret", False):
        raise _wrong("Is not taken here: the answer holds a secret, which is not kept to be given again", "not_allowed")
    key = key.strip().strip('"')
    if not 1 <= len(key) <= LONGEST or not key.isprintable() or not key.isascii():
        raise _wrong("Must be 1 to 255 printable ASCII characters", "pattern")
    return key


def first_answer(work: Work, request: Request, key: str, document: Any) -> Response | None:
    """The answer that was given to this request before, or None, and then the key is taken.

    Whoever sends the same at the same moment waits until this transaction is over. Raises Invalid where the key
    was used for another request.
    """
    work.session.execute(delete(Answer).where(Answer.at < work.now - KEPT))
    fingerprint = _fingerprint(request, document)
    insert = sqlite.insert if work.register.database.is_sqlite else postgresql.insert
    taken = work.session.scalar(
        insert(Answer)
        .values(token_id=work.actor.id, key=key, fingerprint=fingerprint, at=work.now)
        .on_conflict_do_nothing(index_elements=["token_id", "key"])
        .returning(Answer.key)
    )
    if taken is not None:
        return None
    kept = work.session.scalars(select(Answer).where(Answer.token_id == work.actor.id, Answer.key == key)).one()
    if kept.fingerprint != fingerprint:
        raise _wrong("Was used for another request", "key_reused")
    return Response(kept.body, kept.status or 200, dict(kept.headers or {}) | {"Idempotency-Replayed": "true"})


def keep(work: Work, key: str, answer: Response) -> None:
    """Keeps an answer with its effect."""
    headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
    work.session.execute(
        update(Answer)
        .where(Answer.token_id == work.actor.id, Answer.key == key)
        .values(status=answer.status_code, headers=headers, body=bytes(answer.body))
    )


def _fingerprint(request: Request, document: Any) -> bytes:
    asked = [request.method, request.url.path, request.scope["query_string"].decode("latin-1"), document]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).digest()


def _wrong(detail: str, code: str) -> Invalid:
    return Invalid(faults=[Fault(detail, code, parameter=HEADER)])
