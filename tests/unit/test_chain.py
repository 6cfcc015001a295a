"""The ledger's chain: entries as they are appended, and a proof that names the first one that is not as it was."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, insert, select
from sqlalchemy.orm import Session

from app.access.actor import Actor, system
from app.access.chain import Proof
from app.access.ledger import GENESIS, Change, Head, append, content_hash, entry_hash, plain
from app.access.seals import Seal
from app.core.columns import table_of
from app.models import LedgerEntry, LedgerHead

SOMEBODY = Actor("0190163d-8694-739b-aea5-966c26f8ad91", "somebody", "contributor", "RESTRICTED", "NZ")
NOW = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)
RECORDS = [f"0190163d-8694-739b-aea5-00000000000{number}" for number in range(5)]
LEDGER, HEAD = table_of(LedgerEntry), table_of(LedgerHead)
Entries = list[dict[str, Any]]


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    LEDGER.create(engine)
    HEAD.create(engine)
    with Session(engine) as made:
        made.execute(insert(HEAD).values(id=1, seq=0, hash=GENESIS))
        yield made
    engine.dispose()


def change(record: str = RECORDS[0], action: str = "update", version: int = 2, **more: Any) -> Change:
    told = {
        "marking_id": 1,
        "prior_marking_id": None,
        "changes": {"title": ["Old", "Ōtautahi"]},
        "representation": "{}",
    }
    return Change(action, "visit", record, version, **{**told, **more})


def write(session: Session, *changes: Change, reason: str | None = None) -> Head:
    return append(session, changes, actor=SOMEBODY, at=NOW, request_id="r-1", reason=reason)


def kept(session: Session) -> Entries:
    return [dict(each) for each in session.execute(select(LEDGER).order_by(LEDGER.c.seq)).mappings()]


def head(session: Session) -> Head:
    return Head(*session.execute(select(HEAD.c.seq, HEAD.c.hash).where(HEAD.c.id == 1)).one())


def test_entries_tell_who_what_when_and_why(session: Session) -> None:
    assert write(session, change(), change(RECORDS[1], actor=system("calendar")), reason="Agreed") == head(session)
    first, second = kept(session)
    told = {name: first[name] for name in first if "hash" not in name and name != "content_salt"}
    assert told == {
        "seq": 1, "at": NOW, "actor": "somebody", "actor_id": SOMEBODY.id, "request_id": "r-1", "reason": "Agreed",
        "action": "update", "record_type": "visit", "record_id": RECORDS[0], "version": 2, "marking_id": 1,
        "prior_marking_id": None, "changes": {"title": ["Old", "Ōtautahi"]}, "representation": "{}",
    }  # fmt: skip
    assert (second["actor"], second["actor_id"], second["seq"]) == ("calendar", None, 2)
    assert write(session, change(version=3)).seq == 3
    assert kept(session)[2]["reason"] is None


def test_each_entry_is_chained_to_the_one_before_it(session: Session) -> None:
    write(session, change(), change(RECORDS[1]))
    write(session, change(RECORDS[2], prior_marking_id=2))
    before = GENESIS
    for each in kept(session):
        assert each["previous_hash"] == before
        assert each["hash"] == entry_hash(each) != before
        assert each["content_hash"] == content_hash(each)
        before = each["hash"]
    assert head(session) == Head(3, before)
    assert len({each["content_salt"] for each in kept(session)}) == 3
    assert {len(each["content_salt"]) for each in kept(session)} == {16}


def test_a_hash_is_that_of_canonical_json(session: Session) -> None:
    """So that whoever has the entry can compute it with other tools, as the documentation says."""
    write(session, change())
    (entry,) = kept(session)
    contents = {
        "changes": {"title": ["Old", "Ōtautahi"]}, "content_salt": entry["content_salt"].hex(), "representation": "{}",
    }  # fmt: skip
    assert content_hash(entry) == hashlib.sha256(canonical(contents)).digest()
    rest = plain({name: each for name, each in entry.items() if name not in (*contents, "hash")})
    assert rest["at"] == "2026-03-04T05:06:07.000089Z"
    assert (rest["record_id"], rest["previous_hash"]) == (RECORDS[0], "00" * 32)
    assert entry_hash(entry) == hashlib.sha256(canonical(rest)).digest()
    assert plain({"id": UUID(RECORDS[0]), "n": 1}) == {"id": RECORDS[0], "n": 1}


def canonical(values: dict[str, Any]) -> bytes:
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


# The proof.


@pytest.fixture
def entries(session: Session) -> Entries:
    """A ledger of five, of which the fourth is a disposal."""
    write(session, *(change(each, "create", 1) for each in RECORDS[:3]))
    write(session, change(RECORDS[0], "dispose", 2), change(RECORDS[1]))
    return kept(session)


def proved(entries: Entries, last: Head | None = None, seals: Any = ()) -> str | None:
    """What a proof says: nothing, or the flaw."""
    with Proof() as proof:
        if seals:
            proof.sealed(seals)
        for each in entries:
            proof.take(each)
        flaw = proof.end(last)
        assert flaw is proof.flaw
        assert flaw is not None or proof.last == Head(len(entries), entries[-1]["hash"] if entries else GENESIS)
        assert proof.seals == len(seals)
    return None if flaw is None else str(flaw)


def end(entries: Entries) -> Head:
    return Head(entries[-1]["seq"], entries[-1]["hash"])


def rehashed(entry: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An entry that somebody has changed who knows how hashes are made."""
    made = entry | changes
    made["content_hash"] = content_hash(made)
    return made | {"hash": entry_hash(made)}


