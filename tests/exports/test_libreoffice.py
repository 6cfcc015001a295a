"""An export that LibreOffice has opened, edited and saved is imported without change, but for what was edited."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_round_trip import counts, everything, rich

from support.client import Api
from support.documents import Documents

SOFFICE = shutil.which("soffice")

pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[bytes, str, str], bytes]:
    """`saved(data, "xlsx", "ods")` is a file as LibreOffice saves it in another format, or in the same."""

    def saving(data: bytes, was: str, becomes: str) -> bytes:
        source, target = tmp_path / f"file.{was}", tmp_path / "saved"
        source.write_bytes(data)
        options = ["--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"]
        how = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false" if becomes == "csv" else becomes
        command = [str(SOFFICE), *options, "--convert-to", how, "--outdir", str(target), str(source)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
        made = target / f"file.{becomes}"
        assert made.exists(), done.stderr
        return made.read_bytes()

    return saving


def taken(api: Api, data: bytes, name: str) -> Any:
    return api.ask("POST", "/imports", files={"file": (name, data)}).json()


@pytest.mark.parametrize(("exported", "kept"), [("xlsx", "xlsx"), ("xlsx", "ods"), ("xlsx", "csv"), ("csv", "xlsx")])
def test_what_was_only_saved_comes_back_unchanged(
    api: Api, documents: Documents, saved: Callable[[bytes, str, str], bytes], exported: str, kept: str
) -> None:
    rich(documents)
    before = everything(api)
    data = saved(api.get("/engagements/export", params={"format": exported}).content, exported, kept)
    report = taken(api, data, f"file.{kept}")
    assert counts(report) == (0, 0, len(before), 0), report["rows"]
    assert everything(api) == before


def test_what_was_edited_changes_and_nothing_else(
    api: Api, documents: Documents, saved: Callable[[bytes, str, str], bytes]
) -> None:
    rich(documents)
    visit = documents.visit(title="To be edited")
    before = {each["id"]: each for each in everything(api)}
    sheet = saved(api.get("/engagements/export?format=xlsx").content, "xlsx", "fods")
    assert sheet.count(b"<text:p>To be edited</text:p>") == 1
    edited = saved(sheet.replace(b">To be edited<", b">Edited<"), "fods", "xlsx")
    assert counts(taken(api, edited, "file.xlsx")) == (0, 1, len(before) - 1, 0)
    after = {each["id"]: each for each in everything(api)}
    assert after[visit["id"]]["title"] == "Edited"
    different = {(key, field) for key, each in after.items() for field in each if each[field] != before[key][field]}
    assert different == {(visit["id"], field) for field in ("title", "version", "updated_at")}
