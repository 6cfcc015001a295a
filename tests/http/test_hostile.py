"""Odd days, texts, headers and media types: kept as they are or refused in so many words. More in tests/hostile."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Integer, Text, bindparam, cast, select

from app.access.register import Register
from app.core.prepared import Prepared
from app.errors import Invalid
from support.client import Api
from support.documents import Documents
from support.problems import problem

Stored = Callable[[], dict[str, int]]


@pytest.mark.parametrize(
    "day",
    ["2024-02-30", "2023-02-29", "0000-01-01", "0001-01-01", "10000-01-01", "-2024-01-01", "2024-W01", "2024-001", "20240101",
     "2024-1-1", "01/02/2024", "2024-01-01T00:00:00", "2024-01-01T00:00:00Z", "2024-13-01", "2024-00-10", "٢٠٢٤-٠١-٠١",
     "2024-01-01\x00", " 2024-01-01x", "", 0, 1704067200, 20240101, 1.5, True, [], {}, ["2024-01-01"], "9999-12-31", "now"],
)  # fmt: skip
def test_a_day_that_is_none(api: Api, documents: Documents, stored: Stored, day: Any) -> None:
    document = documents.of("deployments")
    before = stored()
    for field in ("starts_on", "ends_on", "mandate_expires_on"):
        answer = api.post("/deployments", document | {field: day})
        assert f"/{field}" in {each["pointer"] for each in problem(answer, 422)["errors"]}
    for parameter in ("starts_from", "ends_to", "during_from"):
        if isinstance(day, str):
            problem(api.get("/engagements", params={parameter: day}), 422)
        problem(api.post("/engagements/query", {parameter: day}), 422)
    assert stored() == before


@pytest.mark.parametrize(
    "moment",
    ["2026-12-01", "2026-12-01T09:00", "2026-12-01T09:00:00", "2026-12-01T25:00:00Z", "2026-12-01T09:00:60Z", 1796115600,
     "2026-12-01T09:00:00+25:00", "2026-12-01T09:00:00+0100", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "", True],
)  # fmt: skip
def test_an_instant_that_is_none(api: Api, documents: Documents, moment: Any) -> None:
    answer = api.post(
        "/visits", documents.of("visits", starts_at=moment, itinerary=[{"starts_at": moment, "activity": "x"}])
    )
    found = {each["pointer"] for each in problem(answer, 422)["errors"]}
    assert {"/starts_at", "/itinerary/0/starts_at"} <= found
    problem(api.post("/engagements/query", {"updated_since": moment}), 422)


def test_a_value_that_the_database_cannot_take_is_the_callers_fault(register: Register) -> None:
    """The net under the limits that every parameter states itself."""
    statement = select(cast(bindparam("number", type_=Text()), Integer))
    prepared = Prepared(statement, register.database.reader.dialect)
    with register.database.reader.connect() as connection:
        cursor = connection.connection.cursor()
        if register.database.is_sqlite:  # which takes anything for a number
            assert prepared.run(cursor, {"number": "many"}) == [(0,)]
            return
        with pytest.raises(Invalid, match="does not fit"):
            prepared.run(cursor, {"number": "many"})


NAUGHTY = [
    "undefined", "null", "NULL", "true", "nil", "0", "-1", "1/0", "NaN", "1e309", "'", '"', "';--", "' OR 1=1 --", "${7*7}",
    "{{7*7}}", "%s%d%n", "<script>alert(1)</script>", "../../etc/passwd", "=1+1", "+1", "-1", "@SUM(A1)", "\\", "\\u0000",
    "Ω≈ç√∫", "田中さんにあげて", "مُنَاقَشَةُ", "הָיְתָה", "﷽", "🏳️‍🌈👩🏽‍💻", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢", "ʇnqıɹʇsıp", "İıŞş", "ß", "Ａ",
    "\u202eevil", "a\u200bb", "\ufeffbom", "\uffff", "\U0010ffff", "e\u0301", "Whaka\u0304tau", "ʻokina Nukuʻalofa", "\u00ad",
]  # fmt: skip


def test_text_comes_back_as_it_was_sent(api: Api, documents: Documents) -> None:
    texts = [each for each in NAUGHTY if each.strip()]
    made = [
        documents.visit(
            title=text,
            summary=f"{text}\n\t{text}",
            tags=[text],
            city=text,
            external_ref=text if text.isprintable() else None,
        )
        for text in dict.fromkeys(texts)
    ]
    for record in made:
        text = record["title"]
        assert record["summary"] == f"{text}\n\t{text}"
        assert record["tags"] == [text]
        assert api.read(f"/visits/{record['id']}") == record
        assert api.items("/visits", tag=text) == [record]
        if text.isprintable():
            assert api.items("/visits", external_ref=text) == [record]
        assert api.post("/visits/query", {"tag": [text]}).json()["items"] == [record]
        assert api.get("/visits", params={"q": text}).status_code == 200
    listed = api.items("/visits", limit=200, sort="created_at")
    assert listed == made
    for sort in ("title", "-title"):
        page, found = api.read("/visits", limit=7, sort=sort), []
        while True:
            found += page["items"]
            if page["next"] is None:
                break
            page = api.get(page["next"]).json()
        assert len(found) == len(made)
        assert {each["id"] for each in found} == {each["id"] for each in made}


def test_the_host_that_a_client_names_breaks_no_answer(api: Api, documents: Documents) -> None:
    for _ in range(2):
        documents.visit()
    for host in (
        "evil.example",
        'a"b',
        "a\\",
        "",
        "a b",
        "[::1]:80",
        "x" * 5000,
        "\u00e4".encode().decode("latin-1"),
        "a>b",
        "a\tb",
    ):
        answer = api.get("/visits", params={"limit": "1"}, headers={"host": host.encode("latin-1")})
        assert answer.status_code in (200, 400, 422)
        if answer.status_code == 200:
            assert answer.json()["next"] is not None


HEADERS = [
    ("if-match", ["garbage", '"', '""', '"1', "W/", 'W/"1"', "*, *", ",", '"' + "9" * 5000 + '"', '"\u00e9"', "\x00", '"1"' * 1000]),
    ("if-none-match", ["garbage", '"', "W/", "*,", ",,,", '"\u00e9"', '"1"' * 1000]),
    ("accept", ["garbage", "/", "*", ";", "a/b/c", "application/json;q=x", "application/json;q=-1", ";q=1", ",,,", "\u00e9", "a" * 10_000]),
    ("authorization", ["", "Bearer", "bearer  ", "Bearer " + "a" * 50_000, "Bearer \u00e9", "Bearer det_\u00e9" + "a" * 42, "\x00", "Basic ==", "Bearer a b c"]),
    ("x-request-id", ["", "a", "<script>", "a" * 1000, "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9", "a\tb\tc\td\t"]),
    ("range", ["bytes=0-1"]),
    ("x-http-method-override", ["DELETE"]),
    ("content-length", ["5"]),
    ("transfer-encoding", ["chunked, identity"]),
    ("expect", ["the unexpected"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values"), HEADERS, ids=[name for name, _ in HEADERS])
def test_headers_that_are_none(api: Api, documents: Documents, name: str, values: list[str]) -> None:
    visit = documents.visit()
    at = f"/visits/{visit['id']}"
    for value in values:
        headers = {name: value.encode("latin-1")}
        for method, path, options in (
            ("GET", at, {}),
            ("GET", "/visits", {}),
            ("PATCH", at, {"content": b'{"summary": "x"}'}),
            ("POST", "/visits", {"content": b"{}"}),
        ):
            given = headers | ({"content-type": b"application/json"} if options else {})
            answer = api.ask(method, path, headers=given, **options)
            assert answer.status_code in (200, 304, 401, 406, 412, 415, 422), (method, value, answer.text)
            if answer.status_code >= 400:
                problem(answer, answer.status_code)


@pytest.mark.parametrize(
    ("media_type", "taken"),
    [
        ("application/json", True),
        ("application/json;charset=utf-8", True),
        ('application/json; charset="utf-8"; x=y', True),
        ("APPLICATION/JSON", True),
        ("application/json;", True),
        ("application/json, text/plain", False),
        ("text/json", False),
        ("application/json+x", False),
        (";", False),
        ("a" * 10_000, False),
        ("multipart/form-data; boundary=x", False),
    ],
)
def test_media_types_with_odd_parameters(api: Api, documents: Documents, media_type: str, taken: bool) -> None:
    content = json.dumps(documents.of("visits")).encode()
    answer = api.ask("POST", "/visits", content=content, headers={"content-type": media_type})
    assert answer.status_code == (201 if taken else 415)


def test_errors_of_every_sort_are_problems_outside_the_api_too(api: Api) -> None:
    for path in (
        "http://testserver/nothing",
        "http://testserver/problems/nothing",
        "http://testserver/api",
        "http://testserver/api/v2",
    ):
        problem(api.get(path), 404)
    problem(api.ask("DELETE", "http://testserver/livez"), 405)
