"""Counting what callers do in a minute, to tell those who do too much of it to wait.

Each process counts for itself, in memory: a limit holds for each process, and is forgotten when it ends.
"""

import threading
import time
from ipaddress import ip_network
from math import ceil
from typing import Any

from app.access.actor import Actor
from app.access.tokens import parsed
from app.errors import TooManyRequests

WINDOW = 60
"""Seconds in which events are counted together, from the first one of a caller on."""

MOST_KEPT = 10_000
"""Callers that are counted at the same time; beyond them those whose window is the oldest are forgotten."""


class Windows:
    """How often each of many has done something in the window that their first time began."""

    def __init__(self) -> None:
        self._windows: dict[str, list[float]] = {}
        self._lock = threading.Lock()

    def count(self, who: str) -> tuple[int, int]:
        """Counts once more: gives how often it was, and the seconds until the window ends, at least 1."""
        now = time.monotonic()
        with self._lock:
            window = self._windows.get(who)
            if window is None or now - window[0] >= WINDOW:
                # Put anew at the end, so that the oldest stand first.
                self._windows.pop(who, None)
                window = self._windows[who] = [now, 0]
                if len(self._windows) > MOST_KEPT:
                    self._forget(now)
            window[1] += 1
            return int(window[1]), max(1, ceil(window[0] + WINDOW - now))

    def _forget(self, now: float) -> None:
        for who in list(self._windows):
            if len(self._windows) <= MOST_KEPT and now - self._windows[who][0] < WINDOW:
                return
            del self._windows[who]


def charge(windows: Windows, scope: Any, actor: Actor, limit: int) -> None:
    """Counts a request of a caller and notes for its answer what is left. Raises TooManyRequests if nothing is.

    The fields are those of draft-ietf-httpapi-ratelimit-headers-11.
    """
    limit = limit if actor.rate_limit is None else actor.rate_limit
    if not limit or actor.id is None or "rate_limit" in scope:  # counted already: a read begun anew in a thread
        return
    times, left = windows.count(actor.calendar or actor.id)
    scope["rate_limit"] = (
        (b"ratelimit-policy", b'"default";q=%d;w=%d' % (limit, WINDOW)),
        (b"ratelimit", b'"default";r=%d;t=%d' % (max(0, limit - times), left)),
    )
    if times > limit:
        raise TooManyRequests(
            f"At most {limit} requests a minute are taken from one caller.", headers={"Retry-After": str(left)}
        )


def too_many_wrong(windows: Windows, address: str | None, limit: int) -> TooManyRequests | None:
    """What is answered instead of 401 once too many wrong tokens have come from an address."""
    if not limit:
        return None
    times, left = windows.count(neighbourhood(address))
    if times <= limit:
        return None
    return TooManyRequests(
        "Too many wrong tokens have come from here. A right one is taken at any time.",
        headers={"Retry-After": str(left)},
    )


def neighbourhood(address: str | None) -> str:
    """An address as it is counted: of IPv6 the network, since whoever has one address has all of its network."""
    found = parsed(address)
    if found is None:
        return ""
    return str(found) if found.version == 4 else str(ip_network((found, 64), strict=False))  # noqa: PLR2004
