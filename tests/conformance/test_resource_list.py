"""Lists: pages that neither repeat nor lose a record, in every order, asked in the address or in the body."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2 as httpx

from support.problems import faults, problem
from support.subject import Subject


def walk(subject: Subject, **params: Any) -> list[Any]:
    """All records of a list, page by page, as `next` leads."""
    found: list[Any] = []
    answer = subject.api.get(subject.path, params=params)
    for _ in range(500):
        page = check_page(answer)
        found += page["items"]
        if page["next"] is None:
            return found
        assert page["items"], "an empty page that is not the last"
        answer = subject.api.get(page["next"])
    raise AssertionError("the list does not end")


def check_page(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert list(page) == ["items", "next", "total", "marking"]
    if page["next"] is None:
        assert "link" not in answer.headers
    else:
        assert answer.headers["link"] == f'<{page["next"]}>; rel="next"'
    return page


def some(subject: Subject, number: int = 7) -> list[Any]:
    """Records of which some share a value in whatever one sorts by, and some have none."""
    subject.make()
    shared = subject.document()
    names = {each.key for each in subject.resource.sorts} & set(shared)
    names -= {subject.resource.key.key if subject.resource.key is not None else ""}
    twins = {name: shared[name] for name in names}
    made = [subject.make(**(twins if index % 2 else {})) for index in range(number)]
    subject.api.delete(subject.at(made[0]))
    return made


def test_pages_lead_through_the_whole_list_once_in_every_order(any_subject: Subject) -> None:
    if not any_subject.resource.writable:
        for _ in range(5):
            any_subject.make()
    else:
        some(any_subject)
    known = {each["id"]: each for each in walk(any_subject, limit=200)}
    limit = 3 if len(known) < 50 else 40
    for name in any_subject.resource.sortable:
        for sort in (name, f"-{name}"):
            found = walk(any_subject, limit=limit, sort=sort)
            ids = [each["id"] for each in found]
            assert len(ids) == len(set(ids)) == len(known), sort
            assert found == [known[each] for each in ids]
            # In order, whatever stands for no value; of equals, the ids run the same way.
            rows = [(each[name], each["id"]) for each in found]
            given = [row for row in rows if row[0] is not None]
            assert given == sorted(given, reverse=sort.startswith("-")), sort
            empty = [row for row in rows if row[0] is None]
            assert empty == sorted(empty, reverse=sort.startswith("-")), sort
            assert rows in (given + empty, empty + given), sort


def test_a_page_holds_what_it_is_asked_to_hold(any_subject: Subject) -> None:
    for _ in range(3):
        any_subject.make()
    for limit in (1, 2, 3):
        page = any_subject.api.read(any_subject.path, limit=limit)
        assert len(page["items"]) == limit
        assert page["total"] is None
    assert len(any_subject.api.read(any_subject.path)["items"]) >= 3


def test_the_address_of_the_next_page_asks_the_same(any_subject: Subject) -> None:
    for _ in range(3):
        any_subject.make()
    params = {"limit": "2", "sort": "-created_at", "archived": "any", "fields": "id,version"}
    page = check_page(any_subject.api.get(any_subject.path, params=params))
    asked = dict(parse_qsl(urlsplit(page["next"]).query))
    assert {name: value for name, value in asked.items() if name != "cursor"} == params


def test_the_total_is_told_if_asked_for(any_subject: Subject) -> None:
    for _ in range(3):
        any_subject.make()
    number = len(walk(any_subject, limit=200))
    for count in ("exact", "capped"):
        assert any_subject.api.read(any_subject.path, limit=1, count=count)["total"] == number
        # On every page alike.
        following = any_subject.api.read(any_subject.path, limit=2, count=count)["next"]
        assert any_subject.api.get(following).json()["total"] == number


def test_asked_in_the_body_it_is_the_same_list(any_subject: Subject) -> None:
    for _ in range(5):
        any_subject.make()
    params = {"limit": 2, "sort": "-created_at", "count": "exact", "archived": "any"}
    by_address = check_page(any_subject.api.get(any_subject.path, params=params))
    at = f"{any_subject.path}/query"
    by_body = check_page(any_subject.api.post(at, params))
    assert by_body["items"] == by_address["items"]
    assert by_body["total"] == by_address["total"]
    following = check_page(any_subject.api.post(by_body["next"], params))
    assert following["items"] == any_subject.api.get(by_address["next"]).json()["items"]
    cursor = dict(parse_qsl(urlsplit(by_body["next"]).query))["cursor"]
    assert any_subject.api.post(at, params | {"cursor": cursor}).json()["items"] == following["items"]


def test_every_wrong_parameter_is_named(any_subject: Subject) -> None:
    params = {"colour": "red", "limit": "0", "count": "all", "archived": "maybe", "page": "2"}
    expected = {
        ("colour", "unknown_parameter"),
        ("page", "unknown_parameter"),
        ("limit", "range"),
        ("count", "not_allowed"),
        ("archived", "not_allowed"),
    }
    assert faults(any_subject.api.get(any_subject.path, params=params)) == expected
    in_body = faults(any_subject.api.post(f"{any_subject.path}/query", params | {"limit": 0}))
    assert in_body == {
        (f"/{name}", "unknown_field" if code == "unknown_parameter" else code) for name, code in expected
    }
    in_address = any_subject.api.post(f"{any_subject.path}/query?limit=2", {})
    assert faults(in_address) == {("limit", "unknown_parameter")}


def test_only_what_is_named_can_be_sorted_by(any_subject: Subject) -> None:
    for sort in ("colour", "representation", "-marking_id", "version;", "id desc", "created_at,colour"):
        assert faults(any_subject.api.get(any_subject.path, params={"sort": sort})) == {("sort", "not_allowed")}


def test_a_cursor_belongs_to_its_order(any_subject: Subject) -> None:
    for _ in range(3):
        any_subject.make()
    page = any_subject.api.read(any_subject.path, limit=1, sort="created_at")
    cursor = dict(parse_qsl(urlsplit(page["next"]).query))["cursor"]
    for params in ({"sort": "-created_at"}, {"sort": "updated_at"}, {"sort": "created_at,-updated_at"}):
        answer = any_subject.api.get(any_subject.path, params=params | {"cursor": cursor, "limit": "1"})
        assert faults(answer) == {("cursor", "cursor")}
    for wrong in ("", "x", "AAAA", "bnVsbA", cursor[:-2], cursor + "A"):
        problem(any_subject.api.get(any_subject.path, params={"cursor": wrong, "sort": "created_at"}), 422)
