"""Headers that no client should send."""

import json
import re

from wire import API, JSON, Stored, Wire, unchanged

from support.documents import Documents
from support.problems import problem

GARBAGE = ("", " ", '"', '""', "''", "1", "W/", "W/1", '"1', '1"', "*, *", "**", ",", ",,,", '"a","b",', "\xff\xfe", "é", "\x1b[2J", "null", "-1",
           '"' + "9" * 5_000 + '"', '"x",' * 3_000, "%00", '"1\x00"')  # fmt: skip


def test_no_condition_is_read_into_garbage(wire: Wire, documents: Documents, stored: Stored) -> None:
    visit = documents.visit()
    path = f"{API}/visits/{visit['id']}"
    with unchanged(stored):
        for value in (*GARBAGE, 'W/"1"', '"2"', '"01"', '"1.0"', "'1'"):
            headers = JSON | {"if-match": value}
            for method, target in (
                ("PATCH", path), ("DELETE", path), ("POST", f"{path}/restore"), ("POST", f"{path}/transitions"),
                ("PUT", f"{API}/visits/by-external-ref/NEW"),
            ):  # fmt: skip
                answer = wire.refused(method, target, headers=headers, body=b'{"title": "New", "to": "confirmed"}')
                assert answer.status_code == 412, f"{method} {value!r}: {answer.text}"
            # Of what does not exist nobody learns a version.
            assert wire.refused("PATCH", f"{API}/visits/nothing", headers=headers, body=b"{}").status_code == 404
        for value in GARBAGE:
            for target in (path, f"{API}/visits"):
                for method in ("GET", "HEAD"):
                    expected = 304 if value == "*, *" else 200
                    assert wire.send(method, target, headers={"if-none-match": value}).status_code == expected, value
        for value in ('"1"', 'W/"1"', '"7", "1"', ' "x" ,W/"1",', "*"):
            assert wire.send("GET", path, headers={"if-none-match": value}).status_code == 304, value
            twice = [(b"if-none-match", value.encode()), (b"if-none-match", b'"7"')]
            assert wire.send("GET", path, headers=twice).status_code in (200, 304)


def test_accept_is_understood_or_refused(wire: Wire, documents: Documents, stored: Stored) -> None:
    path = f"{API}/visits/{documents.visit()['id']}"
    refused = ("text/html", "application", "json", "/", "a/b/c", "application/jsonx", "image/*;q=1", "\xff", "application/json;q=0", "application/json ;q=0.000",
               "*", "é/é", "x" * 10_000, "text/html," * 2_000, "\x00", ";;;", "q=1", "application/xml, text/plain;q=0.5")  # fmt: skip
    taken = ("", " ", "*/*", "*/*;q=0.1", "APPLICATION/JSON", "application/json;charset=utf-16", "application/json;q=é", "text/html;q=x,application/json;;;",
             "application/json;q=-1", "application/*", "application/json;q=1e5", ",".join(["text/html"] * 500 + ["application/json"]))  # fmt: skip
    with unchanged(stored):
        for value in refused:
            problem(wire.refused("GET", path, headers={"accept": value}), 406)
            problem(wire.refused("POST", f"{API}/visits", headers=JSON | {"accept": value}, body=b"{}"), 406)
        for value in taken:
            answer = wire.send("GET", path, headers={"accept": value})
            assert answer.status_code == 200, value
            assert answer.headers["content-type"] == "application/json"


