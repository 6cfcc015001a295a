"""Seals: what one says, who can make one, and when a process writes it."""

import errno
import hmac
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from app.access import seals
from app.access.ledger import Head
from app.access.seals import Sealer, append_line, read_seal, seal_line
from app.telemetry.metrics import SEAL_FAILURES

KEY, ANOTHER = b"k" * 32, b"l" * 32
AT = datetime(2026, 3, 4, 5, 6, 7, 8, tzinfo=timezone(timedelta(hours=13)))
HEAD = Head(7, bytes(range(32)))
LINE = {"seq": 7, "hash": bytes(range(32)).hex(), "at": "2026-03-03T16:06:07.000008Z"}


def head(seq: int) -> Head:
    return Head(seq, bytes(32))


# What one says.


def test_a_seal_is_a_line_that_tells_of_the_ledgers_end() -> None:
    line = seal_line(HEAD, AT, None)
    assert line.endswith("}\n")
    assert line.count("\n") == 1
    assert json.loads(line) == LINE
    found = read_seal(line)
    assert (found.seq, found.hash, found.at, found.mac) == (7, HEAD.hash, LINE["at"], None)


def test_a_seal_with_a_key_is_made_by_who_has_it() -> None:
    """Anybody who has the key can compute it: HMAC-SHA-256 (RFC 2104) of the line without it, in canonical form."""
    line = seal_line(HEAD, AT, KEY)
    canonical = f'{{"at":"{LINE["at"]}","hash":"{LINE["hash"]}","seq":7}}'
    assert json.loads(line) == LINE | {"hmac": hmac.new(KEY, canonical.encode(), "sha256").hexdigest()}
    assert read_seal(line).made_with(KEY)
    assert not read_seal(line).made_with(ANOTHER)
    assert not read_seal(seal_line(HEAD, AT, None)).made_with(KEY)


@pytest.mark.parametrize("change", [{"seq": 8}, {"hash": "00" * 32}, {"at": "2026-03-03T16:06:07.000009Z"}])
def test_a_seal_that_was_changed_was_not_made_by_who_has_the_key(change: dict[str, Any]) -> None:
    line = json.loads(seal_line(HEAD, AT, KEY))
    assert read_seal(json.dumps(dict(reversed(line.items())))).made_with(KEY), "in whichever order it stands"
    assert not read_seal(json.dumps(line | change)).made_with(KEY)


@pytest.mark.parametrize(
    "change",
    [
        {"seq": "7"}, {"seq": True}, {"seq": 7.0}, {"seq": None}, {"seq": -1}, {"seq": 1 << 63}, {"seq": ...},
        {"at": 5}, {"at": None}, {"at": "today\n"}, {"at": "\u001b[2J"}, {"at": ...},
        {"hash": 5}, {"hash": None}, {"hash": ...}, {"hmac": 5}, {"more": 1},
    ],
)  # fmt: skip
def test_what_says_anything_else_is_no_seal(change: dict[str, Any]) -> None:
    line = {name: value for name, value in (LINE | change).items() if value is not ...}
    with pytest.raises(ValueError, match="^it is no seal$"):
        read_seal(json.dumps(line))


@pytest.mark.parametrize("line", ["[]", "5", "null", '["seq", "hash", "at"]'])
def test_what_is_no_object_is_no_seal(line: str) -> None:
    with pytest.raises(ValueError, match="^it is no seal$"):
        read_seal(line)


@pytest.mark.parametrize("line", ["", "{", json.dumps(LINE | {"hash": "xyz"}), json.dumps(LINE | {"hmac": "xyz"})])
def test_what_cannot_be_read_is_no_seal_either(line: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - in whatever words
        read_seal(line)


def test_the_first_and_the_last_number_that_an_entry_can_have() -> None:
    assert [read_seal(json.dumps(LINE | {"seq": seq})).seq for seq in (0, (1 << 63) - 1)] == [0, (1 << 63) - 1]
    assert read_seal(json.dumps(LINE | {"hmac": None})).mac is None


# How it is written.


def test_lines_are_added_to_a_file_that_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "seals"
    for line in ("one\n", "two\n"):
        append_line(file, line)
    assert file.read_text() == "one\ntwo\n"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_line_is_kept_before_anybody_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[str] = []
    file = tmp_path / "seals"

    def fsync(handle: int) -> None:
        kept.append(file.read_text())
        assert os.get_inheritable(handle) is False, "no other program gets it"
        open_files.append(handle)

    open_files: list[int] = []
    monkeypatch.setattr(os, "fsync", fsync)
    append_line(file, "one\n")
    assert kept == ["one\n"]
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(open_files[0])


def test_a_file_is_not_cut_and_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "seals"
    file.write_text("before\n")
    append_line(file, "after\n")
    assert file.read_text() == "before\nafter\n"


def test_half_of_a_line_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:-1]))
    with pytest.raises(OSError, match=f"^{tmp_path}/seals: there is no room for a whole line$"):
        append_line(tmp_path / "seals", "one\n")