def emptied(entry: dict[str, Any]) -> dict[str, Any]:
    return entry | {"changes": None, "representation": None, "content_salt": None}


def test_a_whole_ledger_has_no_flaw(entries: Entries) -> None:
    assert proved(entries) is proved(entries, end(entries)) is None
    assert proved([]) is proved([], Head(0, GENESIS)) is None


NEXT = "its hash was made anew, and entry 3 was written after another one"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda e: [e[0], *e[2:]], "entry 2 is missing: the next one after 1 is 3"),
        (lambda e: e[1:], "entry 1 is missing: the next one after 0 is 2"),
        (lambda e: [*e[:2], e[1], *e[2:]], "entry 2 is reordered: it comes again, or late: after 2"),
        (lambda e: [e[0], e[1] | {"actor": "x"}, *e[2:]], "entry 2 is changed: it has not the hash that it was written with"),
        (lambda e: [e[0], e[1] | {"hash": bytes(32)}, *e[2:]], "entry 2 is changed: it has not the hash that it was written with"),
        (lambda e: [e[0], rehashed(e[1], actor="x"), *e[2:]], f"entry 2 is changed: {NEXT}"),
        (lambda e: [rehashed(e[0], actor="x"), *e[1:]],
         "entry 1 is changed: its hash was made anew, and entry 2 was written after another one"),
        (lambda e: [rehashed(e[0], actor="x"), e[0] | {"seq": 2}], "entry 1 is inserted: what stands as entry 2 was written in its place"),
        (lambda e: [e[0], emptied(e[1]) | {"actor": "x"}, *e[2:]], "entry 2 is changed: it has not the hash that it was written with"),
        (lambda e: [e[0], e[1] | {"representation": "x"}, *e[2:]],
         "entry 2 is changed: what it says of the record is not what it was written with"),
        (lambda e: [*e[:3], emptied(e[3]), e[4]],
         "entry 4 is changed: what it says of the record is not what it was written with"),
        (lambda e: [rehashed(e[0], previous_hash=bytes(31) + b"x"), *e[1:]],
         "entry 1 is changed: it has not the hash that it was written with"),
        (lambda e: [e[0], rehashed(e[1], actor="x"), e[1] | {"seq": 3}], "entry 2 is inserted: what stands as entry 3 was written in its place"),
        (lambda e: [e[0], e[3] | {"seq": 2}], "entry 2 is reordered: another entry, from elsewhere in the ledger, stands in its place"),
        (lambda e: [e[2] | {"seq": 1}], "entry 1 is reordered: another entry, from elsewhere in the ledger, stands in its place"),
    ],
)  # fmt: skip
def test_the_first_flaw_is_named(entries: Entries, spoil: Callable[[Entries], Entries], said: str) -> None:
    assert proved(spoil(entries)) == said


