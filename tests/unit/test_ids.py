"""Ids: version 7, in the order of time, and in one form."""

import time
from itertools import pairwise
from uuid import RFC_4122, UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import as_id, is_given, new_id

ID = "0190163d-8694-739b-aea5-966c26f8ad91"


@given(st.integers(0, 1 << 60))
def test_an_id_is_a_version_7_uuid_that_tells_its_time(nanoseconds: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time_ns", lambda: nanoseconds)
        made = UUID(new_id())
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == nanoseconds // 1_000_000


@given(st.integers(0, 1 << 60), st.integers(245, 1 << 40))
def test_later_ids_sort_after_earlier_ones(nanoseconds: int, later: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        moments = iter((nanoseconds, nanoseconds + later))
        patch.setattr(time, "time_ns", lambda: next(moments))
        assert new_id() < new_id()


def test_ids_grow_while_time_passes() -> None:
    made = []
    for _ in range(200):
        made.append(new_id())
        time.sleep(0.000_05)
    assert all(earlier < later for earlier, later in pairwise(made))


def test_ids_of_one_moment_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_764_000_000_000_000_000)
    assert len({new_id() for _ in range(10_000)}) == 10_000


def test_an_id_is_known_in_capitals_too() -> None:
    assert as_id(ID) == as_id(ID.upper()) == ID


@pytest.mark.parametrize("text", [
    "", "AU", "VIS-2026-0042", ID.replace("-", ""), f"{{{ID}}}", f"urn:uuid:{ID}", ID[:-1], f"{ID} ", f" {ID[1:]}",
    "g" + ID[1:], ID.replace("-", "\0"), "\0" * 36, "é" * 36,
    "{0190163d8694739baea5966c26f8ad91}--", "0190163d8694-739baea5966c26f8ad91---", ID[:-1] + "\u0661", "+" + ID[1:],
    ID[:9] + "8_94" + ID[13:],
], ids=ascii)  # fmt: skip
def test_other_spellings_are_no_id(text: str) -> None:
    assert as_id(text) is None


def test_ids_of_registers_are_told_from_those_of_other_systems() -> None:
    assert is_given(new_id())
    assert is_given(new_id().upper())
    for other in ("", "VIS-2026-0042", str(uuid4()), f"{{{new_id()}}}"):
        assert not is_given(other)


@given(st.text(st.sampled_from("0123456789abcdefABCDEF-{}_+ \u0661"), min_size=36, max_size=36) | st.uuids().map(str))
def test_an_id_comes_out_in_its_canonical_form(text: str) -> None:
    known = as_id(text)
    assert known is None or (known == text.lower() and known == str(UUID(known)))
