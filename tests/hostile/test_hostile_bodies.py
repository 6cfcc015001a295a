"""Bodies that are no JSON, or JSON that no register can keep."""

import json
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import pytest
from wire import API, JSON, Stored, Wire, unchanged

from app.web.problem_answers import MOST_ALIKE
from support.client import Api, Apps
from support.documents import Documents
from support.problems import faults, problem

TITLE = '{"title": "Visit"}'

NOT_JSON: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n\t ",
    "truncated": b'{"title": "Vis',
    "unquoted name": b"{title: 1}",
    "trailing comma": b'{"title": "Visit",}',
    "comment": b'{"title": "Visit" /* or so */}',
    "single quotes": b"{'title': 'Visit'}",
    "trailing garbage": TITLE.encode() + b"]",
    "two documents": TITLE.encode() * 2,
    "trailing NUL": TITLE.encode() + b"\0",
    "raw NUL in a value": b'{"title": "Vi\0sit"}',
    "raw NUL in a name": b'{"ti\0tle": "Visit"}',
    "raw line break": b'{"title": "Vi\nsit"}',
    "only NUL": b"\0\0\0\0",
    "bad escape": rb'{"title": "\x41"}',
    "half an escape": rb'{"title": "\u12"}',
    "byte order mark": b"\xef\xbb\xbf" + TITLE.encode(),
    "latin-1": '{"title": "Visité"}'.encode("latin-1"),
    "overlong NUL": b'{"title": "\xc0\x80"}',
    "surrogate in UTF-8": b'{"title": "\xed\xa0\x80"}',
    "beyond Unicode": b'{"title": "\xf4\x90\x80\x80"}',
    "cut off character": b'{"title": "\xf0\x9f\x98',
    "UTF-16": TITLE.encode("utf-16"),
    "UTF-16 without mark": TITLE.encode("utf-16-le"),
    "UTF-32": TITLE.encode("utf-32"),
    "NaN": b'{"delegation_size": NaN}',
    "Infinity": b'{"delegation_size": Infinity}',
    "minus Infinity": b"-Infinity",
    "hexadecimal": b'{"delegation_size": 0x10}',
    "leading zero": b'{"delegation_size": 007}',
    "plus sign": b'{"delegation_size": +7}',
    "1e400": b'{"delegation_size": 1e400}',
    "-1e400": b'{"note": [{"a": -1e400}]}',
    "10**400": b'{"delegation_size": 1' + b"0" * 400 + b"}",
    "10**10000": b'{"delegation_size": 1' + b"0" * 10_000 + b"}",
    "deep arrays": b"[" * 10_000 + b"]" * 10_000,
    "deep arrays, open": b"[" * 200_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "deep in a field": b'{"partners": ' + b"[" * 40 + b"]" * 40 + b"}",
    "deep mixture": b'{"itinerary": ' + b'[{"a":' * 600 + b"1" + b"}]" * 600 + b"}",
    "name twice": b'{"title": "Visit", "title": "Visit"}',
    "name twice, escaped": rb'{"title": "Visit", "t\u0069tle": "Visit"}',
    "name twice inside": b'{"partners": [{"partner": "AU", "partner": "TO"}]}',
    "high surrogate": rb'{"title": "\ud800"}',
    "low surrogate": rb'{"title": "Visit \udc00 of"}',
    "surrogates the wrong way round": rb'{"title": "\udc00\ud800"}',
    "surrogate in a name": rb'{"\ud800": 1}',
    "surrogate in a list": rb'{"tags": ["a", "\udfff"]}',
    "surrogate inside": rb'{"itinerary": [{"place": "\ud83d"}]}',
    "multipart": b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nVisit\r\n--x--',
    "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "pickle": b"\x80\x04\x95\x1c\x00\x00\x00",
}

NO_OBJECT = ("[]", "[{}]", '"title"', "5", "5.5", "-0", "null", "true", '[["title", "Visit"]]')

