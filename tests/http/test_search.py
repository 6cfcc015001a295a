"""Full text: any words find what says them, however they are typed, and no input is an error."""

from typing import Any

import pytest

from support.client import Api
from support.documents import Documents
from support.problems import problem


def titles(api: Api, q: str, **params: Any) -> list[str]:
    return [each["title"] for each in api.items("/engagements", q=q, **params)]


@pytest.mark.parametrize(
    ("title", "queries"),
    [
        ("Te Pāti Māori hui", ["Maori", "māori", "MĀORI", "maor", "pati maori", "ma\u0304ori"]),
        (
            "Visit to Nuku'alofa",
            ["Nuku'alofa", "Nuku\u02bbalofa", "nukualofa", "Nuku\u2019alof", "nuku alofa", "alofa"],
        ),
        ("Côte d'Ivoire talks", ["cote", "d'Ivoire", "ivoire", "divoire", "CÔTE D\u2019IVOIRE"]),
        ("ADMM-Plus plenary", ["ADMM-Plus", "admm plus", "admm", "plus"]),
        ("Kākāpō-2026 (phase 2)", ["kakapo", "2026", "phase 2", "kakapo-2026"]),
        ("Straße in Łódź", ["strasse", "lodz", "STRASSE"]),
        ("Ｆｕｌｌｗｉｄｔｈ ﬁne", ["fullwidth", "fine"]),
        ("東京 防衛 対話", ["東京", "防衛"]),
    ],
)
def test_words_are_found_however_they_are_typed(api: Api, documents: Documents, title: str, queries: list[str]) -> None:
    documents.visit(title=title)
    documents.visit(title="Something else altogether", city="Suva", starts_on="2031-01-01", ends_on=None)
    for query in queries:
        assert titles(api, query) == [title], query


def test_all_words_must_be_there_in_any_order_and_field(api: Api, documents: Documents) -> None:
    documents.visit(title="Harbour visit", summary="On **hydrography** and charts", city="Suva", tags=["survey"])
    for query in ("hydrography harbour", "charts survey suva", "harb hydro chart surv"):
        assert titles(api, query) == ["Harbour visit"]
    assert titles(api, "harbour hydrology") == []


def test_a_reference_is_found(api: Api, documents: Documents) -> None:
    visit = documents.visit()
    assert [each["id"] for each in api.items("/engagements", q=visit["reference"])] == [visit["id"]]
    assert [each["id"] for each in api.items("/visits", q=visit["reference"].lower())] == [visit["id"]]


def test_the_best_matches_come_first(api: Api, documents: Documents) -> None:
    documents.visit(title="In the body", summary="A regatta is held")
    documents.visit(title="Beginning in the body", summary="Many regattas")
    documents.visit(title="Regattas of the Pacific")
    documents.visit(title="The regatta")
    documents.visit(title="Nothing of the sort")
    documents.visit(title="In the body too", summary="The regatta again")
    found = titles(api, "regatta")
    assert found[0] == "The regatta", "whole in the title"
    assert found[1] == "Regattas of the Pacific", "the beginning of a word of the title"
    assert set(found[2:4]) == {"In the body", "In the body too"}, "whole in the body"
    assert found[4:] == ["Beginning in the body"]

    page = api.read("/engagements", q="regatta", limit=2, count="exact")
    assert page["total"] == 5
    walked = [each["title"] for each in page["items"]]
    while page["next"]:
        page = api.get(page["next"]).json()
        walked += [each["title"] for each in page["items"]]
    assert walked == found
    assert titles(api, "regatta", sort="title") == sorted(found)


def test_a_search_narrows_with_filters_and_turns_round(api: Api, documents: Documents) -> None:
    documents.visit(title="Regatta at sea", country="FJ")
    documents.visit(title="Regatta ashore", country="TO")
    documents.make("exercises", title="Regatta exercise", country="FJ")
    assert set(titles(api, "regatta", country="FJ")) == {"Regatta at sea", "Regatta exercise"}
    assert set(titles(api, "regatta", kind="visit")) == {"Regatta at sea", "Regatta ashore"}
    assert [each["title"] for each in api.items("/visits", q__not="ashore")] == ["Regatta at sea"]
    assert api.items("/visits", q="regatta", q__not="regatta") == []


