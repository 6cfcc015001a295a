"""Secrets taken out of what is logged: the last net, below code that does not log them in the first place.

Lines about requests never hold an address, a header or a body. What others say, a driver's message or a traceback, may
repeat what it was given, so every string of such a line goes through here.
"""

import re

MASK = "***"

_SECRETS = re.compile(
    r"""
      (?P<kind> det_ | cal_ | whsec_ ) [A-Za-z0-9+/=_-]{16,}                  # tokens, calendars, webhooks
    | (?P<scheme> \b (?: bearer | basic ) \s+ ) [^\s"',;\\]+                  # Authorization, whatever it holds
    | (?P<feed> /calendars/+feed/+ ) [^\s"'?\\]+
    | (?P<user> :// [^\s:/@"']* : ) [^\s/"']+ (?= @ )                         # postgresql://user:password@host
    | (?P<named> \b (?: pg)? (?: password | passwd | secret | api_?key | ledger_key ) ["']? \s* [=:] \s* ["']? )
      [^\s"',;&)\\]+
    | eyJ [A-Za-z0-9_-]{8,} \. [A-Za-z0-9_-]+ \. [A-Za-z0-9_-]*               # JSON Web Tokens
    """,
    re.VERBOSE | re.IGNORECASE,
)

_VALUES = re.compile(r"(\b(?:DETAIL|CONTEXT):\s*)[^\n]*")
"""PostgreSQL's own words about the values of a row."""


def redacted(text: str) -> str:
    """A text without secrets, and without what a database says of the values in a row."""
    text = _SECRETS.sub(_masked, text)
    return _VALUES.sub(rf"\1{MASK}", text) if "DETAIL" in text or "CONTEXT" in text else text


def _masked(found: re.Match[str]) -> str:
    kept = next((each for each in found.groups() if each is not None), "")
    return kept + MASK


def holds_secret(text: str) -> bool:
    """Whether a text holds something that looks like a secret."""
    return _SECRETS.search(text) is not None
