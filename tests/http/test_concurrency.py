"""Many at once: nothing is lost, nothing is done twice, nobody overwrites what they have not seen."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from app.access.ledger import entry_hash
from app.access.register import Register
from app.models import LedgerEntry
from support.client import Api
from support.documents import KINDS, Documents
from support.recording import operating

THREADS = 8


def at_once(*asked: Callable[[], Any]) -> list[Any]:
    with ThreadPoolExecutor(len(asked)) as pool:
        return [each.result() for each in [pool.submit(call) for call in asked]]


def ledger(register: Register) -> list[Any]:
    with operating(register) as connection:
        rows = connection.execute(select(LedgerEntry.__table__).order_by(LedgerEntry.seq)).mappings()
        return [dict(row) for row in rows]


def test_many_desks_record_at_once(api: Api, documents: Documents, register: Register) -> None:
    each_records = 6
    work = [
        [documents.of(KINDS[desk % 5], title=f"Desk {desk}, {n}") for n in range(each_records)]
        for desk in range(THREADS)
    ]
    before = len(ledger(register))

    def desk(number: int) -> list[Any]:
        return [api.post(f"/{KINDS[number % 5]}", document) for document in work[number]]

    answers = [answer for found in at_once(*(lambda n=n: desk(n) for n in range(THREADS))) for answer in found]
    assert {answer.status_code for answer in answers} == {201}
    records = [answer.json() for answer in answers]
    assert len({each["id"] for each in records}) == len({each["reference"] for each in records}) == len(records)
    listed = api.items("/engagements", limit=200)
    assert sorted(each["id"] for each in listed) == sorted(each["id"] for each in records)

    entries = ledger(register)
    assert [each["seq"] for each in entries] == list(range(1, len(entries) + 1)), "no gap"
    assert len(entries) == before + len(records)
    for last, entry in pairwise(entries):
        assert bytes(entry["previous_hash"]) == bytes(last["hash"])
        assert entry_hash(last | {"previous_hash": bytes(last["previous_hash"])}) == bytes(last["hash"])


@pytest.mark.parametrize("turn", range(5))
def test_of_two_who_change_the_same_version_one_wins(api: Api, documents: Documents, turn: int) -> None:
    visit = documents.visit()
    at = f"/visits/{visit['id']}"
    answers = at_once(
        *(
            lambda n=n: api.patch(
                at, {"summary": f"From {n}", "partners": ["AU", "FJ"][: n % 2 + 1]}, headers={"if-match": '"1"'}
            )
            for n in range(4)
        )
    )
    assert sorted(each.status_code for each in answers) == [200, 412, 412, 412]
    won = next(each.json() for each in answers if each.status_code == 200)
    assert api.read(at) == won
    assert won["version"] == 2


def test_changes_without_a_condition_all_count(api: Api, documents: Documents, register: Register) -> None:
    visit = documents.visit()
    at = f"/visits/{visit['id']}"
    fields = ["summary", "venue", "city", "edition", "purpose", "principal_office", "external_ref", "title"]
    answers = at_once(*(lambda name=name: api.patch(at, {name: f"New {name}"}) for name in fields))
    assert {each.status_code for each in answers} == {200}
    final = api.read(at)
    assert {name: final[name] for name in fields} == {name: f"New {name}" for name in fields}
    assert sorted(each.json()["version"] for each in answers) == list(range(2, 10))
    versions = [each["version"] for each in ledger(register) if each["record_id"] == visit["id"]]
    assert versions == list(range(1, 10))


def test_an_office_is_given_once_however_many_ask(api: Api, documents: Documents) -> None:
    office = documents.make("offices")["id"]
    asked = [documents.of("appointments", office=office, starts_on=f"2026-01-0{n + 1}", ends_on=None) for n in range(4)]
    answers = at_once(*(lambda document=document: api.post("/appointments", document) for document in asked))
    assert sorted(each.status_code for each in answers) == [201, 422, 422, 422]
    assert len(api.items("/appointments", office=office)) == 1


@pytest.mark.parametrize(
    ("path", "same"),
    [
        ("visits", {"external_ref": "ENG-090"}),
        ("partners", {"code": "XK"}),
        ("series", {"slug": "rimpac"}),
        ("people", {"external_ref": "P-1"}),
    ],
)
def test_what_is_unique_is_taken_once(api: Api, documents: Documents, path: str, same: dict[str, str]) -> None:
    asked = [documents.of(path, **same) for _ in range(4)]
    answers = at_once(*(lambda document=document: api.post(f"/{path}", document) for document in asked))
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]


def test_an_upsert_by_many_makes_one(api: Api, documents: Documents) -> None:
    asked = [documents.of("visits", title="Same") for _ in range(4)]
    answers = at_once(
        *(lambda document=document: api.put("/visits/by-external-ref/ENG-1", document) for document in asked)
    )
    assert {each.status_code for each in answers} <= {200, 201, 409}
    assert [each.status_code for each in answers].count(201) == 1
    assert len(api.items("/visits", external_ref="ENG-1")) == 1


def test_a_person_takes_part_once(api: Api, documents: Documents) -> None:
    visit, person = documents.visit(), documents.person()
    at = f"/visits/{visit['id']}/participants"
    answers = at_once(*(lambda: api.post(at, {"person": person}) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [201, 422, 422, 422]
    assert api.read(f"/visits/{visit['id']}")["version"] == 2


def test_a_new_marking_by_many_is_one(api: Api, documents: Documents, register: Register) -> None:
    asked = [documents.of("visits", classification="SENSITIVE", endorsements=["BUDGET"]) for _ in range(6)]
    answers = at_once(*(lambda document=document: api.post("/visits", document) for document in asked))
    assert {each.status_code for each in answers} == {201}
    assert len(api.items("/visits", classification="SENSITIVE")) == 6
    register.refresh_markings()
    assert register.markings.count == 1


def test_readers_see_whole_changes_while_others_write(api: Api, documents: Documents) -> None:
    visit = documents.visit(title="Version 1", summary="1")
    at = f"/visits/{visit['id']}"

    def write() -> None:
        for number in range(2, 15):
            api.change(at, {"title": f"Version {number}", "summary": str(number)})

    def read() -> list[Any]:
        return [api.read(at) for _ in range(30)] + [api.items("/visits")[0] for _ in range(10)]

    _, *found = at_once(write, read, read)
    for each in (record for records in found for record in records):
        assert each["title"] == f"Version {each['summary']}" == f"Version {each['version']}"
