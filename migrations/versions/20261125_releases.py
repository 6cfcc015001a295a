"""releases: requests under the Official Information Act, and what is in their scope."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.records import marked_record
from migrations.types import ID, INSTANT, JSON
from migrations.walls import wall

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "information_request",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("request", sa.Text(), nullable=True, comment="What is asked for, in the requester's words"),
        sa.Column("requester", sa.String(length=200), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("owner_office", ID, nullable=True),
        sa.Column("extended_to", sa.Date(), nullable=True, comment="By s 15A"),
        sa.Column("extension_reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False, comment="By when it must be decided"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True, comment="The name of the account"),
        sa.Column("released_at", INSTANT, nullable=True),
        sa.Column("copy_sha256", sa.String(length=64), nullable=True),
        sa.Column("copy", sa.Text(), nullable=True, comment="What is released, as it was decided"),
        *marked_record(),
        sa.CheckConstraint(
            "(extended_to IS NULL) = (extension_reason IS NULL)", name=op.f("ck_information_request_extended")
        ),
        sa.CheckConstraint("(copy IS NULL) = (copy_sha256 IS NULL)", name=op.f("ck_information_request_copied")),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_information_request_decided")),
        sa.ForeignKeyConstraint(["marking_id"], ["marking.id"], name=op.f("fk_information_request_marking_id")),
        sa.ForeignKeyConstraint(["owner_office"], ["office.id"], name=op.f("fk_information_request_owner_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_information_request")),
    )
    for name in ("state", "owner_office"):
        op.create_index(f"ix_information_request_{name}", "information_request", [name, "due_on", "id"])
    for name in ("due_on", "received_on", "title", "created_at", "updated_at"):
        op.create_index(f"ix_information_request_{name}", "information_request", [name, "id"])
    op.create_index(
        "uq_information_request_external_ref", "information_request", ["external_ref", "marking_id"], unique=True
    )
    op.create_table(
        "scope_document",
        sa.Column("request_id", ID, nullable=False),
        sa.Column("record", ID, nullable=False, comment="Of any kind, so no foreign key"),
        sa.Column("record_type", sa.String(length=40), nullable=False),
        sa.Column("record_version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False, comment="What the record was called in that version"),
        sa.Column("withholdings", JSON, nullable=False),
        sa.Column("kept", JSON, nullable=False, comment="Where a withheld passage may stand, and why"),
        sa.Column("note", sa.Text(), nullable=True),
        *marked_record(),
        sa.ForeignKeyConstraint(["marking_id"], ["marking.id"], name=op.f("fk_scope_document_marking_id")),
        sa.ForeignKeyConstraint(["request_id"], ["information_request.id"], name=op.f("fk_scope_document_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scope_document")),
    )
    op.create_index("ix_scope_document_request_id", "scope_document", ["request_id", "created_at", "id"])
    op.create_index("ix_scope_document_record", "scope_document", ["record", "request_id"])
    op.create_index("uq_scope_document_external_ref", "scope_document", ["external_ref", "marking_id"], unique=True)
    for table in ("information_request", "scope_document"):
        wall(table)


def downgrade() -> None:
    for table in ("scope_document", "information_request"):
        op.drop_table(table)
