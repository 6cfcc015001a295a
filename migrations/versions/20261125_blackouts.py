"""blackouts: days in which nothing is to be arranged."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.records import marked_record
from migrations.walls import wall

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "blackout",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("partner", sa.String(length=20), nullable=True, comment="NULL: with whomever"),
        sa.Column(
            "region", sa.String(length=200), nullable=True, comment="A region or sub-region of partners; NULL: any"
        ),
        sa.Column("country", sa.String(length=2), nullable=True, comment="Where it would happen; NULL: wherever"),
        sa.Column("lead", sa.String(length=20), nullable=True, comment="NULL: whoever leads"),
        sa.Column("level", sa.String(length=20), nullable=True, comment="NULL: at any level"),
        sa.Column(
            "severity",
            sa.String(length=20),
            nullable=False,
            comment="What an engagement within it is: a warning, or a clash",
        ),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        *marked_record(),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_blackout_dates")),
        sa.ForeignKeyConstraint(["partner"], ["partner.code"], name=op.f("fk_blackout_partner")),
        sa.ForeignKeyConstraint(["marking_id"], ["marking.id"], name=op.f("fk_blackout_marking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blackout")),
    )
    op.create_index("ix_blackout_partner", "blackout", ["partner", "starts_on", "id"])
    for name in ("starts_on", "ends_on", "created_at", "updated_at"):
        op.create_index(f"ix_blackout_{name}", "blackout", [name, "id"])
    op.create_index("uq_blackout_external_ref", "blackout", ["external_ref", "marking_id"], unique=True)
    wall("blackout")


def downgrade() -> None:
    op.drop_table("blackout")
