"""API tokens, as administrators manage them. A secret is told once and kept nowhere."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal

from fastapi import APIRouter
from pydantic import BeforeValidator, Field
from sqlalchemy import and_, case, func, literal_column, or_, select
from starlette.requests import Request
from starlette.responses import Response

from app.access.tokens import hashed, new_secret
from app.access.work import Work
from app.accounts.grants import AccountRead, Groups, Nationality, Network, grant_faults
from app.core.columns import instant_text, table_of
from app.core.derive import body_of
from app.core.documents import examined
from app.core.fields import CreateOnly, Document, Line, Moment, RecordId, References, Title
from app.core.query import Equals, ListQuery, Many, Match, Scope, Where
from app.crud import store
from app.crud.answers import JSON, etag, location
from app.crud.asking import no_parameters
from app.crud.operations import Operation, add, noun_of
from app.crud.resource import RESOURCES, Resource
from app.crud.router import operations
from app.crud.schemas import issued_model
from app.errors import Conflict, Fault, Invalid
from app.models import Token, User
from app.models.choices import Classification, Role

USUAL_DAYS = 90
LONGEST_OVERLAP = 1_440

_ANOTHER = CreateOnly("making another token")


class TokenFields(Document):
    """An API token: what a person or system signs in with."""

    name: Title
    """Who or what uses it; stands in the ledger beside each change."""

    user: Annotated[Annotated[RecordId, References(User.id)] | None, _ANOTHER] = None
    """The user that it belongs to; with them it is refused."""

    role: Annotated[Role, _ANOTHER]
    """What its holder may do."""

    clearance: Annotated[Classification, _ANOTHER] = "UNCLASSIFIED"
    """The highest classification that exists for its holder."""

    nationality: Annotated[Nationality | None, _ANOTHER] = None
    """The holder's, ISO 3166-1 alpha-2; one that is not known counts as foreign."""

    groups: Annotated[Groups, _ANOTHER] = []
    """The need-to-know groups that its holder belongs to."""

    networks: Annotated[list[Network], Field(min_length=1, max_length=50)] | None = None
    """Addresses and networks that it may be used from; any, if none are given."""

    rate_limit: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    """Requests a minute; as many as the installation allows, if it is not given."""

    expires_at: Moment | None = None
    """Until when it is good; 90 days from now if that is not given."""


class TokenRead(AccountRead):
    """What the register itself says of a token."""

    expires_at: Moment
    """Until when it is good."""

    last_used_at: Moment | None
    """When it was last used, to about a minute; null: not yet."""

    revoked_at: Moment | None
    """When it was revoked; null: it was not."""

    old_until: Moment | None
    """Until when the secret from before the last rotation is good too; null: it never was."""


