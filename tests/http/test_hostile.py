"""Whatever a client sends, it is answered with what is wrong with it, and nothing of it stays."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.client import Api
from support.documents import Documents
from support.problems import problem

Stored = Callable[[], dict[str, int]]
JSON = {"content-type": "application/json"}


def nested(opening: bytes, closing: bytes, depth: int) -> bytes:
    return opening * depth + closing * depth


VISIT = b'{"title": "Visit", "direction": "inbound", "starts_on": "2026-12-01", "partners": ["TO"], %s}'
BODIES = {
    "empty": b"",
    "blank": b"  \n",
    "NUL byte": b"\x00",
    "NUL bytes around": b"\x00{}\x00",
    "truncated": b'{"title": "Vis',
    "trailing": b"{} {}",
    "trailing comma": b'{"title": "Visit",}',
    "comment": b'{"title": "Visit" /* really */}',
    "single quotes": b"{'title': 'Visit'}",
    "byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"title": "Visit"}'.encode("utf-16"),
    "bad UTF-8": b'{"title": "\xff\xfe"}',
    "overlong UTF-8": b'{"title": "\xc0\xaf"}',
    "surrogate as UTF-8": b'{"title": "\xed\xa0\x80"}',
    "array": b"[]",
    "array of objects": b'[{"title": "Visit"}]',
    "string": b'"title"',
    "number": b"5",
    "null": b"null",
    "true": b"true",
    "deep arrays": nested(b"[", b"]", 10_000),
    "very deep arrays": nested(b"[", b"]", 200_000),
    "deep objects": nested(b'{"a":', b"", 10_000) + b"1" + b"}" * 10_000,
    "unclosed arrays": b"[" * 100_000,
    "deep in a field": VISIT % (b'"tags": ' + nested(b"[", b"]", 500)),
    "raw control character": VISIT % b'"summary": "a\x01b"',
    "raw line break": VISIT % b'"summary": "a\nb"',
    "NaN": VISIT % b'"delegation_size": NaN',
    "Infinity": VISIT % b'"delegation_size": Infinity',
    "-Infinity": VISIT % b'"delegation_size": -Infinity',
    "huge float": VISIT % b'"delegation_size": 1e400',
    "float": VISIT % b'"delegation_size": 1.5',
    "float without fraction": VISIT % b'"delegation_size": 5.0',
    "huge integer": VISIT % b'"delegation_size": 1' + b"0" * 400,
    "integer of 64 bits": VISIT % b'"delegation_size": 9223372036854775808',
    "integer of 32 bits": VISIT % b'"delegation_size": 2147483648',
    "many digits": VISIT % (b'"delegation_size": ' + b"9" * 100_000),
    "leading zero": VISIT % b'"delegation_size": 007',
    "name twice": VISIT % b'"title": "Again"',
    "name twice, escaped": VISIT % b'"t\\u0069tle": "Again"',
    "name twice, nested": VISIT % b'"itinerary": [{"activity": "a", "activity": "b"}]',
    "lone surrogate": VISIT % b'"summary": "\\ud800"',
    "lone surrogate in a name": VISIT % b'"\\udfff": 1',
    "surrogates the wrong way": VISIT % b'"summary": "\\udc00\\ud800"',
    "escaped NUL": VISIT % b'"summary": "a\\u0000b"',
    "escaped NUL in a name": VISIT % b'"a\\u0000b": 1',
    "prototype": VISIT % b'"__proto__": {"archived": true}',
    "empty name": VISIT % b'"": 1',
    "odd escape": VISIT % b'"summary": "\\x41"',
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_no_document(api: Api, documents: Documents, stored: Stored, name: str) -> None:
    visit = documents.visit()
    before = stored()
    places = [
        ("POST", "/visits"),
        ("PUT", "/visits/by-external-ref/E-1"),
        ("PATCH", f"/visits/{visit['id']}"),
        ("POST", "/visits/bulk"),
        ("POST", "/visits/query"),
        ("POST", f"/visits/{visit['id']}/transitions"),
        ("POST", f"/visits/{visit['id']}/participants"),
    ]
    for method, path in places:
        answer = api.ask(method, path, content=BODIES[name], headers=JSON)
        document = problem(answer, 422)
        assert document["errors"], (method, path)
    assert stored() == before
    assert api.read(f"/visits/{visit['id']}") == visit


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
    answer = api.post("/visits", documents.of("visits", starts_at=moment, itinerary=[{"starts_at": moment, "activity": "x"}]))
    found = {each["pointer"] for each in problem(answer, 422)["errors"]}
    assert {"/starts_at", "/itinerary/0/starts_at"} <= found
    problem(api.post("/engagements/query", {"updated_since": moment}), 422)


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_beyond_measure(api: Api, serve: Callable[..., Api], stored: Stored, announced: bool) -> None:
    small = serve(max_body_bytes=4096)
    body = json.dumps({"title": "x" * 5000}).encode()
    before = stored()

    def chunks() -> Iterator[bytes]:
        for _ in range(1000):
            yield b" " * 100

    for method, path in (("POST", "/visits"), ("PUT", "/visits/by-external-ref/E"), ("POST", "/visits/query")):
        answer = small.ask(method, path, content=body if announced else chunks(), headers=JSON)
        problem(answer, 413)
    assert stored() == before
    assert small.post("/visits/query", {"tag": "x" * 100}).status_code == 200


def test_one_cannot_lie_about_the_length(api: Api, stored: Stored) -> None:
    before = stored()
    for length in ("99999999999999999999999", "-1", "abc", "٣", "1e3", " "):
        answer = api.ask("POST", "/visits", content=b"{}", headers=JSON | {"content-length": length.encode()})
        assert 400 <= answer.status_code < 500
    assert stored() == before


NAUGHTY = [
    "undefined", "null", "NULL", "true", "nil", "0", "-1", "1/0", "NaN", "1e309", "'", '"', "';--", "' OR 1=1 --", "${7*7}",
    "{{7*7}}", "%s%d%n", "<script>alert(1)</script>", "../../etc/passwd", "=1+1", "+1", "-1", "@SUM(A1)", "\\", "\\u0000",
    "Ω≈ç√∫", "田中さんにあげて", "مُنَاقَشَةُ", "הָיְתָה", "﷽", "🏳️‍🌈👩🏽‍💻", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢", "ʇnqıɹʇsıp", "İıŞş", "ß", "Ａ",
    "\u202eevil", "a\u200bb", "\ufeffbom", "\uffff", "\U0010ffff", "e\u0301", "Whaka\u0304tau", "ʻokina Nukuʻalofa", "\u00ad",
]  # fmt: skip


def test_text_comes_back_as_it_was_sent(api: Api, documents: Documents) -> None:
    texts = [each for each in NAUGHTY if each.strip()]
    made = [documents.visit(title=text, summary=f"{text}\n\t{text}", tags=[text], city=text, external_ref=text) for text in dict.fromkeys(texts)]
    for record in made:
        text = record["title"]
        assert record["summary"] == f"{text}\n\t{text}"
        assert record["tags"] == [text]
        assert api.read(f"/visits/{record['id']}") == record
        assert api.items("/visits", tag=text) == [record]
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


def test_an_upsert_by_any_name(api: Api, documents: Documents) -> None:
    from urllib.parse import quote  # noqa: PLC0415

    for ref in ("a b", "a/b", "ä", "🥝", "100%", "a?b", "a#b", "..", "'", '"', "ENG\\1"):
        target = f"/visits/by-external-ref/{quote(ref, safe='')}".encode()
        document = json.dumps(documents.of("visits")).encode()
        answer = api.raw("PUT", target, content=document, headers=JSON)
        # A slash ends a step of an address, however it is written.
        assert answer.status_code == (404 if ref == "a/b" else 201), ref
        if answer.status_code == 201:
            assert answer.json()["external_ref"] == ref
            assert api.raw("PUT", target, content=document, headers=JSON).status_code == 200
