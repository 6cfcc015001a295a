"""The ledger, as whoever must prove it uses it: walked, exported, sealed."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, LargeBinary, select, text

from app.access.access_log import Access, Event, Sight
from app.access.actor import system
from app.access.chain import Proof
from app.access.ledger import Head, plain
from app.access.register import Register
from app.access.seals import Seal, append_line, read_seal, seal_line
from app.access.work import writing_as
from app.commands.new_file import new_file
from app.commands.opening import Refused, opened
from app.commands.progress import Progress, bar
from app.config import Settings
from app.core.columns import table_of
from app.core.ids import new_id
from app.db import Database
from app.models import LedgerEntry, LedgerHead
from app.postgres import begin_again, is_pooled

BATCH = 500
COLUMNS = tuple(table_of(LedgerEntry).c.keys())
BYTES = tuple(each.name for each in table_of(LedgerEntry).c if isinstance(each.type, LargeBinary))
AFTER = text(f"SELECT {', '.join(COLUMNS)} FROM ledger WHERE seq > :after ORDER BY seq LIMIT :most")  # noqa: S608 - ours

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """What a proof has found to be true."""

    last: Head
    seals: int
    unchecked: bool
    """Whether seals have an HMAC that was not looked at, for want of the key."""

    def __str__(self) -> str:
        seals = f" It agrees with {self.seals:,} seal{'s' * (self.seals != 1)}." if self.seals else ""
        return f"The ledger is whole: {self.last.seq:,} entries, the last with the hash {self.last.hash.hex()}.{seals}"


def verify(settings: Settings, *, file: Path | None, seals: Path | None) -> Told:
    """Proves the ledger, or an export of it. Raises Refused with the first entry that is not what was written."""
    if seals is None and settings.ledger_seals is not None and settings.ledger_seals.exists():
        seals = settings.ledger_seals
    with Proof() as proof:
        if seals is not None:
            proof.sealed(_seals(seals, settings.seal_key))
        if file is not None:
            with bar(sys.stderr, f"Verifying {file.name}") as progress:
                _walk(proof, _exported(file, progress), None)
        else:
            with _snapshot(settings) as (connection, head), bar(sys.stderr, "Verifying the ledger") as progress:
                _walk(proof, _kept(connection, head, progress), head)
        return Told(proof.last, proof.seals, unchecked=bool(proof.seals) and settings.seal_key is None)


def _walk(proof: Proof, entries: Iterable[Entry], head: Head | None) -> None:
    try:
        for entry in entries:
            proof.take(entry)
    except Unreadable:
        if proof.flaw is None:
            raise
    flaw = proof.end(head)
    if flaw is not None:
        raise Refused(f"The ledger is broken: {flaw}")


@contextmanager
def _snapshot(settings: Settings) -> Iterator[tuple[Connection, Head]]:
    """The ledger as it is at one moment, however long the look at it takes."""
    with opened(settings):
        pass
    # As who signs in: a proof is of every entry, whatever its marking.
    database = Database(settings.database_url, pooled=settings.database_pooled)
    try:
        with database.reader.connect() as connection:
            if is_pooled(connection):
                begin_again(connection)
            elif not database.is_sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                row = connection.execute(select(LedgerHead.seq, LedgerHead.hash).where(LedgerHead.id == 1)).first()
                if row is None:
                    raise Refused("The ledger is broken: it has no head")
                yield connection, Head(row.seq, bytes(row.hash))
    finally:
        database.close()


def _kept(connection: Connection, head: Head, progress: Progress | None) -> Iterator[Entry]:
    """Every entry in the database, in order. As the driver gives them, since a forger heeds no column's type."""
    last = -(1 << 63)
    while rows := connection.execute(AFTER, {"after": last, "most": BATCH}).mappings().all():
        for row in rows:
            yield _entry(row)
        last = rows[-1]["seq"]
        if progress is not None:
            progress(last, max(last, head.seq))


