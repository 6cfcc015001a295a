"""Cursors that no list has given."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from wire import API, Stored, Wire, unchanged

from app.crud.resource import RESOURCES
from support.client import Api
from support.documents import Documents
from support.problems import faults
from support.subject import ALL, Subject, subject_of

ID = "0190163d-8694-739b-aea5-966c26f8ad91"
NIL = "00000000-0000-0000-0000-000000000000"
DEEP = "[" * 900 + "]" * 900

PLACES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    2**31,
    2**63,
    10**400,
    float("nan"),
    float("inf"),
    "",
    " ",
    "a",
    "\u0000",
    "a\u0000b",
    "\ud800",
    "\uffff",
    "%00",
    "'; DROP TABLE engagement; --",
    "x" * 1_400,
    "2024-01-01",
    "2024-02-30",
    "2024-W01-1",
    "20240101",
    "0001-01-01",
    "9999-12-31",
    "2024-01-01T00:00:00Z",
    "2024-01-01T00:00:00",
    "0001-01-01T00:00:00",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00.000000Z",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59.999999",
    "2024-01-01T00:00:00+23:59:59.999",
    "infinity",
    "-infinity",
    "now",
    "2024-01-01 BC",
    ID,
    ID.upper(),
    ID.replace("-", ""),
    f"{{{ID}}}",
    f"urn:{ID.replace('-', '')}",
    f"{ID[:-1]}\u0661",
    f"{ID[:27]}_{ID[28:]}",
    f"{ID[:-1]} ",
    NIL,
    [],
    {},
    [[]],
    ["a"],
    {"a": "b"},
)


def coded(text: str | bytes) -> str:
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def cursor(*parts: Any) -> str:
    return coded(json.dumps(parts))


ALIKE = {"bilateral-talks", "dialogues", "exercises", "deployments"}
"""Kinds whose lists have the orders of a visit's, by the same columns."""


@pytest.fixture(params=[path for path in ALL if path not in ALIKE])
def subject(request: pytest.FixtureRequest, api: Api, documents: Documents) -> Subject:
    return subject_of(request.param, api, documents)


def shapes(order: str) -> list[str]:
    """What is no cursor at all, whatever the list."""
    quoted = json.dumps(order)
    texts: list[str | bytes] = [
        "", "null", "true", "5", '""', quoted, "{}", "[]", "[null]", "[[]]", f"[{quoted}]", f"[{quoted},{DEEP}]", DEEP,
        '{"0":' * 300 + "1" + "}" * 300, f'[{quoted},NaN,"{ID}"]', f"[{quoted},{'9' * 1_400}]", f"[{quoted}",
        f'[{quoted},"a"]]', "\ufeff[]", b"\xff\xfe", b"\x00", b"\x80\x04K\x01.", "[" * 1_400, f'[{quoted},"\\ud800","{ID}"]',
    ]  # fmt: skip
    return [coded(text) for text in texts]


def test_no_place_is_taken_that_is_none(subject: Subject, wire: Wire, stored: Stored) -> None:
    """For each order that a list has: wrong shapes, and every sort of value in every place."""
    record = subject.make()
    base = f"{API}{subject.path}"
    with unchanged(stored):
        for name, sort in subject.resource.sortable.items():
            order = "id" if name == "id" else f"{name},id"
            for value in PLACES:
                text = cursor(order, value) if name == "id" else cursor(order, value, record["id"])
                answer = wire.send("GET", f"{base}?sort={name}&cursor={text}&limit=1")
                if answer.status_code != 200:
                    assert faults(answer) == {("cursor", "cursor")}, (name, value)
                else:
                    assert type(value) is (int if sort.kind is int else str), f"{name}: {value!r} taken"
                    assert sort.kind is not UUID or value.lower() in (ID, NIL), f"{name}: {value!r} taken"
        for value in PLACES:  # the id ends every order
            wire.taken("GET", f"{base}?sort=-created_at&cursor={cursor('-created_at,-id', '2024-01-01', value)}")
        for text in shapes("created_at,id"):
            wire.refused("GET", f"{base}?sort=created_at&cursor={text}")
        for parts in ((), ("nothing", 1), (None, 1), ({"a": 1}, ID), ("id", ID, ID), ("-id", ID), ("id",)):
            assert faults(wire.refused("GET", f"{base}?sort=id&cursor={cursor(*parts)}")) == {("cursor", "cursor")}
        for length in (2_001, 8_000):
            wire.refused("GET", f"{base}?cursor={'A' * length}")
        for text in ("%00", "Wy$d", "W10%3D", "W10=", "W10==", "%20W10", "W10%0A", "Ｗ".encode().hex(), "-_-_", "W"):
            wire.refused("GET", f"{base}?cursor={text}")


def test_the_place_of_the_best_matches_is_held_to_its_kind(wire: Wire, documents: Documents, stored: Stored) -> None:
    for _ in range(3):
        documents.visit(title="Koala")
    own = wire.send("GET", f"{API}/visits?q=koala&limit=1").json()["next"].partition("cursor=")[2]
    order, *places = json.loads(base64.urlsafe_b64decode(own + "=" * (-len(own) % 4)))
    with unchanged(stored):
        for index in range(len(places)):
            for value in PLACES:
                text = cursor(order, *places[:index], value, *places[index + 1 :])
                wire.taken("GET", f"{API}/visits?q=koala&cursor={text}")
                wire.taken("GET", f"{API}/visits?q=koala&sort=starts_on&cursor={text}")
        assert faults(wire.refused("GET", f"{API}/visits?q=koala&sort=starts_on&cursor={own}")) == {
            ("cursor", "cursor")
        }


def every(wire: Wire, path: str) -> Iterator[Any]:
    """All records of a list."""
    following = f"{API}/{path}?limit=200"
    while following:
        found = wire.send("GET", following.removeprefix("http://testserver")).json()
        yield from found["items"]
        following = found["next"]


def test_a_cursor_of_another_list_is_refused_or_leads_on_here(wire: Wire, documents: Documents, stored: Stored) -> None:
    """Where two lists have the same order, a cursor is a place in either; never does it show another list's records."""
    given: dict[str, str] = {}
    for each in RESOURCES:
        if each.parent is None and each.writable:
            documents.make(each.path)
            documents.make(each.path)
            following = wire.send("GET", f"{API}/{each.path}?limit=1").json()["next"]
            given[each.path] = following.partition("cursor=")[2]
    with unchanged(stored):
        for path in given:
            own = {each["id"] for each in every(wire, path)}
            for other, text in given.items():
                for answer in (
                    wire.send("GET", f"{API}/{path}?limit=200&cursor={text}"),
                    wire.json("POST", f"/{path}/query", {"limit": 200, "cursor": text}),
                ):
                    if answer.status_code == 200:
                        assert {each["id"] for each in answer.json()["items"]} <= own, (path, other)
                    else:
                        assert {code for _, code in faults(answer)} == {"cursor"}