ODD = [
    '"', "'", "''", '"""', "\\", "%", "_", "*", "**", "regatta*", "^regatta", "-regatta", "+", "NEAR(a b)", "a NEAR/2 b",
    "AND", "OR", "NOT", "a AND", "(a", "a)", "title:regatta", "title : (", "{a b}", ":*", "'a':*", "a & b", "a | !b",
    "a <-> b", "&", "|", "!", "<->", "🥝", "🥝 regatta", "👩‍👩‍👧", "\u202eregatta", "\u200b", "￼", "ﷺ", "…", "  ", " \t ",
    "a;DROP TABLE engagement;--", "x" * 500, "a " * 250, "\u0301", "İ", "ß", "ǅ", "1e400", "NULL", "../..", "<script>",
]  # fmt: skip


def test_any_input_is_a_search(api: Api, documents: Documents) -> None:
    documents.visit(title="Regatta")
    for query in ODD:
        for path in ("/engagements", "/visits", "/partners", "/people"):
            for params in ({"q": query}, {"q": query, "count": "exact", "sort": "-updated_at"}, {"q__not": query}):
                answer = api.get(path, params=params)
                assert answer.status_code == 200, (query, answer.text)
                assert api.post(f"{path}/query", params).json()["items"] == answer.json()["items"]
    for query in ("regatta*", "^regatta", "-regatta", "title:regatta", '"regatta"', "(regatta)"):
        if "title" not in query:
            assert titles(api, query) == ["Regatta"], query


def test_only_signs_find_nothing_and_blanks_ask_nothing(api: Api, documents: Documents) -> None:
    documents.visit()
    for signs in ('"', "🥝", "-- !", "_"):
        assert api.read("/engagements", q=signs, count="exact") == {
            "items": [],
            "next": None,
            "total": 0,
            "marking": "UNCLASSIFIED",
        }
    for blank in ("", "  "):
        assert len(api.items("/engagements", q=blank)) == 1


@pytest.mark.parametrize("size", [501, 10_000])
def test_a_search_as_long_as_a_book_is_refused_not_an_error(api: Api, size: int) -> None:
    problem(api.get("/engagements", params={"q": "a" * size}), 422)
    problem(api.post("/engagements/query", {"q": "a" * size}), 422)


def test_control_characters_are_no_error(api: Api) -> None:
    for sign in ("\x00", "a\x00b", "\x1f", "\x7f", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")):
        assert api.get("/engagements", params={"q": sign}).status_code in (200, 422)
        assert api.post("/engagements/query", {"q": sign}).status_code in (200, 422)


def test_long_texts_are_searchable_to_a_bound(api: Api, documents: Documents) -> None:
    words = " ".join(f"word{number}" for number in range(2_000))
    visit = documents.visit(title="Long", summary=f"start {words}"[:20_000])
    for query in ("start", "word0", "word1999"):
        assert [each["id"] for each in api.items("/visits", q=query)] == [visit["id"]]
    api.change(f"/visits/{visit['id']}", {"summary": "a" * 20_000})
    assert [each["id"] for each in api.items("/visits", q="a" * 60)] == [visit["id"]]


def test_other_records_are_searched_too(api: Api, documents: Documents) -> None:
    documents.make("people", name="Tūmanako Wētā", biography="Hydrographer")
    documents.make("posts", name="High Commission Apia", city="Apia")
    documents.make("series", slug="talanoa", name="Talanoa", note="Pacific talks")
    assert [each["name"] for each in api.items("/people", q="tumanako")] == ["Tūmanako Wētā"]
    assert [each["name"] for each in api.items("/people", q="hydrog")] == ["Tūmanako Wētā"]
    assert [each["city"] for each in api.items("/posts", q="apia")] == ["Apia"]
    assert [each["slug"] for each in api.items("/series", q="talanoa pacific")] == ["talanoa"]
    assert "NZ" in [each["code"] for each in api.items("/partners", q="new zeal")]
    assert api.items("/people", q="talanoa") == []
