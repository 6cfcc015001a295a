"""objectives, targets of priorities, positions and where they are put, claims of interoperability."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.types import ID, INSTANT
from migrations.walls import wall

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WALLED = ("objective", "position", "advocacy", "interoperability_claim")


def upgrade() -> None:
    op.create_table(
        "priority_target",
        sa.Column("priority_id", ID, nullable=False),
        sa.Column(
            "position",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="Lists keep the order in which they were given",
        ),
        sa.Column("partner", sa.String(length=20), nullable=True),
        sa.Column("region", sa.String(length=200), nullable=True, comment="A region or sub-region of partners"),
        sa.Column("cadence_months", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=True),
        sa.CheckConstraint("(partner IS NULL) <> (region IS NULL)", name=op.f("ck_priority_target_one_of")),
        sa.ForeignKeyConstraint(["partner"], ["partner.code"], name=op.f("fk_priority_target_partner")),
        sa.ForeignKeyConstraint(["priority_id"], ["priority.id"], name=op.f("fk_priority_target_priority_id")),
        sa.PrimaryKeyConstraint("priority_id", "position", name=op.f("pk_priority_target")),
    )
    op.create_index("ix_priority_target_partner", "priority_target", ["partner", "priority_id"], unique=False)

    op.create_table(
        "position",
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("subject_key", sa.String(length=600), nullable=False, comment="The subject as it is compared"),
        sa.Column("line", sa.Text(), nullable=False, comment="What we say; Markdown"),
        sa.Column("partner", sa.String(length=20), nullable=True, comment="NULL: our line to all"),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("supersedes", ID, nullable=True),
        sa.Column("cleared_by", ID, nullable=True),
        sa.Column("cleared_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
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
        sa.CheckConstraint("(cleared_by IS NULL) = (cleared_on IS NULL)", name=op.f("ck_position_cleared")),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_position_dates")),
        sa.ForeignKeyConstraint(["cleared_by"], ["office.id"], name=op.f("fk_position_cleared_by")),
        sa.ForeignKeyConstraint(["marking_id"], ["marking.id"], name=op.f("fk_position_marking_id")),
        sa.ForeignKeyConstraint(["partner"], ["partner.code"], name=op.f("fk_position_partner")),
        sa.ForeignKeyConstraint(["supersedes"], ["position.id"], name=op.f("fk_position_supersedes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
    )
    op.create_index("ix_position_created_at", "position", ["created_at", "id"], unique=False)
    op.create_index("ix_position_partner", "position", ["partner", "valid_from", "id"], unique=False)
    op.create_index("ix_position_subject", "position", ["subject", "id"], unique=False)
    op.create_index("ix_position_subject_key", "position", ["subject_key", "valid_from", "id"], unique=False)
    op.create_index("ix_position_supersedes", "position", ["supersedes", "id"], unique=False)
    op.create_index("ix_position_updated_at", "position", ["updated_at", "id"], unique=False)
    op.create_index("ix_position_valid_from", "position", ["valid_from", "id"], unique=False)
    op.create_index("ix_position_valid_until", "position", ["valid_until", "id"], unique=False)
    op.create_index("uq_position_external_ref", "position", ["external_ref", "marking_id"], unique=True)

    op.create_table(
        "advocacy",
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("position", ID, nullable=False),
        sa.Column("use", sa.String(length=20), nullable=False),
        sa.Column("reaction", sa.String(length=20), nullable=True),
        sa.Column("reaction_note", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
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
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"], name=op.f("fk_advocacy_engagement_id")),
        sa.ForeignKeyConstraint(["marking_id"], ["marking.id"], name=op.f("fk_advocacy_marking_id")),
        sa.ForeignKeyConstraint(["position"], ["position.id"], name=op.f("fk_advocacy_position")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advocacy")),
        sa.UniqueConstraint(
            "engagement_id", "position", "marking_id", name=op.f("uq_advocacy_engagement_id_position_marking_id")
        ),
    )
    op.create_index("ix_advocacy_position", "advocacy", ["position", "engagement_id"], unique=False)
    op.create_index("ix_advocacy_use", "advocacy", ["use", "engagement_id"], unique=False)
    op.create_index("uq_advocacy_external_ref", "advocacy", ["external_ref", "marking_id"], unique=True)

    op.create_table(
        "objective",
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=True, comment="Its place among the objectives of the engagement"),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("measure", sa.Text(), nullable=True, comment="How one would know"),
        sa.Column("target", sa.String(length=200), nullable=True),
        sa.Column("assessment", sa.String(length=20), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("assessed_on", sa.Date(), nullable=True),
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
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"], name=op.f("fk_objective_engagement_id")),
        sa.ForeignKeyConstraint(["marking_id"], ["marking.id"], name=op.f("fk_objective_marking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objective")),
    )
    op.create_index("ix_objective_engagement_id", "objective", ["engagement_id"], unique=False)
    op.create_index("uq_objective_external_ref", "objective", ["external_ref", "marking_id"], unique=True)

    op.create_table(
        "interoperability_claim",
        sa.Column("exercise", ID, nullable=False),
        sa.Column("partner", sa.String(length=20), nullable=False),
        sa.Column("domain", sa.String(length=20), nullable=False),
        sa.Column("capability", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("proved_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
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
        sa.ForeignKeyConstraint(["exercise"], ["exercise.id"], name=op.f("fk_interoperability_claim_exercise")),
        sa.ForeignKeyConstraint(["marking_id"], ["marking.id"], name=op.f("fk_interoperability_claim_marking_id")),
        sa.ForeignKeyConstraint(["partner"], ["partner.code"], name=op.f("fk_interoperability_claim_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interoperability_claim")),
    )
    op.create_index(
        "ix_interoperability_claim_created_at", "interoperability_claim", ["created_at", "id"], unique=False
    )
    op.create_index(
        "ix_interoperability_claim_domain", "interoperability_claim", ["domain", "proved_on", "id"], unique=False
    )
    op.create_index(
        "ix_interoperability_claim_exercise", "interoperability_claim", ["exercise", "proved_on", "id"], unique=False
    )
    op.create_index(
        "ix_interoperability_claim_partner", "interoperability_claim", ["partner", "proved_on", "id"], unique=False
    )
    op.create_index("ix_interoperability_claim_proved_on", "interoperability_claim", ["proved_on", "id"], unique=False)
    op.create_index(
        "ix_interoperability_claim_updated_at", "interoperability_claim", ["updated_at", "id"], unique=False
    )
    op.create_index(
        "uq_interoperability_claim_external_ref", "interoperability_claim", ["external_ref", "marking_id"], unique=True
    )

    op.create_table(
        "objective_priority",
        sa.Column("objective_id", ID, nullable=False),
        sa.Column("priority", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="Lists keep the order in which they were given"),
        sa.ForeignKeyConstraint(
            ["objective_id"], ["objective.id"], name=op.f("fk_objective_priority_objective_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["priority"], ["priority.code"], name=op.f("fk_objective_priority_priority")),
        sa.PrimaryKeyConstraint("objective_id", "priority", name=op.f("pk_objective_priority")),
    )
    op.create_index("ix_objective_priority_priority", "objective_priority", ["priority", "objective_id"], unique=False)
    for table in WALLED:
        wall(table)
    op.execute("UPDATE priority SET representation = NULL")  # they have targets now


def downgrade() -> None:
    for table in (
        "objective_priority",
        "interoperability_claim",
        "objective",
        "advocacy",
        "position",
        "priority_target",
    ):
        op.drop_table(table)
    op.execute("UPDATE priority SET representation = NULL")
