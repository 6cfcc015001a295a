"""What lists are asked by somebody who does not mean to read them."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from wire import API, JSON, Stored, Wire, unchanged

from app.core.query import filter_of, takes_many
from app.crud.resource import RESOURCES
from support.client import Api
from support.documents import Documents
from support.problems import faults, problem
from support.subject import ALL, Subject, subject_of

VALUES = (
    "%00",
    "a%00b",
    "%",
    "%zz",
    "%ff",
    "%ed%a0%80",
    "%c0%80",
    "%0D%0Aa:b",
    "%1b%5b2J",
    "%20",
    "%E2%80%AE",
    "%27%20OR%201=1--",
    "%27;DROP%20TABLE%20engagement;--",
    "%25%25",
    "%22%5C",
    '"',
    "\\",
    "'",
    "null",
    "NaN",
    "-1",
    "9" * 30,
    "2024-02-30",
    "0000-00-00",
    "10000-01-01",
    "2024-01-01",
    "2024-01-01T00:00:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-23:59",
    "1901-01-01T00:00:00%2B14:00",
    "true",
    "AU,TO",
    "[]",
    "%7B%22$ne%22:1%7D",
    "x" * 3_000,
    "%F0%9F%90%A8" * 500,
    "visit",
)

SINGLE = {
    "limit": {"0", "201", "-1", "1e9", "abc", "0x10", "", "NaN", "1_0", "%205", "%2B5", "5.0", "9" * 5_000, "%00", "5%00", "null", "1.5", "%D9%A5x", "[1]"},
    "count": {"", "yes", "EXACT", "exact%00", "1"},
    "archived": {"", "maybe", "TRUE", "any%00", "0"},
    "cursor": {"", "null", "%00", "a", "=", "====", "-1", "W10", "e30", "bnVsbA", "x" * 2_001, "%F0%9F%90%A8"},
    "sort": {"--title", "nothing", "title%00", "representation", "%2Bcreated_at", "created_at%20desc", "created_at;", "-", "(select%201)", "x," * 100},
    "fields": {"nothing", "id,nothing", "representation", "id%00", "__class__", "marking_id", "id," * 100, "id.x", "*"},
    "expand": {"nothing", "id", "representation", "%00", "__dict__", "*", "expand," * 100},
}  # fmt: skip

HARMLESS = (
    "sort=,",
    "sort=,,created_at,",
    "sort=created_at,created_at",
    "sort=created_at,-created_at",
    "sort=id,created_at",
    "fields=,",
    "fields=id,id",
    "fields=id",
    "expand=,",
    "sort=",
    "fields=",
    "expand=",
    "",
    "&&&",
    "&limit=5&",
)
"""Odd, and either understood or refused."""

MALFORMED = ("=", "=5", "%", "%00", "%zz=1", "limit", "limit%00=5", "LIMIT=5", "limit[]=5", "limit%20=5", "limit;=5", "x" * 10_000,
             "?limit=5", "limit==5", "colour=red", "__class__=1", "%ff=%ff", "\xff=\xff", "$where=1", "self=1")  # fmt: skip


@pytest.fixture(params=ALL)
def subject(request: pytest.FixtureRequest, api: Api, documents: Documents) -> Subject:
    return subject_of(request.param, api, documents)


def filters(path: str) -> list[str]:
    return [name for name, field in RESOURCES[path].list_query.model_fields.items() if filter_of(field) is not None]


def test_no_filter_takes_harm(subject: Subject, wire: Wire, stored: Stored) -> None:
    """All filters with the same value at once; then all that have taken it, with nothing in the way of the database."""
    subject.make()
    base = f"{API}{subject.path}?limit=1&count=capped&"
    names = filters(subject.resource.path)
    assert names or subject.resource.path == "participants"
    with unchanged(stored):
        for value in ("", *VALUES):
            wanted = list(names)
            for _ in range(2):
                answer = wire.send("GET", base + "&".join(f"{name}={value}" for name in wanted))
                if answer.status_code == 200:
                    break
                wanted = [name for name in wanted if name not in {where for where, _ in faults(answer)}]
            assert answer.status_code == 200, f"{value}: not all faults at once: {answer.text}"
        told = faults(wire.refused("GET", base + "&".join(f"{name}=a%00b" for name in names)))
        assert {where for where, _ in told} == set(names) - {"q", "q__not"}
        told = faults(wire.refused("GET", base + "&".join(f"{name}={value}" for name in names for value in range(200))))
        assert {where for where, _ in told} == set(names)
        single = {name for name in names if not takes_many(subject.resource.list_query.model_fields[name])}
        assert {where for where, code in told if code == "repeated"} == single


def test_parameters_of_all_lists_are_held_to_their_kind(subject: Subject, wire: Wire, stored: Stored) -> None:
    record = subject.make()
    base = f"{API}{subject.path}"
    with unchanged(stored):
        for name, values in SINGLE.items():
            for value in values:
                assert {name} == {where for where, _ in faults(wire.refused("GET", f"{base}?{name}={value}"))}, (
                    name,
                    value,
                )
            assert (name, "repeated") in faults(wire.refused("GET", f"{base}?{name}=id&{name}=id"))
        for query in MALFORMED:
            told = faults(wire.refused("GET", f"{base}?{query}".encode("latin-1")))
            assert {code for _, code in told} <= {"unknown_parameter", "type", "range"}, query
        for query in HARMLESS:
            wire.taken("GET", f"{base}?{query}")
        for query in ("fields=nothing", "expand=nothing", "limit=5", "cursor=a", "q=a", "%00=", "fields=id&fields=id"):
            problem(wire.refused("GET", f"{API}{subject.at(record)}?{query}"), 422)


def test_the_next_address_is_sound_whatever_was_asked(wire: Wire, documents: Documents, stored: Stored) -> None:
    for _ in range(2):
        documents.visit(title='Visit "quoted" \\ <here>', tags=['a"b\\c'])
    with unchanged(stored):
        for query in ('tag=a"b\\c', "tag=a%22b%5Cc", "q=<here>", 'q="quoted"', "q=quoted%20%0D%0A", "status=planned&&"):
            first = wire.send("GET", f"{API}/visits?limit=1&{query}")
            assert first.status_code == 200, first.text
            following = first.json()["next"]
            assert following in first.headers["link"]
            second = wire.send("GET", following.removeprefix("http://testserver"))
            assert [each["id"] for each in second.json()["items"]] != [each["id"] for each in first.json()["items"]]


SEARCHES = (
    '"', "'", "\\", "(", ")", "()", "((((", "a (b", '"a', 'a"b', "*", "a*", "*a", ":", "a:b", "title:a", "-", "--", "-a", "^a", "+", "a + b", "a,b",
    "NEAR", "NEAR(a b)", "NEAR/2", "AND", "OR", "NOT", "AND OR NOT", "a AND", "NOT a", "a OR", "{title}: a", "&", "|", "!", "a & | b", "!a", "<->",
    "a <-> b", "a:*", "a:A", "'a' & b", "'; DROP TABLE engagement; --", "%", "_", "a_b", "🐨", "👩‍👩‍👧‍👦", "\u200b", "\u202e", "\ufeff", "\ufffd", "\x00",
    "a\x00b", "\x1b[2J", "…", "。", "①②", "½", "ª", "ﷺ" * 40, "ß" * 400, "İ", "ǅ", "\U0001d54d\U0001d55a\U0001d564\U0001d55a\U0001d565", "𠀀𠀁", "क्षि",
    "한국", "ᄒ" * 100, "a" * 500, "a " * 250, "' " * 250, "\u0301" * 500, "é́́", "x'y" * 160, "\U000e0041", "\U0001f1f3\U0001f1ff", "\u0660\u0661", "ﬁ",
)  # fmt: skip


def test_any_text_is_a_search(wire: Wire, documents: Documents, stored: Stored) -> None:
    visit = documents.visit(title="Koala near Visit")
    with unchanged(stored):
        for path in ("engagements", "visits", "people"):
            for text in SEARCHES:
                for query in (
                    f"q={quote(text)}",
                    f"q__not={quote(text)}",
                    f"q={quote(text)}&sort=created_at",
                    f"q=visit&q__not={quote(text)}&count=exact",
                ):
                    answer = wire.send("GET", f"{API}/{path}?{query}&limit=1")
                    assert answer.status_code == 200, (path, query, answer.text)
            for name in ("q", "q__not"):
                assert faults(wire.refused("GET", f"{API}/{path}?{name}={'a' * 10_000}")) == {(name, "too_long")}
        for found in ("koala NEAR", '"koala', "koala*", "(visit)", "-koala", "koala -- 🐨", "\x00koala"):
            items = wire.send("GET", f"{API}/visits?q={quote(found)}").json()["items"]
            assert [each["id"] for each in items] == [visit["id"]], found
        # Of a text without words nothing is left out.
        assert len(wire.send("GET", f"{API}/visits?q__not={quote('🐨 --')}").json()["items"]) == 1


WRONG: tuple[Any, ...] = (None, True, False, 0, -1, 1.5, 10**29, "", " ", "\u0000", "a\u0000b", {}, {"a": 1}, [None], [[]], [{}], [True], [[["a"]]],
                          ["a\u0000"], ["x"] * 101, "x" * 3_000, ["x" * 3_000], "2024-02-30", 20240101)  # fmt: skip
NEVER = (1.5, {"a": 1}, [None], [[]], [{}], [[["a"]]])
"""Values that no parameter of any list takes."""


def test_parameters_in_a_body_are_held_to_their_kind(subject: Subject, wire: Wire, stored: Stored) -> None:
    subject.make()
    path = f"{subject.path}/query"
    names = list(subject.resource.list_query.model_fields)
    with unchanged(stored):
        for value in WRONG:
            answer = wire.json("POST", path, dict.fromkeys(names, value))
            told = {where.split("/")[1] for where, _ in faults(answer)}
            if value in NEVER:
                assert told == set(names), value
            # What was taken, by itself; of order, fields, cursors and saved filters it is only known now whether they fit the list.
            rest = [name for name in names if name not in told]
            answer = wire.json("POST", path, dict.fromkeys(rest, value))
            if answer.status_code != 200:
                fitting = {"sort", "fields", "expand", "cursor", "saved"}
                assert {where.strip("/") for where, _ in faults(answer)} <= fitting, value
        for address in ("limit=5", "q=a", "cursor=a&cursor=b", "cursor=%00", "%00", "x=1", "cursor="):
            wire.refused("POST", f"{API}{path}?{address}", headers=JSON, body=json.dumps({}).encode())
        wire.refused("POST", f"{API}{path}?cursor=", headers=JSON, body=json.dumps({"cursor": None}).encode())


@pytest.mark.parametrize("value", [True, "5", 5.0, " 5", "1_0", [5]])
def test_a_limit_in_a_body_is_a_whole_number(value: Any, wire: Wire) -> None:
    assert faults(wire.json("POST", "/visits/query", {"limit": value})) == {("/limit", "type")}