def test_the_content_type_decides_and_its_parameters_do_not(wire: Wire, documents: Documents, stored: Stored) -> None:
    refused = ("", "json", "text/json", "application/jsonp", "application/json, text/plain", "application/x-json", "*/*", "application/*", "application/json\x00",
               "multipart/form-data", "application/x-www-form-urlencoded", "text/plain", "\xff", "é", "x" * 10_000, ";charset=utf-8", "application/ json")  # fmt: skip
    taken = ("APPLICATION/JSON", "Application/Json;Charset=UTF-8", "application/json;charset=utf-16", "application/json; charset=nonsense", "application/json;;;",
             "application/json ; boundary=x", ' application/json ;a="b;c"')  # fmt: skip
    document = json.dumps(documents.of("visits", title="Māori")).encode()
    with unchanged(stored):
        for value in refused:
            problem(wire.refused("POST", f"{API}/visits", headers={"content-type": value}, body=document), 415)
        problem(wire.refused("POST", f"{API}/visits", body=document), 415)
        for form in (
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\xff",
            "multipart/form-data; boundary=x",
        ):
            for body in (
                b"",
                b"--x",
                b"--x\r\n\r\n\r\n--x--",
                b"\0" * 100,
                b"--x\r\nContent-Disposition: form-data\r\n\r\n--x--\r\n",
            ):
                problem(wire.refused("POST", f"{API}/imports", headers={"content-type": form}, body=body), 422)
    for value in taken:
        answer = wire.send(
            "POST", f"{API}/visits", headers={"content-type": value, "content-encoding": "gzip"}, body=document
        )
        assert answer.status_code == 201, value
        assert answer.json()["title"] == "Māori", "whatever the charset says, JSON is UTF-8"


def test_only_a_sound_token_lets_anybody_in(wire: Wire, documents: Documents, stored: Stored) -> None:
    visit = documents.visit()
    secret = wire.secret
    wrong = ["", "Bearer", "Bearer ", "Bearer  ", secret, f"Basic {secret}", f"Token {secret}", f"Bearer:{secret}", f"Bearer={secret}", f"Bearer\t{secret}",
             f"Bearer {secret[:-1]}", f"Bearer {secret}x", f"Bearer {secret}\x00", f"Bearer {secret},", f"Bearer {secret} {secret}", f"Bearer Bearer {secret}",
             f"Bearer {secret}, Basic a", f"Basic a, Bearer {secret}", f"Bearer {secret.upper()}", f"Bearer {secret.replace('det_', 'DET_')}", "Bearer é",
             "\xff\xfe\xfd", "Bearer \xff" + secret, "Bearer " + "a" * 100_000, "Bearer det_" + "a" * 43, "Bearer det_" + "\xaa" * 43, "Bearer null", "Bearer %00",
             "Bearer ' OR 1=1 --", "Negotiate", f"Bearer {secret[:20]} {secret[20:]}"]  # fmt: skip
    targets = (("GET", f"/visits/{visit['id']}"), ("GET", "/visits"), ("POST", "/visits"), ("POST", "/visits/query"), ("PATCH", f"/visits/{visit['id']}"),
               ("DELETE", f"/visits/{visit['id']}"), ("POST", "/imports"))  # fmt: skip
    with unchanged(stored):
        for value in wrong:
            for method, path in targets:
                answer = wire.refused(method, API + path, headers=JSON | {"authorization": value}, body=b"{")
                problem(answer, 401)
                assert answer.headers["www-authenticate"].startswith("Bearer")
                assert secret not in answer.text
        both = [(b"authorization", b"Basic a"), (b"authorization", f"Bearer {secret}".encode())]
        for headers in (both, [*reversed(both)]):
            assert wire.send("GET", f"{API}/visits", headers=headers).status_code in (200, 401)
        for value in (f"bearer {secret}", f"BEARER   {secret}  "):
            assert wire.send("GET", f"{API}/visits", headers={"authorization": value}).status_code == 200


def test_a_request_id_is_never_echoed_raw(wire: Wire, stored: Stored) -> None:
    hostile = ("", "short", "a" * 65, "a" * 100_000, "desk 2026 0001", "desk-2026\r\nx: y", "desk-2026-0001\n", "\x1b[31mdesk-2026", "<script>alert(1)</script>",
               "desk-2026-\xff", "desk-2026-\xb2", "../../etc/passwd", "desk-2026;0001", '"desk-2026"', "desk-2026-\x00", "%0d%0a%0d%0aa")  # fmt: skip
    with unchanged(stored):
        for value in hostile:
            for path in (f"{API}/visits", f"{API}/nothing", "/livez", "/nothing"):
                answer = wire.send("GET", path, headers={"x-request-id": value})
                assert re.fullmatch("[A-Za-z0-9._-]{8,64}", answer.headers["x-request-id"])
                assert answer.headers["x-request-id"] != value
        answer = wire.send("GET", "/livez", headers=[(b"x-request-id", b"\xff"), (b"x-request-id", b"desk-2026-0001")])
        assert answer.headers.get_list("x-request-id") == ["desk-2026-0001"]