REFUSED_NAMES = (
    "",
    "__proto__",
    "__class__",
    "title ",
    "TITLE",
    "title\u0000",
    "self",
    "/title",
    "~1title",
    "𝓽itle",
    "a" * 10_000,
)


@pytest.fixture
def takers(documents: Documents) -> list[tuple[str, str]]:
    """Every sort of operation that takes a body."""
    visit = documents.visit()["id"]
    person = documents.make("people")["id"]
    return [
        ("POST", f"{API}/visits"),
        ("PUT", f"{API}/visits/by-external-ref/E-1"),
        ("PATCH", f"{API}/visits/{visit}"),
        ("POST", f"{API}/visits/bulk"),
        ("POST", f"{API}/visits/query"),
        ("POST", f"{API}/engagements/query"),
        ("POST", f"{API}/visits/{visit}/transitions"),
        ("POST", f"{API}/visits/{visit}/participants"),
        ("PATCH", f"{API}/people/{person}"),
        ("PUT", f"{API}/partners/by-external-ref/E-1"),
    ]


def test_what_is_not_sound_json_is_refused(wire: Wire, takers: list[tuple[str, str]], stored: Stored) -> None:
    with unchanged(stored):
        for method, path in takers:
            for name, body in NOT_JSON.items():
                answer = wire.refused(method, path, headers=JSON, body=body)
                assert answer.status_code == 422, f"{method} {path} {name}: {answer.text[:200]}"
                assert len(answer.content) < 2_000, name


def test_what_is_no_object_is_refused(wire: Wire, takers: list[tuple[str, str]], stored: Stored) -> None:
    with unchanged(stored):
        for method, path in takers:
            for body in NO_OBJECT:
                assert ("", "type") in faults(wire.refused(method, path, headers=JSON, body=body.encode())), (
                    path,
                    body,
                )


def test_odd_names_are_unknown(wire: Wire, takers: list[tuple[str, str]], stored: Stored) -> None:
    document = dict.fromkeys(REFUSED_NAMES, 1)
    with unchanged(stored):
        for method, path in takers:
            answer = wire.refused(method, path, headers=JSON, body=json.dumps(document).encode())
            unknown = {where for where, code in faults(answer) if code == "unknown_field"}
            assert len(unknown) == len(document), f"{method} {path}"
            assert {"/", "/~1title", "/~01title"} <= unknown


def _heavy() -> dict[str, bytes]:
    """Bodies below the limit that cost much to whoever reads them carelessly."""
    names = ",".join(f'"n{number}":0' for number in range(200_000))
    return {
        "the last of many names twice": f'{{{names},"z":0,"z":0}}'.encode(),
        "a wide array": b"[" + b"0," * 2_000_000 + b"0]",
        "many empty objects": b"[" + b"{}," * 1_000_000 + b"{}]",
        "a long string of escapes": b'{"title":"' + rb"\u0041" * 500_000 + b'"}',
        "a long number": b'{"delegation_size":0.' + b"1" * 3_000_000 + b"}",
        "blanks": b" " * 5_000_000 + b"{",
    }


def test_no_body_takes_long(wire: Wire, stored: Stored) -> None:
    with unchanged(stored):
        for name, body in _heavy().items():
            begin = perf_counter()
            wire.refused("POST", f"{API}/visits", headers=JSON, body=body)
            assert perf_counter() - begin < 5, name


def test_an_answer_names_no_more_faults_than_anybody_could_mend(wire: Wire, stored: Stored) -> None:
    """However much is wrong, it is all counted, and the answer stays small."""
    names = ",".join(f'"n{number}":0' for number in range(150_000))
    halves = ",".join(r'"\ud800"' for _ in range(150_000))
    with unchanged(stored):
        for path, body in {
            "visits": f"{{{names}}}",
            "visits/query": f"{{{names}}}",
            "visits/bulk": f'{{"items":[{{"tags":[{halves}]}}]}}',
        }.items():
            answer = wire.refused("POST", f"{API}/{path}", headers=JSON, body=body.encode())
            told = problem(answer, 422)
            assert MOST_ALIKE <= len(told["errors"]) < MOST_ALIKE + 10
            assert "There are 1500" in told["detail"]  # and those of fields that are not there
            assert len(answer.content) < 150_000


