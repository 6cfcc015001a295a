"""What callers keep for themselves, and who is told of changes: saved filters, subscriptions, webhooks."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Base, Id, Instant, Json, Record
from app.models.marked import Marked

_OWNER = "Id of the user, or of a token without one"


class SavedFilter(Marked, Record):
    """A query under a name."""

    __tablename__ = "saved_filter"
    __table_args__ = (
        # Of the same name there may be one that somebody does not know of.
        Index("uq_saved_filter_slug", "slug", "owner", "marking_id", unique=True),
        Index("ix_saved_filter_owner", "owner", "id"),
        Index("uq_saved_filter_external_ref", "external_ref", "owner", "marking_id", unique=True),
    )

    slug: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(Text)
    resource: Mapped[str] = mapped_column(String(40), comment="The noun of the list that it asks")
    query: Mapped[dict[str, Any]] = mapped_column(Json, comment="Its parameters")
    shared: Mapped[bool] = mapped_column(comment="Whether it exists for others than its owner")
    owner: Mapped[str] = mapped_column(Id, comment=_OWNER)
    owner_name: Mapped[str] = mapped_column(String(200), comment="The name of the account")


class Subscription(Marked, Record):
    """A query whose owner is told what has changed in what it finds."""

    __tablename__ = "subscription"
    __table_args__ = (
        Index("ix_subscription_owner", "owner", "created_at", "id"),
        Index("uq_subscription_external_ref", "external_ref", "owner", "marking_id", unique=True),
    )

    title: Mapped[str] = mapped_column(String(200))
    resource: Mapped[str] = mapped_column(String(40), comment="The noun of the list that it asks")
    query: Mapped[dict[str, Any]] = mapped_column(Json, comment="Its parameters, as they were when it was made")
    owner: Mapped[str] = mapped_column(Id, comment=_OWNER)
    seen_at: Mapped[datetime] = mapped_column(Instant, comment="When the owner last said that they know")
    known: Mapped[dict[str, int]] = mapped_column(
        Json, deferred=True, comment="What it found then: the version of each record, by its id"
    )


class Webhook(Record):
    """A system that is told of changes."""

    __tablename__ = "webhook"

    title: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(2000))
    record_types: Mapped[list[str]] = mapped_column(Json, comment="What it is told of; none: everything")
    actions: Mapped[list[str]] = mapped_column(Json, comment="What happening it is told of; none: everything")
    content: Mapped[str] = mapped_column(String(20), comment="How much it is told: reference or record")
    clearance: Mapped[str] = mapped_column(String(20))
    nationality: Mapped[str | None] = mapped_column(String(2), comment="ISO 3166-1 alpha-2; NULL counts as foreign")
    groups: Mapped[list[str]] = mapped_column(Json, comment="Need-to-know groups")
    active: Mapped[bool] = mapped_column(comment="Whether it is told anything")
    secret: Mapped[str] = mapped_column(String(80), comment="What signs; it cannot be a hash")
    old_secret: Mapped[str | None] = mapped_column(String(80), comment="From before the last rotation")
    old_until: Mapped[datetime | None] = mapped_column(Instant, comment="Until when the old secret signs too")


class WebhookPlace(Base):
    """How far a webhook has come in the ledger, and which process is at work for it."""

    __tablename__ = "webhook_place"

    webhook_id: Mapped[str] = mapped_column(Id, ForeignKey("webhook.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, comment="All up to there has its deliveries")
    lease_by: Mapped[str | None] = mapped_column(Id, comment="The process that delivers")
    lease_until: Mapped[datetime | None] = mapped_column(Instant, comment="When another one may")


class WebhookDelivery(Base):
    """One change that one webhook is to be told of."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("uq_webhook_delivery_seq", "webhook_id", "seq", unique=True),
        Index("ix_webhook_delivery_webhook_id", "webhook_id", "id"),
        Index("ix_webhook_delivery_state", "webhook_id", "state", "id"),
        Index("ix_webhook_delivery_due_at", "webhook_id", "state", "due_at", "seq"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, comment="UUIDv7; the webhook-id, however often it is sent")
    webhook_id: Mapped[str] = mapped_column(Id, ForeignKey("webhook.id"))
    seq: Mapped[int] = mapped_column(BigInteger, comment="The entry of the ledger that it tells of")
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(Instant, comment="When it is to be sent, or was to be last")
    status: Mapped[int | None] = mapped_column(comment="What the receiver answered last")
    error: Mapped[str | None] = mapped_column(String(200), comment="Why the last attempt failed")
    settled_at: Mapped[datetime | None] = mapped_column(Instant, comment="When it was delivered or given up")