ODD_HEADERS: tuple[dict[str, str], ...] = (
    {"range": "bytes=0-1"},
    {"range": "bytes=" + ",".join("0-" for _ in range(1_000))},
    {"if-range": '"1"', "range": "bytes=5-"},
    {"expect": "100-continue"},
    {"expect": "everything"},
    {"transfer-encoding": "chunked"},
    {"transfer-encoding": "gzip, chunked, \x0bchunked"},
    {"transfer-encoding": "identity", "content-length": "abc"},
    {"content-encoding": "gzip"},
    {"accept-encoding": "\xff;q=nan"},
    {"accept-charset": "utf-7"},
    {"accept-language": "x" * 10_000},
    {"if-modified-since": "yesterday"},
    {"if-unmodified-since": "Thu, 99 Foo 0000 99:99:99 GMT"},
    {"cookie": "a=b; " * 2_000},
    {"origin": "null"},
    {"referer": "\xff"},
    {"forwarded": "for=\xff;proto=x"},
    {"x-forwarded-for": "' OR 1=1 --"},
    {"x-forwarded-host": "evil.example"},
    {"x-forwarded-prefix": "/../.."},
    {"x-original-url": "/api/v1/people"},
    {"x-rewrite-url": "/api/v1/people"},
    {"upgrade": "h2c", "connection": "upgrade, http2-settings", "http2-settings": "x"},
    {"connection": "close, authorization"},
    {"te": "trailers"},
    {"idempotency-key": ""},
    {"prefer": "return=minimal;" * 100},
    {"x-" + "a" * 5_000: "b"},
)


def test_other_headers_change_nothing(wire: Wire, documents: Documents, stored: Stored) -> None:
    path = f"{API}/visits/{documents.visit()['id']}"
    plain = wire.send("GET", path)
    with unchanged(stored):
        for headers in ODD_HEADERS:
            answer = wire.send("GET", path, headers=headers)
            assert (answer.status_code, answer.content) == (200, plain.content), headers


HOSTS = (
    "",
    "[",
    "[::1",
    "a b",
    'a"b',
    "a\\b",
    "evil.example/x?y#z",
    "a@b",
    "\xff",
    "x:99999999",
    "x" * 5_000,
    "a,b",
    "<b>",
)


def test_a_host_that_is_none_does_no_harm(wire: Wire, documents: Documents) -> None:
    for host in HOSTS:
        document = json.dumps(documents.of("visits")).encode()
        answer = wire.send("POST", f"{API}/visits", headers=JSON | {"host": host}, body=document)
        assert answer.status_code == 201
        assert answer.headers["location"] == f"{API}/visits/{answer.json()['id']}"
        assert wire.send("GET", f"{API}/visits?limit=1", headers={"host": host}).status_code == 200
        for path in ("/", "/livez/", f"{API}/nothing"):
            wire.send("GET", path, headers={"host": host})


def test_methods_are_what_they_are(wire: Wire, documents: Documents, stored: Stored) -> None:
    visit = f"/visits/{documents.visit()['id']}"
    people = f"{API}/visits"
    with unchanged(stored):
        for method in (
            "TRACE",
            "CONNECT",
            "PROPFIND",
            "OPTIONS",
            "MKCOL",
            "LOCK",
            "SEARCH",
            "PURGE",
            "QUERY",
            "get",
            "Get",
            "X",
            "",
            "GET ",
            "\xff",
            "A" * 5_000,
        ):
            for path in (
                f"{API}{visit}",
                people,
                f"{API}{visit}/participants",
                "/livez",
                "/readyz",
                "/docs",
                "/openapi.json",
                "/problems",
            ):
                answer = wire.refused(method, path)
                problem(answer, 405)
                assert "GET" in answer.headers["allow"], f"{method} {path}"
        for name in ("x-http-method-override", "x-http-method", "x-method-override", "_method"):
            override = {name: "DELETE"}
            assert wire.send("GET", f"{API}{visit}", headers=override).status_code == 200
            problem(wire.refused("POST", f"{API}{visit}", headers=JSON | override, body=b'{"_method": "DELETE"}'), 405)
            problem(wire.refused("POST", f"{API}{visit}?_method=DELETE", headers=override), 405)
