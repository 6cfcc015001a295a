"""Matches in the order of their days: read from the directory of records, which must say what the records say."""

from itertools import product
from typing import Any

import pytest
from sqlalchemy import text

from app.access.register import Register
from support.client import Api
from support.documents import Documents
from support.recording import operating

DAYS = ("2026-03-01", "2026-03-02", "2026-03-02", "2026-03-02", "2027-01-01", "1996-02-29")


def walked(api: Api, path: str = "/engagements", **asked: Any) -> list[str]:
    """All records of a list, two on a page."""
    page = api.read(path, limit=2, **asked)
    found = [each["id"] for each in page["items"]]
    while page["next"]:
        page = api.get(page["next"]).json()
        found += [each["id"] for each in page["items"]]
    return found


@pytest.fixture
def regattas(documents: Documents) -> list[dict[str, Any]]:
    """Of several kinds, some on one day, not entered in the order of their days."""
    made = [
        documents.make(path, title=f"Regatta {place}", starts_on=day, ends_on=day)
        for place, (path, day) in enumerate(product(("visits", "exercises", "bilateral-talks"), DAYS))
    ]
    documents.visit(title="Something else")
    return made


@pytest.mark.parametrize("sort", ["starts_on", "-starts_on"])
def test_a_walk_is_by_day_then_by_id(api: Api, regattas: list[dict[str, Any]], sort: str) -> None:
    turned = sort.startswith("-")
    expected = [
        each["id"] for each in sorted(regattas, key=lambda each: (each["starts_on"], each["id"]), reverse=turned)
    ]
    for q in ("regatta", "rega"):
        assert walked(api, q=q, sort=sort) == expected
    kinds = {each["id"]: each["kind"] for each in regattas}
    for path, kind in (("/visits", "visit"), ("/bilateral-talks", "bilateral_talks")):
        of_kind = [each for each in expected if kinds[each] == kind]
        assert walked(api, path, q="regatta", sort=sort) == of_kind
        assert walked(api, q="regatta", sort=sort, kind=kind) == of_kind
    assert walked(api, q="regatta", sort=sort, starts_from="2026-03-02", starts_to="2026-12-31") == [
        each for each in expected if each in {one["id"] for one in regattas if one["starts_on"] == "2026-03-02"}
    ]
    for asked in ({"q": "regatta"}, {"q": "regatta", "kind": "visit"}):
        for count in ("exact", "capped"):
            assert api.read("/engagements", **asked, count=count, limit=1)["total"] == len(walked(api, **asked))


def test_it_moves_with_its_record(api: Api, regattas: list[dict[str, Any]]) -> None:
    moved = next(each for each in regattas if each["kind"] == "visit" and each["starts_on"] == "1996-02-29")
    assert walked(api, q="regatta", sort="starts_on")[0] != walked(api, q="regatta", sort="-starts_on")[0]
    api.change(f"/visits/{moved['id']}", {"starts_on": "2028-02-29", "ends_on": "2028-03-01"})
    assert walked(api, q="regatta", sort="-starts_on")[0] == moved["id"]
    assert walked(api, q="regatta")[0] == moved["id"], "of equally good ones the latest"
    api.change(f"/visits/{moved['id']}", {"title": "Sculls"})
    assert moved["id"] not in walked(api, q="regatta", sort="-starts_on")
    assert walked(api, q="sculls", sort="-starts_on") == [moved["id"]]


def test_what_is_withdrawn_or_hidden_fills_no_page(api: Api, regattas: list[dict[str, Any]]) -> None:
    low = api.as_("reader", "UNCLASSIFIED")
    (first, second, *_) = sorted(regattas, key=lambda each: (each["starts_on"], each["id"]), reverse=True)
    path = {"visit": "visits", "exercise": "exercises", "bilateral_talks": "bilateral-talks"}
    api.change(f"/{path[first['kind']]}/{first['id']}", {"classification": "RESTRICTED"})
    assert api.delete(f"/{path[second['kind']]}/{second['id']}").status_code == 204
    rest = [
        each["id"]
        for each in sorted(regattas, key=lambda each: (each["starts_on"], each["id"]), reverse=True)
        if each["id"] not in (first["id"], second["id"])
    ]
    assert walked(low, q="regatta", sort="-starts_on") == rest
    assert walked(api, q="regatta", sort="-starts_on") == [first["id"], *rest]
    assert set(walked(api, q="regatta", sort="-starts_on", archived="any")) == {first["id"], second["id"], *rest}
    assert walked(api, q="regatta", sort="-starts_on", archived="true") == [second["id"]]
    assert low.read("/engagements", q="regatta", count="exact")["total"] == len(rest)


def test_words_that_no_record_has_any_more_are_struck_off(api: Api, register: Register, documents: Documents) -> None:
    if not register.database.is_sqlite:
        pytest.skip("PostgreSQL keeps no list of words")
    one, other = documents.visit(title="Kotuku regatta"), documents.visit(title="Kotuku sculls")

    def listed() -> set[str]:
        with operating(register) as connection:
            return {*connection.scalars(text("SELECT word FROM search_word"))} & {"kotuku", "regatta", "sculls", "kea"}

    assert listed() == {"kotuku", "regatta", "sculls"}
    api.change(f"/visits/{one['id']}", {"title": "Kea"})
    assert listed() == {"kotuku", "kea", "sculls"}
    api.change(f"/visits/{other['id']}", {"title": "Kea"})
    assert listed() == {"kea"}


def test_the_version_before_may_still_write(api: Api, register: Register, documents: Documents) -> None:
    """What serves on while PostgreSQL is migrated knows nothing of the day."""
    if register.database.is_sqlite:
        pytest.skip("SQLite is migrated while the register is stopped")
    visit, person = documents.visit(starts_on="2026-03-04", ends_on=None), documents.make("people")
    days = "SELECT record_id::text, day::text FROM search_entry WHERE record_id IN (:visit, :person)"
    with operating(register) as connection:
        names = {"visit": visit["id"], "person": person["id"]}
        before = dict(list(connection.execute(text(days), names)))
        entries = (
            connection.execute(
                text(
                    "DELETE FROM search_entry WHERE record_id IN (:visit, :person) RETURNING record_type, record_id, marking_id, words"
                ),
                names,
            )
            .mappings()
            .all()
        )
        for entry in entries:
            connection.execute(
                text(
                    "INSERT INTO search_entry (record_type, record_id, marking_id, words) "
                    "VALUES (:record_type, :record_id, :marking_id, :words)"
                ),
                dict(entry),
            )
        assert dict(list(connection.execute(text(days), names))) == before
        connection.execute(text("UPDATE engagement SET starts_on = '2026-02-03' WHERE id = :visit"), names)
        after = dict(list(connection.execute(text(days), names)))
    assert after == before | {visit["id"]: "2026-02-03"}
