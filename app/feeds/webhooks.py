"""Webhooks: systems that are told of changes. Their secrets sign what they are told, and are shown once."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from starlette.requests import Request
from starlette.responses import Response

from app.access.work import Work
from app.accounts.grants import AccountRead, Groups, Nationality, grant_faults
from app.core.columns import instant_text
from app.core.derive import body_of
from app.core.documents import examined
from app.core.fields import Document, Flag, Moment, Title, Url
from app.core.query import ListQuery
from app.crud import ledger, store
from app.crud.answers import JSON, etag, location
from app.crud.asking import no_parameters
from app.crud.operations import Operation, add, noun_of
from app.crud.resource import RESOURCES, Resource
from app.crud.router import changes_of, for_change, operations
from app.crud.schemas import issued_model
from app.errors import Fault
from app.feeds.outgoing import may_be_reached
from app.feeds.signing import new_secret
from app.models import Webhook, WebhookPlace
from app.models.choices import Classification

LONGEST_OVERLAP = 10_080
Content = Literal["reference", "record"]


def _plain(url: str) -> str:
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise PydanticCustomError("pattern", "Must hold no user, no password and no fragment")
    return url


class WebhookFields(Document):
    """A system that is told of changes."""

    title: Title
    """Whose it is, in a few words."""

    url: Annotated[Url, AfterValidator(_plain), Field(examples=["https://hooks.example.org/register"])]
    """Where it is told, by `POST`."""

    record_types: Annotated[list[Annotated[str, Field(min_length=1, max_length=40)]], Field(max_length=60)] = []
    """The types of record that it is told of, as the feed has them: `visit`, `commitment`; all if none are given."""

    actions: Annotated[list[Annotated[str, Field(pattern="^[a-z_-]{1,20}$")]], Field(max_length=40)] = []
    """What happening to them it is told of: `create`, `update`, `transition`, `withdraw`; all if none are given."""

    content: Content = "record"
    """Whether it is told how the record reads, or only which it is."""

    clearance: Classification = "UNCLASSIFIED"
    """The highest classification that exists for the receiver; at most the caller's own."""

    nationality: Nationality | None = None
    """The receiver's, ISO 3166-1 alpha-2; one that is not known counts as foreign."""

    groups: Groups = []
    """The need-to-know groups that the receiver belongs to."""

    active: Flag = True
    """Whether it is told anything. Once it is again, it is told of all that happened meanwhile."""


class WebhookRead(AccountRead):
    """What the register itself says of a webhook."""

    archived: bool
    """Whether it is withdrawn: it is told nothing."""

    old_until: Moment | None
    """Until when the secret from before the last rotation signs too; null: it never was rotated so."""


class WebhookQuery(ListQuery):
    """What the list of webhooks can be asked."""


class WebhookRotation(Document):
    """A new secret for a webhook."""

    overlap_minutes: Annotated[int, Field(strict=True, ge=0, le=LONGEST_OVERLAP)] = 1_440
    """For how many minutes the old secret signs too, at most a week; a day if not given."""


def prepare(_work: Work, hook: Webhook, _values: Mapping[str, Any]) -> None:
    """A new webhook gets its secret."""
    if not hook.version:
        hook.secret = new_secret()


def check(work: Work, values: Mapping[str, Any], _hook: Webhook | None, _parent: None) -> Iterator[Fault]:
    """A webhook gets no more than whoever makes or changes it has, about types of record that there are."""
    yield from grant_faults(work, values)
    known = {each.noun for each in RESOURCES if not each.read_only}
    for place, each in enumerate(values.get("record_types") or ()):
        if each not in known:
            detail = f"Is no type of record; what is: {', '.join(sorted(known))}"
            yield Fault(detail, "not_allowed", f"/record_types/{place}")
    if isinstance(values.get("url"), str):
        yield from _destination(values["url"], work.register.settings.webhook_allowed)


