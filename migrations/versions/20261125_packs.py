"""packs: what was given to those who meet partners, as it was, what it was made from, and who has read it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.types import ID, INSTANT
from migrations.walls import wall

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "pack",
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("note", sa.Text(), nullable=True, comment="For whom it is, and why it was made"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False, comment="The day at home that it tells of"),
        sa.Column("made_by", sa.String(length=200), nullable=False, comment="The name of the account"),
        sa.Column("cleared_at", INSTANT, nullable=True),
        sa.Column("cleared_by", sa.String(length=200), nullable=True, comment="The name of the account"),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="Of its content"),
        sa.Column("content", sa.Text(), nullable=False, comment="All of it, as it was answered in JSON"),
        sa.Column("document", sa.Text(), nullable=False, comment="All of it, as it is printed"),
        sa.Column("marking_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False, comment="UUIDv7"),
        sa.Column("version", sa.Integer(), nullable=False, comment="Rises by one with each change; the ETag"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False, comment="Withdrawn: hidden from lists, kept, restorable"),
        sa.Column(
            "external_ref",
            sa.String(length=200),
            nullable=True,
            comment="The id in the system that the record came from",
        ),
        sa.Column(
            "representation",
            sa.Text(),
            nullable=True,
            comment="The record's JSON as clients read it, made in the transaction that changed it; NULL: to be rebuilt",
        ),
        sa.CheckConstraint("(cleared_at IS NULL) = (state <> 'cleared')", name=op.f("ck_pack_cleared")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"], name=op.f("fk_pack_engagement_id")),
        sa.ForeignKeyConstraint(["marking_id"], ["marking.id"], name=op.f("fk_pack_marking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack")),
    )
    op.create_index("ix_pack_engagement_id", "pack", ["engagement_id", "created_at", "id"])
    op.create_index("uq_pack_external_ref", "pack", ["external_ref", "marking_id"], unique=True)
    wall("pack")
    op.create_table(
        "pack_acknowledgement",
        sa.Column("pack_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False, comment="The name of the account"),
        sa.Column("by_id", ID, nullable=True, comment="Id of the user, or of a token without one"),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["pack_id"], ["pack.id"], name=op.f("fk_pack_acknowledgement_pack_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pack_id", "position", name=op.f("pk_pack_acknowledgement")),
    )
    op.create_table(
        "pack_source",
        sa.Column("pack_id", ID, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("record_type", sa.String(length=40), nullable=False),
        sa.Column("record_version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False, comment="What it was called then"),
        sa.ForeignKeyConstraint(["pack_id"], ["pack.id"], name=op.f("fk_pack_source_pack_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("pack_id", "record_id", name=op.f("pk_pack_source")),
    )
    op.create_index("ix_pack_source_record_id", "pack_source", ["record_id"])


def downgrade() -> None:
    for table in ("pack_source", "pack_acknowledgement", "pack"):
        op.drop_table(table)
