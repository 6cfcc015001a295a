"""orders along indexes: each order that lists of engagements offer has an index, that ends in the id.

They are made while others read; who writes to engagements waits, some twenty seconds for a million of them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ORDERS = {
    "ends_on": "coalesce(ends_on, '9999-12-31')",
    "kind": None,
    "status": None,
    "country": "coalesce(country, '')",
    "level": "coalesce(level, '')",
}


def upgrade() -> None:
    for name, by in ORDERS.items():
        op.create_index(f"ix_engagement_by_{name}", "engagement", [name if by is None else sa.text(by), "id"])


def downgrade() -> None:
    for name in ORDERS:
        op.drop_index(f"ix_engagement_by_{name}", "engagement")
