"""Who holds which office: one at a time, unless it is said to be on purpose."""

from typing import Any

import pytest

from support.client import Api
from support.documents import Documents
from support.problems import faults


@pytest.fixture
def office(documents: Documents) -> str:
    """An office that Ana held from 10 to 20 March 2026."""
    office = documents.make("offices", title="Defence Attaché Tokyo")["id"]
    documents.make("appointments", office=office, starts_on="2026-03-10", ends_on="2026-03-20")
    return office  # type: ignore[no-any-return]


def appoint(documents: Documents, office: str, starts_on: str, ends_on: str | None, **more: Any) -> Any:
    document = documents.of("appointments", office=office, starts_on=starts_on, ends_on=ends_on, **more)
    return documents.api.post("/appointments", document)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "free"),
    [
        ("2026-01-01", "2026-03-09", True),
        ("2026-01-01", "2026-03-10", False),
        ("2026-03-20", "2026-04-01", False),
        ("2026-03-21", None, True),
        ("2026-03-12", "2026-03-15", False),
        ("2026-01-01", None, False),
        ("2026-01-01", "2026-12-31", False),
        ("2026-03-20", None, False),
    ],
)
def test_an_office_has_one_holder_at_a_time(
    documents: Documents, office: str, starts_on: str, ends_on: str | None, free: bool
) -> None:
    answer = appoint(documents, office, starts_on, ends_on)
    if free:
        assert answer.status_code == 201
    else:
        assert faults(answer) == {("/starts_on", "overlap")}
        assert "2026-03-10" in answer.json()["errors"][0]["detail"]
        assert appoint(documents, office, starts_on, ends_on, concurrent=True).status_code == 201, "said so on purpose"


def test_who_holds_an_office_without_end_holds_it_on(documents: Documents, api: Api) -> None:
    office = documents.make("offices")["id"]
    first = documents.make("appointments", office=office, starts_on="2020-01-01", ends_on=None)
    assert faults(appoint(documents, office, "2150-01-01", None)) == {("/starts_on", "overlap")}
    api.change(f"/appointments/{first['id']}", {"ends_on": "2026-06-30"})
    assert appoint(documents, office, "2026-07-01", None).status_code == 201
    assert faults(api.patch(f"/appointments/{first['id']}", {"ends_on": "2026-07-01"})) == {("/starts_on", "overlap")}
    assert faults(api.patch(f"/appointments/{first['id']}", {"ends_on": None})) == {("/starts_on", "overlap")}
    # One does not overlap oneself.
    assert api.change(f"/appointments/{first['id']}", {"starts_on": "2020-02-01"})["starts_on"] == "2020-02-01"


def test_what_was_withdrawn_stands_in_nobodys_way_and_returns_only_where_there_is_room(
    documents: Documents, api: Api
) -> None:
    office = documents.make("offices")["id"]
    first = documents.make("appointments", office=office, starts_on="2026-01-01", ends_on="2026-12-31")
    api.delete(f"/appointments/{first['id']}")
    second = appoint(documents, office, "2026-06-01", None)
    assert second.status_code == 201
    assert api.post(f"/appointments/{first['id']}/restore").status_code in (409, 422)
    api.delete(f"/appointments/{second.json()['id']}")
    assert api.post(f"/appointments/{first['id']}/restore").status_code == 200


def test_two_in_one_request_are_held_against_each_other(documents: Documents, api: Api) -> None:
    office = documents.make("offices")["id"]
    items = [
        documents.of("appointments", office=office, starts_on=day, ends_on=None) for day in ("2026-01-01", "2026-02-01")
    ]
    assert faults(api.post("/appointments/bulk", {"items": items})) == {("/items/1/starts_on", "overlap")}


def test_nobody_leaves_before_they_come(documents: Documents) -> None:
    office = documents.make("offices")["id"]
    assert faults(appoint(documents, office, "2026-03-10", "2026-03-09")) == {("/ends_on", "before_start")}
    assert appoint(documents, office, "2026-03-10", "2026-03-10").status_code == 201


def test_who_held_it_on_that_day(documents: Documents, api: Api) -> None:
    office = documents.make("offices")["id"]
    first = documents.make("appointments", office=office, starts_on="2024-01-01", ends_on="2025-12-31")
    second = documents.make("appointments", office=office, starts_on="2026-01-01", ends_on=None)
    for day, holder in (("2025-12-31", first), ("2026-01-01", second), ("2199-01-01", second), ("2023-12-31", None)):
        found = api.items("/appointments", office=office, during_from=day, during_to=day)
        assert found == ([] if holder is None else [holder])


def test_person_and_office_must_exist(documents: Documents) -> None:
    answer = documents.api.post(
        "/appointments",
        documents.of("appointments") | dict.fromkeys(("person", "office"), "0190163d-8694-739b-aea5-966c26f8ad91"),
    )
    assert faults(answer) == {("/person", "unknown_reference"), ("/office", "unknown_reference")}
