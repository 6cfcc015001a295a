"""Row-level security for a table that bears markings: the policy that migration 0002 made for those of its time."""

from alembic import op


def wall(table: str) -> None:
    """Lets PostgreSQL hold back rows whose marking a transaction was not told."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        # The sub-select is worked out once a statement, not once a row.
        seen = "marking_id = ANY ((SELECT visible_markings())::integer[])"
        op.execute(f"CREATE POLICY visible ON {table} USING ({seen}) WITH CHECK (true)")
