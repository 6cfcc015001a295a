"""Seals: what the ledger's end was, told to a file outside of the database, by every process that writes."""

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from app.access import seals as sealing
from app.access.ledger import Head
from app.access.register import Register
from app.access.seals import Sealer, read_seal, seal_line
from app.commands import audit
from app.commands.opening import Refused
from app.config import Settings
from support.client import Api
from support.databases import settings_for
from support.documents import Documents

KEY = "0123456789abcdef" * 4
Serve = Callable[..., Api]


def eventually(what: Callable[[], Any], seconds: float = 10) -> Any:
    """What a function gives, as soon as that is something."""
    until = time.monotonic() + seconds
    while not (found := what()) and time.monotonic() < until:
        time.sleep(0.02)
    assert found
    return found


def readiness(api: Api) -> tuple[str, str, str]:
    """Whether it is ready, and what it says of seals, for programs and for people."""
    told = api.client.get("/readyz").json()
    return told["status"], told["seals"], told["checks"]["seals"]


def lines(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_who_serves_seals_what_was_committed(serve: Serve, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "seals"
    api = serve(ledger_seals=file)
    Documents(api).visit()
    (first,) = eventually(lambda: lines(file))
    assert set(first) == {"seq", "hash", "at"}
    assert file.stat().st_mode & 0o777 == 0o600
    assert readiness(api) == ("ready", "kept", "ok")
    before, began = first["seq"], time.monotonic()
    while time.monotonic() < began + 1.2:
        Documents(api).api.make("/people", {"name": "Somebody"})
    assert 1 <= len(lines(file)) - 1 <= 2, "at most one a second, however many changes"
    end = eventually(lambda: [each for each in lines(file) if each["seq"] > before + 1])[-1]
    assert audit.verify(settings, file=None, seals=file).last.seq >= end["seq"]
    api.get("/visits")
    api.post("/visits", {})
    assert lines(file)[-1]["seq"] <= audit.verify(settings, file=None, seals=file).last.seq


def test_what_is_refused_or_only_read_is_not_sealed(serve: Serve, tmp_path: Path) -> None:
    api = serve(ledger_seals=tmp_path / "seals")
    assert api.post("/visits", {}).status_code == 422
    assert api.get("/visits").status_code == 200
    time.sleep(0.1)
    assert not (tmp_path / "seals").exists()


def test_the_end_of_a_process_seals_what_is_due(settings: Settings, tmp_path: Path) -> None:
    """As the operator has it: a command of its own, with its settings in the environment."""
    file, plan = tmp_path / "seals", tmp_path / "plan.csv"
    plan.write_text("Ref,Type,Title,Start,Partners\nT-1,talks,Talks,2024-06-03,JP\n")
    environment = os.environ | {
        "TRACKER_DATABASE_URL": settings.database_url,
        "TRACKER_LEDGER_SEALS": str(file),
        "TRACKER_LEDGER_KEY": KEY,
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }

    def tracker(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from app.cli import main; main()", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert tracker("import", str(plan)).returncode == 0
    (line,) = lines(file)
    done = tracker("audit", "verify")
    assert done.returncode == 0, done.stderr
    assert "The ledger is whole" in done.stdout
    assert "It agrees with 1 seal" in done.stdout
    printed = json.loads(tracker("audit", "seal").stdout)
    assert (printed["seq"], printed["hash"]) == (line["seq"], line["hash"])
    assert tracker("audit", "seal", str(file)).returncode == 0
    assert len(lines(file)) == 2
    file.write_text(file.read_text().replace(line["hash"][:8], "00000000"))
    refused = tracker("audit", "verify")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "line 1: the seal was not made with TRACKER_LEDGER_KEY" in refused.stderr
    assert KEY not in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_several_processes_may_write_one_file(tmp_path: Path) -> None:
    file = tmp_path / "seals"
    heads = [Head(number, number.to_bytes(32)) for number in range(400)]

    def write(part: list[Head]) -> None:
        for each in part:
            sealing.append_line(file, seal_line(each, datetime.now(UTC), bytes.fromhex(KEY)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, [heads[place::8] for place in range(8)]))
    read = [read_seal(line) for line in file.read_text().splitlines()]
    assert sorted((each.seq, each.hash) for each in read) == [(each.seq, each.hash) for each in heads]
    assert all(each.made_with(bytes.fromhex(KEY)) for each in read)


def test_a_file_that_cannot_be_written_is_told_and_tried_again(
    serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "not yet there" / "seals"
    api = serve(ledger_seals=file)
    with caplog.at_level(logging.ERROR, "tracker"):
        visit = Documents(api).visit()
        assert api.read(f"/visits/{visit['id']}") == visit, "no request waits for it or fails for it"
        eventually(lambda: readiness(api) == ("ready", "failing", "Seals of the ledger cannot be written."))
    assert "the seal of the ledger cannot be written" in caplog.text
    file.parent.mkdir()
    eventually(lambda: readiness(api) == ("ready", "kept", "ok"))
    assert lines(file)


def test_without_a_file_nothing_is_said_of_seals(api: Api, documents: Documents, register: Register) -> None:
    documents.visit()
    told = api.client.get("/readyz").json()
    assert "seals" not in told
    assert "seals" not in told["checks"]
    assert register.seals.file is None


def test_a_seal_is_made_by_who_has_the_key(settings: Settings, register: Register, tmp_path: Path) -> None:
    file = tmp_path / "seals"
    keyed = settings.model_copy(update={"ledger_key": SecretStr(KEY)})
    audit.seal(keyed, file, print)
    told = audit.verify(keyed, file=None, seals=file)
    assert (told.seals, told.unchecked) == (1, False)
    assert audit.verify(settings, file=None, seals=file).unchecked
    genuine = lines(file)[0]
    for forged in (
        {name: value for name, value in genuine.items() if name != "hmac"},
        genuine | {"hmac": None},
        genuine | {"hmac": "00" * 32},
        genuine | {"hmac": genuine["hmac"][:-2]},
        genuine | {"at": "2020-01-01T00:00:00.000000Z"},
        genuine | {"seq": genuine["seq"] - 1},
        genuine | {"hash": "00" * 32},
        json.loads(seal_line(Head(genuine["seq"], bytes.fromhex(genuine["hash"])), datetime.now(UTC), b"another" * 8)),
    ):
        file.write_text(f"{json.dumps(genuine)}\n{json.dumps(forged)}\n")
        with pytest.raises(Refused, match="line 2: the seal was not made with TRACKER_LEDGER_KEY"):
            audit.verify(keyed, file=None, seals=file)


@pytest.mark.parametrize("key", ["", "00" * 31, "x" * 64, "0" * 65, f" {KEY}", f"0x{KEY}"])
def test_a_key_that_is_none_stops_the_program(key: str) -> None:
    with pytest.raises(ValidationError, match="at least 32 bytes") as raised:
        settings_for("sqlite:///never-opened.db", ledger_key=key)
    assert not key or key not in str(raised.value)
    assert repr(settings_for("sqlite:///never-opened.db", ledger_key=KEY)).count(KEY) == 0


def test_a_closed_register_writes_what_is_due_at_once(tmp_path: Path) -> None:
    file = tmp_path / "seals"
    sealer = Sealer(file, None)
    for number in range(5):
        sealer.note(Head(number, bytes(32)))
    sealer.note(Head(2, bytes(32)))  # committed before, told of after
    began = time.monotonic()
    sealer.close()
    assert time.monotonic() - began < sealing.PAUSE
    assert lines(file)[-1]["seq"] == 4
    Sealer(None, None).close()
