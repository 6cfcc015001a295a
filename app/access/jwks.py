"""The public keys of an identity provider: from its address, or from a file where no address can be reached."""

import logging
import threading
import time
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from app.core.jsonbody import loads
from app.core.prepared import TooLong
from app.errors import Invalid, Unavailable

log = logging.getLogger("tracker")

KEPT = 300
"""Seconds for which keys count as known before they are fetched again."""

AGAIN = 30
"""Seconds between two attempts to fetch, whoever comes with whatever key id."""

OUTLIVES = 24 * 3600
"""Seconds for which old keys serve while the provider does not answer."""

TIMEOUT = 5
LARGEST = 256 * 1024
MOST_KEYS = 100
WEAKEST_RSA = 2048

_KINDS: dict[str, Any] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}

Key = RSAKey | ECKey | OKPKey


class Keys:
    """The keys that signatures are held against, found by their id and never by what a token says of itself."""

    def __init__(self, source: str, *, waiting: int) -> None:
        self.source = source
        self.is_file = "://" not in source
        self._keys: dict[str | None, Key] | None = None
        self._fetched = self._tried = float("-inf")
        self._stamp: tuple[int, ...] | None = None
        self._lock = threading.Lock()
        self._places = threading.Semaphore(waiting)
        """How many may wait for a provider that is slow; the other threads are for those who need none."""

    def find(self, key_id: str | None, *, may_wait: bool) -> Key | None:
        """The key of an id; without an id the only key, if there is but one.

        Raises TooLong where the caller may not wait and keys have to be read, Unavailable where there are none.
        """
        if self._wanted(key_id):
            if not may_wait:
                raise TooLong
            self._renew(key_id)
        keys = self._keys
        if keys is None or (not self.is_file and time.monotonic() - self._fetched > OUTLIVES):
            raise _unavailable(AGAIN)
        if key_id is None:
            return next(iter(keys.values())) if len(keys) == 1 else None
        return keys.get(key_id)

    def _wanted(self, key_id: str | None) -> bool:
        if self.is_file:
            return self._stamp_now() != self._stamp
        now = time.monotonic()
        old = now - self._fetched > KEPT
        unknown = self._keys is None or (key_id is not None and key_id not in self._keys)
        return (old or unknown) and now - self._tried >= AGAIN

    def _renew(self, key_id: str | None) -> None:
        # While one fetches, the others do with the keys that there are; who has need of a new one waits.
        if self._keys is None or key_id not in self._keys:
            if not self._places.acquire(blocking=False):
                raise _unavailable(2)
            try:
                with self._lock:
                    self._read_if_wanted(key_id)
            finally:
                self._places.release()
        elif self._lock.acquire(blocking=False):
            try:
                self._read_if_wanted(key_id)
            finally:
                self._lock.release()

    def _read_if_wanted(self, key_id: str | None) -> None:
        if self._wanted(key_id):
            self._read()

    def _read(self) -> None:
        stamp = self._stamp_now() if self.is_file else None
        try:
            document = Path(self.source).read_bytes() if self.is_file else fetched(self.source)
            self._keys = keys_of(document)
            self._fetched = time.monotonic()
        except (OSError, HTTPException, ValueError, Invalid) as error:
            log.warning("the keys of the identity provider could not be read: %s", type(error).__name__)
        finally:
            # Only now, so that whoever comes meanwhile waits for this attempt and is not told that it has failed.
            self._tried, self._stamp = time.monotonic(), stamp

    def _stamp_now(self) -> tuple[int, ...]:
        """What changes when the file does. One that cannot be read is tried again once it has changed."""
        try:
            found = Path(self.source).stat()
        except OSError:
            return ()
        return found.st_mtime_ns, found.st_size, found.st_ino


def _unavailable(seconds: int) -> Unavailable:
    return Unavailable(
        "The keys of the identity provider cannot be had just now.", headers={"Retry-After": str(seconds)}
    )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The keys are where the operator says, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def fetched(address: str) -> bytes:
    """What stands at an address. Raises OSError or ValueError if it does not come whole, soon, and in bounds."""
    end = time.monotonic() + TIMEOUT
    chunks: list[bytes] = []
    try:
        opened = _OPENER.open(address, timeout=TIMEOUT)
    except HTTPError as error:
        error.close()
        raise
    with opened as answer:
        while chunk := answer.read1(LARGEST):
            chunks.append(chunk)
            if sum(map(len, chunks)) > LARGEST:
                raise ValueError("too large")
            if time.monotonic() > end:
                raise TimeoutError
    return b"".join(chunks)


def keys_of(document: bytes) -> dict[str | None, Key]:
    """The keys of a JWK Set (RFC 7517) that a signature can be held against. Raises ValueError, Invalid if it is none.

    Secrets, keys for encryption, weak keys and kinds that nobody here knows are passed over.
    """
    found = loads(document)
    listed = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise ValueError("no JWK Set")
    keys: dict[str | None, Key] = {}
    for each in listed:
        if not isinstance(each, dict) or not isinstance(each.get("kty"), str) or each["kty"] not in _KINDS:
            continue
        key_id = each.get("kid")
        if not isinstance(key_id, str | None) or key_id in keys or each.get("use", "sig") != "sig" or _is_weak(each):
            continue
        try:
            keys[key_id] = _KINDS[each["kty"]].import_key(each)
        except (JoseError, ValueError, TypeError, KeyError):
            log.warning("a key of the identity provider could not be read")
    return keys


def _is_weak(key: dict[str, Any]) -> bool:
    modulus = key.get("n")
    return key["kty"] == "RSA" and (not isinstance(modulus, str) or len(modulus) * 6 < WEAKEST_RSA)
