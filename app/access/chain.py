"""Proof of the ledger: every entry held against the one before it, against the head, and against seals.

It takes entries one by one and remembers two hashes. What has to be remembered beyond that lies in a database of its
own on disk, so that a ledger of any length is proved in the same memory.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from app.access.ledger import CONTENTS, GENESIS, Head, content_hash, entry_hash
from app.access.seals import Seal


@dataclass(frozen=True, slots=True)
class Flaw:
    """Where the ledger is not what was written: the first entry that is wrong, and what is wrong with it."""

    seq: int
    what: str
    """In one word: changed, missing, inserted, reordered, emptied, cut."""

    detail: str

    def __str__(self) -> str:
        return f"entry {self.seq} is {self.what}: {self.detail}"


class Proof:
    """One walk along the ledger, from its first entry to its last."""

    def __init__(self) -> None:
        self.flaw: Flaw | None = None
        self.last = Head(0, GENESIS)
        self.seals = 0
        self._before = GENESIS
        self._sealed: int | None = None
        self._next_seal: tuple[int, bytes, str] | None = None
        self._aside = sqlite3.connect("", isolation_level=None)  # a file that nobody else sees and that is gone after
        self._aside.execute("PRAGMA journal_mode=OFF")
        self._aside.execute("CREATE TABLE seal (seq INTEGER NOT NULL, hash BLOB NOT NULL, at TEXT NOT NULL)")
        self._aside.execute("CREATE INDEX seal_seq ON seal (seq)")
        self._aside.execute("CREATE TABLE emptied (record_id TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _where: TracebackType | None
    ) -> None:
        self._aside.close()

    def sealed(self, seals: Iterable[Seal]) -> None:
        """Takes the seals that the ledger is to be held against. They come before all entries."""
        self._aside.execute("BEGIN")
        for each in seals:
            self._aside.execute("INSERT INTO seal VALUES (?, ?, ?)", (each.seq, each.hash, each.at))
            self.seals += 1
        self._aside.execute("COMMIT")
        self._next_seal = self._seal_after(0)

    def take(self, entry: Mapping[str, Any]) -> None:
        """The next entry. After a first flaw only disposals are of interest, for what was emptied before it."""
        if self.flaw is None:
            self.flaw = self._fault(entry)
        if self.flaw is None:
            self._before, self.last = self.last.hash, Head(entry["seq"], entry["hash"])
            self.flaw = self._broken_seal()
        self._contents(entry)

    def end(self, head: Head | None) -> Flaw | None:
        """What is wrong, if anything is, now that no more entries come; `head` is what the database says of the end."""
        if self.flaw is None:
            self.flaw = self._wrong_end(head)
        seq = self._aside.execute("SELECT min(seq) FROM emptied").fetchone()[0]
        if seq is not None and (self.flaw is None or seq < self.flaw.seq):
            self.flaw = Flaw(seq, "emptied", "what it said was removed, and no disposal of its record follows")
        return self.flaw

    def _fault(self, entry: Mapping[str, Any]) -> Flaw | None:
        seq, due = entry["seq"], self.last.seq + 1
        if seq > due:
            return Flaw(due, "missing", f"the next one after {self.last.seq} is {seq}")
        if seq < due:
            return Flaw(seq, "reordered", f"it comes again, or late: after {self.last.seq}")
        return self._fault_of_hash(entry)

    def _fault_of_hash(self, entry: Mapping[str, Any]) -> Flaw | None:
        seq = entry["seq"]
        whole, follows = entry_hash(entry) == entry["hash"], entry["previous_hash"] == self.last.hash
        if whole and follows:
            return self._wrong_contents(entry)
        if whole and seq > 1:
            # It is as it was written, but for another entry before it.
            return Flaw(seq - 1, "changed", f"its hash was made anew, and entry {seq} was written after another one")
        if follows or whole:
            return Flaw(seq, "changed", "it has not the hash that it was written with")
        if seq > 1 and entry["previous_hash"] == self._before:
            return Flaw(seq - 1, "inserted", f"what stands as entry {seq} was written in its place")
        return Flaw(seq, "reordered", "another entry, from elsewhere in the ledger, stands in its place")

    def _wrong_contents(self, entry: Mapping[str, Any]) -> Flaw | None:
        removed = all(entry[name] is None for name in CONTENTS)
        if removed and entry["action"] != "dispose":
            return None
        if removed or content_hash(entry) != entry["content_hash"]:
            return Flaw(entry["seq"], "changed", "what it says of the record is not what it was written with")
        return None

    def _contents(self, entry: Mapping[str, Any]) -> None:
        """Notes what was emptied, until the disposal that allows it."""
        if entry["action"] == "dispose":
            self._aside.execute("DELETE FROM emptied WHERE record_id = ?", (str(entry["record_id"]),))
        elif all(entry[name] is None for name in CONTENTS):
            self._aside.execute("INSERT OR IGNORE INTO emptied VALUES (?, ?)", (str(entry["record_id"]), entry["seq"]))

    def _broken_seal(self) -> Flaw | None:
        while self._next_seal is not None and self._next_seal[0] == self.last.seq:
            seq, sealed, at = self._next_seal
            with closing(self._aside.execute("SELECT 1 FROM seal WHERE seq = ? AND hash <> ?", (seq, sealed))) as other:
                if other.fetchone() or sealed != self.last.hash:
                    since = f"after entry {self._sealed}" if self._sealed else "at its beginning, maybe"
                    return Flaw(seq, "changed", f"it is not the one that was sealed at {at}; rewritten {since}")
            self._sealed, self._next_seal = seq, self._seal_after(seq)
        return None

    def _seal_after(self, seq: int) -> tuple[int, bytes, str] | None:
        found = self._aside.execute("SELECT seq, hash, at FROM seal WHERE seq > ? ORDER BY seq LIMIT 1", (seq,))
        row: tuple[int, bytes, str] | None = found.fetchone()
        return row

    def _wrong_end(self, head: Head | None) -> Flaw | None:
        after = self.last.seq + 1
        if self._next_seal is not None:
            seq, _, at = self._next_seal
            return Flaw(after, "cut", f"the ledger ends with {self.last.seq}, and entry {seq} was sealed at {at}")
        if head is None:
            return None
        if head.seq > self.last.seq:
            return Flaw(after, "cut", f"the ledger ends with {self.last.seq}, and its head says {head.seq}")
        if head.seq < self.last.seq:
            return Flaw(head.seq + 1, "inserted", f"the ledger's head says that {head.seq} is the last")
        if head.hash != self.last.hash:
            return Flaw(head.seq, "changed", "the ledger's head has another hash of it")
        return None
