"""Snippets: the words of a search where they stand in a text, as HTML that nothing can break."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.snippets import snippet
from app.core.words import query_words


@pytest.mark.parametrize(
    ("texts", "asked", "told"),
    [
        (["A visit to Tonga"], "tonga", "A visit to <mark>Tonga</mark>"),
        (["Nothing", "A visit to Tonga"], "tong", "A visit to <mark>Tonga</mark>"),
        (["Maritime training", "x"], "train marit", "<mark>Maritime</mark> <mark>training</mark>"),
        (["Māori wardens"], "maori", "<mark>Māori</mark> wardens"),
        (["to Nukuʻalofa now"], "nukualofa", "to <mark>Nukuʻalofa</mark> now"),
        (["Côte d'Ivoire"], "ivoire", "Côte <mark>d&#x27;Ivoire</mark>"),
        (["a\n\nb  tonga"], "tonga", "a b <mark>tonga</mark>"),
        (["<b>Tonga</b> & more"], "tonga", "&lt;b&gt;<mark>Tonga</mark>&lt;/b&gt; &amp; more"),
        (["<mark>Tonga"], "tonga", "&lt;mark&gt;<mark>Tonga</mark>"),
        (["Nothing of it"], "tonga", "Nothing of it"),
        ([], "tonga", ""),
    ],
)
def test_what_is_told(texts: list[str], asked: str, told: str) -> None:
    assert snippet(texts, query_words(asked)) == told


def test_a_long_text_is_cut_around_the_first_hit() -> None:
    told = snippet(["before " * 100 + "Tonga " + "after " * 100], ["tonga"])
    assert told.startswith("…before")
    assert told.endswith("…")
    assert "<mark>Tonga</mark>" in told
    assert len(told) < 400


@given(st.lists(st.text(), max_size=3), st.text(max_size=20))
def test_nothing_but_marks_is_markup_and_the_text_is_as_it_was(texts: list[str], asked: str) -> None:
    told = snippet(texts, query_words(asked))
    bare = re.sub("</?mark>", "", told)
    assert "<" not in bare
    assert ">" not in bare
    assert told.count("<mark>") == told.count("</mark>")
    whole = [re.sub(r"\s+", " ", each) for each in texts] or [""]
    assert any(html.unescape(bare).strip("…") in each or each in html.unescape(bare) for each in whole)
