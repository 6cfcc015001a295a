"""search of all: the directory of records knows which of them are withdrawn."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KEPT_BY = (
    "advocacy",
    "appointment",
    "approval",
    "approval_route",
    "attachment",
    "briefing",
    "commitment",
    "delegation",
    "engagement",
    "information_request",
    "interoperability_claim",
    "objective",
    "office",
    "pack",
    "participant",
    "partner",
    "person",
    "position",
    "post",
    "priority",
    "report",
    "retention_class",
    "scope_document",
    "series",
)
"""The tables whose records are in the directory."""


def upgrade() -> None:
    op.add_column(
        "search_entry",
        sa.Column(
            "archived",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="Whether the record is withdrawn",
        ),
    )
    entry = sa.table("search_entry", sa.column("record_id"), sa.column("archived", sa.Boolean()))
    for name in KEPT_BY:
        kept = sa.table(name, sa.column("id"), sa.column("archived", sa.Boolean()))
        withdrawn = sa.select(kept.c.id).where(kept.c.archived.is_(sa.true()))
        op.execute(sa.update(entry).where(entry.c.record_id.in_(withdrawn)).values(archived=True))


def downgrade() -> None:
    op.drop_column("search_entry", "archived")