BIG = "Ā" * 500_000  # a megabyte

BIG_IN = {
    "visits": ("title", "summary", "city", "edition", "series", "timezone", "country", "principal", "direction",
               "principal_office", "purpose", "starts_on", "starts_at", "external_ref", "classification"),
    "people": ("name", "rank", "email", "phone", "biography", "service", "partner"),
    "partners": ("code", "official_name"),
    "dialogues": ("forum", "intervention"),
    "bilateral-talks": ("joint_statement_url",),
}  # fmt: skip
BIG_LISTS: dict[str, Any] = {
    "tags": [BIG],
    "partners": [BIG],
    "priorities": [BIG],
    "releasable_to": [BIG],
    "endorsements": [BIG],
    "itinerary": [{"place": BIG}],
}


def test_a_megabyte_of_text_fits_no_field(api: Api, documents: Documents, stored: Stored) -> None:
    with unchanged(stored):
        for path, fields in BIG_IN.items():
            for field in fields:
                answer = api.post(f"/{path}", documents.of(path) | {field: BIG})
                assert f"/{field}" in {where for where, _ in faults(answer)}
                assert len(answer.content) < 2_000, "what is wrong is not sent back"
        for field, value in BIG_LISTS.items():
            answer = api.post("/visits", documents.of("visits") | {field: value})
            assert {where[: len(field) + 1] for where, _ in faults(answer)} == {f"/{field}"}
            assert len(answer.content) < 2_000


@pytest.fixture
def narrow(serve: Any, apps: Apps) -> Wire:
    """The same register with a small limit on bodies."""
    api: Api = serve(max_body_bytes=2_000)
    assert api.secret is not None
    return Wire(api.client._transport.app, apps.portal, api.secret)  # noqa: SLF001 - no other way to it


def test_a_body_over_the_limit_is_refused_whatever_it_says_of_its_length(
    narrow: Wire, documents: Documents, stored: Stored
) -> None:
    document = json.dumps(documents.of("visits", summary="x" * 1_000)).encode()
    read: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            read.append(500)
            assert sum(read) < 10_000, "reads on and on"
            yield b" " * 500

    lengths = (b"2001", b"99999999999999999999", b"9" * 5_000, b"0", b"-1", b"1e9", b"abc", b"", b"\xb2", b" 5000")
    with unchanged(stored):
        for method, path in (
            ("POST", "/visits"),
            ("PATCH", "/visits/x"),
            ("PUT", "/visits/by-external-ref/1"),
            ("POST", "/visits/query"),
        ):
            problem(narrow.refused(method, API + path, headers=JSON, body=document + b" " * 1_000), 413)
            problem(narrow.refused(method, API + path, headers=JSON, body=endless()), 413)
            read.clear()
            for length in lengths:
                headers = JSON | {"content-length": length}
                problem(narrow.refused(method, API + path, headers=headers, body=document + b" " * 1_000), 413)
    exact = document + b" " * (2_000 - len(document))
    assert narrow.send("POST", f"{API}/visits", headers=JSON, body=[exact[:7], exact[7:], b""]).status_code == 201


def test_lengths_that_cannot_be_do_no_harm(wire: Wire, documents: Documents) -> None:
    for length in (b"\xb2", b"\xb3\xb9", b"", b"-5", b"0x10", b"1_0", b"+5"):
        document = json.dumps(documents.of("visits")).encode()
        assert (
            wire.send("POST", f"{API}/visits", headers=JSON | {"content-length": length}, body=document).status_code
            < 500
        )
    for length in (b"9" * 20, b"9" * 5_000):
        problem(wire.refused("POST", f"{API}/visits", headers=JSON | {"content-length": length}, body=b"{}"), 413)
