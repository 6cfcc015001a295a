"""Secret addresses: what stands in them, and who is let in by one, with whose sight.

Whoever knows the address need not be its owner: it is kept by programs, synchronised, sent on. So it shows what its
owner may see at that moment, never above the calendar's own ceiling, and nothing that more than a classification
limits.
"""

import hashlib
import re
import secrets
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select
from starlette.requests import Request

from app.access.actor import Actor
from app.access.limits import too_many_wrong
from app.access.markings import RANK
from app.access.register import Register
from app.access.work import address_of
from app.core.columns import table_of
from app.errors import Problem, WrongSecret
from app.models import Calendar, Marking, Token, User
from app.models.choices import Classification

PREFIX = "cal_"
_SHAPE = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}", re.ASCII)
_CALENDAR, _USER, _TOKEN = table_of(Calendar), table_of(User), table_of(Token)

FOUND = select(
    _CALENDAR.c.id,
    _CALENDAR.c.owner,
    _CALENDAR.c.owner_name,
    _CALENDAR.c.ceiling,
    _CALENDAR.c.expires_at,
    _CALENDAR.c.revoked_at,
    select(func.count(Marking.id)).scalar_subquery().label("markings"),
).where(_CALENDAR.c.secret_hash == bindparam("secret_hash"))

OWNER_USER = select(_USER.c.active, _USER.c.clearance).where(_USER.c.id == bindparam("owner"))
OWNER_TOKEN = select(_TOKEN.c.revoked_at, _TOKEN.c.expires_at, _TOKEN.c.clearance).where(
    _TOKEN.c.id == bindparam("owner")
)


def new_secret() -> str:
    """256 random bits, with a beginning by which one that got lost is known."""
    return PREFIX + secrets.token_urlsafe(32)


def hashed(secret: str) -> bytes:
    """What is kept of a secret: a plain hash is enough, since there is nothing to guess."""
    return hashlib.sha256(secret.encode()).digest()


class Owner(NamedTuple):
    """Who owns a calendar, as the register knows them now."""

    clearance: Classification
    is_user: bool


def owner_of(connection: Connection, owner: str, now: datetime) -> Owner | None:
    """An owner who is let in still, or None.

    What an identity provider says of a user counts while they sign in, and not when a program asks in their place.
    """
    user = connection.execute(OWNER_USER, {"owner": owner}).first()
    if user is not None:
        return Owner(user.clearance or "UNCLASSIFIED", is_user=True) if user.active else None
    token = connection.execute(OWNER_TOKEN, {"owner": owner}).first()
    if token is None or token.revoked_at is not None or token.expires_at <= now:
        return None
    return Owner(token.clearance, is_user=False)


def admits(register: Register, connection: Connection, request: Request) -> Actor:
    """Who asks by a secret address: its owner, with the calendar's sight. Raises NotFound whatever is wrong with it."""
    secret = str(request.path_params["secret"])
    row = None
    if _SHAPE.fullmatch(secret) is not None:
        row = connection.execute(FOUND, {"secret_hash": hashed(secret)}).first()
    now = datetime.now(UTC)
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        raise _refused(register, request)
    owner = owner_of(connection, str(row.owner), now)
    if owner is None:
        raise _refused(register, request)
    if row.markings != register.markings.count:
        register.refresh_markings(connection)
    register.sightings.note("calendar", str(row.id))
    return Actor(
        id=str(row.owner),
        name=row.owner_name,
        role="reader",
        clearance=min(owner.clearance, row.ceiling, register.settings.calendar_ceiling, key=RANK.__getitem__),
        nationality=None,
        user=str(row.owner) if owner.is_user else None,
        calendar=str(row.id),
    )


def _refused(register: Register, request: Request) -> Problem:
    """The answer to every secret that lets nobody in; too many of them count as wrong tokens do."""
    limit = register.settings.wrong_token_limit
    throttled = too_many_wrong(register.wrong_tokens, address_of(request), limit)
    return throttled or WrongSecret("There is no such calendar.")
