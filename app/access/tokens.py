"""API tokens: 256 random bits, shown once, kept as a hash."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.models import Marking, Token
from app.models.choices import Classification, Role

PREFIX = "det_"
_SHAPE = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}", re.ASCII)


def hashed(secret: str) -> bytes:
    """What is kept of a secret. It has 256 random bits, so a plain hash is enough: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).digest()


def well_formed(secret: str) -> bool:
    return _SHAPE.fullmatch(secret) is not None


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
) -> tuple[Token, str]:
    """A new token and its secret, which is not to be had again."""
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token(
        id=new_id(),
        name=name,
        secret_hash=hashed(secret),
        role=role,
        clearance=clearance,
        nationality=nationality,
        networks=[str(ip_network(each)) for each in networks] if networks else None,
        created_at=now,
        expires_at=now + timedelta(days=days),
        revoked_at=None,
    )
    session.add(token)
    session.flush()
    return token, secret


LOOKUP = select(
    Token.id,
    Token.name,
    Token.role,
    Token.clearance,
    Token.nationality,
    Token.networks,
    Token.expires_at,
    Token.revoked_at,
    select(func.count(Marking.id)).scalar_subquery().label("markings"),
)
BY_HASH = Token.secret_hash == bindparam("secret_hash")


def allows_address(networks: list[str] | None, address: str | None) -> bool:
    """Whether a token may be used from an address."""
    if networks is None:
        return True
    if address is None:
        return False
    try:
        caller = ip_address(address)
    except ValueError:
        return False
    return any(caller in ip_network(each) for each in networks)
