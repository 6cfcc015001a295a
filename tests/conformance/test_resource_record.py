"""What a write leaves: the record's own representation, its words, and its entry in the ledger, all agreeing."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.ledger import GENESIS, entry_hash
from app.access.register import Register
from app.crud.resource import RESOURCES
from app.crud.store import represent, with_children
from app.models import LedgerEntry, LedgerHead
from support.recording import operating
from support.subject import Subject

Stored = Callable[[], dict[str, int]]


def entries(register: Register, after: int = 0) -> list[dict[str, Any]]:
    """The ledger's entries, oldest first."""
    table = LedgerEntry.__table__
    with operating(register) as connection:
        statement = select(table).where(table.c.seq > after).order_by(table.c.seq)
        return [dict(row) for row in connection.execute(statement).mappings()]


def head(register: Register) -> tuple[int, bytes]:
    with operating(register) as connection:
        seq, last = connection.execute(select(LedgerHead.seq, LedgerHead.hash)).one()
        return seq, bytes(last)


def test_the_stored_representation_is_what_one_would_build_now(subject: Subject, register: Register) -> None:
    resource = subject.resource

    def check(record: Any) -> None:
        with operating(register) as connection, Session(connection) as session:
            kept = session.scalars(with_children(resource).where(resource.model.id == record["id"])).one()
            assert represent(kept) == subject.api.get(subject.at(record)).text
            if resource.parent is not None:
                above = resource.parent.resource
                parent = session.get_one(above.model, getattr(kept, resource.parent.column.key))
                concrete = RESOURCES.of(parent)
                fresh = session.scalars(
                    with_children(concrete)
                    .where(concrete.model.id == parent.id)
                    .execution_options(populate_existing=True)
                ).one()
                assert represent(fresh) == subject.api.get(f"/{above.path}/{parent.id}").text

    record = subject.make()
    check(record)
    for write in (
        lambda: subject.api.change(subject.at(record), {subject.note: "New", "external_ref": "ENG-1"}),
        lambda: subject.api.put(
            f"{subject.path}/by-external-ref/ENG-1",
            subject.document(**{each: record[each] for each in subject.required}),
        ).json(),
        lambda: subject.api.delete(subject.at(record)),
        lambda: subject.api.post(subject.at(record, "restore")).json(),
    ):
        write()
        check(record)
    bulk = subject.api.post(f"{subject.path}/bulk", {"items": [subject.document(), subject.document()]})
    for each in bulk.json()["items"]:
        check(each)


def test_the_ledger_tells_every_write(subject: Subject, register: Register) -> None:
    before, _ = head(register)
    record = subject.make(**{subject.note: "First"})
    caller = "administrator" if subject.resource.administered or subject.resource.in_person else "contributor"
    steps: list[tuple[str, dict[str, Any]]] = []

    def written(action: str, changes: dict[str, Any], answer: Any = None) -> None:
        current = subject.api.get(subject.at(record))
        found = [each for each in entries(register, before) if each["record_id"] == record["id"]]
        entry = found[-1]
        steps.append((action, changes))
        assert [each["action"] for each in found] == [each for each, _ in steps]
        assert [each["version"] for each in found] == list(range(1, len(found) + 1))
        assert entry["representation"] == current.text
        assert entry["record_type"] == subject.resource.noun
        assert entry["actor"].startswith(caller)
        assert entry["actor_id"] is not None
        if answer is not None:
            assert entry["request_id"] == answer.headers["x-request-id"]
        assert {name: entry["changes"].get(name) for name in changes} == changes
        if action != "create":
            assert set(entry["changes"]) == set(changes)

    written("create", {subject.note: [None, "First"]})
    patched = subject.api.patch(subject.at(record), {subject.note: "Second", "external_ref": "ENG-1"})
    written("update", {subject.note: ["First", "Second"], "external_ref": [None, "ENG-1"]}, patched)
    written("withdraw", {"archived": [False, True]}, subject.api.delete(subject.at(record)))
    written("restore", {"archived": [True, False]}, subject.api.post(subject.at(record, "restore")))


def test_the_ledger_has_no_gap_and_its_chain_holds(subject: Subject, register: Register) -> None:
    record = subject.make(external_ref="ENG-1")
    subject.api.change(subject.at(record), {subject.note: 'A macron: Māori, an emoji: 🥝, a quote: " and \\'})
    subject.api.post(f"{subject.path}/bulk", {"items": [subject.document(), subject.document()]})
    subject.api.post(subject.path, {"colour": "red"})  # refused: takes no number
    subject.api.delete(subject.at(record))
    found = entries(register)
    assert [each["seq"] for each in found] == list(range(1, len(found) + 1))
    previous = GENESIS
    for entry in found:
        assert bytes(entry["previous_hash"]) == previous
        previous = bytes(entry["hash"])
        assert entry_hash(entry | {"previous_hash": bytes(entry["previous_hash"])}) == previous
    assert head(register) == (len(found), previous)


def test_words_of_a_record_are_found_as_long_as_it_says_them(subject: Subject) -> None:
    if "q" not in subject.resource.list_query.model_fields:
        return
    record = subject.make(**{subject.note: "tokoeka"})
    assert subject.listed(q="tokoeka") == [record["id"]]
    subject.api.change(subject.at(record), {subject.note: "rowi"})
    assert subject.listed(q="tokoeka") == []
    assert subject.listed(q="rowi") == [record["id"]]


def test_a_cleared_representation_is_built_when_it_is_read(subject: Subject, register: Register) -> None:
    record = subject.make()
    table = subject.resource.table
    with operating(register) as connection:
        connection.execute(table.update().where(table.c.id == record["id"]).values(representation=None))
    assert subject.read(record) == record
    assert record in subject.api.items(subject.path, limit=200, sort="-created_at")
