"""Addresses that lead nowhere, and must not lead anywhere else."""

from urllib.parse import quote

import pytest
from wire import API, JSON, Stored, Wire, unchanged

from app.crud.resource import RESOURCES
from support.documents import Documents
from support.problems import problem
from support.subject import ALL

ID = "0190163d-8694-739b-aea5-966c26f8ad91"

KEYS: tuple[str, ...] = (
    "%00",
    "a%00b",
    "%0A",
    "%0D%0ASet-Cookie:%20a=b",
    "%2e%2e%2f",
    "%2e%2e",
    "..%2f..%2fetc%2fpasswd",
    "..;",
    "..;/",
    ";a=b",
    "%5C..%5C",
    "%252e%252e%252f",
    "%",
    "%zz",
    "%c0%ae",
    "%ff%fe",
    "%ed%a0%80",
    "%f0%9f%90%a8",
    quote("Ｖｉｓｉｔ"),
    quote("Māori"),
    quote("\u202evisit"),
    "%20",
    "%20" * 40,
    "+",
    "*",
    "-1",
    "0",
    "null",
    "undefined",
    "NaN",
    "true",
    "[object%20Object]",
    "$where",
    "__proto__",
    "a" * 10_000,
    "%C4%81" * 3_000,
    ID,
    ID.replace("-", ""),
    f"%7B{ID}%7D",
    f"urn:{ID.replace('-', '')}",
    f"urn:uuid:{ID}",
    f"{ID[:-1]}g",
    f"{ID}%00",
    f"{ID}%0A",
    f"%20{ID}",
    f"{ID[:-1]}_",
    quote(ID.translate({ord(str(n)): 0xFF10 + n for n in range(10)})),
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "%27%3B%20DROP%20TABLE%20engagement%3B--",
    "1%20OR%201%3D1",
    "%27%20OR%20%27%27%3D%27",
    "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "%7B%7B7*7%7D%7D",
    "VIS-2026-99999999",
    "VIS-2026-00%0042",
)


def targets(path: str, key: str) -> list[tuple[str, str]]:
    """Every way in which a record is addressed by its key."""
    under = f"{API}/engagements/{ID}" if path == "participants" else API
    found = [("GET", f"{under}/{path}/{key}"), ("HEAD", f"{under}/{path}/{key}")]
    if RESOURCES[path].writable and not RESOURCES[path].administered:  # else 403, whatever the key
        found += [(method, f"{under}/{path}/{key}") for method in ("PATCH", "DELETE")]
        found.append(("POST", f"{under}/{path}/{key}/restore"))
    if path in ("visits", "engagements"):
        found.append(("POST", f"{under}/{path}/{key}/transitions"))
        found += [(method, f"{under}/{path}/{key}/participants") for method in ("GET", "POST")]
        found.append(("PUT", f"{under}/{path}/{key}/participants/by-external-ref/E"))
        found.append(("DELETE", f"{under}/{path}/{key}/participants/{ID}"))
    return found


@pytest.mark.parametrize("path", ALL)
def test_no_key_leads_to_what_is_not_there(path: str, wire: Wire, documents: Documents, stored: Stored) -> None:
    documents.visit()
    with unchanged(stored):
        for key in KEYS:
            for method, target in targets(path, key):
                answer = wire.send(method, target, headers=JSON, body=b"{}")
                # A list's own address may stand behind a line break or dots, but then it is none.
                assert answer.status_code in (404, 405, 422), f"{method} {target[:200]}: {answer.status_code}"
                if method != "HEAD":
                    problem(answer, answer.status_code)


def test_an_id_is_taken_in_its_canonical_form_only(wire: Wire, documents: Documents, stored: Stored) -> None:
    visit, person = documents.visit(), documents.make("people")
    own = visit["id"]
    wide = quote("".join(chr(0xFEE0 + ord(each)) if each.isdigit() else each for each in own))
    others = [
        own.replace("-", ""),
        f"%7B{own}%7D",
        f"urn:{own.replace('-', '')}",
        wide,
        f"{own}%0A",
        f"%0A{own[1:]}",
        f"%20{own}",
    ]
    with unchanged(stored):
        assert wire.send("GET", f"{API}/visits/{own.upper()}").json() == visit
        assert wire.send("GET", f"{API}/visits/{visit['reference'].lower()}").json() == visit
        for key in [*others, person["id"]]:
            for method, target in targets("visits", key):
                assert wire.send(method, target, headers=JSON, body=b"{}").status_code == 404, f"{method} {target}"
        # The id of a record of one kind is none of another, and a reference is none of a partner.
        for path in ALL:
            if path not in ("visits", "engagements", "participants"):
                problem(wire.send("GET", f"{API}/{path}/{own}"), 404)
                problem(wire.send("GET", f"{API}/{path}/{visit['reference']}"), 404)


ADDRESSES = (
    "/",
    "//",
    "/api",
    "/api/v1",
    "/api/v1/",
    "/api/v1//",
    "/api/v1/%00",
    "/api/v1/visits/",
    "/api/v1//visits",
    "/api//v1/visits",
    "/API/V1/VISITS",
    "/api/v1/visits%0A",
    "/api/v1/visits%0A?limit=1",
    "/api/v1/visits/bulk%0A",
    "/api/v1/visits%3Flimit=1",
    "/api/v1/visits%00",
    "/api/v1/visits;a=b",
    "/api/v1/visits/../../../etc/passwd",
    "/api/v1/%2e%2e/%2e%2e/etc/passwd",
    "/api/v1/visits/x/y/z/restore",
    "/api/v1/" + "a/" * 5_000,
    "/api/v2/visits",
    "/static/",
    "/static/%00",
    "/static/../main.py",
    "/static/%2e%2e/%2e%2e/main.py",
    "/static/..%5c..%5cmain.py",
    "/static//etc/passwd",
    "/static/" + "a" * 5_000,
    "/static/" + "a/" * 3_000,
    "/static/%ff",
    "/static/swagger-ui/",
    "/problems/%00",
    "/problems/..%2f",
    "/problems/%3Cscript%3E",
    "/docs/%0A",
    "/openapi.json%00",
    "/livez%0A",
    "/.env",
    "/favicon.ico%00",
    "*",
    "http://testserver/api/v1/visits",
    "visits",
)


HARMLESS = {("/", 200), ("/api/v1", 307), ("/problems/..%2f", 307), ("/livez%0A", 200)}
"""To the docs, to the same without a slash, and what a line break behind a page of no secrets does not matter to."""


def test_no_address_leads_anywhere_else(wire: Wire, documents: Documents, stored: Stored) -> None:
    documents.visit()
    documents.visit()
    with unchanged(stored):
        for address in ADDRESSES:
            for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
                answer = wire.send(method, address, headers=JSON, body=b"{}")
                assert "root:" not in answer.text
                if answer.status_code < 400:
                    assert (address, answer.status_code) in HARMLESS, address
                else:
                    problem(answer, answer.status_code)


def test_odd_external_references_are_data_or_refused(wire: Wire, stored: Stored, documents: Documents) -> None:
    document = b'{"name": "Somebody"}'
    for key in KEYS:
        before = stored()
        path = f"{API}/people/by-external-ref/{key}"
        answers = [wire.send("PUT", path, headers=JSON, body=document) for _ in range(2)]
        if answers[0].status_code == 201:
            assert answers[1].status_code == 200, f"{key}: not found again"
            assert answers[1].json() == answers[0].json()
        elif answers[0].status_code == 200:
            assert key.startswith("%20"), f"{key}: taken for another one"
        else:
            for answer in answers:
                problem(answer, answer.status_code)
            assert stored() == before, key
