"""statistics: engagements are counted off one index, and an engagement's links are found by it."""

from collections.abc import Sequence

from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LINKS = {
    "engagement_partner": "partner",
    "engagement_priority": "priority",
    "engagement_tag": "tag",
    "exercise_domain": "domain",
}
COUNTED = [
    *("id", "archived", "marking_id", "starts_on", "ends_on", "kind", "status", "level", "lead", "country", "series"),
]


def _keys(*order: str) -> None:
    """Puts the keys of all links into an order: of `engagement_id`, and of what an engagement is tied to."""
    for table, value in LINKS.items():
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"pk_{table}", type_="primary")
            batch.create_primary_key(f"pk_{table}", [value if each == "value" else each for each in order])


def upgrade() -> None:
    _keys("engagement_id", "value")
    op.create_index("ix_engagement_counted", "engagement", COUNTED)


def downgrade() -> None:
    op.drop_index("ix_engagement_counted", "engagement")
    _keys("value", "engagement_id")
