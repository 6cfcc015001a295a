"""Taking passages out of texts: nothing of them stays, and nothing else goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.releases.copies import joined
from app.releases.withholding import Cut, Gap, Shapes, places, redacted, stands_in


def told(text: str, *cuts: tuple[str | None, str]) -> str:
    return joined(redacted(text, [Cut(passage, ground) for passage, ground in cuts]))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "cuts", "left"),
    [
        ("all of it", [], "all of it"),
        ("one two three", [("two", "6(a)")], "one [withheld: s 6(a)] three"),
        ("two one two", [("two", "6(a)")], "[withheld: s 6(a)] one [withheld: s 6(a)]"),
        ("a\nb  c d", [("b c", "9(2)(a)")], "a\n[withheld: s 9(2)(a)] d"),
        ("one two three", [("one two", "9(2)(a)"), ("two three", "6(a)")], "[withheld: s 6(a), s 9(2)(a)]"),
        ("one two", [("one ", "6(a)"), ("two", "6(b)")], "[withheld: s 6(a)] [withheld: s 6(b)]"),
        ("onetwo", [("one", "6(a)"), ("two", "6(b)")], "[withheld: s 6(a), s 6(b)]"),
        ("bananana", [("anana", "6(a)")], "b[withheld: s 6(a)]"),
        ("secret", [(None, "6(d)")], "[withheld: s 6(d)]"),
        ("secret and more", [(None, "6(d)"), ("more", "6(a)")], "[withheld: s 6(a), s 6(d)]"),
        ("not asked", [("not", "out_of_scope")], "[withheld: out of scope] asked"),
        ("a.c abc", [("a.c", "6(a)")], "[withheld: s 6(a)] abc"),
        ("", [(None, "6(a)")], "[withheld: s 6(a)]"),
    ],
)
def test_what_is_left(text: str, cuts: list[tuple[str | None, str]], left: str) -> None:
    assert told(text, *cuts) == left


texts = st.text(st.sampled_from("ab \n\té(*"), max_size=40)


@given(texts, st.lists(texts.filter(str.strip), max_size=4))
def test_no_passage_is_left_and_nothing_is_added(text: str, passages: list[str]) -> None:
    parts = redacted(text, [Cut(each, "6(a)") for each in passages])
    kept = [each for each in parts if not isinstance(each, Gap)]
    for passage in passages:
        assert all(places(each, passage) == [] for each in kept)
    rest = text
    for each in filter(None, kept):
        assert each in rest
        rest = rest.partition(each)[2]


@pytest.mark.parametrize(
    "text",
    [
        "COLONEL smith was there",
        "Colonel\n  Smith was there",
        "Colonel **Smith** was there",
        "Colo**nel Sm**ith",
        "Colonel&nbsp;Sm&#105;th",
        "Cólonel Śmith",
        "Colonel Smith",
        "Colonel\u200b Smi\u00adth",
        "colonel_smith@example.org",
        "ＣＯＬＯＮＥＬ Smith",
        "colonel smith's orders",
    ],
)
def test_a_passage_is_found_in_other_shapes(text: str) -> None:
    assert stands_in(Shapes.of(text), Shapes.of("Colonel Smith"))


@pytest.mark.parametrize(
    ("text", "passage"), [("a visit", "is it"), ("in 2025", "24"), ("colonels", "Colonel Smith"), ("", "x")]
)
def test_what_only_looks_like_it_is_not(text: str, passage: str) -> None:
    assert not stands_in(Shapes.of(text), Shapes.of(passage))
