"""Access tokens of an identity provider: JSON Web Tokens (RFC 9068), believed only as far as their signature goes.

Checked in this order, the cheap before the dear: size and shape, the header, the key, the signature, and only then
what is said. Rules: RFC 8725, and OWASP ASVS 5.0, 9.1 and 9.2.
"""

import binascii
import time
from typing import Any

from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from app.access.claims import Identity, identity_of
from app.access.jwks import Key, Keys
from app.config import Settings
from app.core.jsonbody import loads
from app.errors import Invalid

LONGEST = 16 * 1024
"""Characters of a token: more than any provider sends, and less than is worth anybody's while."""

LONGEST_HEADER = 2_048
LONGEST_KEY_ID = 300
LEEWAY = 30
"""Seconds by which clocks may differ."""

_BRING_KEYS = frozenset({"jku", "jwk", "x5u", "x5c"})
"""Headers by which a token would bring the key that it is to be held against."""

_CHANGE_MEANING = frozenset({"crit", "b64", "zip", "enc"})
_PARTS = 3


class _RefusedError(Exception):
    """The token is not one that lets anybody in."""


class Provider:
    """The identity provider of an installation."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.keys = Keys(settings.oidc_jwks, waiting=max(1, settings.threads // 2))
        self.types = {_media_type(each) for each in settings.oidc_token_types}

    def identify(self, token: str, *, may_wait: bool) -> Identity | None:
        """Whom a token stands for; None if for nobody. Raises TooLong and Unavailable as `Keys.find` does."""
        try:
            return identity_of(self._claims(token, may_wait=may_wait), self.settings)
        except (_RefusedError, JoseError, Invalid, ValueError, binascii.Error):
            return None

    def _claims(self, token: str, *, may_wait: bool) -> dict[str, Any]:
        parts = token.split(".") if len(token) <= LONGEST and token.isascii() else []
        if len(parts) != _PARTS or len(parts[0]) > LONGEST_HEADER:
            raise _RefusedError
        signed, signature = token.rpartition(".")[0], urlsafe_b64decode(parts[2].encode())
        header = _object(parts[0])
        algorithm = self._algorithm(header)
        key = self._key(header, may_wait=may_wait)
        algorithm.check_key(key)
        if not algorithm.verify(signed.encode(), signature, key):
            raise _RefusedError
        claims = _object(parts[1])
        self._check(claims)
        return claims

    def _algorithm(self, header: dict[str, Any]) -> Any:
        """The algorithm that a header names, if it is one of ours and nothing else in the header is a trick."""
        name, kind = header.get("alg"), header.get("typ")
        if not isinstance(name, str) or name not in self.settings.oidc_algorithms:
            raise _RefusedError
        if not isinstance(kind, str) or _media_type(kind) not in self.types:
            raise _RefusedError
        if header.keys() & (_BRING_KEYS | _CHANGE_MEANING):
            raise _RefusedError
        return JWSRegistry.algorithms[name]

    def _key(self, header: dict[str, Any], *, may_wait: bool) -> Key:
        key_id = header.get("kid")
        if key_id is not None and (not isinstance(key_id, str) or len(key_id) > LONGEST_KEY_ID):
            raise _RefusedError
        key = self.keys.find(key_id, may_wait=may_wait)
        if key is None:
            raise _RefusedError
        return key

    def _check(self, claims: dict[str, Any]) -> None:
        """Whether the token is this provider's, for this register, and for now."""
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != self.settings.oidc_issuer or self.settings.oidc_audience not in audiences:
            raise _RefusedError
        now = time.time()
        expires = _instant(claims, "exp")
        if expires is None or expires <= now - LEEWAY:
            raise _RefusedError
        for name in ("nbf", "iat"):
            begins = _instant(claims, name)
            if begins is not None and begins > now + LEEWAY:
                raise _RefusedError


def _object(part: str) -> dict[str, Any]:
    """The JSON object in a part of a token, read as strictly as any body."""
    found = loads(urlsafe_b64decode(part.encode()))
    if not isinstance(found, dict):
        raise _RefusedError
    return found


def _instant(claims: dict[str, Any], name: str) -> float | None:
    if (value := claims.get(name)) is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _RefusedError
    return float(value)


def _media_type(name: str) -> str:
    return name.lower().removeprefix("application/")
