"""search by day: each entry of the directory has its day, and SQLite's full text is read in the order of days.

While processes of the version before still write to PostgreSQL, triggers see to the day. A later release drops them.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

DAYS = {
    "engagement": "starts_on",
    "appointment": "starts_on",
    "blackout": "starts_on",
    "delegation": "starts_on",
    "information_request": "due_on",
    "interoperability_claim": "proved_on",
}
"""The day that the lists of a table go by."""

OTHERS = (
    *("advocacy", "approval", "approval_route", "attachment", "briefing", "commitment", "objective", "office", "pack"),
    *("participant", "partner", "person", "position", "post", "priority", "report", "retention_class"),
    *("scope_document", "series"),
)
"""Tables whose lists go by no day that all of their records have: it is the day of entry."""

TODAY = "(now() AT TIME ZONE 'UTC')::date"
ROW = "CAST(julianday(day) - 1721424.5 AS INTEGER) * 4294967296 + seq"
FULL_TEXT = "CREATE VIRTUAL TABLE search_text_{} USING fts5(title, body, prefix='2 3')"


def upgrade() -> None:
    comment = "The day that lists of such records go by; of others the day of their entry"
    op.add_column("search_entry", sa.Column("day", sa.Date(), nullable=True, comment=comment))
    entry = sa.table("search_entry", sa.column("record_id"), sa.column("day", sa.Date()))
    sqlite = op.get_bind().dialect.name == "sqlite"
    entered = "date(created_at)" if sqlite else "(created_at AT TIME ZONE 'UTC')::date"
    for name, column in (DAYS | dict.fromkeys(OTHERS, entered)).items():
        record = sa.table(name, sa.column("id"))
        day: sa.ColumnElement[Any] = sa.literal_column(column)
        if sqlite:
            known = sa.select(day).select_from(record).where(record.c.id == entry.c.record_id).scalar_subquery()
            op.execute(sa.update(entry).where(entry.c.record_id.in_(sa.select(record.c.id))).values(day=known))
        else:
            op.execute(sa.update(entry).where(entry.c.record_id == record.c.id).values(day=day))
    op.execute(sa.update(entry).where(entry.c.day.is_(None)).values(day=sa.literal_column("CURRENT_DATE")))
    op.create_index("ix_search_entry_day", "search_entry", ["day", "record_id"])
    if sqlite:
        _rows_numbered(f"{ROW}, title, body FROM search_text JOIN search_entry ON seq = search_text.rowid")
        _words()
    else:
        _days_of_the_version_before()


def _rows_numbered(rows: str) -> None:
    """Gives SQLite's full text other row numbers."""
    op.execute(FULL_TEXT.format("new"))
    op.execute(f"INSERT INTO search_text_new (rowid, title, body) SELECT {rows} ORDER BY 1")
    op.execute("DROP TABLE search_text")
    op.execute("ALTER TABLE search_text_new RENAME TO search_text")


def _words() -> None:
    op.execute("CREATE TABLE search_word (word TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID")
    op.execute("CREATE VIRTUAL TABLE temp.search_vocabulary USING fts5vocab(main, search_text, row)")
    op.execute("INSERT INTO search_word SELECT term FROM temp.search_vocabulary")
    op.execute("DROP TABLE temp.search_vocabulary")


def _days_of_the_version_before() -> None:
    known = ", ".join(f"(SELECT {column} FROM {table} WHERE id = NEW.record_id)" for table, column in DAYS.items())  # noqa: S608
    op.execute(
        "CREATE FUNCTION search_entry_gets_its_day() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path FROM CURRENT AS $$ BEGIN NEW.day := coalesce({known}, {TODAY}); RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER gets_its_day BEFORE INSERT ON search_entry FOR EACH ROW WHEN (NEW.day IS NULL) "
        "EXECUTE FUNCTION search_entry_gets_its_day()"
    )
    op.execute(
        "CREATE FUNCTION search_entry_keeps_its_day() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "UPDATE search_entry SET day = (to_jsonb(NEW) ->> TG_ARGV[0])::date WHERE record_id = NEW.id; "
        "RETURN NULL; END $$"
    )
    for table, column in DAYS.items():
        op.execute(
            f"CREATE TRIGGER keeps_its_day AFTER UPDATE OF {column} ON {table} FOR EACH ROW "
            f"WHEN (OLD.{column} IS DISTINCT FROM NEW.{column}) "
            f"EXECUTE FUNCTION search_entry_keeps_its_day('{column}')"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rows_numbered("rowid & 4294967295, title, body FROM search_text")
        op.execute("DROP TABLE search_word")
    else:
        for table in DAYS:
            op.execute(f"DROP TRIGGER keeps_its_day ON {table}")
        op.execute("DROP TRIGGER gets_its_day ON search_entry")
        op.execute("DROP FUNCTION search_entry_keeps_its_day()")
        op.execute("DROP FUNCTION search_entry_gets_its_day()")
    op.drop_index("ix_search_entry_day", "search_entry")
    op.drop_column("search_entry", "day")
