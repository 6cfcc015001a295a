"""Hostile addresses, parameters and headers: always an answer that says what is wrong, never an error of ours."""

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from support.client import Api
from support.documents import Documents
from support.problems import problem
from support.subject import ALL

KEYS = [
    b"%00", b"a%00b", b"%0a", b"%0d%0aSet-Cookie:x", b"%ff", b"%c0%ae", b"%ed%a0%80", b"%", b"%zz", b"%2", b"..", b"..%2f..%2f",
    b"%2e%2e", b"%2F", b"a%2Fb", b"'", b"\"", b"%27%20OR%201=1--", b"%F0%9F%A5%9D", b"%E6%9D%B1%E4%BA%AC", b"a" * 10_000,
    b"0", b"-1", b"1e400", b"null", b"undefined", b"NaN", b"[]", b"{}", b"*", b"0190163d-8694-739b-aea5-966c26f8ad9",
    b"0190163d8694739baea5966c26f8ad91", b"%7B0190163d-8694-739b-aea5-966c26f8ad91%7D", b"0190163d-8694-739b-aea5-966c26f8ad9g",
    b"urn:uuid:0190163d-8694-739b-aea5-966c26f8ad91", b"VIS-2026-0001%00", b"%EF%BC%A1%EF%BC%B5", b"%C4%B0", b"%20AU", b"a" * 36,
    b"%E2%80%8B" * 12, b";", b"query;x=1", b"bulk", b"restore", b"schema.json",
]  # fmt: skip


@pytest.mark.parametrize("path", ALL)
def test_a_key_that_is_none(api: Api, documents: Documents, path: str) -> None:
    noun = path if path != "participants" else f"visits/{documents.engagement()}/participants"
    for key in KEYS:
        for target in (b"/%s/%s" % (noun.encode(), key), b"/%s/%s/restore" % (noun.encode(), key)):
            for method in ("GET", "DELETE", "PATCH"):
                options = {"content": b"{}", "headers": {"content-type": "application/json"}} if method == "PATCH" else {}
                answer = api.raw(method, target, **options)
                assert answer.status_code in (404, 405), (method, target, answer.text)
                problem(answer, answer.status_code)


def test_addresses_that_are_none(api: Api) -> None:
    for target in (b"/", b"//", b"/nothing", b"//visits", b"/visits/", b"/visits//", b"/VISITS", b"/visits/a/b/c/d",
                   b"/%76isits%00", b"/visits/%2e%2e/people", b"/" + b"a/" * 5000, b"/\xe2\x9c\x93".replace(b"\xe2\x9c\x93", b"%E2%9C%93")):  # fmt: skip
        answer = api.raw("GET", target)
        assert answer.status_code in (404, 405), target
        problem(answer, answer.status_code)


QUERIES = [
    b"%", b"%zz=1", b"tag=%ff", b"tag=%00", b"tag=%ed%a0%80", b"=", b"&", b"&&&", b"=&=", b"tag", b"tag=", b"tag[]=a", b"tag=a;b",
    b"limit=0", b"limit=201", b"limit=-1", b"limit=1e9", b"limit=abc", b"limit=", b"limit=1.0", b"limit=0x10", b"limit=" + b"9" * 5000,
    b"limit=1&limit=2", b"cursor=a&cursor=b", b"sort=title&sort=title", b"count=exact&count=exact", b"q=a&q=b",
    b"sort=" + b"title," * 500, b"sort=,", b"sort=-", b"sort=--title", b"sort=title%20desc", b"sort=title;drop", b"fields=,", b"fields=%00",
    b"expand=partners.partner", b"expand=" + b"a," * 100, b"count=true", b"archived=1", b"archived=TRUE",
    b"starts_from=2024-02-30", b"starts_from=a&starts_from=b", b"updated_since=now", b"updated_since=2024-01-01T00:00:00%2099:00",
    b"status=planned,confirmed", b"status=", b"person=me", b"person=%00", b"partner=%27", b"partner=" + b"A" * 5000, b"colour=red",
    b"&".join(b"tag=%d" % n for n in range(101)), b"&".join(b"a%d=1" % n for n in range(2000)), b"tag=" + b"a" * 60_000,
    b"q=" + b"%22" * 300, b"classification=TOP%20SECRET%27", b"__proto__=1", b"limit__not=1", b"sort__not=title", b"q__not=%00",
]  # fmt: skip


