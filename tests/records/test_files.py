"""The store of attached files: what nobody refers to goes, what somebody does stays, and what is missing is told."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.access.register import Register
from app.commands import disposal, files
from support.client import Api, Apps
from support.databases import Databases
from support.documents import Documents
from support.recording import operator_of

OLD = {"starts_on": "2004-05-10", "ends_on": "2004-05-12", "status": "completed"}


@pytest.fixture
def kept(source: Databases, apps: Apps, tmp_path: Path) -> Iterator[tuple[Api, Path, Register]]:
    """A register with a store of its own."""
    store = tmp_path / "store"
    with apps.own(source, attachment_store=str(store)) as api:
        yield api, store, api.register


def attach(api: Api, briefing: Any, data: bytes) -> Any:
    answer = api.ask("POST", f"/briefings/{briefing['id']}/attachments", files={"file": ("a.txt", data)})
    assert answer.status_code == 201, answer.text
    return answer.json()


def names(store: Path) -> set[str]:
    return {each.name for each in store.glob("*/*")}


def aged(store: Path, days: float) -> None:
    """As if everything had been put so long ago."""
    then = time.time() - days * 86_400
    for each in store.glob("*/*"):
        os.utime(each, (then, then))


def disposed(api: Api, register: Register, visit: Any, **options: Any) -> list[str]:
    said: list[str] = []
    administrator = api.as_("administrator")
    like = {"applies_to": ["visit"], "retain_years": 10, "counted_from": "ends_on"}
    slug = Documents(administrator).make("retention-classes", **like, action=options.get("action", "destroy"))["slug"]
    wanted = {"retention_class": slug, "records": [visit["id"]], "reason": "Yearly review"}
    made = administrator.make("/disposals", wanted)
    answer = api.as_("administrator", "SECRET").post(f"/disposals/{made['id']}/approve", {"reason": "Checked"})
    assert answer.status_code == 200, answer.text
    with operator_of(register) as own:
        disposal.run(own, into=options.get("into"), dry_run=False, say=said.append)
    return said


def test_files_go_with_their_engagement_unless_others_refer_to_them(kept: tuple[Api, Path, Register]) -> None:
    api, store, register = kept
    documents = Documents(api)
    visit, other = documents.visit(**OLD), documents.visit()
    briefing, elsewhere = [documents.make("briefings", engagement=each["id"]) for each in (visit, other)]
    gone, shared = attach(api, briefing, b"Only here"), attach(api, briefing, b"In both")
    attach(api, elsewhere, b"In both")
    aged(store, 2)
    assert disposed(api, register, visit)[-1].startswith("1 disposed of, 0 stay")
    assert names(store) == {shared["sha256"]}
    assert api.get(f"/briefings/{briefing['id']}").status_code == 404
    assert api.get(f"/briefings/{elsewhere['id']}").status_code == 200
    assert api.get(f"/briefings/{elsewhere['id']}/attachments").json()["items"][0]["sha256"] == shared["sha256"]
    assert gone["sha256"] not in names(store)
    with operator_of(register) as own:
        assert not files.check(own, lambda _: None)


def test_a_file_that_was_just_put_again_stays(kept: tuple[Api, Path, Register]) -> None:
    api, store, register = kept
    documents = Documents(api)
    visit = documents.visit(**OLD)
    made = attach(api, documents.make("briefings", engagement=visit["id"]), b"Just now")
    disposed(api, register, visit)
    assert names(store) == {made["sha256"]}
    aged(store, 2)
    with operator_of(register) as own:
        assert files.clean(own, dry_run=True).startswith("1 files of 8 bytes would go")
        assert names(store) == {made["sha256"]}
        assert files.clean(own, dry_run=False).startswith("1 files of 8 bytes removed")
    assert names(store) == set()


def test_a_transfer_takes_the_files_along(kept: tuple[Api, Path, Register], tmp_path: Path) -> None:
    api, store, register = kept
    documents = Documents(api)
    visit = documents.visit(**OLD)
    made = attach(api, documents.make("briefings", engagement=visit["id"]), b"To the archives")
    aged(store, 2)
    into = tmp_path / "archives"
    into.mkdir()
    disposed(api, register, visit, action="transfer", into=into)
    assert (into / made["sha256"]).read_bytes() == b"To the archives"
    assert names(store) == set()


def test_clean_leaves_what_is_referred_to_and_what_is_new(kept: tuple[Api, Path, Register]) -> None:
    api, store, register = kept
    made = attach(api, Documents(api).make("briefings"), b"Wanted")
    aged(store, 2)
    orphan, half, new = store / "ab" / ("ab" * 32), store / "ab" / "new-x", store / "cd" / ("cd" * 32)
    for each in (orphan, half):
        each.parent.mkdir(exist_ok=True)
        each.write_bytes(b"x")
    aged(store, 2)
    new.parent.mkdir()
    new.write_bytes(b"x")
    with operator_of(register) as own:
        assert files.clean(own, dry_run=False).startswith("2 files of 2 bytes removed")
    assert names(store) == {made["sha256"], new.name}


def test_check_names_what_is_missing_or_changed(kept: tuple[Api, Path, Register]) -> None:
    api, store, register = kept
    briefing = Documents(api).make("briefings")
    lost, changed = attach(api, briefing, b"Lost"), attach(api, briefing, b"Changed")
    for each, data in ((lost, None), (changed, b"Other")):
        path = store / each["sha256"][:2] / each["sha256"]
        path.unlink()
        if data is not None:
            path.write_bytes(data)
    said: list[str] = []
    with operator_of(register) as own:
        assert files.check(own, said.append)
    assert said[:2] == [f"{lost['id']}: missing", f"{changed['id']}: changed"]
