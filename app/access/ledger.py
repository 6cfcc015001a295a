"""Writing the ledger: entries join the transaction of the change, in commit order, each chained to the last.

The chain is over a digest of an entry's contents, not over the contents themselves: what a record said can be removed
when it is lawfully disposed of, and everything else still proves what it proved before.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.core.columns import instant_text, table_of
from app.models import LedgerEntry, LedgerHead

GENESIS = bytes(32)

_HEAD, _ENTRIES = table_of(LedgerHead), table_of(LedgerEntry)


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
    actor: Actor | None = None
    """Who made it, if not whoever the work is for."""


CONTENTS = ("changes", "representation", "content_salt")
"""What of an entry may be removed later. The salt goes with it: without, a digest would let one try out guesses."""

SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of the ledger: its number and its hash."""

    seq: int
    hash: bytes


def content_hash(entry: Mapping[str, Any]) -> bytes:
    """The digest of an entry's contents."""
    return _digest({name: entry[name] for name in CONTENTS})


def entry_hash(entry: Mapping[str, Any]) -> bytes:
    """The hash of an entry, chained to the one before: over all but its contents, for which their digest stands."""
    return _digest({name: value for name, value in entry.items() if name != "hash" and name not in CONTENTS})


def _digest(values: Mapping[str, Any]) -> bytes:
    """SHA-256 over canonical JSON."""
    text = json.dumps(plain(values), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).digest()


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON has them: hashes in hexadecimal digits, instants and ids as text."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, UUID):
        return str(value)
    return instant_text(value) if isinstance(value, datetime) else value


def append(
    session: Session,
    changes: Sequence[Change],
    *,
    actor: Actor,
    at: datetime,
    request_id: str,
    reason: str | None = None,
) -> Head:
    """Writes the entries of one transaction and gives the last.

    It takes the lock on the ledger's head, which is held to the end of the transaction; so it comes last, right
    before the commit, and `seq` has no gaps and follows the order of commits.
    """
    head = session.execute(select(_HEAD.c.seq, _HEAD.c.hash).where(_HEAD.c.id == 1).with_for_update()).one()
    seq, previous = head.seq, bytes(head.hash)
    rows = []
    for change in changes:
        seq += 1
        who = change.actor or actor
        row: dict[str, Any] = {
            "seq": seq,
            "at": at,
            "actor": who.name,
            "actor_id": who.id,
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
            "content_salt": secrets.token_bytes(SALT_BYTES),
            "previous_hash": previous,
        }
        row["content_hash"] = content_hash(row)
        previous = row["hash"] = entry_hash(row)
        rows.append(row)
    session.execute(insert(_ENTRIES), rows)
    session.execute(update(_HEAD).where(_HEAD.c.id == 1).values(seq=seq, hash=previous))
    return Head(int(seq), previous)
