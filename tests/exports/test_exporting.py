"""Exporting: who may, what is entered in the access log, as of which moment, at what cost, and to whom who leaves."""

import csv
import io
import json
import time
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from python_calamine import load_workbook
from sqlalchemy.exc import OperationalError
from taking import Take

from app.access.actor import system
from app.access.register import Register
from app.access.work import reading_as
from app.crud import walking
from app.crud.listing import page
from app.crud.resource import RESOURCES
from app.exchange.exports import sending
from app.exchange.exports.making import FORMATS, export
from app.exchange.exports.query import formats_of
from app.exchange.sample import load_sample
from support.client import Api
from support.documents import Documents
from support.problems import faults, problem

Statements = Callable[[], AbstractContextManager[list[str]]]
LISTS = [each for each in RESOURCES if not each.is_single and each.parent is None]


def lines(answer: Any) -> list[Any]:
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.content.decode().splitlines()]


@pytest.fixture
def auditor(api: Api) -> Api:
    return api.as_("auditor", "TOP SECRET")


def logged(auditor: Api, answer: Any) -> list[Any]:
    found = [each for each in auditor.items("/access-log") if each["request_id"] == answer.headers["x-request-id"]]
    return sorted(found, key=lambda each: each["record_ids"] or [])


# Every list.


def test_every_list_of_the_sample_leaves_whole_in_every_format(api: Api, register: Register) -> None:
    load_sample(register)
    for resource in LISTS:
        listed = walked(api, f"/{resource.address}")
        for name in formats_of(resource):
            answer = api.get(f"/{resource.address}/export", params={"format": name})
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-type"].startswith(FORMATS[name].media_type)
            assert answer.headers["content-disposition"].endswith(f'{FORMATS[name].endings[0]}"')
            assert COUNTS[name](answer.content) == len(listed), (resource.path, name)
        assert lines(api.get(f"/{resource.address}/export", params={"format": "jsonl"})) == listed, resource.path


def walked(api: Api, path: str) -> list[Any]:
    items, following = [], f"{path}?limit=200"
    while following:
        answer = api.get(following).json()
        items += answer["items"]
        following = answer["next"]
    return items


def rows_of_csv(content: bytes) -> int:
    return len(list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))))


def rows_of_workbook(content: bytes) -> int:
    with load_workbook(io.BytesIO(content)) as workbook:
        return len(workbook.get_sheet_by_index(0).to_python()) - 1


COUNTS: dict[str, Callable[[bytes], int]] = {
    "csv": rows_of_csv,
    "xlsx": rows_of_workbook,
    "jsonl": lambda content: content.count(b"\n"),
    "geojson": lambda content: len(json.loads(content)["features"]),
}


def test_an_export_takes_the_filters_and_the_order_of_its_list(api: Api, documents: Documents) -> None:
    for number, title in enumerate(("Kahu one", "Kahu two", "Tui")):
        documents.visit(title=title, starts_on=f"2026-0{number + 1}-01", ends_on=f"2026-0{number + 1}-02")
    asked = {"format": "jsonl", "q": "kahu", "sort": "-starts_on", "fields": "title"}
    want = [{"title": "Kahu two"}, {"title": "Kahu one"}]
    assert lines(api.get("/visits/export", params=asked)) == want
    assert lines(api.post("/visits/export", asked | {"sort": ["-starts_on"], "fields": ["title"]})) == want
    saved = {"slug": "kahu", "title": "Kahu", "resource": "visits"}
    api.make("/saved-filters", saved | {"query": {"q": "kahu", "sort": ["-starts_on"], "limit": 1, "count": "exact"}})
    assert lines(api.get("/visits/export", params={"saved": "kahu", "format": "jsonl", "fields": "title"})) == want
    assert faults(api.get("/visits/export", params={"saved": "none"}), 422) == {("saved", "unknown_reference")}


