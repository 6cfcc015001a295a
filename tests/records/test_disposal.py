"""Records whose time is over: what is due, who decides, what goes, and what stays for good."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from app.access.register import Register
from app.commands import audit, disposal
from app.commands.opening import Refused
from app.config import Settings
from app.core.columns import Base
from app.models import LedgerEntry
from app.records import carrying_out
from support.client import Api
from support.documents import Documents
from support.problems import faults, problem
from support.recording import operating, operator_of

Stored = Callable[[], dict[str, int]]
NOBODY = "0190163d-8694-739b-aea5-966c26f8ad91"
OLD = {"starts_on": "2004-05-10", "ends_on": "2004-05-12", "status": "completed"}
WORD = "tokoeka"


@pytest.fixture
def proposer(api: Api) -> Api:
    return api.as_("administrator")


@pytest.fixture
def other(api: Api) -> Api:
    """Another administrator."""
    return api.as_("administrator", "SECRET")


@pytest.fixture
def ten_years(documents: Documents) -> str:
    return retention(documents)


def retention(documents: Documents, **changes: Any) -> str:
    document = {"applies_to": ["visit"], "retain_years": 10, "counted_from": "ends_on", "action": "destroy", **changes}
    return str(documents.make("retention-classes", **document)["slug"])


@pytest.fixture
def old(documents: Documents) -> Any:
    return documents.visit(**OLD, title=f"Old {WORD}", tags=[WORD], classification="SENSITIVE", external_ref="OLD-1")


def due(api: Api, slug: str, **params: Any) -> list[str]:
    return [each["id"] for each in api.items("/disposals/due", retention_class=slug, **params)]


def proposal(slug: str, *records: Any) -> dict[str, Any]:
    return {"retention_class": slug, "records": [each["id"] for each in records], "reason": "Yearly review"}


def approved(proposer: Api, other: Api, slug: str, *records: Any) -> Any:
    made = proposer.make("/disposals", proposal(slug, *records))
    answer = other.post(f"/disposals/{made['id']}/approve", {"reason": "Checked"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def run(register: Register, **options: Any) -> list[str]:
    said: list[str] = []
    with operator_of(register) as own:
        disposal.run(own, into=options.get("into"), dry_run=options.get("dry_run", False), say=said.append)
    return said


def entries_of(register: Register, record_id: str) -> list[Any]:
    table = LedgerEntry.__table__
    with operating(register) as connection:
        statement = select(table).where(table.c.record_id == record_id).order_by(table.c.seq)
        return [dict(row) for row in connection.execute(statement).mappings()]


def whole(settings: Settings) -> None:
    audit.verify(settings, file=None, seals=None)


# What is due.


def test_nothing_is_due_without_a_class(proposer: Api, old: Any) -> None:
    assert proposer.items("/retention-classes") == []
    assert faults(proposer.get("/disposals/due", params={"retention_class": "none"})) == {
        ("retention_class", "unknown_reference")
    }
    assert faults(proposer.get("/disposals/due")) == {("retention_class", "required")}


def test_what_is_due_is_what_its_class_covers_and_whose_years_are_over(
    proposer: Api, documents: Documents, ten_years: str, old: Any
) -> None:
    today = datetime.now(UTC).date()
    on_the_day = date(today.year - 10, today.month, min(today.day, 28))
    just = documents.visit(starts_on=on_the_day.isoformat(), ends_on=on_the_day.isoformat())
    documents.visit(starts_on=on_the_day.isoformat(), ends_on=f"{today.year}-01-01")
    documents.make("dialogues", **OLD)
    documents.visit()
    assert due(proposer, ten_years) == [old["id"], just["id"]]
    page = proposer.read("/disposals/due", retention_class=ten_years, limit=1)
    assert [each["id"] for each in page["items"]] == [old["id"]]
    assert [each["id"] for each in proposer.get(page["next"]).json()["items"]] == [just["id"]]
    (item, _) = proposer.items("/disposals/due", retention_class=ten_years)
    assert item == {name: old[name] for name in ("id", "kind", "reference", "title", "starts_on", "ends_on")}


@pytest.mark.parametrize("counted_from", ["created_at", "closed"])
def test_from_when_the_years_count(
    proposer: Api, documents: Documents, old: Any, monkeypatch: pytest.MonkeyPatch, counted_from: str
) -> None:
    still_open = documents.visit(**OLD | {"status": "planned"})
    slug = retention(documents, counted_from=counted_from, retain_years=2)
    expected = [old["id"], still_open["id"]] if counted_from == "created_at" else [old["id"]]
    today = datetime.now(UTC).date()
    over = today.replace(year=today.year + 2, day=min(today.day, 28))
    for days, found in ((-1, []), (5, expected)):
        later = datetime.combine(over + timedelta(days=days), time(12), UTC)

        class Later(datetime):
            @classmethod
            def now(cls, tz: Any = None, then: datetime = later) -> datetime:  # type: ignore[override]
                return then

        monkeypatch.setattr("app.access.work.datetime", Later)
        assert due(proposer, slug) == found


def test_of_several_classes_the_longest_decides(proposer: Api, documents: Documents, ten_years: str, old: Any) -> None:
    longer = retention(documents, retain_years=100, applies_to=["visit", "exercise"])
    assert due(proposer, ten_years) == due(proposer, longer) == []
    proposer.delete(f"/retention-classes/{longer}")
    assert due(proposer, ten_years) == [old["id"]]
    assert due(proposer, longer) == [], "a class that was withdrawn disposes of nothing"


def test_what_a_caller_may_not_see_is_not_due_for_them(
    api: Api, proposer: Api, documents: Documents, ten_years: str, old: Any
) -> None:
    high = documents.visit(**OLD, classification="RESTRICTED")
    low = api.as_("administrator", "SENSITIVE")
    assert due(proposer, ten_years) == [old["id"], high["id"]]
    assert due(low, ten_years) == [old["id"]]
    assert faults(low.post("/disposals", proposal(ten_years, old, high))) == {("/records/1", "unknown_reference")}
    (entry,) = api.as_("auditor").items("/access-log", record=high["id"])
    assert (entry["event"], entry["operation"]) == ("read", "/api/v1/disposals/due")


# Who may.


def test_only_administrators_have_a_hand_in_it(api: Api, stored: Stored, ten_years: str, old: Any) -> None:
    before = stored()
    for role in ("reader", "contributor", "approver", "auditor"):
        caller = api.as_(role)
        for path, document in (
            ("/disposals", proposal(ten_years, old)),
            (f"/disposals/{NOBODY}/approve", {"reason": "x"}),
            ("/legal-holds", {"record": old["id"], "reason": "x"}),
        ):
            problem(caller.post(path, document), 403)
        problem(caller.delete(f"/legal-holds/{NOBODY}"), 403)
        for path in ("/disposals", "/disposals/due", f"/disposals/{NOBODY}", "/legal-holds"):
            answer = caller.get(path)
            assert (answer.status_code == 403) == (role != "auditor"), path
    assert stored() == before


def test_nobody_approves_their_own_proposal(api: Api, proposer: Api, other: Api, ten_years: str, old: Any) -> None:
    made = proposer.make("/disposals", proposal(ten_years, old))
    path = f"/disposals/{made['id']}"
    assert (made["state"], made["action"], made["decided_by"]) == ("proposed", "destroy", None)
    for act in ("approve", "reject"):
        problem(proposer.post(f"{path}/{act}", {"reason": "Mine"}), 403)
    assert proposer.read(path) == made
    told = other.post(f"{path}/approve", {"reason": "Checked"}).json()
    assert told["state"] == "approved"
    assert told["proposed_by"] != told["decided_by"]
    problem(other.post(f"{path}/approve", {"reason": "Again"}), 409)
    problem(other.post(f"{path}/reject", {"reason": "After all"}), 409)
    assert other.items("/disposals") == [told]
    trail = api.as_("auditor").items("/audit", record=made["id"])
    assert [(each["action"], each["reason"]) for each in trail] == [("approve", "Checked"), ("propose", None)]


def test_what_was_rejected_stays_and_may_be_proposed_again(
    proposer: Api, other: Api, register: Register, ten_years: str, old: Any
) -> None:
    made = proposer.make("/disposals", proposal(ten_years, old))
    assert faults(proposer.post("/disposals", proposal(ten_years, old))) == {("/records/0", "taken")}
    assert due(proposer, ten_years) == []
    assert other.post(f"/disposals/{made['id']}/reject", {"reason": "History"}).json()["state"] == "rejected"
    assert run(register) == ["0 disposed of, 0 stay"]
    assert due(proposer, ten_years) == [old["id"]]
    assert proposer.post("/disposals", proposal(ten_years, old)).status_code == 201


def test_what_cannot_be_proposed(proposer: Api, documents: Documents, stored: Stored, ten_years: str, old: Any) -> None:
    new = documents.visit()
    before = stored()
    assert faults(proposer.post("/disposals", proposal(ten_years, old, new, old, {"id": NOBODY}))) == {
        ("/records/1", "not_due"),
        ("/records/2", "duplicate"),
        ("/records/3", "unknown_reference"),
    }
    assert faults(proposer.post("/disposals", proposal("no-such-class", old))) == {
        ("/retention_class", "unknown_reference")
    }
    for document in (
        [],
        {},
        {"records": []},
        proposal(ten_years) | {"x": 1},
        proposal(ten_years, {"id": "x"}),
        "x",
    ):
        problem(proposer.post("/disposals", document), 422)
    problem(proposer.post("/disposals", {**proposal(ten_years, old), "reason": " "}), 422)
    assert stored() == before


def test_a_disposal_exists_for_those_who_may_see_all_its_records(
    api: Api, proposer: Api, documents: Documents, ten_years: str, old: Any
) -> None:
    eyes_only = documents.visit(**OLD, classification="RESTRICTED", endorsements=["NZEO"])
    path = f"/disposals/{proposer.make('/disposals', proposal(ten_years, old, eyes_only))['id']}"
    for caller in (api.as_("administrator", "SENSITIVE"), api.as_("administrator", "SECRET", "AU")):
        problem(caller.get(path), 404)
        problem(caller.post(f"{path}/approve", {"reason": "x"}), 404)
        assert caller.items("/disposals") == []
    for nonsense in ("x", NOBODY, "due "):
        problem(proposer.get(f"/disposals/{nonsense}"), 404)


# Holds.


def test_a_hold_on_a_record_blocks_until_it_is_lifted(
    api: Api, proposer: Api, other: Api, register: Register, ten_years: str, old: Any
) -> None:
    hold = proposer.make("/legal-holds", {"record": old["id"], "reason": "Inquiry 2031/4"})
    assert due(proposer, ten_years) == []
    assert faults(proposer.post("/disposals", proposal(ten_years, old))) == {("/records/0", "on_hold")}
    problem(other.post("/legal-holds", {"record": old["id"], "reason": "Again"}), 409)
    assert proposer.items("/legal-holds") == [hold]
    assert api.as_("auditor", "UNCLASSIFIED").items("/legal-holds") == []
    problem(api.as_("administrator", "UNCLASSIFIED").delete(f"/legal-holds/{hold['id']}"), 404)
    assert faults(
        api.as_("administrator", "UNCLASSIFIED").post("/legal-holds", {"record": old["id"], "reason": "x"})
    ) == {("/record", "unknown_reference")}
    assert other.delete(f"/legal-holds/{hold['id']}").status_code == 204
    assert other.delete(f"/legal-holds/{hold['id']}").status_code == 204
    (lifted,) = proposer.items("/legal-holds")
    assert lifted["lifted_by"] != lifted["placed_by"]
    trail = api.as_("auditor").items("/audit", record=hold["id"])
    assert [each["action"] for each in trail] == ["lift", "place"]
    assert due(proposer, ten_years) == [old["id"]]


@pytest.mark.parametrize("when", ["before it is approved", "before it is carried out"])
@pytest.mark.parametrize("what", ["record", "class"])
def test_a_hold_that_comes_late_still_blocks(
    proposer: Api, other: Api, register: Register, ten_years: str, old: Any, when: str, what: str
) -> None:
    made = proposer.make("/disposals", proposal(ten_years, old))
    path = f"/disposals/{made['id']}"
    if when == "before it is carried out":
        other.post(f"{path}/approve", {"reason": "Checked"})
    if what == "record":
        proposer.make("/legal-holds", {"record": old["id"], "reason": "Inquiry"})
    else:
        proposer.change(f"/retention-classes/{ten_years}", {"on_hold": True})
    if when == "before it is approved":
        problem(other.post(f"{path}/approve", {"reason": "Checked"}), 409)
        return
    assert run(register) == [
        f"{old['reference']}: stays, since it is on hold, or not due any more",
        "0 disposed of, 1 stay",
    ]
    assert proposer.read(f"/visits/{old['id']}") == old


# Carrying it out.


def words_in_database(settings: Settings, register: Register, word: str) -> list[str]:
    """The tables in which a word stands, in whatever column."""
    found = []
    tables = [each.name for each in Base.metadata.sorted_tables]
    with operating(register) as connection:
        for name in [*tables, *(["search_text", "search_word"] if register.database.is_sqlite else [])]:
            rows = connection.execute(text(f"SELECT * FROM {name}")).all()
            if any(word in str(row) for row in rows):
                found.append(name)
    return found


def test_what_is_disposed_of_is_gone_everywhere_and_that_it_was_stays(
    api: Api,
    proposer: Api,
    other: Api,
    documents: Documents,
    register: Register,
    settings: Settings,
    ten_years: str,
    old: Any,
) -> None:
    path = f"/visits/{old['id']}"
    participant = api.make(f"{path}/participants", {"person": documents.person(), "note": f"A {WORD}"})
    old = api.change(path, {"summary": f"About {WORD}"})
    keep = documents.visit(title="Kept")
    place = api.read("/changes", after=f"{keep['id']}.1")["after"]
    made = approved(proposer, other, ten_years, old)
    hashes = [(each["seq"], bytes(each["hash"])) for each in entries_of(register, old["id"])]
    assert set(words_in_database(settings, register, WORD)) >= {"engagement", "participant", "ledger", "engagement_tag"}

    assert run(register, dry_run=True) == [
        f"{old['reference']}: destroy (dry run)",
        "1 disposed of, 0 stay (dry run: nothing was done)",
    ]
    assert api.read(path) == old
    assert run(register) == [f"{old['reference']}: destroy", "1 disposed of, 0 stay"]
    assert run(register) == ["0 disposed of, 0 stay"]

    assert words_in_database(settings, register, WORD) == []
    for gone in (path, f"/engagements/{old['reference']}", f"{path}/history", f"{path}/participants", f"{path}?as_at={old['updated_at']}",
                 f"{path}/participants/{participant['id']}", "/visits/by-external-ref/OLD-1"):  # fmt: skip
        assert api.get(gone).status_code in (404, 405), gone
    problem(api.patch(path, {"title": "X"}), 404)
    problem(api.post(f"{path}/restore"), 404)
    problem(api.post(f"{path}/revert", {"to_version": 1}), 404)
    assert api.items("/engagements", archived="any") == [keep]
    assert api.items("/visits", q=WORD, archived="any") == api.items("/visits", external_ref="OLD-1") == []

    entries = entries_of(register, old["id"])
    assert [(each["seq"], bytes(each["hash"])) for each in entries[:-1]] == hashes
    assert all(each["changes"] is each["representation"] is each["content_salt"] is None for each in entries[:-1])
    entry = entries[-1]
    assert (entry["action"], entry["version"], entry["record_type"]) == ("dispose", old["version"] + 1, "visit")
    about = entry["changes"]["disposal"][1]
    assert about == {
        "disposal": made["id"], "retention_class": ten_years, "action": "destroy", "authority": made["authority"],
        "proposed_by": made["proposed_by"], "approved_by": made["decided_by"], "approved_at": about["approved_at"],
        "engagement": old["id"], "reference": old["reference"], "kind": "visit", "created_at": about["created_at"],
        "starts_on": "2004-05-10", "ends_on": "2004-05-12",
    }  # fmt: skip
    assert entries_of(register, participant["id"])[-1]["action"] == "dispose"
    whole(settings)
    done = proposer.read(f"/disposals/{made['id']}")
    assert (done["state"], done["records"][0]["done_at"] is not None) == ("done", True)

    told = [each for each in api.read("/changes", after=place)["items"] if each["action"] == "dispose"]
    assert [(each["record_type"], each["record"]) for each in told] == [
        ("visit", {"id": old["id"]}),
        ("participant", {"id": participant["id"]}),
    ]
    everything = api.read("/changes", limit=200, after=f"{keep['id']}.1")
    assert WORD not in json.dumps(everything)
    assert api.as_("reader", "UNCLASSIFIED").read("/changes", after=place)["items"] == []
    trail = api.as_("auditor").items("/audit", record=old["id"])
    assert [(each["action"], bool(each["changes"])) for each in trail] == [
        ("dispose", True),
        ("update", False),
        ("participants", False),
        ("create", False),
    ]


def test_a_place_in_the_feed_at_what_is_gone_still_holds(
    api: Api, proposer: Api, other: Api, documents: Documents, register: Register, ten_years: str, old: Any
) -> None:
    place = f"{old['id']}.1"
    after = documents.visit()
    approved(proposer, other, ten_years, old)
    run(register)
    items = api.read("/changes", after=place)["items"]
    assert [(each["action"], each["record_id"]) for each in items if each["record_type"] == "visit"] == [
        ("create", after["id"]),
        ("dispose", old["id"]),
    ]


@pytest.mark.parametrize("path", ["bilateral-talks", "dialogues", "exercises", "deployments"])
def test_every_kind_can_be_disposed_of(
    api: Api, proposer: Api, other: Api, documents: Documents, register: Register, settings: Settings, path: str
) -> None:
    record = documents.make(path, **OLD, tags=["a"])
    api.delete(f"/{path}/{record['id']}")
    slug = retention(documents, applies_to=[record["kind"]])
    approved(proposer, other, slug, record)
    assert run(register)[-1] == "1 disposed of, 0 stay"
    problem(api.get(f"/{path}/{record['id']}"), 404)
    whole(settings)


def test_one_that_must_stay_does_not_keep_the_others(
    proposer: Api, other: Api, documents: Documents, register: Register, ten_years: str, old: Any
) -> None:
    second = documents.visit(**OLD)
    made = approved(proposer, other, ten_years, old, second)
    hold = proposer.make("/legal-holds", {"record": old["id"], "reason": "Inquiry"})
    assert run(register)[-1] == "1 disposed of, 1 stay"
    told = proposer.read(f"/disposals/{made['id']}")
    assert told["state"] == "approved"
    assert {each["reference"]: each["done_at"] is not None for each in told["records"]} == {
        old["reference"]: False,
        second["reference"]: True,
    }
    proposer.delete(f"/legal-holds/{hold['id']}")
    assert run(register)[-1] == "1 disposed of, 0 stay"
    assert proposer.read(f"/disposals/{made['id']}")["state"] == "done"


def test_a_disposal_that_fails_half_way_leaves_all(
    api: Api, proposer: Api, other: Api, register: Register, settings: Settings, stored: Stored, ten_years: str, old: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    approved(proposer, other, ten_years, old)
    before = stored()

    def fail(*_: Any) -> None:
        raise RuntimeError("power lost")

    with monkeypatch.context() as patched:
        patched.setattr(carrying_out, "_done", fail)
        with pytest.raises(RuntimeError):
            run(register)
    assert stored() == before
    assert api.read(f"/visits/{old['id']}") == old
    whole(settings)
    assert run(register)[-1] == "1 disposed of, 0 stay"


def test_what_is_transferred_is_written_down_first(
    api: Api,
    proposer: Api,
    other: Api,
    documents: Documents,
    register: Register,
    settings: Settings,
    old: Any,
    tmp_path: Path,
) -> None:
    slug = retention(documents, action="transfer")
    path = f"/visits/{old['id']}"
    participant = api.make(f"{path}/participants", {"person": documents.person()})
    old = api.change(path, {"title": "Transferred", "classification": "RESTRICTED"})
    made = approved(proposer, other, slug, old)
    assert run(register)[-1] == "0 disposed of, 1 stay", "it must be said where to"
    with pytest.raises(Refused, match="no folder"):
        run(register, into=tmp_path / "none")
    audit.export_record(settings, old["reference"], tmp_path / "copy.json")
    assert run(register, into=tmp_path) == [f"{old['reference']}: transfer", "1 disposed of, 0 stay"]

    file = tmp_path / f"{old['reference']}-{old['id']}.json"
    assert file.stat().st_mode & 0o777 == 0o600
    about = entries_of(register, old["id"])[-1]["changes"]["disposal"][1]
    assert about["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert about["file"] == file.name
    content = json.loads(file.read_text("utf-8"))
    assert (content["record_type"], content["record"], content["authority"]) == ("visit", old, made["authority"])
    assert [each["record"]["id"] for each in content["parts"]] == [participant["id"]]
    assert [each["action"] for each in content["history"]] == ["create", "create", "participants", "update"]
    assert all(len(each["hash"]) == 64 for each in content["history"])
    kept = {each["seq"]: bytes(each["hash"]).hex() for each in entries_of(register, old["id"])}
    assert all(kept[each["seq"]] == each["hash"] for each in content["history"] if each["record_id"] == old["id"])
    copy = json.loads((tmp_path / "copy.json").read_text("utf-8"))
    assert copy == {name: content[name] for name in copy}
    exports = api.as_("auditor").items("/access-log", event="export", record=old["id"])
    assert [each["operation"] for each in exports] == ["tracker disposal run", "tracker audit export"]
    whole(settings)
    assert list(tmp_path.glob("*.part")) == []


def test_an_export_of_the_ledger_after_a_disposal_is_proved_too(
    proposer: Api, other: Api, register: Register, settings: Settings, ten_years: str, old: Any, tmp_path: Path
) -> None:
    approved(proposer, other, ten_years, old)
    run(register)
    audit.export(settings, tmp_path / "ledger.jsonl")
    assert WORD not in (tmp_path / "ledger.jsonl").read_text("utf-8")
    audit.verify(settings, file=tmp_path / "ledger.jsonl", seals=None)


def test_what_is_due_is_told_at_the_command_line(register: Register, documents: Documents, old: Any) -> None:
    assert list(disposal.due_lines(register)) == ["There is no retention class: nothing is due."]
    slug = retention(documents)
    first, second = disposal.due_lines(register)
    assert first.startswith(f"{slug}: destroy after 10 years")
    assert second == f"  {old['reference']}  2004-05-10 to 2004-05-12"


def test_aims_and_positions_put_there_go_with_it_and_the_positions_stay(
    proposer: Api, other: Api, api: Api, documents: Documents, register: Register, ten_years: str, old: Any
) -> None:
    path = f"/visits/{old['id']}"
    position = documents.make("positions")
    aim = api.make(f"{path}/objectives", documents.of("objectives"))
    put = api.make(f"{path}/positions", {"position": position["id"], "use": "advocated"})
    approved(proposer, other, ten_years, old)
    run(register)
    assert api.get(path).status_code == 404
    for each in (aim, put):
        assert [entry["action"] for entry in entries_of(register, each["id"])][-1] == "dispose"
    assert api.read(f"/positions/{position['id']}/uses")["items"] == []


def test_approvals_go_with_their_engagement(
    register: Register, proposer: Api, other: Api, documents: Documents, api: Api
) -> None:
    slug = retention(documents, applies_to=["dialogue"])
    approval = documents.approval(starts_on="2004-05-10", ends_on="2004-05-12", title=WORD)
    api.post(f"/approvals/{approval['id']}/withdrawal", {})
    about = api.read(f"/dialogues/{approval['engagement']}")
    api.post(f"/dialogues/{about['id']}/transitions", {"to": "cancelled", "reason": "duplicate"})
    approved(proposer, other, slug, about)
    run(register)
    problem(api.get(f"/approvals/{approval['id']}"), 404)
    assert api.items("/approvals", archived="any") == []
    left = entries_of(register, approval["id"])
    assert [each["action"] for each in left] == ["create", "withdraw", "dispose"]
    assert {each["representation"] for each in left[:2]} == {None}
    with operating(register) as connection:
        assert connection.scalar(text("SELECT count(*) FROM approval_step")) == 0


def test_packs_go_with_their_engagement_and_with_all_that_they_said(
    proposer: Api, other: Api, api: Api, register: Register, ten_years: str, old: Any
) -> None:
    path = f"/visits/{old['id']}"
    pack = api.make(f"{path}/packs", {"note": "For the minister"})
    api.post(f"{path}/packs/{pack['id']}/acknowledgements")
    approved(proposer, other, ten_years, old)
    run(register)
    problem(api.get(f"{path}/packs/{pack['id']}/content"), 404)
    assert [each["action"] for each in entries_of(register, pack["id"])][-1] == "dispose"
    with operating(register) as connection:
        for table in ("pack", "pack_source", "pack_acknowledgement"):
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0


def test_what_is_asked_for_stays_and_what_was_withheld_of_it_goes_with_it(
    api: Api, proposer: Api, other: Api, register: Register, settings: Settings, ten_years: str, old: Any
) -> None:
    """Nothing is destroyed under a request; afterwards no passage that was withheld outlives its record."""
    classification = {"classification": "SENSITIVE"}
    objective = api.make(f"/visits/{old['id']}/objectives", {"title": f"The {WORD} question", **classification})
    request = api.make("/information-requests", {"title": "Birds", "received_on": "2026-11-02", **classification})
    at = f"/information-requests/{request['id']}"
    for record, field in ((objective, "title"), (old, "title")):
        cut = {"field": field, "passage": WORD, "ground": "6(a)"}
        tags = [{"field": "tags", "ground": "6(a)"}] if record is old else []
        api.make(f"{at}/documents", {"record": record["id"], "withholdings": [cut, *tags]})
    approved(proposer, other, ten_years, old)
    assert "in the scope of a request" in run(register)[0]
    assert other.post(f"{at}/transitions", {"to": "decided"}).status_code == 200
    assert "in the scope of a request" in run(register)[0]
    assert api.post(f"{at}/transitions", {"to": "released"}).status_code == 200
    copy = api.read(f"{at}/copy")
    assert run(register)[-1] == "1 disposed of, 0 stay"
    assert words_in_database(settings, register, WORD) == []
    assert api.items(f"{at}/documents") == []
    assert api.read(f"{at}/copy") == copy
    whole(settings)
