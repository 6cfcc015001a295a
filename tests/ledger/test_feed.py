"""The change feed: complete, in order, and silent about what a caller may not see."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from app.access.ledger import GENESIS, entry_hash
from app.access.register import Register
from app.models import LedgerEntry
from support.client import Api
from support.documents import Documents
from support.recording import operating

WRITERS = 8


def followed(api: Api, after: str = "0", limit: int = 7) -> tuple[list[Any], str]:
    """Everything in the feed after a place, and the place at its end."""
    found: list[Any] = []
    while True:
        page = api.read("/changes", after=after, limit=limit)
        found += page["items"]
        after = page["after"]
        if page["next"] is None:
            return found, after


def test_what_changed_since_the_last_poll(api: Api, documents: Documents) -> None:
    _, place = followed(api, limit=200)
    assert followed(api, place) == ([], place)
    made = api.make("/visits", documents.of("visits"))
    api.change(f"/visits/{made['id']}", {"title": "Changed"})
    told, _ = followed(api, place)
    mine = [each for each in told if each["record_id"] == made["id"]]
    assert [each["action"] for each in mine] == ["create", "update"]
    assert mine[0]["record"] == made
    assert mine[1]["record"] == api.read(f"/visits/{made['id']}")
    assert mine[1]["changes"] == {"title": [made["title"], "Changed"]}


def test_a_place_that_is_none_is_refused(api: Api) -> None:
    for place in ("x", "0.0", "-1", "01a21007-28dd-7918-99fd-db144575f0fc.1", "01a21007-28dd-7918-99fd-db144575f0fc.x"):
        assert api.get("/changes", params={"after": place}).status_code == 422


def test_nothing_is_skipped_while_many_write(api: Api, documents: Documents, register: Register) -> None:
    """Eight write and one follows the feed: it sees each change once, in the order of the ledger."""
    _, start = followed(api, limit=200)
    bodies = [[documents.of("visits") for _ in range(6)] for _ in range(WRITERS)]
    seen: list[Any] = []
    place = start

    def write(each: list[Any]) -> list[str]:
        return [api.make("/visits", body)["id"] for body in each]

    with ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(write, each) for each in bodies]
        while not all(each.done() for each in writing):
            told, place = followed(api, place)
            seen += told
    told, place = followed(api, place)
    seen += told
    made = {each for writer in writing for each in writer.result()}
    told_of = [each["record_id"] for each in seen if each["record_type"] == "visit"]
    assert sorted(told_of) == sorted(made)
    again, _ = followed(api, start)
    assert again == seen
    check_chain(register)


def check_chain(register: Register) -> None:
    """The ledger has no gap, and each entry holds the one before it."""
    with operating(register) as connection:
        rows = [
            dict(row) for row in connection.execute(select(LedgerEntry.__table__).order_by(LedgerEntry.seq)).mappings()
        ]
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert bytes(rows[0]["previous_hash"]) == GENESIS
    for row in rows:
        row |= {name: None if row[name] is None else str(row[name]) for name in ("actor_id", "record_id")}
        row["previous_hash"], row["hash"] = bytes(row["previous_hash"]), bytes(row["hash"])
        assert entry_hash(row) == row["hash"]
    for one, next_one in pairwise(rows):
        assert next_one["previous_hash"] == one["hash"]


def test_the_feed_is_the_same_whether_hidden_records_exist_or_not(api: Api, documents: Documents) -> None:
    low = api.as_("reader", "UNCLASSIFIED")
    first = api.make("/visits", documents.of("visits"))
    before = low.get("/changes", params={"limit": 200}).content
    hidden = api.make("/visits", documents.of("visits") | {"classification": "RESTRICTED", "title": "Hidden"})
    person = api.make("/people", documents.of("people"))
    _, place = followed(low, limit=200)
    api.make(f"/visits/{hidden['id']}/participants", {"person": person["id"], "classification": "UNCLASSIFIED"})
    api.make(f"/visits/{first['id']}/participants", {"person": person["id"], "classification": "RESTRICTED"})
    assert followed(low, place) == ([], place)
    told, _ = followed(low, limit=200)
    assert [each["record_id"] for each in told[-2:]] == [first["id"], person["id"]]
    assert before.rstrip(b"}")[:200] == low.get("/changes", params={"limit": 200}).content[:200]


def test_a_record_that_went_up_is_gone_from_the_feed(api: Api, documents: Documents) -> None:
    low = api.as_("reader", "UNCLASSIFIED")
    person = api.make("/people", documents.of("people"))
    made = api.make("/visits", documents.of("visits"))
    api.make(f"/visits/{made['id']}/participants", {"person": person["id"]})
    api.change(f"/visits/{made['id']}", {"classification": "RESTRICTED"})
    told, _ = followed(low, limit=200)
    assert made["id"] not in str(told)


def test_the_audit_trail_is_for_auditors(api: Api, documents: Documents) -> None:
    made = api.make("/visits", documents.of("visits"))
    for role in ("reader", "contributor", "approver"):
        assert api.as_(role).get("/audit").status_code == 403
    for role in ("auditor", "administrator"):
        told = api.as_(role).items("/audit", record=made["id"])
        assert [(each["record_type"], each["action"], each["version"]) for each in told] == [("visit", "create", 1)]
        assert len(told[0]["hash"]) == 64
    page = api.as_("auditor").read("/audit", limit=2)
    following = api.as_("auditor").get(page["next"]).json()
    assert not {each["hash"] for each in page["items"]} & {each["hash"] for each in following["items"]}
    assert api.as_("auditor").items("/audit", until="2001-01-01T00:00:00Z") == []
    assert api.as_("auditor").get("/audit", params={"cursor": "x"}).status_code == 422


def test_everybody_is_told_who_they_are(api: Api) -> None:
    me = api.as_("auditor", "UNCLASSIFIED").read("/me")
    assert (me["role"], me["clearance"], me["nationality"]) == ("auditor", "UNCLASSIFIED", "NZ")
    assert set(me["permissions"]) == {"read", "audit", "export"}
    assert api.anonymous().get("/me").status_code == 401