def test_contents_may_be_gone_where_a_disposal_follows(entries: Entries) -> None:
    assert proved([emptied(entries[0]), *entries[1:]], end(entries)) is None
    without = "is emptied: what it said was removed, and no disposal of its record follows"
    assert proved([entries[0], emptied(entries[1]), *entries[2:]]) == f"entry 2 {without}"
    assert proved([*map(emptied, entries[:2]), *entries[2:]]) == f"entry 2 {without}"
    partly = entries[0] | {"changes": None}
    assert proved([partly, *entries[1:]]) == (
        "entry 1 is changed: what it says of the record is not what it was written with"
    )


def test_what_was_emptied_before_another_flaw_is_the_first(entries: Entries) -> None:
    spoilt = [entries[0], emptied(entries[1]), entries[2] | {"actor": "x"}, *entries[3:]]
    assert proved(spoilt) == "entry 2 is emptied: what it said was removed, and no disposal of its record follows"
    spoilt = [emptied(entries[0]), entries[1] | {"actor": "x"}, *entries[2:]]
    assert proved(spoilt) == "entry 2 is changed: it has not the hash that it was written with", "a disposal follows"
    after = [entries[0] | {"actor": "x"}, emptied(entries[1]), *entries[2:]]
    assert proved(after) == "entry 1 is changed: it has not the hash that it was written with"


def test_the_end_is_where_the_head_says(entries: Entries) -> None:
    assert proved(entries[:4], end(entries)) == "entry 5 is cut: the ledger ends with 4, and its head says 5"
    assert proved(entries, end(entries[:4])) == "entry 5 is inserted: the ledger's head says that 4 is the last"
    assert proved(entries, Head(5, bytes(32))) == "entry 5 is changed: the ledger's head has another hash of it"
    assert proved([], Head(1, bytes(32))) == "entry 1 is cut: the ledger ends with 0, and its head says 1"


def seal(entry: dict[str, Any], at: str, **changes: Any) -> Seal:
    return Seal(**{"seq": entry["seq"], "hash": entry["hash"], "at": at, "mac": None} | changes)


def test_the_ledger_agrees_with_its_seals(entries: Entries) -> None:
    seals = [seal(entries[3], "Thursday"), seal(entries[1], "Tuesday"), seal(entries[1], "Wednesday")]
    assert proved(entries, end(entries), seals) is None
    wrong = seal(entries[3], "Friday", hash=bytes(32))
    assert proved(entries, None, [*seals[1:], wrong]) == (
        "entry 4 is changed: it is not the one that was sealed at Friday; rewritten after entry 2"
    )
    assert proved(entries, None, [wrong]) == (
        "entry 4 is changed: it is not the one that was sealed at Friday; rewritten at its beginning, maybe"
    )
    assert proved(entries, None, [seals[0], wrong]) is not None, "two seals that disagree"
    assert proved(entries, None, [wrong, seals[0]]) is not None
    first = [seal(entries[0], "Monday", hash=bytes(32)), seals[0]]
    assert proved(entries, None, first) == (
        "entry 1 is changed: it is not the one that was sealed at Monday; rewritten at its beginning, maybe"
    )
    beyond = seal(entries[4], "Saturday", seq=6)
    assert proved(entries, end(entries), [beyond]) == (
        "entry 6 is cut: the ledger ends with 5, and entry 6 was sealed at Saturday"
    )
    assert proved(entries[:2], end(entries), [seals[0]]) == (
        "entry 3 is cut: the ledger ends with 2, and entry 4 was sealed at Thursday"
    )
