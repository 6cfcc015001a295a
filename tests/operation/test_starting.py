"""Settings that cannot be used: one line for each, and no start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.commands.unknown_settings import unknown_settings
from support.command import started


def said(folder: Path, **settings: str) -> tuple[int, list[str]]:
    with started(f"sqlite:///{folder}/none.db", folder, subprocess.PIPE, **settings) as process:
        _, output = process.communicate(timeout=90)
    return process.returncode, output.decode().splitlines()


def test_each_fault_has_a_line_that_names_its_variable(tmp_path: Path) -> None:
    status, lines = said(
        tmp_path,
        TRACKER_THREADS="none",
        TRACKER_TRUSTED_PROXIES="10.0.0.0/8,nowhere",
        TRACKER_LOG_FORMAT="xml",
        TRACKER_METRICS_ADDRESS="9100",
        TRACKER_LEDGER_KEY="a-secret-that-is-too-short",
    )
    assert status == 1
    names = ("THREADS", "LOG_FORMAT", "METRICS_ADDRESS", "TRUSTED_PROXIES", "LEDGER_KEY")
    assert sorted(line.split(": ")[:2] for line in lines) == sorted(["tracker", f"TRACKER_{name}"] for name in names)
    assert "a-secret" not in "".join(lines)


def test_what_looks_like_a_setting_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("TRACKER_HOME_CONTRY=AU\nTRACKER_PORT=9000\nOTHER=1\n")
    monkeypatch.setenv("TRACKER_XYZZY", "a secret")
    monkeypatch.setenv("tracker_thread", "8")
    monkeypatch.setenv("tracker_threads", "8")
    assert list(unknown_settings()) == [
        "TRACKER_HOME_CONTRY is no setting and counts for nothing; TRACKER_HOME_COUNTRY is one",
        "TRACKER_XYZZY is no setting and counts for nothing",
        "tracker_thread is no setting and counts for nothing; TRACKER_THREADS is one",
    ]


def test_the_command_does_not_load_what_only_serving_needs() -> None:
    program = "import sys, app.cli; sys.exit(any(each in sys.modules for each in ('structlog', 'opentelemetry.sdk')))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_what_is_loaded_to_serve_stays_and_what_few_ask_for_is_not(tmp_path: Path) -> None:
    """No garbage is looked for among what stays; what files are made and read with is loaded with the first of them."""
    program = (
        "import gc, sys; from app.process import application; application();"
        "print(gc.isenabled(), gc.get_freeze_count() > 100_000, [each for each in sys.argv[1:] if each in sys.modules])"
    )
    seldom = ["alembic", "docx", "icalendar", "opentelemetry.sdk", "pydantic.v1", "python_calamine", "xlsxwriter"]
    environment = os.environ | {"TRACKER_DATABASE_URL": f"sqlite:///{tmp_path}/none.db"}
    done = subprocess.run(
        [sys.executable, "-c", program, *seldom], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "True True []"
