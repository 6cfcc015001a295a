"""Cursors: what one says is what the next page begins after, and anybody may have written it."""

import base64
import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core.columns import instant_text
from app.core.cursor import decode, encode

ID = "0190163d-8694-739b-aea5-966c26f8ad91"

plain_text = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]))
VALUES: dict[type, st.SearchStrategy[Any]] = {
    UUID: st.uuids().map(str),
    str: plain_text,
    int: st.integers(-(2**31) + 1, 2**31 - 1),
    date: st.dates(),
    datetime: st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 1)),  # noqa: DTZ001 - made aware
}
columns = st.lists(st.sampled_from(list(VALUES)), min_size=1, max_size=4)
rows = columns.flatmap(lambda kinds: st.tuples(st.just(kinds), st.tuples(*(VALUES[kind] for kind in kinds))))


def written(*parts: Any) -> str:
    """A cursor as a stranger would write it."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@given(rows, plain_text)
def test_a_row_comes_back_as_it_was(row: tuple[list[type], tuple[Any, ...]], order: str) -> None:
    kinds, values = row
    assert decode(encode(order, values), order, kinds) == list(values)


@given(rows)
def test_a_cursor_can_stand_in_an_address_as_it_is(row: tuple[list[type], tuple[Any, ...]]) -> None:
    assert set(encode("-starts_on,-id", row[1])) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )


def keeps_its_promise(cursor: str, kinds: list[type]) -> None:
    """It is refused, or it has values that a database takes for its columns."""
    try:
        values = decode(cursor, "o", kinds)
    except ValueError:
        return
    assert len(values) == len(kinds)
    for value, kind in zip(values, kinds, strict=True):
        if kind is UUID:
            assert value == str(UUID(value))
        elif kind is datetime:
            assert isinstance(value, datetime)
            instant_text(value)
        elif kind is date:
            assert type(value) is date
        elif kind is int:
            assert type(value) is int
            assert -(2**31) <= value < 2**31
        else:
            assert isinstance(value, str)
            assert b"\0" not in value.encode()


@given(st.text(), columns)
def test_any_text_is_a_sound_cursor_or_refused(cursor: str, kinds: list[type]) -> None:
    keeps_its_promise(cursor, kinds)


@given(st.binary(), columns)
def test_any_bytes_are_a_sound_cursor_or_refused(raw: bytes, kinds: list[type]) -> None:
    keeps_its_promise(base64.urlsafe_b64encode(raw).decode(), kinds)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
nearly = st.one_of(
    json_values,
    st.uuids().map(str),
    st.dates().map(str),
    st.datetimes(timezones=st.timezones()).map(datetime.isoformat),
    st.times().map(str),
)


@given(st.lists(nearly, max_size=4), columns)
@example(["0001-01-01T00:00:00+14:00"], [datetime])
@example(["9999-12-31T23:59:59-14:00"], [datetime])
@example(["0190163d-8694-739b-aea5-966c26f8ad9\u0661"], [UUID])
@example([ID.upper()], [UUID])
@example(["{0190163d8694739baea5966c26f8ad91}--"], [UUID])
@example([True], [int])
@example([1.0], [int])
@example(["2024-W01-1"], [date])
@example(["2024-01-01"], [datetime])
@example(["\0"], [str])
@example(["\ud800"], [str])
def test_any_json_is_a_sound_cursor_or_refused(parts: list[Any], kinds: list[type]) -> None:
    keeps_its_promise(written("o", *parts), kinds)


@pytest.mark.parametrize(
    "cursor",
    [
        "", "!", "e30", "bnVsbA", "W10", "äöü", "=", "====", "a", "\0", "[]",
        written(), written(1), written(None), written("o"), written("o", 1, 2), written(["o"], 1),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
        base64.urlsafe_b64encode(b'["o",' + b"9" * 5000 + b"]").decode(),
        base64.urlsafe_b64encode(b'["o",NaN]').decode(),
        base64.urlsafe_b64encode(b'["o",1e999]').decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
    ids=lambda cursor: ascii(cursor)[:24],
)  # fmt: skip
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(ValueError, match=r"cursor of this register|another order"):
        decode(cursor, "o", [int])


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, str), (1, str), ("a\nb", str), ("\x1f", str), ("\ud800", str), (["a"], str),
        ("1", int), (1.5, int), (True, int), (2**31, int), (-(2**31), int), (None, int),
        ("x", UUID), (ID.replace("-", ""), UUID), (f"{{{ID}}}", UUID), (1, UUID), (None, UUID),
        ("never", date), ("2024-02-30", date), ("2024-01-01T00:00:00", date), (20240101, date), (None, date),
        ("never", datetime), ("2024-01-01T25:00:00Z", datetime), ("2" * 41, datetime), (1.5, datetime),
    ],
    ids=repr,
)  # fmt: skip
def test_a_value_that_its_column_cannot_hold_is_refused(value: Any, kind: type) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(written("o", value), "o", [kind])


def test_a_cursor_belongs_to_one_order() -> None:
    cursor = encode("-starts_on,-id", [date(2026, 1, 1), ID])
    with pytest.raises(ValueError, match="another order"):
        decode(cursor, "starts_on,id", [date, UUID])


def test_an_instant_keeps_its_microsecond_and_moves_to_utc() -> None:
    moment = datetime(2026, 1, 1, 13, 0, 0, 1, timezone(timedelta(hours=13)))
    assert decode(encode("o", [moment]), "o", [datetime]) == [datetime(2026, 1, 1, 0, 0, 0, 1, UTC)]
    assert instant_text(moment) == "2026-01-01T00:00:00.000001Z"
