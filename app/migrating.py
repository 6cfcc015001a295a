"""The schema and the reference data of a database: brought up to date, and held against what the code needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.db import Database

SCRIPTS = Path(__file__).parent.parent / "migrations"


def config() -> Config:
    """Alembic's configuration, without its file: an installed package has none."""
    made = Config()
    made.set_main_option("script_location", str(SCRIPTS))
    return made


def migrate(url: str, *, to: str = "head") -> None:
    """Brings the schema of a database to a revision, up or down, all of it or not at all."""
    database = Database(url)
    try:
        with database.writer.connect() as connection, connection.begin():
            settings = config()
            settings.attributes["connection"] = connection
            current = MigrationContext.configure(connection).get_current_revision()
            walk = ScriptDirectory.from_config(settings)
            down = to == "base" or (
                to != "head"
                and current is not None
                and to in {each.revision for each in walk.iterate_revisions(current, "base")}
            )
            (command.downgrade if down else command.upgrade)(settings, to)
    finally:
        database.close()


def is_current(database: Database) -> bool:
    """Whether the schema is the one that this code works with."""
    with database.reader.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current == ScriptDirectory.from_config(config()).get_current_head()
