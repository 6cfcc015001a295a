"""A disk is full: a write is refused with 507, reads go on, and so do writes when there is room again."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx2 as httpx
import pytest
from disks import Disk, NoDiskError
from reckoning import unsound
from sqlalchemy import make_url
from victim import Victim

from app.config import Settings
from support.client import Api
from support.documents import Documents
from support.problems import problem

MEGABYTES = 8

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True, scope="session")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Disk]:
    """A file system with little room."""
    try:
        disk = Disk(tmp_path / "small", megabytes=MEGABYTES)
    except NoDiskError as error:
        pytest.skip(str(error))
    yield disk
    disk.close()


def test_the_databases_disk(
    settings: Settings, small: Disk, serve_in: Callable[..., Victim], over_http: Callable[[Victim], Api]
) -> None:
    # By SQLite: to open and close the file itself would take its locks from whoever else has it open in this process.
    with (
        closing(sqlite3.connect(str(make_url(settings.database_url).database))) as original,
        closing(sqlite3.connect(small.folder / "register.db")) as copy,
    ):
        original.backup(copy)
    victim = serve_in(f"sqlite:///{small.folder}/register.db")
    api = over_http(victim)
    documents = Documents(api)
    before = documents.visit()
    large = documents.of("visits", summary="Talanoa " * 2000)
    small.fill()
    refused = api.failing().post("/visits", large)
    while refused.status_code == 201:  # what the file has of its own was enough
        refused = api.failing().post("/visits", documents.of("visits", summary="Talanoa " * 2000))
    problem(refused, 507)
    problem(api.failing().patch(f"/visits/{before['id']}", {"summary": "Talanoa " * 2000}), 507)
    assert api.read(f"/visits/{before['id']}") == before
    there = api.items("/visits", limit=200)
    small.free()
    assert documents.visit()["id"]
    assert len(api.items("/visits", limit=200)) == len(there) + 1
    victim.kill()
    assert unsound(victim.url) == []


def attached(api: Api, briefing: str, size: int) -> Callable[[], httpx.Response]:
    def attach() -> httpx.Response:
        file = ("plan.txt", os.urandom(size // 2).hex().encode(), "text/plain")
        return api.failing().ask("POST", f"/briefings/{briefing}/attachments", files={"file": file})

    return attach


@pytest.mark.parametrize("what", ["TRACKER_ATTACHMENT_STORE", "TMPDIR"])
def test_the_disk_of_files(
    what: str, settings: Settings, small: Disk, serve_in: Callable[..., Victim], over_http: Callable[[Victim], Api]
) -> None:
    api = over_http(serve_in(settings.database_url, **{what: str(small.folder)}))
    first = Documents(api).attachment()
    attach = attached(api, first["briefing_id"], 2 * 1024 * 1024)
    assert attach().status_code == 201
    small.fill()
    problem(attach(), 507)
    content = f"/briefings/{first['briefing_id']}/attachments/{first['id']}/content"
    assert api.get(content).status_code == 200
    assert len(api.items(f"/briefings/{first['briefing_id']}/attachments")) == 2
    small.free()
    assert attach().status_code == 201
    assert not list(small.folder.glob("**/new-*"))