# When.


class Sealing:
    """A sealer, and what it has written."""

    def __init__(self, directory: Path, key: bytes | None = None) -> None:
        self.file = directory / "seals"
        self.sealer = Sealer(self.file, key)

    @property
    def written(self) -> list[int]:
        return [read_seal(line).seq for line in self.file.read_text().splitlines()] if self.file.exists() else []


@pytest.fixture
def sealing(tmp_path: Path) -> Iterator[Sealing]:
    made = Sealing(tmp_path)
    yield made
    made.sealer.close()


def eventually(what: Callable[[], Any]) -> None:
    until = time.monotonic() + 10
    while not what():
        assert time.monotonic() < until
        time.sleep(0.002)


def test_a_head_is_sealed_behind_the_back_of_whoever_tells_of_it(sealing: Sealing) -> None:
    began = datetime.now(UTC)
    sealing.sealer.note(head(5))
    eventually(lambda: sealing.written == [5])
    (line,) = sealing.file.read_text().splitlines()
    assert began <= datetime.fromisoformat(read_seal(line).at) <= datetime.now(UTC)
    (thread,) = [each for each in threading.enumerate() if each.name == "seals"]
    assert thread.daemon, "which does not hold up the end of the process"
    sealing.sealer.note(head(6))
    assert [each for each in threading.enumerate() if each.name == "seals"] == [thread]


def test_seals_are_made_with_the_key(tmp_path: Path) -> None:
    sealing = Sealing(tmp_path, KEY)
    sealing.sealer.note(head(5))
    sealing.sealer.close()
    assert read_seal(sealing.file.read_text()).made_with(KEY)


def test_so_many_are_written_and_the_last_head_counts(sealing: Sealing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "PAUSE", 60.0)
    sealing.sealer.note(head(1))
    eventually(lambda: sealing.written == [1])
    for seq in (2, 4, 3):  # the last was committed before, and is told of after
        sealing.sealer.note(head(seq))
    assert sealing.written == [1]
    sealing.sealer.close()
    assert sealing.written == [1, 4]


def test_after_a_pause_the_next_one_is_written(sealing: Sealing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "PAUSE", 0.01)
    for seq in (1, 2, 3):
        sealing.sealer.note(head(seq))
        eventually(lambda seq=seq: sealing.written[-1:] == [seq])
    time.sleep(0.05)
    assert sealing.written == [1, 2, 3], "and none where nothing has changed"


def test_whoever_closes_does_not_wait_for_the_pause_and_ends_the_thread(
    sealing: Sealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seals, "PAUSE", 60.0)
    sealing.sealer.note(head(1))
    eventually(lambda: sealing.written == [1])
    sealing.sealer.close()
    assert not [each for each in threading.enumerate() if each.name == "seals"]
    sealing.sealer.note(head(2))
    assert not [each for each in threading.enumerate() if each.name == "seals"], "and none begins after"
    sealing.sealer.close()
    assert sealing.written == [1, 2]


def test_the_end_of_a_process_does_not_wait_for_a_file_for_ever(
    sealing: Sealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, let = threading.Event(), threading.Event()

    def append(_file: Path, _line: str) -> None:
        begun.set()
        let.wait(10)
        written.append(True)

    written: list[bool] = []
    monkeypatch.setattr(seals, "append_line", append)
    monkeypatch.setattr(seals, "PATIENCE", 0.01)
    sealing.sealer.note(head(1))
    assert begun.wait(10)
    sealing.sealer.close()
    assert not written, "it is still being written"
    let.set()


def test_without_a_file_nothing_is_done() -> None:
    sealer = Sealer(None, KEY)
    sealer.note(head(1))
    assert not [each for each in threading.enumerate() if each.name == "seals"]
    sealer.close()
    assert sealer.failing is False


def test_what_cannot_be_written_is_told_and_tried_again(
    sealing: Sealing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(seals, "PAUSE", 0.01)
    fails = threading.Event()
    fails.set()
    failures = counted()

    def append(file: Path, line: str) -> None:
        if fails.is_set():
            raise OSError(errno.ENOSPC, "there is no room")
        append_line(file, line)

    monkeypatch.setattr(seals, "append_line", append)
    assert sealing.sealer.failing is False
    with caplog.at_level(logging.ERROR, "tracker"):
        sealing.sealer.note(head(1))
        eventually(lambda: counted() >= failures + 2)
    assert sealing.sealer.failing is True
    assert set(caplog.messages) == {"the seal of the ledger cannot be written"}
    sealing.sealer.note(head(2))
    fails.clear()
    eventually(lambda: sealing.written == [2])
    eventually(lambda: sealing.sealer.failing is False)


def counted() -> float:
    return float(SEAL_FAILURES._value.get())  # noqa: SLF001 - what it counts is not told otherwise
