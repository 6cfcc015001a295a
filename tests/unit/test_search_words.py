"""Words: what people type and what is written meet, whatever the accents; and no text is ever more than words."""

import json
import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core.search import search_value
from app.core.words import (
    MAX_QUERY_WORDS,
    MAX_WORD,
    MAX_WORDS,
    fold,
    index_words,
    match,
    query_words,
    tsquery,
    tsvector,
)

WORD = r"[^\W_]+"

hostile = st.text() | st.text(st.sampled_from("'\"*&|!():<>-\\\0 \n%_${}[]ʻ’`aé1AND"), max_size=40)


def found(query: str, text: str) -> bool:
    """Whether a record with this text has each word of the query, at least as the beginning of one of its own."""
    return all(any(each.startswith(word) for each in index_words(text)) for word in query_words(query))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Māori", "maori"), ("MĀORI", "maori"), ("Ma\u0304ori", "maori"), ("Maori", "maori"),
        ("Çelik Türkiye", "celik turkiye"), ("Straße", "strasse"), ("STRASSE", "strasse"), ("ẞ", "ss"),
        ("Tromsø", "tromso"), ("ØRSTED", "orsted"), ("Łódź", "lodz"), ("Đà Nẵng", "da nang"), ("Ægir", "aegir"),
        ("Þórshöfn", "thorshofn"), ("Sigurður", "sigurdur"), ("İzmir", "izmir"), ("Diyarbakır", "diyarbakir"),
        ("œuvre", "oeuvre"), ("ﬁne", "fine"), ("ＮＺＤＦ", "nzdf"), ("№ 5", "no 5"), ("𝐍𝐙", "nz"), ("½", "1⁄2"),
        ("日本", "日本"), ("한국", "한국"), ("Україна", "украіна"), ("🚢", "🚢"), ("", ""),
    ],
)  # fmt: skip
def test_case_accents_and_macrons_do_not_matter(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
@example("№℡𝐀")
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_composed_and_decomposed_text_are_the_same(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Nuku'alofa", ["nukualofa", "nuku", "alofa"]),
        ("Nuku\u2019alofa", ["nukualofa", "nuku", "alofa"]),
        ("Nuku\u02bbalofa", ["nukualofa", "nuku", "alofa"]),
        ("Nukualofa", ["nukualofa"]),
        ("Côte d'Ivoire", ["cote", "divoire", "d", "ivoire"]),
        ("d'Ivoire d'Ivoire", ["divoire", "divoire", "d", "ivoire", "d", "ivoire"]),
        ("Timor-Leste", ["timor", "leste"]),
        ("U.S.A.", ["u", "s", "a"]),
        ("snake_case", ["snake", "case"]),
        ("🚢 RIMPAC 🚢 2026!", ["rimpac", "2026"]),
        ("🚢", []),
        ("'' \u2019 ` _ - \0", []),
        ("", []),
    ],
)
def test_the_words_under_which_a_text_is_found(text: str, words: list[str]) -> None:
    assert index_words(text) == words


NUKUALOFA = [
    "Nuku'alofa",
    "Nuku\u2018alofa",
    "Nuku\u2019alofa",
    "Nuku\u02bbalofa",
    "Nuku`alofa",
    "Nukualofa",
    "NUKU'ALOFA",
]
EUA = ["\u02bbEua", "'Eua", "\u2018Eua", "\u2019Eua", "Eua", "eua"]


@pytest.mark.parametrize("text", NUKUALOFA)
@pytest.mark.parametrize("query", [*NUKUALOFA, "nuku", "Nukuʻ"])
def test_a_glottal_stop_inside_a_word_is_found_however_it_is_typed(query: str, text: str) -> None:
    assert found(query, f"Visit to {text}, Tonga")


@pytest.mark.parametrize("text", EUA)
@pytest.mark.parametrize("query", EUA)
def test_a_glottal_stop_before_a_word_is_found_however_it_is_typed(query: str, text: str) -> None:
    assert found(query, f"Visit to {text}, Tonga")