def test_what_stands_under_an_engagement_is_exported_too(api: Api, documents: Documents) -> None:
    visit, other = documents.visit(), documents.visit()
    people = [documents.make("people", name=name)["id"] for name in ("Aroha", "Tama")]
    for person in people:
        api.make(f"/visits/{visit['id']}/participants", {"person": person})
    api.make(f"/visits/{other['id']}/participants", {"person": people[0]})
    found = lines(api.get(f"/engagements/{visit['reference']}/participants/export", params={"format": "jsonl"}))
    assert {each["person"] for each in found} == set(people)
    assert lines(api.get(f"/visits/{visit['id']}/participants/export?format=jsonl")) == found
    problem(api.get("/visits/VIS-1999-0001/participants/export"), 404)


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ({"format": "pdf"}, ("format", "not_allowed")),
        ({"limit": "5"}, ("limit", "unknown_parameter")),
        ({"cursor": "x"}, ("cursor", "unknown_parameter")),
        ({"expand": "series"}, ("expand", "unknown_parameter")),
        ({"fields": "secret"}, ("fields", "not_allowed")),
        ({"sort": "secret"}, ("sort", "not_allowed")),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_leaves(
    api: Api, auditor: Api, asked: dict[str, str], fault: tuple[str, str]
) -> None:
    answer = api.get("/visits/export", params=asked)
    assert faults(answer, 422) == {fault}
    assert logged(auditor, answer) == []


@pytest.mark.parametrize("body", [None, [], "", 5, [{}]])
def test_what_is_no_query_in_a_body_is_refused(api: Api, auditor: Api, body: Any) -> None:
    answer = api.ask("POST", "/visits/export", content=json.dumps(body), headers={"Content-Type": "application/json"})
    problem(answer, 422)
    assert logged(auditor, answer) == []


def test_a_list_that_holds_nothing_makes_an_empty_file(api: Api) -> None:
    for name, rows in COUNTS.items():
        answer = api.get("/visits/export", params={"format": name})
        assert (answer.status_code, rows(answer.content)) == (200, 0), name
        assert answer.headers["x-marking"] == "UNCLASSIFIED"


def test_head_tells_of_an_export_without_it(api: Api, documents: Documents) -> None:
    documents.visit(classification="RESTRICTED")
    answer = api.ask("HEAD", "/visits/export")
    assert (answer.status_code, answer.content, answer.headers["x-marking"]) == (200, b"", "RESTRICTED")


# Who may, and what they get.


def test_reading_does_not_include_exporting(api: Api, auditor: Api, documents: Documents) -> None:
    documents.visit()
    reader = api.as_("reader")
    for answer in (reader.get("/visits/export"), reader.post("/visits/export", {})):
        problem(answer, 403)
        assert [each["event"] for each in logged(auditor, answer)] == ["refused"]
    problem(api.anonymous().get("/visits/export"), 401)
    for role in ("contributor", "approver", "administrator", "auditor"):
        assert api.as_(role).get("/visits/export").status_code == 200, role


@pytest.mark.parametrize("path", ["visits", "commitments"])
def test_what_words_find_has_the_banner_of_all_of_it(api: Api, documents: Documents, path: str) -> None:
    """The directory of words has markings of its own, and the one export is told of all that it will hold."""
    for place, classification in enumerate(("RESTRICTED", "UNCLASSIFIED", "IN-CONFIDENCE", "UNCLASSIFIED")):
        documents.make(path, title=f"Kahu {place}", classification=classification)
    answer = api.get(f"/{path}/export?format=jsonl&q=kahu")
    assert (len(lines(answer)), answer.headers["x-marking"]) == (4, "RESTRICTED")
    low = api.as_("contributor", "IN-CONFIDENCE").get(f"/{path}/export?format=jsonl&q=kahu")
    assert (len(lines(low)), low.headers["x-marking"]) == (3, "IN-CONFIDENCE")


def test_whoever_is_cleared_for_less_gets_less_under_a_lower_banner(api: Api, documents: Documents) -> None:
    seen = documents.visit(classification="IN-CONFIDENCE", title="Seen")
    documents.visit(classification="RESTRICTED", endorsements=["NZEO"], title="Hidden")
    low = api.as_("contributor", "IN-CONFIDENCE")
    for name, rows in COUNTS.items():
        whole, part = (each.get("/visits/export", params={"format": name}) for each in (api, low))
        assert (rows(whole.content), whole.headers["x-marking"]) == (2, "RESTRICTED//NZEO")
        assert (rows(part.content), part.headers["x-marking"]) == (1, "IN-CONFIDENCE")
        assert b"Hidden" not in part.content
    assert lines(low.get("/visits/export?format=jsonl")) == [low.read(f"/visits/{seen['id']}")]


