"""calendars: secret addresses of schedules, and the indexes that a schedule is read by."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.records import record
from migrations.types import ID, INSTANT, JSON

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LASTING = {
    "sqlite": "date_precision <> 'day' OR ends_on IS NULL OR julianday(ends_on) - julianday(starts_on) > 31",
    "postgresql": "date_precision <> 'day' OR ends_on IS NULL OR ends_on - starts_on > 31",
}


def upgrade() -> None:
    op.create_table(
        "calendar",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("filter", JSON, nullable=False, comment="Which engagements are in it: parameters of their list"),
        sa.Column("mine", sa.Boolean(), nullable=False, comment="Whether only what concerns its owner is in it"),
        sa.Column("ceiling", sa.String(length=20), nullable=False, comment="The highest classification in it"),
        sa.Column("owner", ID, nullable=False, comment="Id of the user, or of a token without one"),
        sa.Column("owner_name", sa.String(length=200), nullable=False, comment="The name of the account"),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False, comment="SHA-256 of the secret"),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("last_used_at", INSTANT, nullable=True),
        *record(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_calendar_secret_hash")),
    )
    op.create_index("ix_calendar_owner", "calendar", ["owner", "created_at", "id"])
    op.create_index("uq_calendar_external_ref", "calendar", ["external_ref", "owner"], unique=True)
    op.create_index(
        "ix_engagement_lasting",
        "engagement",
        ["ends_on", "starts_on", "date_precision", "id"],
        sqlite_where=sa.text(LASTING["sqlite"]),
        postgresql_where=sa.text(LASTING["postgresql"]),
    )
    op.create_index("ix_participant_office", "participant", ["office", "starts_on", "engagement_id"])
    op.create_index("ix_visit_principal_office", "visit", ["principal_office"])


def downgrade() -> None:
    op.drop_index("ix_visit_principal_office", "visit")
    op.drop_index("ix_participant_office", "participant")
    op.drop_index("ix_engagement_lasting", "engagement")
    op.drop_table("calendar")
