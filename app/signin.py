"""Settings of signing in: who may call from where, how often, and what is believed of an identity provider."""

import json
import re
from ipaddress import ip_network
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_settings import BaseSettings, NoDecode

Classification = Literal[
    "UNCLASSIFIED", "IN-CONFIDENCE", "SENSITIVE", "RESTRICTED", "CONFIDENTIAL", "SECRET", "TOP SECRET"
]
Role = Literal["reader", "contributor", "approver", "administrator", "auditor"]
Algorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519", "Ed448"
]
"""Signatures with a key pair. With `none` or a shared secret, anybody who can check a token could make one."""


def _split(value: Any) -> Any:
    return tuple(each.strip() for each in value.split(",") if each.strip()) if isinstance(value, str) else value


def _object(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value.strip() else {}
    except ValueError:
        raise ValueError('must be a JSON object such as {"their value": "ours"}') from None


def _network(text: str) -> str:
    return str(ip_network(text))


def destination(text: str) -> str:
    """The name of a host, or a network."""
    if re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", text) and not text.replace(".", "").isdigit():
        return text.lower()
    return _network(text)


def is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in ("127.0.0.1", "::1", "localhost")


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or f"{parts.scheme}://{parts.netloc}" != text or "*" in text:
        raise ValueError("an origin is scheme, host and port, such as https://dashboard.example.govt.nz; `*` is none")
    return text


def _source(text: str) -> str:
    if "://" in text and not (text.startswith("https://") or (text.startswith("http://") and is_loopback(text))):
        raise ValueError("keys are fetched by https, or stand in a file")
    return text


CommaSeparated = (NoDecode, BeforeValidator(_split))
JsonObject = (NoDecode, BeforeValidator(_object))


class SignInSettings(BaseSettings):
    """What an operator may set about signing in."""

    token_max_days: int = Field(
        default=366, ge=1, le=3650, description="For how many days from now a token may be made or prolonged."
    )
    token_use_seconds: int = Field(
        default=60,
        ge=0,
        le=86_400,
        description="How often, in seconds, the last use of a token is noted at most. 0: it is not noted.",
    )
    rate_limit: int = Field(
        default=6_000,
        ge=0,
        le=1_000_000,
        description="How many requests a minute one caller may make of one process. 0: any number.",
    )
    wrong_token_limit: int = Field(
        default=10,
        ge=0,
        le=1_000_000,
        description="After how many wrong tokens in a minute from one address further wrong ones get 429. 0: never.",
    )
    body_seconds: int = Field(
        default=30, ge=1, le=3_600, description="How many seconds a request may take to send its body."
    )
    trusted_proxies: Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], *CommaSeparated] = Field(
        default=(),
        description="Addresses and networks, comma separated, whose `X-Forwarded-For` and `X-Forwarded-Proto` are "
        "believed.",
    )
    cors_origins: Annotated[tuple[Annotated[str, AfterValidator(_origin)], ...], *CommaSeparated] = Field(
        default=(), description="Origins, comma separated, whose pages may call the API from a browser."
    )
    hsts_seconds: int = Field(
        default=0,
        ge=0,
        description="For how long browsers are told to come by TLS only; set it once all callers do. 0: not told.",
    )
    oidc_issuer: str = Field(
        default="", max_length=500, description="The identity provider whose access tokens are taken: their `iss`."
    )
    oidc_audience: str = Field(default="", max_length=500, description="What must stand in the `aud` of those tokens.")
    oidc_jwks: Annotated[str, AfterValidator(_source)] = Field(
        default="",
        description="The provider's public keys: an https address, or a file, which is read anew when it changes.",
    )
    oidc_algorithms: Annotated[tuple[Algorithm, ...], *CommaSeparated] = Field(
        default=("RS256", "PS256", "ES256", "EdDSA"),
        min_length=1,
        description="The signatures that are taken, comma separated; only such as need a key pair.",
    )
    oidc_token_types: Annotated[tuple[str, ...], *CommaSeparated] = Field(
        default=("at+jwt", "JWT"), min_length=1, description="What the header `typ` of a token may be, comma separated."
    )
    oidc_name_claim: str = Field(default="name", description="The claim that holds the caller's name.")
    oidc_role_claim: str = Field(
        default="roles", description="The claim that holds roles; a dot leads into an object. Empty: none does."
    )
    oidc_roles: Annotated[dict[str, Role], *JsonObject] = Field(
        default={}, description="A JSON object from the provider's values to roles. Empty: they are the same."
    )
    oidc_clearance_claim: str = Field(
        default="", description="The claim that holds the clearance. Empty: the register's own word counts."
    )
    oidc_clearances: Annotated[dict[str, Classification], *JsonObject] = Field(
        default={}, description="A JSON object from the provider's values to classifications."
    )
    oidc_nationality_claim: str = Field(
        default="", description="The claim that holds the nationality. Empty: the register's own word counts."
    )
    oidc_nationalities: Annotated[dict[str, Annotated[str, Field(pattern="^[A-Z]{2}$")]], *JsonObject] = Field(
        default={}, description="A JSON object from the provider's values to codes of ISO 3166-1 alpha-2."
    )
    oidc_groups_claim: str = Field(
        default="", description="The claim that holds need-to-know groups. Empty: the register's own word counts."
    )
    oidc_groups: Annotated[
        dict[str, Annotated[str, Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]], *JsonObject
    ] = Field(default={}, description="A JSON object from the provider's values to need-to-know groups.")

    @model_validator(mode="after")
    def _whole_provider(self) -> Self:
        parts = (self.oidc_issuer, self.oidc_audience, self.oidc_jwks)
        if any(parts) and not all(parts):
            raise ValueError("TRACKER_OIDC_ISSUER, TRACKER_OIDC_AUDIENCE and TRACKER_OIDC_JWKS are set all or none")
        return self
