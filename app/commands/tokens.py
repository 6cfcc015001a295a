"""API tokens, as the operator manages them."""

import re
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.access.actor import system
from app.access.register import Register
from app.access.work import Work, writing_as
from app.accounts.tokens import TOKENS, renew
from app.accounts.tokens import revoke as end
from app.commands.opening import Refused
from app.core.columns import instant_text
from app.core.ids import as_id, new_id
from app.crud import store
from app.db import retried
from app.models import Token
from app.models.choices import Classification, Role


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a token is made for."""

    name: str
    role: Role
    clearance: Classification
    nationality: str
    groups: tuple[str, ...] = ()


def known_group(text: str) -> str:
    """A need-to-know group as it is kept. Raises ValueError if it cannot be one."""
    if not re.fullmatch("[A-Za-z0-9]+(-[A-Za-z0-9]+)*", text, re.ASCII):
        raise ValueError(f"{text!r} is not a group: letters, digits and hyphens, such as french-talks")
    return text.lower()


def known_country(code: str) -> str:
    """A country's code in capitals. Raises ValueError if there is none of that code."""
    import pycountry  # noqa: PLC0415 - takes its time to load, and only making a token needs it

    if pycountry.countries.get(alpha_2=code.upper()) is None:
        raise ValueError(f"{code!r} is not an ISO 3166-1 alpha-2 code, such as NZ")
    return code.upper()


def known_network(text: str) -> str:
    """An address or network as it is kept. Raises ValueError if it is none."""
    try:
        return str(ip_network(text))
    except ValueError as error:
        raise ValueError(f"{error}; give an address or a network, such as 10.1.0.0/16") from None


def _writing(register: Register) -> AbstractContextManager[Work]:
    return writing_as(register, system("command line"), new_id())


@retried
def create(register: Register, holder: Holder, *, days: int, networks: list[str]) -> str:
    """A new token's secret, which is not to be had again."""
    with _writing(register) as work:
        return _made(work, holder, days=days, networks=networks)


def _made(work: Work, holder: Holder, *, days: int, networks: list[str]) -> str:
    document: dict[str, Any] = asdict(holder) | {
        "groups": list(holder.groups),
        "networks": networks or None,
        "expires_at": instant_text(work.now + timedelta(days=days)),
    }
    secret: str = store.create(work, TOKENS, document).secret
    return secret


def replace(register: Register, holders: Iterable[Holder], *, days: int) -> dict[str, str]:
    """New secrets, by role, for tokens of these names; those that bore the names before are good no more."""
    made: dict[str, str] = {}
    with _writing(register) as work:
        for holder in holders:
            named = select(Token).where(Token.name == holder.name, Token.revoked_at.is_(None))
            token = work.session.scalar(named.limit(1))
            if token is None:
                made[holder.role] = _made(work, holder, days=days, networks=[])
                continue
            with store.changing(work, token, "rotate"):
                made[holder.role] = renew(token)
                token.old_hash = token.old_until = None
                token.role, token.clearance, token.nationality = holder.role, holder.clearance, holder.nationality
                token.expires_at = work.now + timedelta(days=days)
    return made


def table(register: Register) -> list[str]:
    """Every token, the newest first, a line each under a heading. Secrets are not kept, so none is shown."""
    with register.database.reader.connect() as connection, Session(connection) as session:
        found = list(session.scalars(select(Token).order_by(Token.created_at.desc(), Token.id.desc())))
    heading = ("ID", "NAME", "ROLE", "CLEARANCE", "NATION", "EXPIRES", "STATE")
    rows = [heading, *(_line(each) for each in found)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(heading))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _line(token: Token) -> tuple[str, ...]:
    state = "valid"
    if token.revoked_at is not None:
        state = "revoked"
    elif token.expires_at <= datetime.now(UTC):
        state = "expired"
    name = "".join(each if each.isprintable() else "?" for each in token.name)
    expires = token.expires_at.date().isoformat()
    return str(token.id), name, token.role, token.clearance, token.nationality or "-", expires, state


@retried
def revoke(register: Register, which: str) -> str:
    """Ends a token, named by its id or by its name if no other valid one bears it; tells what it was."""
    with _writing(register) as work:
        named = Token.name == which
        if (token_id := as_id(which)) is not None:
            named = or_(named, Token.id == token_id)
        found = list(work.session.scalars(select(Token).where(named, Token.revoked_at.is_(None))))
        if not found:
            raise Refused(f"There is no token {which!r} that could be revoked: see `tracker token list`")
        if len(found) > 1:
            ids = ", ".join(str(each.id) for each in found)
            raise Refused(f"{len(found)} tokens are named {which!r}: say which by its id ({ids})")
        end(work, found[0])
        return f"{found[0].name} ({found[0].role})"