def _destination(url: str, allowed: tuple[str, ...]) -> Iterator[Fault]:
    """An address that is no name can be looked at now; a name is, whenever it is used."""
    host = urlsplit(url).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return
    if not may_be_reached(host, allowed):
        detail = "The address is not public, and TRACKER_WEBHOOK_ALLOWED does not name it"
        yield Fault(detail, "not_allowed", "/url")


WEBHOOKS = RESOURCES.add(
    Resource(
        administrative=True,
        path="webhooks",
        noun="webhook",
        name="Webhook",
        tag="Webhooks",
        model=Webhook,
        fields=WebhookFields,
        extra=WebhookRead,
        query=WebhookQuery,
        sorts=(Webhook.created_at, Webhook.title, Webhook.updated_at),
        default_sort="-created_at",
        prepare=prepare,
        check=check,
        example={
            "title": "Planning board",
            "url": "https://hooks.example.org/register",
            "record_types": ["visit", "commitment"],
            "clearance": "IN-CONFIDENCE",
            "nationality": "NZ",
        },
    )
)

ISSUED = issued_model(WEBHOOKS, "secret", "secret", "The secret, `whsec_…`, by which the receiver knows what is ours.")


def _issued(request: Request, hook: Any, *, status: int) -> Response:
    headers = {"ETag": etag(hook.version), "Cache-Control": "no-store"}
    if status == 201:  # noqa: PLR2004 - created
        headers["Location"] = location(request, WEBHOOKS, hook.id)
    body = json.loads(hook.representation) | {"secret": hook.secret}
    return Response(json.dumps(body, ensure_ascii=False), status, headers, media_type=JSON)


def create(work: Work, request: Request, document: body_of(WebhookFields)) -> Response:  # type: ignore[valid-type]
    no_parameters(request)
    hook = store.create(work, WEBHOOKS, document)
    # It is told of what is kept from now on.
    work.session.add(WebhookPlace(webhook_id=hook.id, seq=ledger.head(work)))
    return _issued(request, hook, status=201)


def rotate(work: Work, request: Request, id: str, document: body_of(WebhookRotation)) -> Response:  # type: ignore[valid-type]  # noqa: A002
    no_parameters(request)
    hook = for_change(work, WEBHOOKS, request, id)
    wanted = examined(WebhookRotation, document)
    overlap = timedelta(minutes=wanted["overlap_minutes"])
    until = work.now + overlap if overlap else None
    texts = [None if each is None else instant_text(each) for each in (hook.old_until, until)]
    with store.changing(work, hook, "rotate", old_until=texts):
        hook.old_secret, hook.old_until = (hook.secret, until) if until else (None, None)
        hook.secret = new_secret()
    return _issued(request, hook, status=200)


def add_webhooks(router: APIRouter) -> None:
    """Puts the operations on a router."""
    acts = (
        Operation(
            "create", "POST", "", create, WEBHOOKS.writes,
            summary="Tell a system of changes",
            description="Answers the secret, this once. The receiver gets nothing beyond its clearance, nationality "
            "and groups, which are never more than the caller's own. It is told of what is kept from now on.",
            answer=ISSUED, status=201, example=WEBHOOKS.example, secret=True,
        ),
        Operation(
            "rotate", "POST", "/{id}/rotate", rotate, WEBHOOKS.writes,
            summary="Give a webhook a new secret",
            description="The new secret signs at once. The old one signs beside it for `overlap_minutes`, so that the "
            "receiver can change over. It takes no `Idempotency-Key`.",
            answer=ISSUED, example={"overlap_minutes": 60}, secret=True, body_optional=True, errors=(412, 428),
        ),
    )  # fmt: skip
    usual = [each for each in operations(WEBHOOKS) if each.verb != "create"]
    hides = [each for each in changes_of(WEBHOOKS) if each.verb in ("withdraw", "restore")]
    for operation in (*usual, *hides, *acts):
        add(router, noun_of(WEBHOOKS), operation, f"/{WEBHOOKS.path}")
