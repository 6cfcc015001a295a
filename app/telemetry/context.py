"""The request that code works for, and the trace that it belongs to: W3C Trace Context, read, kept and sent on.

https://www.w3.org/TR/trace-context/ (Recommendation of 23 November 2021); of level 2 the random flag is passed on.
Answers bear `traceresponse`, which level 2 leaves out and the draft of level 3 has.
"""

import re
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from hashlib import sha256
from random import getrandbits
from typing import Any, NamedTuple

_PARENT = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.DOTALL)
_KEY = r"(?:[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})"
_MEMBER = re.compile(rf"({_KEY})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{{0,255}}[\x21-\x2b\x2d-\x3c\x3e-\x7e]")
_UUID = re.compile("[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")

MOST_MEMBERS = 32
LONGEST_STATE = 512
"""Characters of `tracestate` that are sent on; members at its end are left out, as the Recommendation has it."""

SAMPLED = 0x01
KNOWN_FLAGS = 0x03
"""Sampled; and random, of level 2."""

MOST_KEPT = 4_096


class Trace(NamedTuple):
    """One step of a trace: a request to the register, or one that the register sends."""

    trace_id: str
    span_id: str
    parent_id: str | None = None
    """The step before, if somebody else has taken it."""

    flags: int = 0
    state: str = ""

    def __str__(self) -> str:
        """As `traceparent` and `traceresponse` have it."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags:02x}"

    def step(self) -> "Trace":
        """The next step, after this one."""
        return self._replace(span_id=_span_id(), parent_id=self.span_id)

    def headers(self) -> dict[str, str]:
        """What is sent to whoever takes that step."""
        return {"traceparent": str(self)} | ({"tracestate": self.state} if self.state else {})


CURRENT: ContextVar[Mapping[str, Any] | None] = ContextVar("request", default=None)
"""The ASGI scope of the request that is worked for, with its `request_id` and its `trace`."""

_kept: dict[str, Trace] = {}


def received(headers: Iterable[tuple[bytes, bytes]], request_id: str) -> Trace:
    """The trace that a request belongs to: the caller's, or a new one if they send none or one that is not valid."""
    parent, states = None, []
    for name, value in headers:
        if name == b"traceparent":
            parent = value if parent is None else b""  # of two, neither is to be believed
        elif name == b"tracestate":
            states.append(value.decode("latin-1"))
    found = _parent(parent) if parent else None
    if found is None:
        return Trace(new_trace_id(request_id), _span_id())
    trace_id, parent_id, flags = found
    return Trace(trace_id, _span_id(), parent_id, flags, _state(states) if states else "")


def new_trace_id(request_id: str) -> str:
    """The id of the trace that a request begins: its own id, so that whoever knows the one knows the other."""
    if _UUID.fullmatch(request_id) and request_id.strip("0-"):
        return request_id.replace("-", "")
    return sha256(request_id.encode()).hexdigest()[:32]


def keep(request_id: str, trace: Trace) -> None:
    """Keeps a caller's trace for what this process does later because of the request."""
    _kept[request_id] = trace
    while len(_kept) > MOST_KEPT:
        _kept.pop(next(iter(_kept)), None)


def following(request_id: str) -> Trace:
    """A step that follows from a request made some time ago, maybe of another process."""
    return (_kept.get(request_id) or Trace(new_trace_id(request_id), "")).step()


def _parent(value: bytes) -> tuple[str, str, int] | None:
    found = _PARENT.fullmatch(value.strip(b" \t"))
    if found is None:
        return None
    version, trace_id, parent_id, flags, more = found.groups()
    if version == b"ff" or (version == b"00" and more is not None):
        return None
    if not trace_id.strip(b"0") or not parent_id.strip(b"0"):
        return None
    return trace_id.decode(), parent_id.decode(), int(flags, 16) & KNOWN_FLAGS


def _state(values: list[str]) -> str:
    """`tracestate` as it is sent on; nothing of it if any of it is not valid."""
    members = [each for value in values for part in value.split(",") if (each := part.strip(" \t"))]
    found = [_MEMBER.fullmatch(each) for each in members]
    keys = {each[1] for each in found if each is not None}
    if len(keys) != len(members) or len(members) > MOST_MEMBERS:
        return ""
    while len(state := ",".join(members)) > LONGEST_STATE:
        members.pop()
    return state


def _span_id() -> str:
    return f"{getrandbits(64) or 1:016x}"
