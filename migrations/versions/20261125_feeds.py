"""feeds: saved filters, subscriptions, and webhooks with what is to be delivered to them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.records import marked_record, record
from migrations.types import ID, INSTANT, JSON
from migrations.walls import wall

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OWNER = "Id of the user, or of a token without one"


def _saved_filters() -> None:
    op.create_table(
        "saved_filter",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("resource", sa.String(length=40), nullable=False, comment="The noun of the list that it asks"),
        sa.Column("query", JSON, nullable=False, comment="Its parameters"),
        sa.Column("shared", sa.Boolean(), nullable=False, comment="Whether it exists for others than its owner"),
        sa.Column("owner", ID, nullable=False, comment=OWNER),
        sa.Column("owner_name", sa.String(length=200), nullable=False, comment="The name of the account"),
        *marked_record(),
        sa.ForeignKeyConstraint(["marking_id"], ["marking.id"], name=op.f("fk_saved_filter_marking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
    )
    op.create_index("uq_saved_filter_slug", "saved_filter", ["slug", "owner", "marking_id"], unique=True)
    op.create_index("ix_saved_filter_owner", "saved_filter", ["owner", "id"])
    op.create_index(
        "uq_saved_filter_external_ref", "saved_filter", ["external_ref", "owner", "marking_id"], unique=True
    )


def _subscriptions() -> None:
    op.create_table(
        "subscription",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("resource", sa.String(length=40), nullable=False, comment="The noun of the list that it asks"),
        sa.Column("query", JSON, nullable=False, comment="Its parameters, as they were when it was made"),
        sa.Column("owner", ID, nullable=False, comment=OWNER),
        sa.Column("seen_at", INSTANT, nullable=False, comment="When the owner last said that they know"),
        sa.Column("known", JSON, nullable=False, comment="What it found then: the version of each record, by its id"),
        *marked_record(),
        sa.ForeignKeyConstraint(["marking_id"], ["marking.id"], name=op.f("fk_subscription_marking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    op.create_index("ix_subscription_owner", "subscription", ["owner", "created_at", "id"])
    op.create_index(
        "uq_subscription_external_ref", "subscription", ["external_ref", "owner", "marking_id"], unique=True
    )


def _webhooks() -> None:
    op.create_table(
        "webhook",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("record_types", JSON, nullable=False, comment="What it is told of; none: everything"),
        sa.Column("actions", JSON, nullable=False, comment="What happening it is told of; none: everything"),
        sa.Column("content", sa.String(length=20), nullable=False, comment="How much it is told: reference or record"),
        sa.Column("clearance", sa.String(length=20), nullable=False),
        sa.Column(
            "nationality",
            sa.String(length=2),
            nullable=True,
            comment="ISO 3166-1 alpha-2; NULL counts as foreign",
        ),
        sa.Column("groups", JSON, nullable=False, comment="Need-to-know groups"),
        sa.Column("active", sa.Boolean(), nullable=False, comment="Whether it is told anything"),
        sa.Column("secret", sa.String(length=80), nullable=False, comment="What signs; it cannot be a hash"),
        sa.Column("old_secret", sa.String(length=80), nullable=True, comment="From before the last rotation"),
        sa.Column("old_until", INSTANT, nullable=True, comment="Until when the old secret signs too"),
        *record(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )


def _deliveries() -> None:
    op.create_table(
        "webhook_place",
        sa.Column("webhook_id", ID, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="All up to there has its deliveries"),
        sa.Column("lease_by", ID, nullable=True, comment="The process that delivers"),
        sa.Column("lease_until", INSTANT, nullable=True, comment="When another one may"),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_place_webhook_id")),
        sa.PrimaryKeyConstraint("webhook_id", name=op.f("pk_webhook_place")),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", ID, nullable=False, comment="UUIDv7; the webhook-id, however often it is sent"),
        sa.Column("webhook_id", ID, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The entry of the ledger that it tells of"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False, comment="When it is to be sent, or was to be last"),
        sa.Column("status", sa.Integer(), nullable=True, comment="What the receiver answered last"),
        sa.Column("error", sa.String(length=200), nullable=True, comment="Why the last attempt failed"),
        sa.Column("settled_at", INSTANT, nullable=True, comment="When it was delivered or given up"),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
    )
    op.create_index("uq_webhook_delivery_seq", "webhook_delivery", ["webhook_id", "seq"], unique=True)
    op.create_index("ix_webhook_delivery_webhook_id", "webhook_delivery", ["webhook_id", "id"])
    op.create_index("ix_webhook_delivery_state", "webhook_delivery", ["webhook_id", "state", "id"])
    op.create_index("ix_webhook_delivery_due_at", "webhook_delivery", ["webhook_id", "state", "due_at", "seq"])


def upgrade() -> None:
    _saved_filters()
    _subscriptions()
    for table in ("saved_filter", "subscription"):
        wall(table)
    _webhooks()
    _deliveries()


def downgrade() -> None:
    for table in ("webhook_delivery", "webhook_place", "webhook", "subscription", "saved_filter"):
        op.drop_table(table)
