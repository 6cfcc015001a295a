"""row-level security: PostgreSQL's own wall under the role that the application works as."""

from collections.abc import Sequence

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROLE = "tracker_app"
WALLED = ("engagement", "participant", "ledger", "access_log", "disposal")
UNMARKED = ("ledger", "access_log")
"""Tables that also tell of what bears no marking."""

APPENDED = ("ledger", "access_log")
"""Tables to which the role only ever adds."""


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(
        "CREATE FUNCTION visible_markings() RETURNS integer[] LANGUAGE sql STABLE PARALLEL SAFE AS "
        "$$ SELECT coalesce(nullif(current_setting('tracker.markings', true), ''), '{}')::integer[] $$"
    )
    for table in WALLED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        # The sub-select is worked out once a statement, not once a row.
        seen = "marking_id = ANY ((SELECT visible_markings())::integer[])"
        bare = " OR marking_id IS NULL" if table in UNMARKED else ""
        op.execute(f"CREATE POLICY visible ON {table} USING ({seen}{bare}) WITH CHECK (true)")
    _role()
    for statement in (
        "GRANT USAGE ON SCHEMA public TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {role}",
        "REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
        *(f"REVOKE UPDATE, DELETE ON {table} FROM {{role}}" for table in APPENDED),
    ):
        _if_there_is_a_role(statement)


def _role() -> None:
    """Makes the role, if the one who migrates may. It belongs to the server, so another database may have made it."""
    op.execute(
        f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
                CREATE ROLE {ROLE} NOLOGIN;
            END IF;
            IF NOT pg_has_role(current_user, '{ROLE}', 'MEMBER') THEN
                GRANT {ROLE} TO current_user;
            END IF;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;
            WHEN insufficient_privilege THEN
                RAISE WARNING 'There is no role {ROLE}, or it is not granted to %: see docs/operations.md', current_user;
        END $$
        """
    )


def _if_there_is_a_role(statement: str) -> None:
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN "
        f"{statement.format(role=ROLE)}; END IF; END $$"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in WALLED:
        op.execute(f"DROP POLICY visible ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP FUNCTION visible_markings()")
    for statement in (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM {role}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}",
        "REVOKE ALL ON SCHEMA public FROM {role}",
    ):
        _if_there_is_a_role(statement)
