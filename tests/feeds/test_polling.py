"""Asking a list again with `If-None-Match`: 304 exactly as long as it is the same, and for next to nothing."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx2 as httpx

from app.access.register import Register
from app.crud import polling
from support.client import Api
from support.documents import Documents
from support.problems import problem

Statements = Callable[[], AbstractContextManager[list[str]]]


def again(caller: Api, path: str, first: httpx.Response) -> httpx.Response:
    return caller.get(path, headers={"if-none-match": first.headers["etag"]})


def test_what_is_the_same_is_answered_without_being_read(
    api: Api, documents: Documents, statements: Statements
) -> None:
    documents.visit(classification="IN-CONFIDENCE", partners=["AU"])
    first = api.get("/visits?partner=AU")
    for _ in range(3):
        same = again(api, "/visits?partner=AU", first)
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", first.headers["etag"])
        assert same.headers["x-marking"] == "IN-CONFIDENCE"
    with statements() as said:
        assert again(api, "/visits?partner=AU", first).status_code == 304
    assert not any("engagement" in each for each in said), said


def test_every_change_is_noticed_at_once(api: Api, documents: Documents) -> None:
    visit, person = documents.visit(title="Kererū"), documents.person()
    at = f"/visits/{visit['id']}"
    lists = ["/visits", f"/engagements?person={person}", "/visits?expand=series", "/visits?q=kereru&count=exact"]
    for change in (
        lambda: api.change(at, {"title": "Kererū again"}),
        lambda: api.make(f"{at}/participants", {"person": person}),
        lambda: api.delete(at),
        lambda: api.post(f"{at}/restore"),
        lambda: api.change(at, {"classification": "RESTRICTED"}),
    ):
        firsts = [api.get(path) for path in lists]
        for path, first in zip(lists, firsts, strict=True):
            assert {again(api, path, first).status_code for _ in range(2)} == {304}
        change()
        for path, first in zip(lists, firsts, strict=True):
            now = api.get(path)
            expected = 304 if now.headers["etag"] == first.headers["etag"] else 200
            answer = again(api, path, first)
            assert answer.status_code == expected, path
            assert answer.content == (b"" if expected == 304 else now.content)


def test_a_hidden_change_is_not_told(api: Api, documents: Documents) -> None:
    below = api.as_("reader", "UNCLASSIFIED")
    documents.visit()
    first = below.get("/visits")
    assert again(below, "/visits", first).status_code == 304
    documents.visit(classification="RESTRICTED")
    assert again(below, "/visits", first).status_code == 304
    assert again(api, "/visits", first).status_code == 200, "for another caller it is another list"


def test_a_saved_filter_that_changes_changes_its_list(api: Api, documents: Documents) -> None:
    documents.visit(partners=["TO"])
    api.make("/saved-filters", {"slug": "t", "title": "T", "resource": "visits", "query": {"partner": "TO"}})
    first = api.get("/visits?saved=t")
    assert {again(api, "/visits?saved=t", first).status_code for _ in range(3)} == {304}
    api.change("/saved-filters/t", {"query": {"partner": "FJ"}})
    assert again(api, "/visits?saved=t", first).json()["items"] == []


def test_what_another_process_changes_is_noticed(api: Api, documents: Documents, serve: Callable[..., Api]) -> None:
    documents.visit()
    first = api.get("/visits")
    assert {again(api, "/visits", first).status_code for _ in range(2)} == {304}
    Documents(serve(threads=2)).visit()
    assert again(api, "/visits", first).status_code == 200


def test_it_depends_on_the_address_that_was_asked(api: Api, documents: Documents) -> None:
    documents.visit()
    documents.visit()
    first = api.get("/visits?limit=1")
    assert {again(api, "/visits?limit=1", first).status_code for _ in range(2)} == {304}
    elsewhere: dict[str, Any] = {"if-none-match": first.headers["etag"], "host": "register.example"}
    assert api.get("/visits?limit=1", headers=elsewhere).status_code == 200, "`next` leads elsewhere"


def test_who_may_not_ask_any_more_gets_no_304(holder: Callable[..., Api], api: Api, documents: Documents) -> None:
    documents.visit()
    mine = holder(role="reader")
    first = mine.get("/visits")
    assert {again(mine, "/visits", first).status_code for _ in range(2)} == {304}
    admin = api.as_("administrator")
    (token,) = admin.items("/tokens", name="holder")
    assert admin.delete(f"/tokens/{token['id']}").status_code == 204
    problem(again(mine, "/visits", first), 401)


def test_faults_are_told_as_ever(api: Api) -> None:
    for _ in range(2):
        problem(api.get("/visits?colour=red", headers={"if-none-match": "*"}), 422)


def test_what_is_remembered_has_bounds(api: Api, documents: Documents, register: Register, monkeypatch: Any) -> None:
    monkeypatch.setattr(polling, "KEPT", 3)
    documents.visit()
    for number in range(1, 9):
        first = api.get(f"/visits?limit={number}")
        assert again(api, f"/visits?limit={number}", first).status_code == 304
        assert len(register.validators) <= 3
