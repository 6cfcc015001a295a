"""Reading JSON from strangers: strict where the standard library is lenient (RFC 8259, I-JSON RFC 7493)."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from app.errors import Fault, Invalid

MAX_DEPTH = 32
MAX_DIGITS = 30
MAX_VALUES = 200_000
"""Values in one body: a thousand records of two hundred each. Each could be wrong, and every fault is told."""


class _Refused(ValueError):  # noqa: N818 - private, and reads better where it is raised
    """A construct that JSON, or we, do not allow."""


def _unreadable(detail: str) -> Invalid:
    return Invalid.at("", detail, "json")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise _Refused(f"The name {ascii(twice)[:80]} stands twice in one object")
    return result


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise _Refused("An integer has too many digits")
    return int(digits)


def _constant(name: str) -> Any:
    raise _Refused(f"{name} is not JSON")


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise _Refused("A number is too large")
    return value


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_constant=_constant, parse_float=_float)


def loads(body: bytes) -> Any:
    """The value that `body` holds.

    Raises Invalid when it is not JSON in UTF-8, or JSON that no register can keep: names that stand twice,
    NaN, numbers and nesting without end, lone surrogates.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unreadable(f"The body is not UTF-8 (byte {error.start})") from None
    try:
        value = _decoder.decode(text)
    except _Refused as error:
        raise _unreadable(str(error)) from None
    except json.JSONDecodeError as error:
        raise _unreadable(f"The body is not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise _unreadable(f"The body is nested more than {MAX_DEPTH} levels deep") from None
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise _unreadable(f"The body is nested more than {MAX_DEPTH} levels deep")
    if text.count(",") >= MAX_VALUES and _size(value) > MAX_VALUES:
        raise _unreadable(f"The body holds more than {MAX_VALUES} values")
    if "\\u" in text and (faults := list(_surrogates(value, ""))):
        raise Invalid("The body holds half of a character", faults=faults)
    return value


def _levels(value: Any) -> Iterator[list[Any]]:
    """What a value holds, one level of nesting after the other."""
    level = [value]
    while level := [each for each in level if isinstance(each, dict | list)]:
        level = [child for each in level for child in (each.values() if isinstance(each, dict) else each)]
        yield level


def _depth(value: Any) -> int:
    return sum(1 for _ in _levels(value))


def _size(value: Any) -> int:
    return sum(len(level) for level in _levels(value))


def _surrogates(value: Any, pointer: str) -> Any:
    if isinstance(value, dict):
        for name, child in value.items():
            if not _whole(name):
                yield Fault("A name holds a lone surrogate", "lone_surrogate", pointer=pointer)
            else:
                yield from _surrogates(child, f"{pointer}/{escape(name)}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _surrogates(child, f"{pointer}/{index}")
    elif isinstance(value, str) and not _whole(value):
        yield Fault("Holds a lone surrogate, half of a character", "lone_surrogate", pointer=pointer)


def _whole(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def escape(name: object) -> str:
    """One step of a JSON Pointer (RFC 6901)."""
    return str(name).replace("~", "~0").replace("/", "~1")


def pointer(location: tuple[int | str, ...]) -> str:
    """A JSON Pointer from Pydantic's location."""
    return "".join(f"/{escape(step)}" for step in location)
