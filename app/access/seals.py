"""Seals: the ledger's head as it was at a moment, kept outside of the database.

Whoever rules the database could cut off the ledger's end and set its head back, and the chain would hold. A line in a
file that they do not rule tells what the head was. With a key, nobody else can make such a line.
"""

import hashlib
import hmac
import json
import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.access.ledger import Head
from app.core.columns import instant_text
from app.telemetry.metrics import SEAL_FAILURES

log = logging.getLogger("tracker")

PAUSE = 1.0
"""Seconds between two seals of a process, at the least."""

PATIENCE = 10.0
"""Seconds that the end of a process waits for a seal that is being written."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What the head was, as a line of a file tells it."""

    seq: int
    hash: bytes
    at: str
    mac: bytes | None

    def made_with(self, key: bytes) -> bool:
        """Whether somebody who has the key has made it."""
        return self.mac is not None and hmac.compare_digest(self.mac, _mac(_told(self.seq, self.hash, self.at), key))


def seal_line(head: Head, at: datetime, key: bytes | None) -> str:
    """A seal as it stands in a file, in one line."""
    told = _told(head.seq, head.hash, instant_text(at))
    return json.dumps(told if key is None else told | {"hmac": _mac(told, key).hex()}) + "\n"


def _told(seq: int, head: bytes, at: str) -> dict[str, Any]:
    return {"seq": seq, "hash": head.hex(), "at": at}


def _mac(told: Mapping[str, Any], key: bytes) -> bytes:
    return hmac.digest(key, json.dumps(told, sort_keys=True, separators=(",", ":")).encode(), hashlib.sha256)


def read_seal(line: str) -> Seal:
    """The seal of a line. Raises ValueError if it is none."""
    told = json.loads(line)
    if not isinstance(told, dict) or not {"seq", "hash", "at"} <= set(told) <= {"seq", "hash", "at", "hmac"}:
        raise ValueError("it is no seal")
    seq, at, mac = told["seq"], told["at"], told.get("hmac")
    if type(seq) is not int or not 0 <= seq < 1 << 63 or not isinstance(at, str) or not at.isprintable():
        raise ValueError("it is no seal")
    try:
        return Seal(seq, bytes.fromhex(told["hash"]), at, None if mac is None else bytes.fromhex(mac))
    except TypeError:
        raise ValueError("it is no seal") from None


def append_line(file: Path, line: str) -> None:
    """Adds a line to a file that several processes may be adding to: in one piece, behind all others, and kept."""
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        data = line.encode()
        if os.write(handle, data) != len(data):
            raise OSError(f"{file}: there is no room for a whole line")
        os.fsync(handle)
    finally:
        os.close(handle)


class Sealer:
    """Writes seals for a process that changes the register: behind its back, so that no request waits for a file."""

    def __init__(self, file: Path | None, key: bytes | None) -> None:
        self.file = file
        self.failing = False
        """Whether the last seal could not be written."""

        self._key = key
        self._due: Head | None = None
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, head: Head) -> None:
        """Tells of a head that was committed."""
        if self.file is None:
            return
        self._put(head)
        with self._lock:
            if self._thread is None and not self._over.is_set():
                self._thread = threading.Thread(target=self._run, name="seals", daemon=True)
                self._thread.start()
        self._wake.set()

    def close(self) -> None:
        """Writes what is due and ends."""
        self._over.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(PATIENCE)
        self._write()

    def _put(self, head: Head) -> None:
        with self._lock:
            if self._due is None or self._due.seq < head.seq:
                self._due = head

    def _run(self) -> None:
        while not self._over.is_set():
            self._wake.wait()
            self._wake.clear()
            self._write()
            self._over.wait(PAUSE)

    def _write(self) -> None:
        with self._lock:
            due, self._due = self._due, None
        if due is None or self.file is None:
            return
        try:
            append_line(self.file, seal_line(due, datetime.now(UTC), self._key))
        except OSError:
            log.exception("the seal of the ledger cannot be written")
            SEAL_FAILURES.inc()
            self.failing = True
            self._put(due)  # it is due all the same
            self._wake.set()
        else:
            self.failing = False
