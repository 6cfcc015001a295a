"""The command line as the page on operations tells it, and the commands that all pages use."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from reading_docs import PAGES, ROOT, blocks, code, table
from typer.main import get_command

from app.access.register import Register
from app.cli import app
from app.telemetry.exposition import everything
from app.web.readiness import checks
from app.web.samples import Samples

HELPERS = {"--help"}
FIRST_WORDS = "demo|serve|migrate|sample|token|import|audit|disposal|backup|restore"


def _commands(command: Any, name: str) -> dict[str, Any]:
    """Every command that does something, by what one types."""
    if not hasattr(command, "commands"):
        return {name: command}
    return {
        found: each
        for sub, inner in command.commands.items()
        for found, each in _commands(inner, f"{name} {sub}").items()
    }


COMMANDS = _commands(get_command(app), "tracker")
ROWS = {code(row[0])[0]: row for row in table("docs/operations.md", "command", "options", "what it does")}


def _options(command: Any) -> set[str]:
    return {option for each in command.params for option in each.opts if option.startswith("--")} - HELPERS


def test_every_command_is_documented_and_no_other() -> None:
    assert set(ROWS) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_documented_and_no_other(name: str) -> None:
    assert set(code(ROWS[name][1])) == _options(COMMANDS[name])


def _used() -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        name = page.relative_to(ROOT).as_posix()
        for _, inside in blocks(name):
            for line in inside.splitlines():
                typed = re.search(rf"(?:uv run |app )(tracker )?((?:{FIRST_WORDS})\b.*)", line)
                if typed and (typed[1] or "docker" in line):
                    found.append((name, f"tracker {typed[2]}"))
    return found


@pytest.mark.parametrize(("page", "line"), _used())
def test_commands_that_pages_use_exist(page: str, line: str) -> None:
    words = shlex.split(line)
    name = next(each for each in COMMANDS if words[: len(each.split())] == each.split())
    used = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert used <= _options(COMMANDS[name]), page


def _family(name: str) -> str:
    return re.sub("_(total|bucket|count|sum)$", "", name)


def test_every_metric_is_documented_and_alerts_use_no_other(register: Register) -> None:
    told = {_family(each.name) for each in everything(Samples(register.database)).collect()}
    rows = {_family(code(row[0])[0]) for row in table("docs/operations.md", "metric", "labels", "what it tells")}
    ours = {each for each in told if each.startswith("tracker_")}
    assert ours == rows - {"process_…"}
    alerts = table("docs/operations.md", "alert", "expression", "what it means", "what to do")
    used = {_family(each) for row in alerts for each in re.findall(r"\b(?:tracker|process)_\w+", row[1])}
    assert used <= told


def test_every_check_of_readiness_is_documented(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register.seals, "file", tmp_path / "seals")
    monkeypatch.setattr(register.database.replicas, "all", ("one",))
    found = {each.name: each.needed for each in checks(register)}
    rows = {code(row[0])[0]: row[1] == "yes" for row in table("docs/operations.md", "check", "needed", "wrong when")}
    assert found == rows
