"""What is found after a fault, held against what the writers were told, and against itself."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text
from writers import Caller, Creation, Memory, Record

from app.commands.audit import verify
from app.commands.opening import Refused
from app.db import Database
from support.databases import settings_for

WHOLE = {
    "an engagement without its part of that kind": """
        SELECT reference FROM engagement e WHERE NOT EXISTS (SELECT 1 FROM visit k WHERE k.id = e.id)
          AND NOT EXISTS (SELECT 1 FROM dialogue k WHERE k.id = e.id)
          AND NOT EXISTS (SELECT 1 FROM exercise k WHERE k.id = e.id)
          AND NOT EXISTS (SELECT 1 FROM deployment k WHERE k.id = e.id)
          AND NOT EXISTS (SELECT 1 FROM bilateral_talks k WHERE k.id = e.id)""",
    **{
        f"{table}: a record that the search does not know": f"""
        SELECT id FROM {table} r WHERE NOT EXISTS (SELECT 1 FROM search_entry s WHERE s.record_id = r.id)"""
        for table in ("engagement", "participant", "person")
    },
    "an entry of the search without its record": """
        SELECT record_id FROM search_entry s WHERE record_type IN ('visit', 'dialogue', 'exercise', 'bilateral_talks',
          'engagement', 'participant', 'person') AND NOT EXISTS (SELECT 1 FROM engagement r WHERE r.id = s.record_id)
          AND NOT EXISTS (SELECT 1 FROM participant r WHERE r.id = s.record_id)
          AND NOT EXISTS (SELECT 1 FROM person r WHERE r.id = s.record_id)""",
    "an engagement whose entry of the search says otherwise": """
        SELECT id FROM engagement e JOIN search_entry s ON s.record_id = e.id WHERE s.day <> e.starts_on
          OR s.marking_id <> e.marking_id OR s.archived <> e.archived""",
    "a partner of an engagement whose row says otherwise": """
        SELECT id FROM engagement e JOIN engagement_partner p ON p.engagement_id = e.id
          WHERE p.starts_on <> e.starts_on OR p.status <> e.status OR p.kind <> e.kind""",
    **{
        f"{table}: a record whose version is not in the ledger as it reads": f"""
        SELECT id FROM {table} r WHERE NOT EXISTS (SELECT 1 FROM ledger l WHERE l.record_id = r.id
          AND l.version = r.version AND l.representation = r.representation)"""
        for table in ("engagement", "participant", "person")
    },
    "an entry of the ledger whose record is not there": """
        SELECT record_id FROM ledger l WHERE record_type IN ('visit', 'dialogue', 'exercise', 'bilateral_talks',
          'participant', 'person') AND NOT EXISTS (SELECT 1 FROM engagement r WHERE r.id = l.record_id)
          AND NOT EXISTS (SELECT 1 FROM participant r WHERE r.id = l.record_id)
          AND NOT EXISTS (SELECT 1 FROM person r WHERE r.id = l.record_id)""",
    "a reference that is used twice": "SELECT reference FROM engagement GROUP BY reference HAVING count(*) > 1",
    "a key that was taken without its answer": "SELECT key FROM answer WHERE status IS NULL",
}
"""What must find nothing in a register, whatever happened to it."""

SQLITE = {
    "an entry of the search without its words": """
        SELECT record_id FROM search_entry s WHERE NOT EXISTS (SELECT 1 FROM search_text t
          WHERE t.rowid = CAST(julianday(s.day) - 1721424.5 AS INTEGER) * 4294967296 + s.seq)""",
    "a key that leads nowhere": "SELECT * FROM pragma_foreign_key_check",
    "a file that is not sound": "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
}


@dataclass
class Account:
    """What rounds of faults have come to."""

    rounds: int = 0
    acknowledged: int = 0
    unanswered: int = 0
    refused: int = 0
    """Of the unanswered: with a 503."""

    without_room: int = 0
    """Of the unanswered: with a 507."""

    kept: int = 0
    """Of the unanswered: wholly there."""

    lost: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """Answers that should never have been given."""

    @property
    def faultless(self) -> bool:
        return not (self.lost or self.half or self.twice or self.wrong)

    def __str__(self) -> str:
        found = " ".join(f"{name} {len(getattr(self, name))}" for name in ("lost", "half", "twice", "wrong"))
        of_those = f"503: {self.refused}; 507: {self.without_room}; kept: {self.kept}"
        told = f"{self.acknowledged} acknowledged, {self.unanswered} unanswered ({of_those})"
        return f"{self.rounds} rounds: {told}; {found}"


def reckon(account: Account, memories: list[Memory], caller: Caller, url: str) -> None:
    """Holds a register that serves again against what its writers were told, and against itself."""
    account.rounds += 1
    for memory in memories:
        account.acknowledged += memory.acknowledged
        account.unanswered += memory.unanswered
        account.refused += memory.refused
        account.without_room += memory.without_room
        account.wrong += memory.wrong
        for record in memory.records:
            _record(account, caller, record)
        for creation in memory.doubtful:
            _creation(account, caller, creation)
    account.half += unsound(url)


def _record(account: Account, caller: Caller, record: Record) -> None:
    answer = caller.client.get(record.path)
    if not answer.is_success:
        account.lost.append(f"{record.path}: {answer.status_code}")
        return
    found = answer.json()
    if record.doubt is None:
        same = _withdrawn(record.read, found) if record.withdrawn else found == record.read
        if not same:
            account.lost.append(f"{record.path}: acknowledged {record.read}, found {found}")
    elif found != record.read:
        method, patch = record.doubt
        whole = _withdrawn(record.read, found) if method == "DELETE" else _changed(record.read, patch, found)
        account.kept += whole
        if not whole:
            account.half.append(f"{record.path}: {method} {patch} of {record.read}, found {found}")


def _withdrawn(before: Any, found: Any) -> bool:
    return _changed(before, {"archived": True}, found)


def _changed(before: Any, patch: Any, found: Any) -> bool:
    """Whether a record is what it was before, with a patch and nothing but the patch."""
    follows = {"version": before["version"] + 1, "updated_at": found["updated_at"]}
    return bool(found == before | patch | follows)


def _creation(account: Account, caller: Caller, creation: Creation) -> None:
    """What was sent without an answer is wholly there or not at all; sent again, it is there once."""
    before = caller.tagged(creation.tag)
    if len(before) not in {0, creation.number}:
        account.half.append(f"{creation.path}: {len(before)} of {creation.number}")
    answer = caller.client.post(creation.path, json=creation.document, headers={"idempotency-key": creation.key})
    if answer.status_code != 201:
        account.wrong.append(f"again {creation.path}: {answer.status_code} {answer.text}")
        return
    if before:
        account.kept += 1
    if (answer.headers.get("idempotency-replayed") == "true") != bool(before):
        account.twice.append(f"{creation.path}: {len(before)} there, and {dict(answer.headers)}")
    after = caller.tagged(creation.tag)
    sent = creation.document.get("items", [creation.document])
    if sorted(each["title"] for each in after) != sorted(each["title"] for each in sent):
        account.twice.append(f"{creation.path}: {len(after)} of {creation.number}")


def unsound(url: str) -> list[str]:
    """What in a register does not go together."""
    database = Database(url)  # as its owner: nothing is hidden
    try:
        with database.reader.connect() as connection:
            found = [*_unsound(connection, database.is_sqlite)]
    finally:
        database.close()
    try:
        verify(settings_for(url), file=None, seals=None)
    except Refused as error:
        found.append(str(error))
    return found


def _unsound(connection: Connection, is_sqlite: bool) -> Iterator[str]:
    for what, statement in (WHOLE | (SQLITE if is_sqlite else {})).items():
        for row in connection.execute(text(statement)):
            yield f"{what}: {tuple(row)}"
    partners: dict[str, set[str]] = {}
    for engagement, partner in connection.execute(text("SELECT engagement_id, partner FROM engagement_partner")):
        partners.setdefault(str(engagement), set()).add(partner)
    for engagement, representation in connection.execute(text("SELECT id, representation FROM engagement")):
        named = {each["partner"] for each in json.loads(representation)["partners"]}
        if named != partners.get(str(engagement), set()):
            yield f"an engagement whose partners are not its rows: {engagement}"