def test_parameters_that_are_none(api: Api, documents: Documents) -> None:
    documents.visit()
    for query in QUERIES:
        for noun in (b"/visits", b"/engagements", b"/partners"):
            answer = api.raw("GET", noun + b"?" + query)
            assert answer.status_code in (200, 422), (query, answer.text)
            if answer.status_code == 422:
                assert problem(answer, 422)["errors"]
            else:
                answer.json()


def test_an_odd_address_leads_on_to_an_odd_address(api: Api, documents: Documents) -> None:
    for _ in range(3):
        documents.visit(tags=['a"b', "ä"])
    for query in (b'tag=a"b', b"tag=a%22b", b"tag=\xc3\xa4".replace(b"\xc3\xa4", b"%C3%A4"), b"tag=%e4%22", b"tag__not=<>\\", b"tag__not=a\\u0022"):
        answer = api.raw("GET", b"/visits?limit=1&" + query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        if page["next"] is not None:
            assert answer.headers["link"] == f'<{page["next"]}>; rel="next"'
            assert '"' not in page["next"]
            target = urlsplit(page["next"])
            following = api.raw("GET", f"{target.path}?{target.query}".removeprefix("/api/v1").encode())
            assert following.status_code == 200
            assert following.json()["items"] != page["items"]


def test_the_host_that_a_client_names_breaks_no_answer(api: Api, documents: Documents) -> None:
    for _ in range(2):
        documents.visit()
    for host in ("evil.example", 'a"b', "a\\", "", "a b", "[::1]:80", "x" * 5000, "\u00e4".encode().decode("latin-1"), "a>b", "a\tb"):
        answer = api.get("/visits", params={"limit": "1"}, headers={"host": host.encode("latin-1")})
        assert answer.status_code in (200, 400, 422)
        if answer.status_code == 200:
            assert answer.json()["next"] is not None


def test_cursors_that_are_none_of_ours(api: Api, documents: Documents) -> None:
    for _ in range(2):
        documents.visit()
    real = dict(parse_qsl(urlsplit(api.read("/visits", limit=1)["next"]).query))["cursor"]
    order = json.loads(base64.urlsafe_b64decode(real + "=="))[0]
    good = json.loads(base64.urlsafe_b64decode(real + "=="))[1:]
    odd: list[Any] = [
        None, 5, "text", {}, [], [order], [order, *good, 1], [order, good[0]], [order, None, None], [order, 1, 2], [order, [], {}],
        [order, "2024-02-30", good[1]], [order, "2024-01-01T00:00:00Z", good[1]], [order, good[0], "x"], [order, good[0], "\x00"],
        [order, good[0], good[1] + "0"], [order, True, False], [order, 1e308, good[1]], [order, "9" * 500, good[1]], ["", *good],
        [["a"], *good], [order, "\ud800", good[1]], [order, "0000-01-01", good[1]], [order, good[0], good[1].upper() + " "],
    ]  # fmt: skip
    cursors = [base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in odd]
    cursors += [real[:-1], real + "=", real + "==", real + "A", real[::-1], "=", "a" * 2000, "ä", "%00", "W10", "\x00", "////", "++", "-_-_"]
    nested = base64.urlsafe_b64encode(b"[" * 1400).decode().rstrip("=")
    for cursor in (*cursors, nested, "a" * 2001):
        for answer in (
            api.get("/visits", params={"limit": "1", "cursor": cursor}),
            api.post("/visits/query", {"limit": 1, "cursor": cursor}),
        ):
            if answer.status_code == 200:  # another writing of the same place
                assert answer.json()["items"] == api.get("/visits", params={"limit": "1", "cursor": real}).json()["items"]
            else:
                problem(answer, 422)


HEADERS = [
    ("if-match", ["garbage", '"', '""', '"1', "W/", "W/\"1\"", "*, *", ",", '"' + "9" * 5000 + '"', '"\u00e9"', "\x00", '"1"' * 1000]),
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
    for path in ("http://testserver/nothing", "http://testserver/problems/nothing", "http://testserver/api", "http://testserver/api/v2"):
        problem(api.get(path), 404)
    problem(api.ask("DELETE", "http://testserver/livez"), 405)
