"""Column types as migrations write them; frozen here, so that an old migration stays what it was."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

ID = sa.Uuid(as_uuid=False).with_variant(sa.String(36), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
BIGINT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TSVECTOR = postgresql.TSVECTOR().with_variant(sa.Text(), "sqlite")
