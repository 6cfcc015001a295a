"""What a token of an identity provider says of its bearer, in the register's words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from app.access.markings import RANK
from app.config import Settings
from app.models.choices import Classification, Role

LONGEST_SUBJECT = 255
LONGEST_NAME = 200
MOST_VALUES = 1_000
MOST_GROUPS = 100

ROLES: tuple[Role, ...] = ("reader", "auditor", "contributor", "approver", "administrator")
"""Lowest first: of several roles that a provider names, the highest counts."""

assert set(ROLES) == set(get_args(Role))  # noqa: S101 - a new role needs its place

_COUNTRY = re.compile("[A-Z]{2}")
_GROUP = re.compile("[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody as their provider describes them. None: it says nothing of that, and the register's own word counts."""

    issuer: str
    subject: str
    name: str
    role: Role | None
    clearance: Classification | None
    nationality: str | None
    groups: frozenset[str] | None


def identity_of(claims: Mapping[str, Any], settings: Settings) -> Identity | None:
    """Whom the claims of a sound token speak of; None if of nobody."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        return None
    if subject != subject.strip():
        return None
    given = claim(claims, settings.oidc_name_claim)
    shown = " ".join(given.split())[:LONGEST_NAME].strip() if isinstance(given, str) else ""
    return Identity(
        issuer=settings.oidc_issuer,
        subject=subject,
        name=shown if shown and shown.isprintable() else subject[:LONGEST_NAME],
        role=_highest(_mapped(claims, settings.oidc_role_claim, settings.oidc_roles), ROLES),
        clearance=_highest(_mapped(claims, settings.oidc_clearance_claim, settings.oidc_clearances), tuple(RANK)),
        nationality=_nationality(
            _mapped(claims, settings.oidc_nationality_claim, settings.oidc_nationalities), settings.home_country
        ),
        groups=_groups(_mapped(claims, settings.oidc_groups_claim, settings.oidc_groups)),
    )


def claim(claims: Mapping[str, Any], path: str) -> Any:
    """The value of a claim. A dot leads into an object, unless the whole path is a claim's name, as addresses are."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _mapped(claims: Mapping[str, Any], path: str, names: Mapping[str, str]) -> list[str] | None:
    """The values of a claim in our words: all of them where there is no map, else those that it knows."""
    value = claim(claims, path) if path else None
    if value is None:
        return None
    values = value if isinstance(value, list) else [value]
    texts = [each for each in values[:MOST_VALUES] if isinstance(each, str)]
    return [names[each] for each in texts if each in names] if names else texts


def _highest(values: list[str] | None, order: tuple[Any, ...]) -> Any:
    known = [each for each in values or () if each in order]
    return max(known, key=order.index) if known else None


def _nationality(values: list[str] | None, home: str) -> str | None:
    """The nationality; of somebody with several our own, if it is among them."""
    known = [each for each in values or () if _COUNTRY.fullmatch(each)]
    return home if home in known else next(iter(known), None)


def _groups(values: list[str] | None) -> frozenset[str] | None:
    if values is None:
        return None
    return frozenset([each for each in values if _GROUP.fullmatch(each)][:MOST_GROUPS])