@pytest.mark.parametrize(
    ("query", "text", "finds"),
    [
        ("Maori", "Te reo Māori", True),
        ("Māori", "Te reo Maori", True),
        ("ivoire", "Côte d'Ivoire", True),
        ("Cote d Ivoire", "Côte d'Ivoire", True),
        ("Cote dIvoire", "Côte d’Ivoire", True),
        ("strasse", "Straße", True),
        ("tromso", "Tromsø", True),
        ("exer talis", "Exercise Talisman Sabre", True),
        ("sabre talisman", "Exercise Talisman Sabre", True),
        ("alisman", "Exercise Talisman Sabre", False),
        ("talisman tonga", "Exercise Talisman Sabre", False),
    ],
)
def test_a_record_is_found_by_the_beginnings_of_its_words(query: str, text: str, finds: bool) -> None:
    assert found(query, text) is finds


@given(hostile)
def test_words_hold_letters_and_digits_only(text: str) -> None:
    for word in (*index_words(text), *query_words(text)):
        assert re.fullmatch(WORD, word)
        assert word.isalnum()
        assert len(word) <= MAX_WORD


@given(hostile)
def test_a_text_is_found_by_itself(text: str) -> None:
    assert found(text, text)


@given(st.lists(st.text("abc'é", min_size=1, max_size=3), max_size=40))
def test_a_search_has_few_words_each_once(words: list[str]) -> None:
    asked = query_words(" ".join(words))
    assert len(asked) == len(set(asked)) <= MAX_QUERY_WORDS


@given(hostile, st.booleans(), st.sampled_from(["", "A"]))
def test_a_query_for_postgresql_is_made_of_quoted_words_only(text: str, prefix: bool, weight: str) -> None:
    query = tsquery(query_words(text), prefix=prefix, weight=weight)
    term = rf"'{WORD}'(:A?\*?)?"
    assert query == "" or re.fullmatch(rf"{term}( & {term})*", query)


@given(hostile, hostile)
def test_an_entry_for_postgresql_is_made_of_quoted_words_only(title: str, body: str) -> None:
    entry = tsvector(index_words(title), index_words(body))
    term = rf"'{WORD}':\d+[AD]"
    assert entry == "" or re.fullmatch(rf"{term}( {term})*", entry)


@given(hostile)
def test_a_query_for_sqlite_is_made_of_quoted_words_only(text: str) -> None:
    query = match(query_words(text))
    term = rf'"{WORD}"'
    assert query == "" or re.fullmatch(rf"{term}( {term})*", query)


@given(hostile, st.sampled_from(["any", "title", "title_whole", "whole"]), st.booleans())
def test_whatever_is_searched_for_becomes_words(text: str, within: str, sqlite: bool) -> None:
    value = search_value(text, sqlite=sqlite, within=within)
    if sqlite and not within.endswith("whole"):
        assert json.loads(value) == query_words(text)
        return
    allowed = rf"(title : )?[()\"' &:A*]*({WORD}[()\"' &:A*]*)*"
    assert re.fullmatch(allowed, value)
    assert value.count("'") % 2 == value.count('"') % 2 == 0


@pytest.mark.parametrize(
    ("within", "on_sqlite", "on_postgresql"),
    [
        ("any", '["te", "reo"]', "'te':* & 'reo':*"),
        ("whole", '"te" "reo"', "'te' & 'reo'"),
        ("title", '["te", "reo"]', "'te':A* & 'reo':A*"),
        ("title_whole", 'title : ("te" "reo")', "'te':A & 'reo':A"),
    ],
)
def test_how_each_database_is_asked(within: str, on_sqlite: str, on_postgresql: str) -> None:
    assert search_value("Te reo", sqlite=True, within=within) == on_sqlite
    assert search_value("Te reo", sqlite=False, within=within) == on_postgresql


def test_a_long_text_stays_within_what_postgresql_takes() -> None:
    entry = tsvector(["a"], ["b"] * (MAX_WORDS + 1))
    assert entry.startswith("'a':1A 'b':2D")
    assert entry.count(" ") == MAX_WORDS
    many = tsvector([], [f"{number:x}" for number in range(20_000)])
    assert max(int(place) for place in re.findall(r":(\d+)D", many)) <= 16_383