def _yes_no(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _active(scope: Scope, match: Match) -> Any:
    token, user = table_of(Token), table_of(User)
    now: Any = literal_column("strftime('%Y-%m-%dT%H:%M:%fZ', 'now')") if scope.sqlite else func.now()
    valid = and_(
        token.c.revoked_at.is_(None),
        token.c.expires_at > now,
        or_(token.c.user.is_(None), select(user.c.id).where(user.c.id == token.c.user, user.c.active).exists()),
    )
    return match(case((valid, literal_column("'true'")), else_=literal_column("'false'")))


class TokenQuery(ListQuery):
    """What the list of tokens can be asked. Revoked ones stay in it."""

    archived: ClassVar[Literal["any"]] = "any"  # type: ignore[misc] # tokens are revoked, not withdrawn

    name: Annotated[Many[Line], Equals(Token.name)] = []
    """The name."""

    role: Annotated[Many[Role], Equals(Token.role)] = []
    """What its holder may do."""

    user: Annotated[Many[RecordId], Equals(Token.user)] = []
    """The user that it belongs to."""

    active: Annotated[Annotated[Literal["true", "false"], BeforeValidator(_yes_no)] | None, Where(_active)] = None
    """Whether it lets anybody in: not revoked, not expired, its user active."""


class RotateRequest(Document):
    """A new secret for a token."""

    overlap_minutes: Annotated[int, Field(strict=True, ge=0, le=LONGEST_OVERLAP)] = 0
    """For how many minutes the old secret stays good, at most a day."""


def renew(token: Any) -> str:
    """A new secret for a token; the old one is forgotten. It stands on the record until the request is over."""
    secret: str = new_secret()
    token.secret, token.secret_hash = secret, hashed(secret)
    return secret


def prepare(work: Work, token: Any, _values: Mapping[str, Any]) -> None:
    """Gives a new token its secret, and one without an end the usual end."""
    if token.secret_hash is None:
        renew(token)
    if token.expires_at is None:
        days = min(USUAL_DAYS, work.register.settings.token_max_days)
        token.expires_at = work.now.replace(microsecond=0) + timedelta(days=days)


def check(work: Work, values: Mapping[str, Any], token: Any, _parent: None) -> Iterator[Fault]:
    """A token gives no more than whoever makes or changes it has, and is good for a bounded time."""
    if token is not None:
        check_not_revoked(token)
    yield from grant_faults(work, values)
    expires_at, most = values.get("expires_at"), work.register.settings.token_max_days
    if expires_at is None or (token is not None and expires_at == token.expires_at):
        return
    if expires_at <= work.now:
        yield Fault("Must be in the future; to end a token at once, revoke it", "date_range", pointer="/expires_at")
    if expires_at > work.now + timedelta(days=most):
        yield Fault(f"A token is good for at most {most} days from now", "date_range", pointer="/expires_at")


def check_not_revoked(token: Token) -> None:
    if token.revoked_at is not None:
        raise Conflict("The token is revoked. Make another one.")


TOKENS = RESOURCES.add(
    Resource(
        administrative=True,
        path="tokens",
        noun="token",
        name="Token",
        tag="Access",
        model=Token,
        fields=TokenFields,
        extra=TokenRead,
        query=TokenQuery,
        sorts=(Token.name, Token.expires_at, Token.updated_at, Token.created_at),
        default_sort="-created_at",
        prepare=prepare,
        check=check,
        example={"name": "Tokyo desk", "role": "contributor", "clearance": "IN-CONFIDENCE", "nationality": "NZ"},
    )
)

ISSUED = issued_model(TOKENS, "token", "secret", "The secret, `det_…`, to be sent as a bearer token.")


def issued(request: Request, token: Any, *, status: int) -> Response:
    """The answer that holds a secret. Nothing and nobody on its way is to keep it."""
    headers = {"ETag": etag(token.version), "Cache-Control": "no-store"}
    if status == 201:  # noqa: PLR2004 - created
        headers["Location"] = location(request, TOKENS, token.id)
    body = json.loads(token.representation) | {"token": token.secret}
    return Response(json.dumps(body, ensure_ascii=False), status, headers, media_type=JSON)


def revoke(work: Work, token: Token) -> None:
    """Ends a token at once. Twice is the same as once."""
    if token.revoked_at is None:
        with store.changing(work, token, "revoke", revoked_at=[None, instant_text(work.now)]):
            token.revoked_at = work.now


def rotate(work: Work, token: Token, overlap: timedelta = timedelta(0)) -> str:
    """Gives a token a new secret; the old one stays good for a while, if that is wished. Raises Conflict, Invalid."""
    check_not_revoked(token)
    if token.expires_at <= work.now:
        raise Conflict("The token has expired. Prolong it first, or make another one.")
    if faults := list(grant_faults(work, store.current(TOKENS, token))):
        raise Invalid(faults=faults)
    before, until = token.old_until, work.now + overlap if overlap else None
    texts = [None if each is None else instant_text(each) for each in (before, until)]
    with store.changing(work, token, "rotate", old_until=texts):
        token.old_hash, token.old_until = (token.secret_hash, until) if until else (None, None)
        return renew(token)


def _for_change(work: Work, request: Request, key: str) -> Any:
    token = store.find(work, TOKENS, key, lock=True)
    store.check_precondition(work, token, request.headers.get("if-match"))
    return token


def _create() -> Operation:
    body = body_of(TokenFields)

    def endpoint(work: Work, request: Request, document: body) -> Response:  # type: ignore[valid-type]
        no_parameters(request)
        return issued(request, store.create(work, TOKENS, document), status=201)

    return Operation(
        "create", "POST", "", endpoint, TOKENS.writes,
        summary="Make a token",
        description="Answers the secret in `token`, this once. Nobody gives more than they have: a clearance, "
        "nationality or group beyond the caller's own is refused. It takes no `Idempotency-Key`, since an answer with "
        "a secret is not kept to be given again.",
        answer=ISSUED, status=201, example=TOKENS.example, secret=True,
    )  # fmt: skip


def _revoke() -> Operation:
    def endpoint(work: Work, request: Request, id: str) -> Response:  # noqa: A002 - the contract's word
        no_parameters(request)
        revoke(work, _for_change(work, request, id))
        return Response(status_code=204)

    return Operation(
        "revoke", "DELETE", "/{id}", endpoint, TOKENS.writes,
        summary="Revoke a token",
        description="Ends it at once and for good. It stays in the list.",
        answer=None, status=204, errors=(412, 428),
    )  # fmt: skip


def _rotate() -> Operation:
    body = body_of(RotateRequest)

    def endpoint(work: Work, request: Request, id: str, document: body) -> Response:  # type: ignore[valid-type]  # noqa: A002
        no_parameters(request)
        token = _for_change(work, request, id)
        wanted = examined(RotateRequest, document)
        rotate(work, token, timedelta(minutes=wanted["overlap_minutes"]))
        return issued(request, token, status=200)

    return Operation(
        "rotate", "POST", "/{id}/rotate", endpoint, TOKENS.writes,
        summary="Give a token a new secret",
        description="The new secret is good at once. The old one ends at once, or after `overlap_minutes`, so that "
        "whoever uses it can change over. It takes no `Idempotency-Key`.",
        answer=ISSUED, example={"overlap_minutes": 60}, secret=True, body_optional=True, errors=(412, 428),
    )  # fmt: skip


def add_tokens(router: APIRouter) -> None:
    """Puts the operations on a router."""
    usual = [each for each in operations(TOKENS) if each.verb != "create"]
    for operation in (*usual, _create(), _revoke(), _rotate()):
        add(router, noun_of(TOKENS), operation, f"/{TOKENS.path}")
