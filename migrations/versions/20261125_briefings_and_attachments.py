"""briefings and attachments: papers for those who meet partners, and their files."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.records import marked_record
from migrations.types import ID, INSTANT
from migrations.walls import wall

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _record(table: str) -> list[sa.Column[object] | sa.Constraint]:
    """What every marked record has."""
    return [
        *marked_record(),
        sa.ForeignKeyConstraint(["marking_id"], ["marking.id"], name=op.f(f"fk_{table}_marking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def upgrade() -> None:
    _briefings()
    _attachments()
    for table in ("briefing", "attachment"):
        op.create_index(f"uq_{table}_external_ref", table, ["external_ref", "marking_id"], unique=True)
        wall(table)


def _briefings() -> None:
    op.create_table(
        "briefing",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("briefing_type", sa.String(length=20), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True, comment="Markdown"),
        sa.Column("engagement", ID, nullable=True),
        sa.Column("partner", sa.String(length=20), nullable=True),
        sa.Column("person", ID, nullable=True, comment="Whose biography it is"),
        sa.Column("author_office", ID, nullable=True),
        sa.Column("author", sa.String(length=200), nullable=True, comment="A person's id, or a name"),
        sa.Column("audience_office", ID, nullable=True, comment="For whom it is"),
        sa.Column("due_days_before", sa.Integer(), nullable=True, comment="Days before the engagement's first day"),
        sa.Column("due_on", sa.Date(), nullable=True, comment="Counted back from the engagement, or as it was given"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("cleared_at", INSTANT, nullable=True),
        sa.Column("cleared_by", sa.String(length=200), nullable=True, comment="The name of the account"),
        *_record("briefing"),
        sa.CheckConstraint("(cleared_at IS NULL) = (state <> 'cleared')", name=op.f("ck_briefing_cleared")),
        sa.CheckConstraint("due_days_before IS NULL OR engagement IS NOT NULL", name=op.f("ck_briefing_counted_back")),
        sa.ForeignKeyConstraint(["engagement"], ["engagement.id"], name=op.f("fk_briefing_engagement")),
        sa.ForeignKeyConstraint(["partner"], ["partner.code"], name=op.f("fk_briefing_partner")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_briefing_person")),
        sa.ForeignKeyConstraint(["author_office"], ["office.id"], name=op.f("fk_briefing_author_office")),
        sa.ForeignKeyConstraint(["audience_office"], ["office.id"], name=op.f("fk_briefing_audience_office")),
    )
    for name in ("engagement", "partner", "person", "author_office", "state"):
        op.create_index(f"ix_briefing_{name}", "briefing", [name, "due_on", "id"])
    for name in ("due_on", "title", "created_at", "updated_at"):
        op.create_index(f"ix_briefing_{name}", "briefing", [name, "id"])


def _attachments() -> None:
    op.create_table(
        "attachment",
        sa.Column("briefing_id", ID, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False, comment="As it is offered for download"),
        sa.Column(
            "media_type", sa.String(length=100), nullable=False, comment="What its bytes are, not what was claimed"
        ),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="Where its bytes are kept"),
        *_record("attachment"),
        sa.ForeignKeyConstraint(["briefing_id"], ["briefing.id"], name=op.f("fk_attachment_briefing_id")),
    )
    op.create_index("ix_attachment_briefing_id", "attachment", ["briefing_id", "created_at", "id"])
    op.create_index("ix_attachment_sha256", "attachment", ["sha256"])


def downgrade() -> None:
    for table in ("attachment", "briefing"):
        op.drop_table(table)
