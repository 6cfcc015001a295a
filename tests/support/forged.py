"""Tokens that somebody has made up: none of them is one that a provider has given out."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from support.issuer import AUDIENCE, Issuer, new_key, part, signed

NOW = int(time.time())
DAY = 86_400  # so far ahead that it is so at the end of the slowest run too
FOREIGN = new_key("ES256", "first")


def unsigned(issuer: Issuer, header: Any, **changes: Any) -> str:
    return f"{part(header)}.{part(issuer.claims(**changes))}."


def hmac_with(issuer: Issuer, secret: bytes, algorithm: str = "HS256") -> str:
    """Signed as if the public key were a shared secret."""
    text = f"{part({'alg': algorithm, 'typ': 'JWT', 'kid': 'first'})}.{part(issuer.claims())}"
    return f"{text}.{part(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def public(issuer: Issuer) -> Any:
    return issuer.keys["first"][1].as_dict(private=False)


def bent(issuer: Issuer, place: int, value: str) -> str:
    parts = issuer.token().split(".")
    parts[place] = value
    return ".".join(parts)


def with_key(issuer: Issuer, **header: Any) -> str:
    """Signed with a key of one's own, which the header brings along."""
    usual = {"alg": "ES256", "typ": "at+jwt", "kid": "first"}
    return signed(usual | header, issuer.claims(), FOREIGN, "ES256")


def raw(issuer: Issuer, payload: bytes, header: Any = None) -> str:
    """Rightly signed, whatever is inside."""
    usual = {"alg": "ES256", "typ": "at+jwt", "kid": "first"}
    return signed(usual if header is None else header, payload, issuer.keys["first"][1], "ES256")


def malleable(issuer: Issuer) -> str:
    """The last character of a signature holds bits that count for nothing."""
    token = issuer.token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]


