"""API tokens: 256 random bits, shown once, kept as a hash."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.errors import Unauthenticated
from app.models import Marking, Token, User
from app.models.choices import Classification, Role

PREFIX = "det_"
_SHAPE = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}", re.ASCII)


def new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def hashed(secret: str) -> bytes:
    """What is kept of a secret. It has 256 random bits, so a plain hash is enough: there is nothing to guess.

    A token is looked up by this hash. How long that takes may tell how much of two hashes is alike, which helps
    nobody: to choose a hash one would have to choose its secret.
    """
    return hashlib.sha256(secret.encode()).digest()


def well_formed(secret: str) -> bool:
    return _SHAPE.fullmatch(secret) is not None


def refused() -> Unauthenticated:
    """The answer to every token that lets nobody in, whatever is wrong with it."""
    return Unauthenticated(
        "The token is unknown, expired, revoked, or not for use from here.",
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )


def create(
    session: Session,
    *,
    name: str,
    role: Role,
    clearance: Classification,
    nationality: str | None,
    now: datetime,
    days: int,
    networks: list[str] | None = None,
    groups: Iterable[str] = (),
) -> tuple[Token, str]:
    """A new token and its secret, past the ledger: for registers that are made to be tried, not for one in use."""
    secret = new_secret()
    token = Token(
        id=new_id(),
        version=1,
        archived=False,
        name=name,
        secret_hash=hashed(secret),
        role=role,
        clearance=clearance,
        nationality=nationality,
        groups=sorted(groups),
        networks=[str(ip_network(each)) for each in networks] if networks else None,
        created_at=now,
        updated_at=now,
        expires_at=now + timedelta(days=days),
        revoked_at=None,
    )
    session.add(token)
    session.flush()
    return token, secret


_MARKINGS = select(func.count(Marking.id)).scalar_subquery().label("markings")

LOOKUP = select(
    Token.id,
    Token.name,
    Token.role,
    Token.clearance,
    Token.nationality,
    Token.groups,
    Token.networks,
    Token.rate_limit,
    Token.expires_at,
    Token.revoked_at,
    Token.old_until,
    Token.user,
    User.active,
    _MARKINGS,
).outerjoin(User, User.id == Token.user)
BY_HASH = Token.secret_hash == bindparam("secret_hash")
BY_OLD_HASH = Token.old_hash == bindparam("secret_hash")

PERSON = select(
    User.id, User.name, User.role, User.clearance, User.nationality, User.groups, User.active, _MARKINGS
).where(User.issuer == bindparam("issuer"), User.subject == bindparam("subject"))
"""The user that an identity provider speaks of."""


def allows_address(networks: list[str] | None, address: str | None) -> bool:
    """Whether a token may be used from an address."""
    if networks is None:
        return True
    caller = parsed(address)
    return caller is not None and any(caller in ip_network(each) for each in networks)


def parsed(address: str | None) -> IPv4Address | IPv6Address | None:
    """An address, if it is one; IPv4 as such, also where it comes by a socket for IPv6."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
