"""reports and commitments: what came of an engagement, when that is to be told, and what was promised."""

from collections.abc import Sequence
from datetime import date, timedelta

import holidays
import sqlalchemy as sa
from alembic import op

from migrations.records import marked_record
from migrations.types import ID, INSTANT, JSON
from migrations.walls import wall

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SATURDAY = 5
WORKING_DAYS = 10
"""The usual time for a report, for what is recorded already; later writes go by the settings."""


def upgrade() -> None:
    op.add_column(
        "engagement",
        sa.Column(
            "report_expected",
            sa.Boolean(),
            server_default=sa.true(),
            nullable=False,
            comment="Whether a report is to follow it",
        ),
    )
    op.add_column(
        "engagement",
        sa.Column(
            "report_day",
            sa.Date(),
            nullable=True,
            comment="When its report falls due if it takes place; NULL: open-ended, or none is expected",
        ),
    )
    op.create_index("ix_engagement_report_day", "engagement", ["report_day", "starts_on", "id"])
    _reports()
    _commitments()
    for table in ("report", "commitment"):
        wall(table)
    _report_days()
    op.execute("UPDATE engagement SET representation = NULL")


def _report_days() -> None:
    """Says when the reports of what is recorded already are due."""
    engagement = sa.table("engagement", sa.column("ends_on", sa.Date()), sa.column("report_day", sa.Date()))
    days = op.get_bind().scalars(sa.select(engagement.c.ends_on).where(engagement.c.ends_on.is_not(None)).distinct())
    for day in days.all():
        op.execute(engagement.update().where(engagement.c.ends_on == day).values(report_day=_due(day)))


def _due(day: date) -> date:
    free = holidays.country_holidays("NZ", subdiv="WGN")
    left = WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY and day not in free
    return day


def _reports() -> None:
    op.create_table(
        "report",
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("tone", sa.String(length=20), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("outcomes", JSON, nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=True),
        sa.Column("submitted_by", sa.String(length=200), nullable=True, comment="The name of the account"),
        *marked_record(),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"], name=op.f("fk_report_engagement_id")),
        sa.ForeignKeyConstraint(["marking_id"], ["marking.id"], name=op.f("fk_report_marking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("engagement_id", "marking_id", name=op.f("uq_report_engagement_id_marking_id")),
    )
    op.create_index("uq_report_external_ref", "report", ["external_ref", "marking_id"], unique=True)


def _commitments() -> None:
    op.create_table(
        "commitment",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("partner", sa.String(length=20), nullable=False),
        sa.Column("owed_by", sa.String(length=10), nullable=False),
        sa.Column("owner_office", ID, nullable=True),
        sa.Column("engagement", ID, nullable=True, comment="Where it was made"),
        sa.Column("priority", sa.String(length=20), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column(
            "closed_on",
            sa.Date(),
            nullable=True,
            comment="When it ceased to be open; NULL: it is open, or not known",
        ),
        *marked_record(),
        sa.CheckConstraint("closed_on IS NULL OR status <> 'open'", name=op.f("ck_commitment_closed")),
        sa.ForeignKeyConstraint(["engagement"], ["engagement.id"], name=op.f("fk_commitment_engagement")),
        sa.ForeignKeyConstraint(["marking_id"], ["marking.id"], name=op.f("fk_commitment_marking_id")),
        sa.ForeignKeyConstraint(["owner_office"], ["office.id"], name=op.f("fk_commitment_owner_office")),
        sa.ForeignKeyConstraint(["partner"], ["partner.code"], name=op.f("fk_commitment_partner")),
        sa.ForeignKeyConstraint(["priority"], ["priority.code"], name=op.f("fk_commitment_priority")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
    )
    for name in ("partner", "owner_office"):
        op.create_index(f"ix_commitment_{name}", "commitment", [name, "status", "due_on", "id"])
    op.create_index("ix_commitment_engagement", "commitment", ["engagement"])
    op.create_index("ix_commitment_status", "commitment", ["status", "due_on", "id"])
    for name in ("due_on", "updated_at"):
        op.create_index(f"ix_commitment_{name}", "commitment", [name, "id"])
    op.create_index("uq_commitment_external_ref", "commitment", ["external_ref", "marking_id"], unique=True)


def downgrade() -> None:
    for table in ("commitment", "report"):
        op.drop_table(table)
    op.drop_index("ix_engagement_report_day", "engagement")
    op.drop_column("engagement", "report_day")
    op.drop_column("engagement", "report_expected")
    op.execute("UPDATE engagement SET representation = NULL")
