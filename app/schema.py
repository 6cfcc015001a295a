"""Which schema a database has, held against the one that this code works with; without Alembic, which takes its time.

The revisions stand in the migrations, as Alembic has them: `revision: str = "0002"`, `down_revision: … = "0001"`.
"""

import re
from functools import cache
from pathlib import Path

from sqlalchemy import inspect, text

from app.db import Database

SCRIPTS = Path(__file__).parent.parent / "migrations"

_SAID = re.compile(r'^(revision|down_revision)\b.*= "(\w+)"$', re.MULTILINE)


@cache
def revisions() -> tuple[frozenset[str], str]:
    """The revisions of the schema that this code knows, and the one that it works with."""
    scripts = [dict(_SAID.findall(each.read_text(encoding="utf-8"))) for each in SCRIPTS.glob("versions/*.py")]
    known = frozenset(each["revision"] for each in scripts)
    (head,) = known.difference(each.get("down_revision", "") for each in scripts)
    return known, head


def is_current(database: Database) -> bool:
    """Whether the schema is the one that this code works with."""
    with database.reader.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        current = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return bool(current == revisions()[1])
