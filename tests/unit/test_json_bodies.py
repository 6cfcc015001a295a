"""JSON from strangers: what is taken comes out whole, and what is not is refused with its reason."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.jsonbody import MAX_DEPTH, MAX_DIGITS, MAX_VALUES, escape, loads, pointer
from app.errors import Invalid

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10 ** (MAX_DIGITS - 1)) + 1, 10**MAX_DIGITS - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def refusal(body: bytes) -> Invalid:
    with pytest.raises(Invalid) as refused:
        loads(body)
    return refused.value


@given(json_values, st.booleans())
def test_what_json_can_say_comes_out_whole(value: Any, ascii_only: bool) -> None:
    assert loads(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary() | st.text("[]{}:,\"'\\u0dDnula19eE+-. \n").map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        value = loads(body)
    except Invalid as refused:
        assert refused.faults
        assert all(each.pointer is not None and each.detail.isprintable() for each in refused.faults)
    else:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"  ", "not JSON"),
        (b"{", "not JSON"),
        (b"{} {}", "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b'{"a": 1,}', "not JSON"),
        (b"[1,]", "not JSON"),
        (b"// a comment\n{}", "not JSON"),
        (b"True", "not JSON"),
        (b"01", "not JSON"),
        (b'"a\nb"', "not JSON"),
        (b'"\\x"', "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b'{"a": "\x00"}', "not JSON"),
        (b"NaN", "NaN is not JSON"),
        (b"[Infinity]", "Infinity is not JSON"),
        (b'{"a": -Infinity}', "-Infinity is not JSON"),
        (b"1e999", "A number is too large"),
        (b"[-1e999]", "A number is too large"),
        (b'"\xff"', "not UTF-8 (byte 1)"),
        (b'"\xc3"', "not UTF-8"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        (b'"\xc0\x80"', "not UTF-8"),
        ("{}".encode("utf-16"), "not UTF-8"),
        (b'{"a": 1, "a": 2}', "The name 'a' stands twice in one object"),
        (b'{"a": 1, "a": 1}', "The name 'a' stands twice in one object"),
        (b'{"a": 1, "\\u0061": 2}', "The name 'a' stands twice in one object"),
        (b'[{"b": {"a": 1, "b": 2, "a": 3}}]', "The name 'a' stands twice in one object"),
        (b'{"\\ud800": 1, "\\ud800": 2}', "The name '\\ud800' stands twice in one object"),
        (b"9" * (MAX_DIGITS + 1), "too many digits"),
        (b"[-" + b"9" * 5000 + b"]", "too many digits"),
        (b"[" * (MAX_DEPTH + 1) + b"1" + b"]" * (MAX_DEPTH + 1), f"more than {MAX_DEPTH} levels deep"),
        (b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1), f"more than {MAX_DEPTH} levels deep"),
        (b"[" * 200_000, "levels deep"),
        (b'{"a":' * 200_000, "levels deep"),
    ],
    ids=lambda part: ascii(part)[:40],
)
def test_what_is_refused_is_told_why(body: bytes, reason: str) -> None:
    refused = refusal(body)
    assert reason in refused.detail
    assert [(each.pointer, each.code) for each in refused.faults] == [("", "json")]


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_the_deepest_body_that_is_taken(opening: str) -> None:
    closing = {"[": "]"}.get(opening, "}")

    def nested(levels: int, inmost: str) -> bytes:
        return (opening * levels + inmost + closing * levels).encode()

    loads(nested(MAX_DEPTH, "1"))
    refusal(nested(MAX_DEPTH + 1, "1"))
    refusal(nested(MAX_DEPTH, "[]"))


def test_a_body_holds_no_more_values_than_can_be_told_of() -> None:
    assert len(loads(b"[" + b"1," * (MAX_VALUES - 1) + b"1]")) == MAX_VALUES
    assert "more than 200000 values" in refusal(b"[" + b"1," * MAX_VALUES + b"1]").detail
    assert "more than 200000 values" in refusal(b"[" + b"[1,1]," * 150_000 + b"1]").detail
    assert loads(b'["' + b"," * (MAX_VALUES + 1) + b'"]')


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert loads(b"[" + b"[]," * 5000 + b"{}]") == [[]] * 5000 + [{}]
    assert loads(json.dumps("[" * 5000).encode()) == "[" * 5000


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        (r'"\ud800"', [""]),
        (r'"\udfff"', [""]),
        (r'"\udc00\ud800"', [""]),
        (r'{"a": "x\ud83d"}', ["/a"]),
        (r'{"a": {"b": ["ok", "\udead"]}}', ["/a/b/1"]),
        (r'{"a/b~c": "\ud800"}', ["/a~1b~0c"]),
        (r'{"\ud800": "\ud800"}', [""]),
        (r'{"a": {"\ud800": 1}}', ["/a"]),
        (r'[{"a": "\ud800"}, "fine", {"b": "\udc00"}]', ["/0/a", "/2/b"]),
    ],
)
def test_every_half_of_a_character_is_pointed_at(body: str, pointers: list[str]) -> None:
    assert [(each.pointer, each.code) for each in refusal(body.encode()).faults] == [
        (each, "lone_surrogate") for each in pointers
    ]


def test_an_escaped_character_of_two_halves_is_whole() -> None:
    assert loads(rb'{"\ud83d\udea2": "\ud83d\udea2"}') == {"🚢": "🚢"}
    assert loads(rb'"\\ud800"') == "\\ud800"


def test_a_whole_number_is_as_long_as_it_may_be() -> None:
    assert loads(b"9" * MAX_DIGITS) == 10**MAX_DIGITS - 1


@given(st.lists(st.text() | st.integers(0, 99), max_size=4))
def test_a_pointer_leads_back_to_its_place(steps: list[str | int]) -> None:
    made = pointer(tuple(steps))
    read = [step.replace("~1", "/").replace("~0", "~") for step in made.split("/")[1:]]
    assert read == [str(step) for step in steps]


def test_a_step_of_a_pointer_is_escaped() -> None:
    assert escape("a/b~1") == "a~1b~01"
    assert pointer(("items", 3, "title")) == "/items/3/title"
    assert pointer(()) == ""
