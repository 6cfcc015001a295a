"""The command `tracker`, run as an operator runs it: a process of its own, on a database of its own."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from app.access.register import Register
from app.cli import app
from app.exchange.sample import FILES
from app.models import LedgerEntry
from support.databases import Databases, settings_for

CSV = "Ref,Type,Title,Start,Partners\nT-1,talks,Talks,2024-06-03,JP\nT-2,talks,,2024-06-03,JP\n"

Tracker = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def tracker(tmp_path: Path) -> Tracker:
    def run(*arguments: object, url: str = f"sqlite:///{tmp_path}/register.db") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from app.cli import main; main()", *map(str, arguments)],
            cwd=tmp_path,
            env=os.environ | {"TRACKER_DATABASE_URL": url, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


@pytest.fixture
def address(all_databases: dict[str, Databases]) -> Iterator[str]:
    """A register that is migrated already."""
    with all_databases["sqlite"].copy() as url:
        yield url


@pytest.fixture
def migrated(tracker: Tracker, address: str) -> Tracker:
    return partial(tracker, url=address)


def refused(done: subprocess.CompletedProcess[str], reason: str) -> None:
    """Refused with the reason, in one line."""
    assert done.returncode == 1
    assert reason in done.stderr
    assert done.stderr.startswith("tracker: ")
    assert done.stderr.count("\n") == 1


def test_migrating_twice(tracker: Tracker) -> None:
    tracker("migrate")
    again = tracker("migrate")
    assert again.returncode == 0
    assert "is current; 0 countries added, 0 representations rebuilt" in again.stdout


def test_on_any_database(tracker: Tracker, empty_database: str, tmp_path: Path) -> None:
    refused(tracker("serve", url=empty_database), "run `tracker migrate`")
    assert "249 countries added" in tracker("migrate", url=empty_database).stdout
    assert "150 engagements" in tracker("sample", "load", url=empty_database).stdout
    assert "nothing was added" in tracker("sample", "load", url=empty_database).stdout
    file = tmp_path / "plan.csv"
    file.write_text(CSV)
    assert "1 created, 0 updated, 0 unchanged, 1 rejected" in tracker("import", file, url=empty_database).stderr


def test_a_register_that_is_not_there(tracker: Tracker, tmp_path: Path) -> None:
    for command in (["serve"], ["sample", "load"], ["token", "list"]):
        refused(tracker(*command), "There is no register at")
    assert not (tmp_path / "register.db").exists()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://x", "TRACKER_DATABASE_URL must begin with"),
        ("postgresql://u:hidden@127.0.0.1:1/x", "does not answer"),
        ("sqlite:////proc/none/register.db", "/proc/none"),
        (f"sqlite:///{__file__}", "not a database"),
    ],
)
def test_databases_that_cannot_be_had(tracker: Tracker, url: str, reason: str) -> None:
    done = tracker("migrate", url=url)
    refused(done, reason)
    assert "hidden" not in done.stderr


def test_a_token_is_printed_alone_and_works_until_revoked(migrated: Tracker, address: str) -> None:
    made = migrated(
        "token", "create", "--name", "desk", "--role", "contributor", "--clearance", "TOP SECRET",
        "--nationality", "au", "--days", 3, "--network", "10.0.0.0/8", "--network", "::1",
    )  # fmt: skip
    assert re.fullmatch(r"det_[\w-]{43}\n", made.stdout)
    assert made.stderr == ""
    line = migrated("token", "list").stdout.splitlines()[1]
    identity, *words = line.split()
    assert words[:5] == ["desk", "contributor", "TOP", "SECRET", "AU"]
    assert words[-1] == "valid"
    register = Register(settings_for(address))
    with register.database.reader.connect() as connection:
        cursor = connection.connection.cursor()
        assert register.authenticate(cursor, made.stdout.strip(), "10.1.2.3").clearance == "TOP SECRET"
    register.close()
    assert "Revoked desk" in migrated("token", "revoke", identity).stderr
    assert migrated("token", "list").stdout.splitlines()[1].endswith("revoked")
    refused(migrated("token", "revoke", "desk"), "no token 'desk'")


def test_what_the_operator_does_with_tokens_is_in_the_ledger(migrated: Tracker, address: str) -> None:
    made = migrated(
        "token", "create", "--name", "desk", "--role", "reader", "--group", "French-Talks", "--group", "budget"
    )
    register = Register(settings_for(address))
    with register.database.reader.connect() as connection:
        cursor = connection.connection.cursor()
        assert register.authenticate(cursor, made.stdout.strip(), None).groups == {"budget", "french-talks"}
    migrated("token", "revoke", "desk")
    with register.database.reader.connect() as connection:
        token = LedgerEntry.record_type == "token"
        rows = connection.execute(select(LedgerEntry.__table__).where(token).order_by(LedgerEntry.seq)).all()
    register.close()
    assert [(each.actor, each.actor_id, each.action) for each in rows] == [
        ("command line", None, "create"),
        ("command line", None, "revoke"),
    ]
    assert made.stdout.strip().removeprefix("det_") not in str(rows)


def test_a_token_is_good_for_no_longer_than_the_installation_allows(migrated: Tracker) -> None:
    done = migrated("token", "create", "--name", "desk", "--role", "reader", "--days", 400)
    refused(done, "at most 366 days")
    assert migrated("token", "list").stdout.count("desk") == 0


def test_two_tokens_of_one_name_are_revoked_by_id(migrated: Tracker) -> None:
    for _ in range(2):
        migrated("token", "create", "--name", "desk", "--role", "reader")
    refused(migrated("token", "revoke", "desk"), "say which by its id")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--role", "king"], "--role"),
        (["--clearance", "COSMIC"], "--clearance"),
        (["--nationality", "ZZ"], "ISO 3166-1"),
        (["--days", "0"], "--days"),
        (["--network", "10.0.0.1/8"], "host bits set"),
        (["--group", "no group"], "is not a group"),
        (["--name", " "], "--name"),
    ],
)
def test_wrong_usage(options: list[str], reason: str) -> None:
    done = CliRunner().invoke(app, ["token", "create", "--name", "x", "--role", "reader", *options])
    assert done.exit_code == 2
    assert reason in done.stderr


def test_importing(migrated: Tracker, tmp_path: Path) -> None:
    file, report = tmp_path / "plan.csv", tmp_path / "report.json"
    file.write_text(CSV)
    dry = migrated("import", file, "--dry-run")
    assert (dry.returncode, dry.stdout) == (0, "")
    assert "(dry run: nothing was recorded)" in dry.stderr
    done = migrated("import", file, "--report", report)
    assert done.returncode == 0
    assert "plan.csv: 1 created, 0 updated, 0 unchanged, 1 rejected" in done.stderr
    assert "Row 2: Title: There is no title" in done.stderr
    account = json.loads(report.read_text("utf-8"))
    assert [row["outcome"] for row in account["rows"]] == ["created", "rejected"]
    again = migrated("import", file)
    assert "0 created, 0 updated, 1 unchanged, 1 rejected" in again.stderr


def test_nothing_taken_is_a_failure(migrated: Tracker, tmp_path: Path) -> None:
    file = tmp_path / "plan.csv"
    file.write_text(CSV)
    whole = migrated("import", file, "--all-or-nothing")
    assert (whole.returncode, "2 rejected" in whole.stderr) == (1, True)
    file.write_text("Title,Start,Partners\nTalks,2024-06-03,JP\n")
    assert migrated("import", file).returncode == 1
    assert migrated("import", file, "--kind", "bilateral_talks").returncode == 0


def test_exporting(migrated: Tracker, tmp_path: Path) -> None:
    plan, file = tmp_path / "plan.csv", tmp_path / "engagements.xlsx"
    plan.write_text(CSV)
    migrated("import", plan)
    done = migrated("export", file)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"Wrote 1 engagements to {file}: UNCLASSIFIED\n"
    assert file.stat().st_mode & 0o777 == 0o600
    again = migrated("import", file)
    assert "engagements.xlsx: 0 created, 0 updated, 1 unchanged, 0 rejected" in again.stderr
    refused(migrated("export", file), "File exists")
    lines = tmp_path / "partners.jsonl"
    assert migrated("export", lines, "--list", "partners", "--filter", "code=AU", "--filter", "code=TO").returncode == 0
    assert [json.loads(line)["code"] for line in lines.read_text("utf-8").splitlines()] == ["AU", "TO"]


def test_exports_that_are_refused(migrated: Tracker, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    refused(migrated("export", tmp_path / "list.pdf"), "must end in one of: .csv, .xlsx, .jsonl, .ndjson, .geojson")
    refused(migrated("export", tmp_path / "people.geojson", "--list", "people"), "must end in one of: .csv,")
    refused(migrated("export", file, "--list", "tokens"), "There is no list 'tokens'")
    refused(migrated("export", file, "--filter", "limit=5"), "There is no such parameter")
    refused(migrated("export", tmp_path / "no" / "list.csv"), "No such file or directory")
    assert CliRunner().invoke(app, ["export", "list.csv", "--filter", "status"]).exit_code == 2
    assert not list(tmp_path.glob("*.csv"))


def test_an_import_whose_report_cannot_be_written_is_not_kept(migrated: Tracker, tmp_path: Path) -> None:
    file = tmp_path / "plan.csv"
    file.write_text(CSV)
    refused(migrated("import", file, "--report", tmp_path / "no" / "report.json"), "No such file or directory")
    assert "1 created" in migrated("import", file).stderr


def test_files_that_cannot_be_imported(migrated: Tracker, tmp_path: Path) -> None:
    (tmp_path / "brief.pdf").write_bytes(b"%PDF-1.7")
    refused(migrated("import", tmp_path / "brief.pdf"), "is a PDF document")
    refused(migrated("import", tmp_path / "none.csv"), "No such file or directory")
    refused(migrated("import", tmp_path), "Is a directory")
    assert CliRunner().invoke(app, ["import", "brief.pdf", "--kind", "war"]).exit_code == 2


def test_commands_begin_at_once() -> None:
    """What only some commands need is not loaded by all."""
    code = "import sys, app.cli; print([each for each in sys.modules if each in sys.argv[1:]])"
    heavy = ["fastapi", "alembic", "pycountry", "python_calamine", "uvicorn", "rich.progress"]
    done = subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_sample_is_part_of_the_package() -> None:
    assert len(FILES) == 5
