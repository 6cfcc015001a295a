"""The ledger can be proved: whatever is done to it past its triggers is noticed, and the first bad entry is named."""

import json
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tampering import Tampering, past_the_triggers

from app.access.actor import system
from app.access.chain import Proof
from app.access.ledger import GENESIS, Change, content_hash, entry_hash
from app.access.register import Register
from app.access.seals import Seal
from app.access.work import writing_as
from app.commands import audit
from app.commands.new_file import new_file
from app.commands.opening import Refused
from app.config import Settings
from support.documents import Documents
from support.recording import operating

AT = 100
"""An entry in the middle of the ledger: every register begins with the countries of ISO 3166."""


@pytest.fixture
def written(register: Register, documents: Documents) -> Register:
    """A register in which something has happened."""
    visit = documents.visit(classification="RESTRICTED", title='Māori, 🥝, "quoted"\u2028')
    documents.api.change(f"/visits/{visit['id']}", {"title": "Changed", "tags": ["a", "b"]})
    documents.api.delete(f"/visits/{visit['id']}")
    return register


def proved(settings: Settings, **options: Any) -> audit.Told:
    return audit.verify(settings, file=options.get("file"), seals=options.get("seals"))


def refused(settings: Settings, **options: Any) -> str:
    with pytest.raises(Refused) as raised:
        proved(settings, **options)
    return str(raised.value)


def swapped(ledger: Tampering) -> None:
    ledger.swap(AT, AT + 1)


def renumbered(ledger: Tampering) -> None:
    ledger.delete(AT, AT)
    ledger.shift(AT + 1, -1)
    ledger.set_head(ledger.end - 1)


def squeezed_in(ledger: Tampering) -> None:
    ledger.shift(AT, 1)
    ledger.forge(AT, actor="somebody else")
    ledger.set_head(ledger.end + 1)


def appended(ledger: Tampering) -> None:
    ledger.forge(ledger.end + 1)


def rehashed(ledger: Tampering) -> None:
    ledger.rehash(AT, actor="somebody else")


def rewritten_contents(ledger: Tampering) -> None:
    ledger.rehash(AT, representation='{"title": "Another"}')


def without_contents(ledger: Tampering) -> None:
    ledger.change(AT, changes=None, representation=None, content_salt=None)


def hashed_without_contents(ledger: Tampering) -> None:
    ledger.rewrite(AT, changes=None, representation=None, content_salt=None)


def linked_elsewhere(ledger: Tampering) -> None:
    ledger.change(AT, previous_hash=bytes(32))


