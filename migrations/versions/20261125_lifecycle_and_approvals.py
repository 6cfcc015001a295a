"""lifecycle and approvals: coded reasons, routes, approvals, delegations, and who a user is."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.records import record
from migrations.types import ID, INSTANT, JSON

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "engagement",
        sa.Column(
            "status_reason",
            sa.String(length=30),
            nullable=True,
            comment="Why it is postponed or cancelled, as a code; NULL: it is neither, or nobody said",
        ),
    )
    op.add_column(
        "engagement", sa.Column("status_comment", sa.String(length=500), nullable=True, comment="The same in words")
    )
    op.add_column(
        "account",
        sa.Column(
            "person", ID, nullable=True, comment="Who they are in the register; no record of a person is ever removed"
        ),
    )
    op.create_index("ix_account_person", "account", ["person"])
    _routes()
    _delegations()
    _approvals()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE approval ENABLE ROW LEVEL SECURITY")
        op.execute(
            "CREATE POLICY visible ON approval USING (marking_id = ANY ((SELECT visible_markings())::integer[])) WITH CHECK (true)"
        )
    _clear_representations()


def _clear_representations() -> None:
    op.execute("UPDATE engagement SET representation = NULL")
    op.execute("UPDATE account SET representation = NULL")


def _routes() -> None:
    op.create_table(
        "approval_route",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("lead", sa.String(length=20), nullable=True, comment="NULL: whoever leads"),
        sa.Column("kind", sa.String(length=20), nullable=True, comment="NULL: of any kind"),
        sa.Column("active", sa.Boolean(), nullable=False, comment="Whether engagements must go this way now"),
        sa.Column("steps", JSON, nullable=False, comment="Offices in their order"),
        *record(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_route")),
    )
    op.create_index("ix_approval_route_title", "approval_route", ["title"])
    op.create_index("ix_approval_route_level", "approval_route", ["level", "active"])
    op.create_index("uq_approval_route_external_ref", "approval_route", ["external_ref"], unique=True)


def _delegations() -> None:
    op.create_table(
        "delegation",
        sa.Column("office", ID, nullable=False),
        sa.Column("person", ID, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        *record(),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_delegation_dates")),
        sa.ForeignKeyConstraint(["office"], ["office.id"], name=op.f("fk_delegation_office")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_delegation_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index("ix_delegation_office", "delegation", ["office", "starts_on"])
    op.create_index("ix_delegation_person", "delegation", ["person", "starts_on"])
    op.create_index("uq_delegation_external_ref", "delegation", ["external_ref"], unique=True)


def _approvals() -> None:
    op.create_table(
        "approval",
        sa.Column("engagement", ID, nullable=False),
        sa.Column("route", ID, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("office", ID, nullable=True, comment="Whose decision it waits for; NULL: nobody's any more"),
        sa.Column("content", JSON, nullable=False, comment="What approval is asked for, as it was then"),
        sa.Column("changed", JSON, nullable=False, comment="What of that reads otherwise by now"),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("asked_by", sa.String(length=200), nullable=False, comment="Name of the token or user"),
        sa.Column("asked_by_id", ID, nullable=True, comment="Id of the token or user"),
        sa.Column("asked_by_user", ID, nullable=True),
        sa.Column("asked_by_person", ID, nullable=True, comment="As it was then, whoever is merged later"),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("marking_id", sa.Integer(), nullable=False),
        *record(),
        sa.ForeignKeyConstraint(["asked_by_user"], ["account.id"], name=op.f("fk_approval_asked_by_user")),
        sa.ForeignKeyConstraint(["engagement"], ["engagement.id"], name=op.f("fk_approval_engagement")),
        sa.ForeignKeyConstraint(["marking_id"], ["marking.id"], name=op.f("fk_approval_marking_id")),
        sa.ForeignKeyConstraint(["office"], ["office.id"], name=op.f("fk_approval_office")),
        sa.ForeignKeyConstraint(["route"], ["approval_route.id"], name=op.f("fk_approval_route")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index("ix_approval_engagement", "approval", ["engagement", "id"])
    op.create_index("ix_approval_office", "approval", ["office", "created_at", "id"])
    op.create_index("ix_approval_state", "approval", ["state", "created_at", "id"])
    op.create_index("uq_approval_external_ref", "approval", ["external_ref", "marking_id"], unique=True)
    op.create_table(
        "approval_step",
        sa.Column("approval_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False, comment="From 1"),
        sa.Column("office", ID, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False, comment="What the step is called"),
        sa.Column("decision", sa.String(length=20), nullable=True, comment="NULL: none yet"),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True, comment="Name of the token or user"),
        sa.Column("decided_by_id", ID, nullable=True, comment="Id of the token or user"),
        sa.Column("person", ID, nullable=True, comment="Who decided; as it was then, whoever is merged later"),
        sa.Column(
            "on_behalf_of",
            ID,
            nullable=True,
            comment="The holder in whose place that was, likewise; NULL: the holder themself",
        ),
        sa.Column("delegation", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_approval_step_approval_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["delegation"], ["delegation.id"], name=op.f("fk_approval_step_delegation")),
        sa.ForeignKeyConstraint(["office"], ["office.id"], name=op.f("fk_approval_step_office")),
        sa.PrimaryKeyConstraint("approval_id", "position", name=op.f("pk_approval_step")),
    )
    op.create_index("ix_approval_step_office", "approval_step", ["office", "approval_id"])


def downgrade() -> None:
    for table in ("approval_step", "approval", "delegation", "approval_route"):
        op.drop_table(table)
    op.drop_index("ix_account_person", "account")
    op.drop_column("account", "person")
    op.drop_column("engagement", "status_comment")
    op.drop_column("engagement", "status_reason")
    _clear_representations()
