"""A disk is full: a write is refused with 507, reads go on, and so do writes when there is room again."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx2 as httpx
import pytest
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
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system with little room."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=0700", "none", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no file system can be mounted here: {error}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """A file that takes all the room there is."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
    assert shutil.disk_usage(folder).free == 0
    return ballast


def test_the_databases_disk(
    settings: Settings, small: Path, serve_in: Callable[..., Victim], over_http: Callable[[Victim], Api]
) -> None:
    # By SQLite: to open and close the file itself would take its locks from whoever else has it open in this process.
    with (
        closing(sqlite3.connect(str(make_url(settings.database_url).database))) as original,
        closing(sqlite3.connect(small / "register.db")) as copy,
    ):
        original.backup(copy)
    victim = serve_in(f"sqlite:///{small}/register.db")
    api = over_http(victim)
    documents = Documents(api)
    before = documents.visit()
    large = documents.of("visits", summary="Talanoa " * 2000)
    ballast = fill(small)
    refused = api.failing().post("/visits", large)
    while refused.status_code == 201:  # what the file has of its own was enough
        refused = api.failing().post("/visits", documents.of("visits", summary="Talanoa " * 2000))
    problem(refused, 507)
    problem(api.failing().patch(f"/visits/{before['id']}", {"summary": "Talanoa " * 2000}), 507)
    assert api.read(f"/visits/{before['id']}") == before
    there = api.items("/visits", limit=200)
    ballast.unlink()
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
    what: str, settings: Settings, small: Path, serve_in: Callable[..., Victim], over_http: Callable[[Victim], Api]
) -> None:
    api = over_http(serve_in(settings.database_url, **{what: str(small)}))
    first = Documents(api).attachment()
    attach = attached(api, first["briefing_id"], 2 * 1024 * 1024)
    assert attach().status_code == 201
    ballast = fill(small)
    problem(attach(), 507)
    content = f"/briefings/{first['briefing_id']}/attachments/{first['id']}/content"
    assert api.get(content).status_code == 200
    assert len(api.items(f"/briefings/{first['briefing_id']}/attachments")) == 2
    ballast.unlink()
    assert attach().status_code == 201
    assert not list(small.glob("**/new-*"))