def test_every_export_is_logged(api: Api, auditor: Api, documents: Documents) -> None:
    low, high = documents.visit(), documents.visit(classification="RESTRICTED")
    for answer in (api.get("/visits/export"), api.post("/visits/export", {"format": "xlsx"})):
        first, second = logged(auditor, answer)
        assert (first["event"], first["operation"]) == ("export", "/api/v1/visits/export")
        assert first["detail"] == f"visits as {'xlsx' if answer.request.method == 'POST' else 'csv'}"
        assert (first["record_ids"], second["record_ids"]) == (None, [high["id"]])
        assert second["event"] == "export"
        assert low["id"] not in str([first, second])


def test_nothing_leaves_that_cannot_be_logged(
    api: Api, documents: Documents, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents.visit(title="Unlogged")

    def fail(_access: Any) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(register.access_log, "enter", fail)
    answer = api.failing().get("/visits/export")
    problem(answer, 503)
    assert b"Unlogged" not in answer.content


# At one moment, and in pages.


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of ten, so that few records make many."""
    for name in ("FIRST", "FEWEST", "MOST"):
        monkeypatch.setattr(walking, name, 10)


def fill(api: Api, documents: Documents, number: int, **changes: Any) -> None:
    one = documents.of("visits", **changes)
    for at in range(0, number, 200):
        items = [one | {"title": f"Visit {each}"} for each in range(at, min(at + 200, number))]
        answer = api.post("/visits/bulk", {"items": items})
        assert answer.status_code in (200, 201), answer.text


@contextmanager
def exporting(register: Register, name: str) -> Iterator[Any]:
    """An export in the making."""
    visits = RESOURCES["visits"]
    with reading_as(register, system("tests"), "tests") as work, walking.snapshot(work):
        yield export(work, visits, visits.list_query(), name, log=lambda: None, parent=None)


@pytest.mark.usefixtures("short_pages")
def test_an_export_is_of_one_moment_whatever_is_written_meanwhile(
    api: Api, documents: Documents, register: Register
) -> None:
    fill(api, documents, 35)
    before = walked(api, "/visits")
    with exporting(register, "jsonl") as made:
        first = next(made.chunks)
        api.change(f"/visits/{before[-1]['id']}", {"title": "Changed meanwhile", "classification": "RESTRICTED"})
        api.change(f"/visits/{before[20]['id']}", {"starts_on": "1999-01-01"})
        assert api.delete(f"/visits/{before[25]['id']}").status_code in (200, 204)
        documents.visit(title="Made meanwhile", starts_on="1998-01-01", ends_on="1998-01-01")
        content = first + b"".join(made.chunks)
    assert [json.loads(line) for line in content.splitlines()] == before
    assert made.sheet.marking == "UNCLASSIFIED"


@pytest.mark.usefixtures("short_pages")
def test_statements_grow_with_pages_and_with_nothing_else(
    api: Api, documents: Documents, statements: Statements
) -> None:
    counts = []
    for number in (10, 20, 40):
        fill(api, documents, number - sum(1 for _ in walked(api, "/visits")))
        api.get("/visits/export?format=jsonl")
        with statements() as seen:
            assert len(lines(api.get("/visits/export?format=jsonl"))) == number
        counts.append(len(seen))
    first, second, third = counts
    assert (second - first, third - second) == (1, 2)


def test_memory_does_not_grow_with_what_is_exported(
    api: Api, documents: Documents, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("FIRST", "FEWEST", "MOST"):
        monkeypatch.setattr(walking, limit, 50)
    names = ("csv", "xlsx", "jsonl", "geojson")
    peaks: dict[str, list[int]] = {name: [] for name in names}
    fill(api, documents, 60, summary="A long story. " * 100)
    for name in names:  # the first time warms up
        with exporting(register, name) as made:
            deque(made.chunks, 0)
    for number in (200, 600):
        fill(api, documents, number, summary="A long story. " * 100)
        for name in names:
            tracemalloc.start()
            with exporting(register, name) as made:
                size = sum(map(len, made.chunks))
            peaks[name].append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            assert size > number * (100 if name == "xlsx" else 1_000)
    for first, second in peaks.values():
        assert second < first * 1.3, peaks


# Clients that are slow, leave, or want too much.


def settled(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


@pytest.mark.usefixtures("short_pages")
def test_a_client_that_leaves_ends_its_export(api: Api, documents: Documents, taking: Take) -> None:
    fill(api, documents, 40)
    taken = taking("/visits/export?format=jsonl")
    assert taken.next()["status"] == 200
    assert taken.next()["body"]
    taken.leave()
    exports: sending.Exports = taken.app.state.exports
    assert settled(lambda: not exports._open)  # noqa: SLF001 - nobody else is told
    assert exports.limiter.borrowed_tokens == 0
    assert api.get("/visits/export").status_code == 200


def test_a_slow_client_holds_nothing_and_gets_all(
    api: Api, documents: Documents, taking: Take, register: Register
) -> None:
    fill(api, documents, 40)
    taken = taking("/visits/export?format=jsonl")
    taken.next()
    database = register.database
    assert settled(lambda: database.reader.pool.checkedout() == database.reads.kept)  # type: ignore[attr-defined]
    assert len(taken.rest().splitlines()) == 40


def test_a_client_that_takes_nothing_is_given_up(
    api: Api, documents: Documents, taking: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents.visit()
    monkeypatch.setattr(sending, "PATIENCE", 0.1)
    taken = taking("/visits/export?format=jsonl")
    taken.next()
    taken.task.result(timeout=60)
    assert not taken.app.state.exports._open  # noqa: SLF001 - nobody else is told


def test_an_export_that_fails_half_way_has_no_end(
    api: Api, documents: Documents, taking: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client sees that what it has is not the whole."""
    fill(api, documents, 40)
    for name in ("FIRST", "FEWEST", "MOST"):
        monkeypatch.setattr(walking, name, 10)
    pages = iter([page, page])

    def failing(*asked: Any) -> Any:
        return next(pages, broken)(*asked)

    def broken(*_asked: Any) -> Any:
        raise OSError("the disk is gone")

    monkeypatch.setattr(walking, "page", failing)
    taken = taking("/visits/export?format=jsonl")
    assert taken.next()["status"] == 200
    assert taken.next()["more_body"] is True
    taken.want(10)
    taken.task.result(timeout=60)
    assert all(each["more_body"] for each in taken.left())


@pytest.mark.usefixtures("short_pages")
def test_an_export_whose_time_is_over_has_no_end_either(
    serve: Callable[..., Api], api: Api, documents: Documents, taking: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(api, documents, 40)

    def slow(*asked: Any) -> Any:
        time.sleep(0.5)
        return page(*asked)

    monkeypatch.setattr(walking, "page", slow)
    taken = taking("/visits/export?format=jsonl", serve(export_seconds=1))
    assert taken.next()["status"] == 200
    assert taken.next()["more_body"] is True
    taken.want(10)
    taken.task.result(timeout=60)
    assert all(each.get("more_body", True) for each in taken.left())
    assert not taken.app.state.exports._open  # noqa: SLF001 - nobody else is told


def test_nobody_has_more_exports_under_way_than_allowed(
    serve: Callable[..., Api], documents: Documents, taking: Take
) -> None:
    documents.visit()
    api = serve(max_exports=2, max_exports_per_caller=1)
    held = taking("/visits/export", api)
    held.next()
    refused = api.get("/visits/export")
    problem(refused, 429)
    assert refused.headers["retry-after"] == "30"
    other = taking("/visits/export", api.as_("approver"))
    other.next()
    full = api.as_("administrator").failing().get("/visits/export")
    problem(full, 503)
    assert full.headers["retry-after"] == "30"
    assert held.rest()
    assert settled(lambda: api.failing().get("/visits/export").status_code == 200)
