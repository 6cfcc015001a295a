"""Writing the ledger: entries join the transaction of the change, in commit order, each chained to the last."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.core.columns import instant_text
from app.models import LedgerEntry, LedgerHead

GENESIS = bytes(32)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one record, on its way into the ledger."""

    action: str
    record_type: str
    record_id: str
    version: int
    marking_id: int | None
    prior_marking_id: int | None
    changes: dict[str, Any]
    representation: str


def entry_hash(entry: dict[str, Any]) -> bytes:
    """The hash of an entry, chained to the one before: SHA-256 over its canonical JSON."""
    plain = {name: _plain(value) for name, value in entry.items() if name != "hash"}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).digest()


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return instant_text(value) if isinstance(value, datetime) else value


def append(
    session: Session,
    changes: Sequence[Change],
    *,
    actor: Actor,
    at: datetime,
    request_id: str,
    reason: str | None = None,
) -> int:
    """Writes the entries of one transaction and gives the `seq` of the last.

    It takes the lock on the ledger's head, which is held to the end of the transaction; so it comes last, right
    before the commit, and `seq` has no gaps and follows the order of commits.
    """
    head = session.execute(select(LedgerHead.seq, LedgerHead.hash).where(LedgerHead.id == 1).with_for_update()).one()
    seq, previous = head.seq, bytes(head.hash)
    rows = []
    for change in changes:
        seq += 1
        row: dict[str, Any] = {
            "seq": seq,
            "at": at,
            "actor": actor.name,
            "actor_id": actor.id,
            "request_id": request_id,
            "reason": reason,
            "action": change.action,
            "record_type": change.record_type,
            "record_id": change.record_id,
            "version": change.version,
            "marking_id": change.marking_id,
            "prior_marking_id": change.prior_marking_id,
            "changes": change.changes,
            "representation": change.representation,
            "previous_hash": previous,
        }
        previous = row["hash"] = entry_hash(row)
        rows.append(row)
    session.execute(insert(LedgerEntry), rows)
    session.execute(update(LedgerHead).where(LedgerHead.id == 1).values(seq=seq, hash=previous))
    return int(seq)
