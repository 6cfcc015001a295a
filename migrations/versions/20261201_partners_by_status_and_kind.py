"""partners by status and kind: what is planned with a partner, and their visits, are read off one index in their order.

While it runs nobody else reads or writes which partners take part. While processes of the version before still write
to PostgreSQL, a trigger sees to the new columns. A later release drops it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LINK, CARRIED = "engagement_partner", ("status", "kind")
KEY = f"fk_{LINK}_engagement"
ASKED = (("status",), ("kind",), ("kind", "status"))
ALONE = {"resolve_fks": False}
"""Read without the tables that it refers to, of which SQLAlchemy cannot read indexes on expressions."""

COMMENT = "The engagement's own, kept so by the foreign key"


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_index("uq_engagement_standing", "engagement", ["id", "starts_on", *CARRIED], unique=True)
    for each in CARRIED:
        op.add_column(LINK, sa.Column(each, sa.String(length=20), nullable=True, comment=COMMENT))
    op.execute(
        f"UPDATE {LINK} SET status = engagement.status, kind = engagement.kind FROM engagement "  # noqa: S608
        f"WHERE engagement.id = {LINK}.engagement_id"
    )
    with op.batch_alter_table(LINK, reflect_kwargs=ALONE) as batch:
        for each in CARRIED:
            batch.alter_column(each, nullable=False, existing_type=sa.String(length=20), existing_comment=COMMENT)
        _refer(batch, CARRIED)
    for asked in ASKED:
        op.create_index(_index(asked), LINK, ["partner", *asked, "starts_on", "engagement_id"])
    if not sqlite:
        _as_the_version_before_writes()


def _refer(batch: BatchOperations, carried: Sequence[str]) -> None:
    """Has links refer to an engagement by its id, its first day, and what else they carry of it."""
    batch.drop_constraint(KEY, type_="foreignkey")
    columns = ["engagement_id", "starts_on", *carried]
    batch.create_foreign_key(KEY, "engagement", columns, ["id", *columns[1:]], onupdate="CASCADE")


def _index(asked: Sequence[str]) -> str:
    return "_".join((f"ix_{LINK}_partner", *asked))


def _as_the_version_before_writes() -> None:
    op.execute(
        "CREATE FUNCTION partner_stands_as_its_engagement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        "SET search_path FROM CURRENT AS $$ BEGIN SELECT status, kind INTO NEW.status, NEW.kind FROM engagement "
        "WHERE id = NEW.engagement_id; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER stands_as_its_engagement BEFORE INSERT ON {LINK} FOR EACH ROW WHEN (NEW.status IS NULL) "
        "EXECUTE FUNCTION partner_stands_as_its_engagement()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"DROP TRIGGER stands_as_its_engagement ON {LINK}")
        op.execute("DROP FUNCTION partner_stands_as_its_engagement()")
    for asked in ASKED:
        op.drop_index(_index(asked), LINK)
    with op.batch_alter_table(LINK, reflect_kwargs=ALONE) as batch:
        _refer(batch, ())
        for each in CARRIED:
            batch.drop_column(each)
    op.drop_index("uq_engagement_standing", "engagement")
