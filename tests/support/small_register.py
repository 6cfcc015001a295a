"""Registers for unit tests: on SQLite, with every table and no rows, open within milliseconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import create_engine

from app.access.ledger import GENESIS
from app.access.register import Register
from app.core.columns import Base, table_of
from app.models import LedgerHead
from support.databases import MEMORY, settings_for


@cache
def _tables() -> bytes:
    """A database file as the models have it, with an empty ledger; the migrations take seconds."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        connection.execute(table_of(LedgerHead).insert().values(id=1, seq=0, hash=GENESIS))
        driver: Any = connection.connection.driver_connection
        driver.commit()
        made: bytes = driver.serialize()
    engine.dispose()
    return made


@contextmanager
def small_register(**settings: object) -> Iterator[Register]:
    """A register of one's own."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as directory:
        file = Path(directory) / "register.db"
        file.write_bytes(_tables())
        register = Register(settings_for(f"sqlite:///{file}", **settings))
        try:
            yield register
        finally:
            register.close()
