"""Tampering with the ledger, as somebody could who rules the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, text, update

from app.access.ledger import content_hash, entry_hash
from app.config import Settings
from app.core.columns import table_of
from app.db import Database
from app.models import LedgerEntry, LedgerHead

LEDGER, HEAD = table_of(LedgerEntry), table_of(LedgerHead)


@contextmanager
def past_the_triggers(settings: Settings) -> Iterator["Tampering"]:
    """The ledger without what protects it, until the block ends."""
    database = Database(settings.database_url)
    try:
        with database.write() as connection:
            if database.is_sqlite:
                for event in ("update", "delete", "replace"):
                    connection.execute(text(f"DROP TRIGGER IF EXISTS ledger_no_{event}"))
            else:
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield Tampering(connection)
    finally:
        database.close()


class Tampering:
    """What can be done to the ledger then."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.end = int(connection.scalar(select(HEAD.c.seq)) or 0)

    def entry(self, seq: int) -> dict[str, Any]:
        row = dict(self.connection.execute(select(LEDGER).where(LEDGER.c.seq == seq)).mappings().one())
        for name in ("content_salt", "content_hash", "previous_hash", "hash"):
            row[name] = None if row[name] is None else bytes(row[name])
        return row

    def change(self, seq: int, /, **values: Any) -> None:
        self.connection.execute(update(LEDGER).where(LEDGER.c.seq == seq).values(**values))

    def rehash(self, seq: int, /, **values: Any) -> bytes:
        """Changes an entry and gives it hashes that fit."""
        entry = self.entry(seq) | values
        if entry["representation"] is not None:
            entry["content_hash"] = content_hash(entry)
        entry["hash"] = entry_hash(entry)
        self.change(seq, **entry)
        return bytes(entry["hash"])

    def rewrite(self, since: int, /, **values: Any) -> None:
        """Changes an entry and makes all hashes after it anew, up to the head: the chain holds again."""
        previous = self.rehash(since, **values)
        for seq in range(since + 1, self.end + 1):
            previous = self.rehash(seq, previous_hash=previous)
        self.set_head(self.end, previous)

    def delete(self, since: int, until: int) -> None:
        self.connection.execute(LEDGER.delete().where(LEDGER.c.seq.between(since, until)))

    def shift(self, since: int, by: int) -> None:
        """Gives all entries from one on other numbers."""
        self.connection.execute(update(LEDGER).where(LEDGER.c.seq >= since).values(seq=-(LEDGER.c.seq + by)))
        self.connection.execute(update(LEDGER).where(LEDGER.c.seq < 0).values(seq=-LEDGER.c.seq))

    def swap(self, one: int, other: int) -> None:
        move = update(LEDGER).where(LEDGER.c.seq == bindparam("old")).values(seq=bindparam("new"))
        for old, new in ((one, -1), (other, one), (-1, other)):
            self.connection.execute(move, {"old": old, "new": new})

    def forge(self, seq: int, /, **values: Any) -> None:
        """A new entry, made of the one before its place, with hashes that fit there."""
        entry = self.entry(seq - 1)
        entry |= {"seq": seq, "previous_hash": entry["hash"], **values}
        entry["content_hash"] = content_hash(entry)
        entry["hash"] = values.get("hash") or entry_hash(entry)
        self.connection.execute(insert(LEDGER).values(**entry))

    def set_head(self, seq: int, value: bytes | None = None) -> None:
        """Says that the ledger ends here."""
        if value is None:
            value = self.entry(seq)["hash"] if seq else bytes(32)
        self.connection.execute(update(HEAD).values(seq=seq, hash=value))