def _entry(row: Mapping[Any, Any]) -> Entry:
    entry = dict(row)
    if isinstance(entry["changes"], str):
        with suppress(ValueError):  # else it stays the text that it is, and agrees with no digest
            entry["changes"] = json.loads(entry["changes"])
    return entry


class Unreadable(Refused):
    """A line of a file is not what the file should hold."""


def _exported(file: Path, progress: Progress | None) -> Iterator[Entry]:
    """Every entry of an export, in its order."""
    size, done = file.stat().st_size, 0
    for number, line in _lines(file):
        done += len(line.encode())
        try:
            yield _imported(line)
        except (ValueError, RecursionError):
            raise Unreadable(f"{file}, line {number}: it is no entry of a ledger") from None
        if progress is not None and number % BATCH == 0:
            progress(done, size)


def _imported(line: str) -> Entry:
    entry = json.loads(line)
    if not isinstance(entry, dict) or set(entry) != set(COLUMNS) or type(entry["seq"]) is not int:
        raise ValueError("it is no entry")
    for name in BYTES:
        if entry[name] is not None:
            if not isinstance(entry[name], str):
                raise ValueError("it is no hash")
            entry[name] = bytes.fromhex(entry[name])
    return entry


def _seals(file: Path, key: bytes | None) -> Iterator[Seal]:
    """Every seal of a file. Raises Refused for a line that is none, or was not made with the key."""
    found = 0
    for number, line in _lines(file):
        found += 1
        try:
            seal = read_seal(line)
        except (ValueError, RecursionError):
            raise Refused(f"{file}, line {number}: it is no seal") from None
        if key is not None and not seal.made_with(key):
            raise Refused(f"{file}, line {number}: the seal was not made with TRACKER_LEDGER_KEY")
        yield seal
    if not found:
        raise Refused(f"{file} holds no seal")


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        with file.open(encoding="utf-8", newline="\n") as lines:
            yield from enumerate(lines, 1)
    except UnicodeDecodeError:
        raise Refused(f"{file} is not text in UTF-8") from None


def export(settings: Settings, file: Path) -> Head:
    """Writes the whole ledger to a new file, one entry a line; gives the last."""
    with opened(settings) as register:
        _log(register, "the whole ledger", [])
    title = f"Writing {file.name}"
    with _snapshot(settings) as (connection, head), new_file(file) as out, bar(sys.stderr, title) as progress:
        for entry in _kept(connection, head, progress):
            out.write(json.dumps(plain(entry), ensure_ascii=False) + "\n")
    return head


def export_record(settings: Settings, key: str, file: Path) -> str:
    """Writes one engagement and what stands under it, with their histories, to a new file; gives its reference."""
    import app.api  # noqa: F401, PLC0415 - declares every resource, which takes its time
    from app.crud.store import find  # noqa: PLC0415
    from app.engagements.engagements import ENGAGEMENTS  # noqa: PLC0415
    from app.records.package import package, parts_of  # noqa: PLC0415

    with opened(settings) as register:
        with writing_as(register, system("command line"), new_id()) as work:
            engagement = find(work, ENGAGEMENTS, key)
            parts = parts_of(work, engagement)
            content = package(work, parts)
        _log(register, engagement.reference, [sight for part in parts if (sight := part.sight()) is not None])
        with new_file(file) as out:
            out.write(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    return str(engagement.reference)


def _log(register: Register, detail: str, seen: list[Sight]) -> None:
    """Enters in the access log that something leaves the register; before it does."""
    entry = Access(Event.EXPORT, system("command line"), new_id(), "tracker audit export", seen=seen, detail=detail)
    register.access_log.enter(entry)


def seal(settings: Settings, file: Path | None, say: Callable[[str], None]) -> Head:
    """Seals the ledger as it is now: says the line, or adds it to a file."""
    with _snapshot(settings) as (_, head):
        line = seal_line(head, datetime.now(UTC), settings.seal_key)
    if file is None:
        say(line.rstrip("\n"))
    else:
        append_line(file, line)
    return head