TAMPERED: dict[str, tuple[Callable[[Tampering], None], str]] = {
    "its actor edited": (lambda ledger: ledger.change(AT, actor="somebody else"), f"entry {AT} is changed"),
    "its instant edited": (
        lambda ledger: ledger.change(AT, at=datetime(2001, 1, 1, tzinfo=UTC)),
        f"entry {AT} is changed",
    ),
    "its marking edited": (lambda ledger: ledger.change(AT, prior_marking_id=1), f"entry {AT} is changed"),
    "its record edited": (
        lambda ledger: ledger.change(AT, representation="{}"),
        f"entry {AT} is changed: what it says",
    ),
    "its changes edited": (lambda ledger: ledger.change(AT, changes={}), f"entry {AT} is changed: what it says"),
    "its salt edited": (
        lambda ledger: ledger.change(AT, content_salt=bytes(16)),
        f"entry {AT} is changed: what it says",
    ),
    "half of it emptied": (lambda ledger: ledger.change(AT, representation=None), f"entry {AT} is changed"),
    "its digest edited": (lambda ledger: ledger.change(AT, content_hash=bytes(32)), f"entry {AT} is changed"),
    "its link edited": (linked_elsewhere, f"entry {AT} is reordered"),
    "edited and hashed anew": (rehashed, f"entry {AT} is changed: its hash was made anew"),
    "contents edited and hashed anew": (rewritten_contents, f"entry {AT} is changed: its hash was made anew"),
    "the first edited": (lambda ledger: ledger.change(1, actor="somebody else"), "entry 1 is changed"),
    "the first linked elsewhere": (lambda ledger: ledger.rehash(1, previous_hash=b"1" * 32), "entry 1 is changed"),
    "the last edited": (lambda ledger: ledger.change(ledger.end, reason="Because"), "is changed"),
    "the last hashed anew": (
        lambda ledger: ledger.rehash(ledger.end, reason="Because"),
        "is changed: the ledger's head",
    ),
    "deleted": (lambda ledger: ledger.delete(AT, AT), f"entry {AT} is missing"),
    "several deleted": (lambda ledger: ledger.delete(AT, AT + 5), f"entry {AT} is missing"),
    "the first deleted": (lambda ledger: ledger.delete(1, 1), "entry 1 is missing"),
    "deleted and renumbered": (renumbered, f"entry {AT} is reordered"),
    "two swapped": (swapped, f"entry {AT} is reordered"),
    "one squeezed in": (squeezed_in, f"entry {AT} is inserted"),
    "one appended": (appended, "is inserted: the ledger's head says"),
    "contents removed without a disposal": (without_contents, f"entry {AT} is emptied"),
    "that and all hashed anew": (hashed_without_contents, f"entry {AT} is emptied"),
    "two things, the first is named": (
        lambda ledger: (without_contents(ledger), ledger.delete(AT + 50, AT + 60))[0],
        f"entry {AT} is emptied",
    ),
    "the head set back": (lambda ledger: ledger.set_head(AT), f"entry {AT + 1} is inserted"),
    "the head gone": (lambda ledger: ledger.connection.exec_driver_sql("DELETE FROM ledger_head"), "it has no head"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_is_done_to_the_ledger_is_noticed(
    settings: Settings, written: Register, what: str, tmp_path: Path
) -> None:
    tamper, expected = TAMPERED[what]
    with past_the_triggers(settings) as ledger:
        tamper(ledger)
    assert expected in refused(settings)
    # And just so in what is exported afterwards, but for what only the head could tell.
    if "head" not in what and what not in ("one appended", "the last hashed anew"):
        audit.export(settings, tmp_path / "ledger.jsonl")
        assert expected in refused(settings, file=tmp_path / "ledger.jsonl")


def test_a_whole_ledger_is_whole(settings: Settings, written: Register, tmp_path: Path) -> None:
    head = audit.export(settings, tmp_path / "ledger.jsonl")
    assert proved(settings).last == proved(settings, file=tmp_path / "ledger.jsonl").last == head
    assert f"{head.seq:,} entries" in str(proved(settings))


def test_a_tail_that_is_cut_off_is_noticed(settings: Settings, written: Register, tmp_path: Path) -> None:
    seals = tmp_path / "seals"
    end = audit.seal(settings, seals, print).seq
    with past_the_triggers(settings) as ledger:
        ledger.delete(end - 1, end)
    assert f"entry {end - 1} is cut: the ledger ends with {end - 2}, and its head says {end}" in refused(settings)
    with past_the_triggers(settings) as ledger:
        ledger.set_head(end - 2)
    assert proved(settings).last.seq == end - 2  # by itself the ledger cannot tell
    assert f"entry {end - 1} is cut" in refused(settings, seals=seals)


@pytest.mark.parametrize("left", [0, 50])
def test_a_ledger_that_was_written_anew_is_noticed_by_seals(
    settings: Settings, written: Register, tmp_path: Path, left: int
) -> None:
    seals = tmp_path / "seals"
    end = audit.seal(settings, seals, print).seq
    assert proved(settings, seals=seals).seals == 1
    with past_the_triggers(settings) as ledger:
        if left:
            ledger.rewrite(left, actor="somebody else")
        else:
            ledger.delete(1, end)
            ledger.set_head(0)
    assert proved(settings).last.seq == (end if left else 0)
    told = refused(settings, seals=seals)
    assert f"entry {end} is changed: it is not the one that was sealed" in told if left else "entry 1 is cut" in told


def test_two_seals_that_disagree_are_noticed(settings: Settings, written: Register, tmp_path: Path) -> None:
    seals = tmp_path / "seals"
    end = audit.seal(settings, seals, print).seq
    line = json.loads(seals.read_text())
    seals.write_text(seals.read_text() + json.dumps(line | {"hash": "00" * 32}) + "\n")
    assert f"entry {end} is changed" in refused(settings, seals=seals)


@pytest.mark.parametrize(
    "line",
    ["", "x", "[]", "{}", "null", '{"seq": 1}', '{"seq": "1", "hash": "00", "at": ""}', "[" * 100_000, "\ufeff{}",
     '{"seq": 1, "hash": 5, "at": ""}', '{"seq": 1, "hash": "xx", "at": ""}', '{"seq": true, "hash": "00", "at": ""}'],
)  # fmt: skip
def test_lines_that_are_no_seals_or_no_entries(
    settings: Settings, register: Register, tmp_path: Path, line: str
) -> None:
    seals, ledger = tmp_path / "seals", tmp_path / "ledger.jsonl"
    audit.seal(settings, seals, print)
    seals.write_text(f"{seals.read_text()}{line}\n")
    assert f"{seals}, line 2: it is no seal" in refused(settings, seals=seals)
    audit.export(settings, ledger)
    lines = ledger.read_text("utf-8").split("\n")
    ledger.write_text("\n".join([*lines[:3], line, *lines[3:]]), "utf-8")
    assert f"{ledger}, line 4: it is no entry" in refused(settings, file=ledger)


def test_files_that_are_none(settings: Settings, register: Register, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "binary").write_bytes(b"\xff\xfe\n")
    assert "holds no seal" in refused(settings, seals=tmp_path / "empty")
    assert "not text in UTF-8" in refused(settings, seals=tmp_path / "binary")
    assert "not text in UTF-8" in refused(settings, file=tmp_path / "binary")
    with pytest.raises(FileNotFoundError):
        proved(settings, file=tmp_path / "none")


def test_an_export_is_its_owners_alone_and_writes_over_nothing(
    settings: Settings, register: Register, tmp_path: Path
) -> None:
    file = tmp_path / "ledger.jsonl"
    audit.export(settings, file)
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_bytes()
    with pytest.raises(FileExistsError):
        audit.export(settings, file)
    assert file.read_bytes() == before


def test_an_export_that_fails_leaves_no_half_of_it(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError), new_file(tmp_path / "half") as out:
        out.write("half" * 100_000 + "\udfff")
    assert list(tmp_path.iterdir()) == []


def test_entries_of_a_file_that_are_swapped_or_doubled(settings: Settings, written: Register, tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    audit.export(settings, file)
    lines = file.read_text("utf-8").split("\n")
    file.write_text("\n".join([*lines[:9], lines[10], lines[9], *lines[11:]]), "utf-8")
    assert "entry 10 is missing" in refused(settings, file=file)
    file.write_text("\n".join([*lines[:9], lines[8], *lines[9:]]), "utf-8")
    assert "entry 9 is reordered" in refused(settings, file=file)


def test_a_ledger_that_grows_meanwhile_is_proved_as_it_was_at_a_moment(
    settings: Settings, written: Register, documents: Documents
) -> None:
    bodies = [documents.of("visits") for _ in range(40)]
    start = proved(settings).last.seq
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(lambda: [documents.api.make("/visits", body) for body in bodies])
        ends = [start]
        while not writing.done():
            ends.append(proved(settings).last.seq)
        writing.result()
    assert ends == sorted(ends)
    assert proved(settings).last.seq == start + 40


def test_a_long_ledger_is_proved_in_the_memory_of_a_short_one() -> None:
    def entries(count: int) -> Iterator[dict[str, Any]]:
        previous = GENESIS
        for seq in range(1, count + 1):
            entry: dict[str, Any] = dict.fromkeys(audit.COLUMNS)
            entry |= {"seq": seq, "action": "create", "record_id": f"{seq:036}", "previous_hash": previous}
            entry["content_hash"] = content_hash(entry)
            previous = entry["hash"] = entry_hash(entry)
            yield entry

    def peak(count: int) -> int:
        tracemalloc.start()
        with Proof() as proof:
            proof.sealed(Seal(seq, bytes(32), "then", None) for seq in range(count + 1, 2 * count))
            for entry in entries(count):
                proof.take(entry)  # its contents were removed, so it has to be remembered until a disposal
            flaw = proof.end(None)
        assert flaw is not None
        assert (flaw.seq, flaw.what) == (1, "emptied")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(8_000) < 2 * peak(800)


# What the database allows.

EMPTIED = "UPDATE ledger SET changes = NULL, representation = NULL, content_salt = NULL"
REFUSED = [
    "UPDATE ledger SET changes = NULL, representation = NULL",
    "UPDATE ledger SET representation = NULL, content_salt = NULL",
    f"{EMPTIED}, actor = 'somebody else'",
    f"{EMPTIED}, reason = 'Because'",
    f"{EMPTIED}, seq = seq + 100000",
    f"{EMPTIED}, content_hash = previous_hash",
    "UPDATE ledger SET changes = '{}'",
    "UPDATE ledger SET seq = seq",
]


def run(register: Register, statement: str, **values: Any) -> int:
    with operating(register) as connection:
        return connection.execute(text(statement), values).rowcount


def disposed_of(register: Register, record: Any) -> int:
    """Enters a disposal in the ledger; gives its number."""
    with writing_as(register, system("test"), "test-request") as work:
        meta = {"authority": "DA123"}
        work.changes.append(Change("dispose", "visit", record["id"], record["version"] + 1, None, None, meta, "{}"))
    with operating(register) as connection:
        return int(connection.scalar(text("SELECT seq FROM ledger_head")) or 0)


def test_contents_are_removed_only_where_their_record_was_disposed_of(
    settings: Settings, written: Register, documents: Documents
) -> None:
    visit = documents.visit()
    for statement in (EMPTIED, f"{EMPTIED} WHERE record_id = '{visit['id']}'"):
        with pytest.raises(DBAPIError, match="append-only"):
            run(written, statement)
    seq = disposed_of(written, visit)
    later = documents.visit()
    mine = f" WHERE record_id = '{visit['id']}' AND action <> 'dispose'"
    for statement in REFUSED:
        with pytest.raises(DBAPIError, match="append-only"):
            run(written, statement + mine)
    for other in (f"seq = {seq}", f"record_id = '{visit['id']}'", f"record_id = '{later['id']}'", f"seq >= {seq - 1}"):
        with pytest.raises(DBAPIError, match="append-only"):
            run(written, f"{EMPTIED} WHERE {other}")
    before = proved(settings).last
    assert run(written, EMPTIED + mine) == 1
    assert proved(settings).last == before
    with pytest.raises(DBAPIError, match="append-only"):
        run(written, f"UPDATE ledger SET changes = '{{}}'{mine}")


def test_a_disposal_that_is_taken_back_is_noticed(
    settings: Settings, written: Register, documents: Documents, tmp_path: Path
) -> None:
    visit = documents.visit()
    created = proved(settings).last.seq
    seq = disposed_of(written, visit)
    documents.visit()
    run(written, f"{EMPTIED} WHERE record_id = '{visit['id']}' AND action <> 'dispose'")
    audit.export(settings, tmp_path / "whole.jsonl")
    assert proved(settings, file=tmp_path / "whole.jsonl").last == proved(settings).last
    with past_the_triggers(settings) as ledger:
        ledger.change(seq, representation=None, changes=None, content_salt=None)
    assert f"entry {seq} is changed" in refused(settings)
    with past_the_triggers(settings) as ledger:
        ledger.rewrite(seq, action="update", changes={}, representation="{}", content_salt=bytes(16))
    assert f"entry {created} is emptied" in refused(settings)