Forge = Callable[[Issuer], str]
FORGED: dict[str, Forge] = {
    "alg none": lambda i: unsigned(i, {"alg": "none", "typ": "at+jwt"}),
    "alg None": lambda i: unsigned(i, {"alg": "None", "typ": "at+jwt", "kid": "first"}),
    "alg none, signed": lambda i: raw(i, json.dumps(i.claims()).encode(), {"alg": "none", "typ": "JWT", "kid": "first"}),
    "alg empty": lambda i: i.token(header={"alg": ""}),
    "alg missing": lambda i: i.token(header={"alg": ...}),
    "alg a list": lambda i: i.token(header={"alg": ["ES256"]}),
    "alg of another key": lambda i: i.token(header={"alg": "RS256"}),
    "alg of another curve": lambda i: i.token(header={"alg": "ES384"}),
    "HS256 with the public key": lambda i: hmac_with(i, i.keys["first"][1].as_pem(private=False)),
    "HS256 with the public JWK": lambda i: hmac_with(i, json.dumps(public(i)).encode()),
    "HS256 with nothing": lambda i: hmac_with(i, b""),
    "a foreign key of the same id": lambda i: signed({"alg": "ES256", "typ": "at+jwt", "kid": "first"}, i.claims(), FOREIGN, "ES256"),
    "an unknown kid": lambda i: i.token(header={"kid": "unknown"}),
    "kid a path": lambda i: i.token(header={"kid": "../../../../dev/null"}),
    "kid SQL": lambda i: i.token(header={"kid": "first' OR '1'='1"}),
    "kid a URL": lambda i: i.token(header={"kid": "http://127.0.0.1/jwks"}),
    "kid a list": lambda i: i.token(header={"kid": ["first"]}),
    "kid a number": lambda i: i.token(header={"kid": 1}),
    "kid long": lambda i: i.token(header={"kid": "x" * 1_000}),
    "jwk in the header": lambda i: with_key(i, jwk=FOREIGN.as_dict(private=False)),
    "jku in the header": lambda i: with_key(i, jku=f"{i.url}/jwks"),
    "x5u in the header": lambda i: with_key(i, x5u=f"{i.url}/x5u"),
    "x5c in the header": lambda i: with_key(i, x5c=["MIIB"]),
    "jwk beside a right signature": lambda i: i.token(header={"jwk": public(i)}),
    "jku beside a right signature": lambda i: i.token(header={"jku": f"{i.url}/jwks"}),
    "crit": lambda i: i.token(header={"crit": ["exp"], "exp": 1}),
    "crit empty": lambda i: i.token(header={"crit": []}),
    "b64 false": lambda i: i.token(header={"b64": False, "crit": ["b64"]}),
    "zip": lambda i: i.token(header={"zip": "DEF"}),
    "typ missing": lambda i: i.token(header={"typ": ...}),
    "typ of an id token": lambda i: i.token(header={"typ": "id_token"}),
    "typ of a refresh token": lambda i: i.token(header={"typ": "Refresh"}),
    "typ a list": lambda i: i.token(header={"typ": ["JWT"]}),
    "expired": lambda i: i.token(exp=NOW - 60),
    "expired long ago": lambda i: i.token(exp=0),
    "no exp": lambda i: i.token(exp=...),
    "exp null": lambda i: i.token(exp=None),
    "exp text": lambda i: i.token(exp=str(NOW + DAY)),
    "exp true": lambda i: i.token(exp=True),
    "not yet valid": lambda i: i.token(nbf=NOW + DAY),
    "nbf text": lambda i: i.token(nbf="now"),
    "made in the future": lambda i: i.token(iat=NOW + DAY),
    "another issuer": lambda i: i.token(iss="https://login.example"),
    "issuer with a slash": lambda i: i.token(iss=f"{i.url}/"),
    "issuer a list": lambda i: i.token(iss=[i.url]),
    "no issuer": lambda i: i.token(iss=...),
    "another audience": lambda i: i.token(aud="other"),
    "audience in part": lambda i: i.token(aud=AUDIENCE[:-1]),
    "audience an object": lambda i: i.token(aud={AUDIENCE: True}),
    "audience empty": lambda i: i.token(aud=[]),
    "no audience": lambda i: i.token(aud=...),
    "no subject": lambda i: i.token(sub=...),
    "subject empty": lambda i: i.token(sub=""),
    "subject blank": lambda i: i.token(sub=" "),
    "subject a number": lambda i: i.token(sub=5),
    "subject with NUL": lambda i: i.token(sub="aroha\x00"),
    "subject with a line break": lambda i: i.token(sub="aroha\nadmin"),
    "subject long": lambda i: i.token(sub="x" * 256),
    "subject half a character": lambda i: raw(i, json.dumps(i.claims(sub="\ud800")).encode()),
    "claims twice": lambda i: raw(i, json.dumps(i.claims()).encode()[:-1] + b', "sub": "admin"}'),
    "claims no object": lambda i: raw(i, b'["aroha"]'),
    "claims no JSON": lambda i: raw(i, b"aroha"),
    "claims NaN": lambda i: raw(i, json.dumps(i.claims()).encode().replace(str(NOW)[:5].encode(), b'NaN, "x": 1')),
    "claims no UTF-8": lambda i: raw(i, b'{"sub": "\xff"}'),
    "claims a bomb": lambda i: raw(i, b"[" * 4_000 + b"]" * 4_000),
    "claims a bomb of objects": lambda i: raw(i, b'{"a":' * 1_500 + b"1" + b"}" * 1_500),
    "header a bomb": lambda i: bent(i, 0, part(b"[" * 700 + b"]" * 700)),
    "header no object": lambda i: bent(i, 0, part([])),
    "header no JSON": lambda i: bent(i, 0, part(b"{")),
    "header empty": lambda i: bent(i, 0, ""),
    "header twice": lambda i: bent(i, 0, part(b'{"alg":"none","alg":"ES256","typ":"JWT","kid":"first"}')),
    "claims changed": lambda i: bent(i, 1, part(i.claims(roles=["administrator"]))),
    "claims empty": lambda i: bent(i, 1, ""),
    "signature empty": lambda i: bent(i, 2, ""),
    "signature cut": lambda i: i.token()[:-4],
    "signature of zeros": lambda i: bent(i, 2, part(bytes(64))),
    "signature padded": lambda i: i.token() + "==",
    "signature another way": malleable,
    "signature as DER": lambda i: bent(i, 2, part(b"\x30\x06\x02\x01\x01\x02\x01\x01")),
    "two parts": lambda i: i.token().rpartition(".")[0],
    "four parts": lambda i: i.token() + ".x",
    "five parts": lambda i: "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0....",
    "base64 of the other kind": lambda i: bent(i, 1, base64.b64encode(b"\xfb\xff\xfe" * 10).decode()),
    "JSON": lambda i: json.dumps({"payload": "x", "signatures": []}),
    "100 kB": lambda i: i.token(pad="x" * 75_000),
    "100 kB of dots": lambda i: "." * 100_000,
    "not ASCII": lambda i: bent(i, 1, "é"),
    "an API token in disguise": lambda i: "det_" + i.token(),
}  # fmt: skip
