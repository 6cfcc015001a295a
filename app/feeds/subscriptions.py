"""Subscriptions: a query whose owner is told what has changed in what it finds since they last looked.

A subscription keeps what its query found when its owner last said that they know: each record's id and version. What
has changed is the difference to what the query finds now. So a record that came into it because a day has passed, or
because somebody was put on a delegation, is told of too, and one that was changed there and back is not told of as
having come and gone.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from app.access.fields import MarkedFields, MarkedRead
from app.access.work import Work
from app.core.fields import CreateOnly, Slug, Title
from app.core.query import ListQuery
from app.crud.resource import RESOURCES, Resource
from app.errors import Fault
from app.feeds.findings import found
from app.feeds.queries import Noun, Query, listed, query_faults
from app.models import Subscription

_ANOTHER = CreateOnly("another subscription")


class SubscriptionFields(MarkedFields):
    """A query whose owner is told what has changed in what it finds."""

    title: Title
    """What it follows, in a few words."""

    resource: Annotated[Noun, _ANOTHER]
    """The noun of the list that it asks; never changes."""

    query: Annotated[Query, _ANOTHER] = {}
    """The list's parameters; how the list is shaped or ordered does not matter here."""


class SubscriptionAsked(MarkedFields):
    """What a new subscription follows: a saved filter as it is now, or a list and a query of it."""

    saved: Slug | None = None
    """A saved filter, which gives list, query, title and marking where they are not said."""

    title: Title | None = None
    """What it follows, in a few words; the saved filter's if it is not said."""

    resource: Noun | None = None
    """The noun of the list that it asks."""

    query: Query | None = None
    """The list's parameters."""


class SubscriptionListQuery(ListQuery):
    """What the list of the caller's subscriptions can be asked."""


def has_no_parent(values: Mapping[str, Any]) -> Iterator[Fault]:
    """What is followed is a list of its own, not one under a record."""
    resource = listed(values["resource"]) if isinstance(values.get("resource"), str) else None
    if resource is not None and resource.parent is not None:
        yield Fault("Stands under other records, and cannot be followed by itself", "not_allowed", "/resource")


def prepare(work: Work, record: Subscription, values: Mapping[str, Any]) -> None:
    """A new subscription is its maker's, and they are taken to know what it finds now."""
    if not record.version:
        record.owner, record.seen_at = str(work.actor.owner), work.now
        record.known = found(work, values["resource"], values["query"])


SUBSCRIPTIONS = RESOURCES.add(
    Resource(
        path="subscriptions",
        noun="subscription",
        name="Subscription",
        tag="Saved filters",
        model=Subscription,
        fields=SubscriptionFields,
        extra=MarkedRead,
        query=SubscriptionListQuery,
        sorts=(Subscription.created_at, Subscription.title, Subscription.updated_at),
        default_sort="-created_at",
        rules=(query_faults, has_no_parent),
        prepare=prepare,
        personal=True,
        example={
            "title": "What Tonga owes us",
            "resource": "commitments",
            "query": {"partner": "TO", "owed_by": "partner", "overdue": True},
        },
    )
)
