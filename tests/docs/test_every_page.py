"""Links lead somewhere, decisions are whole, commands exist, versions agree."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from reading_docs import PAGES, ROOT, blocks, code, prose, table, text

from app import __version__

DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
HEADINGS = ["## Context", "## Decision", "## Alternatives", "## Consequences"]
LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")
LONGEST_LINE = 120


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", prose(page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(prose(page.read_text())):
        if link.startswith(("http://", "https://")):
            continue
        target, _, anchor = link.partition("#")
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), link
        assert not anchor or anchor in _anchors(path), link


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_lines_of_prose_are_short(page: Path) -> None:
    for line in prose(page.read_text()).splitlines():
        assert len(line) <= LONGEST_LINE or line.startswith("|"), line


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_is_whole(page: Path) -> None:
    number, title = page.name[:4], page.read_text().splitlines()[0]
    assert title.startswith(f"# {number}. ")
    assert re.findall(r"^## .*$", page.read_text(), re.MULTILINE) == HEADINGS


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_the_readme_fits_on_a_screen_and_shows_a_picture() -> None:
    readme = text("README.md")
    assert len(readme.splitlines()) <= 100
    picture = re.search(r"!\[[^\]]+\]\((docs/images/[^)]+)\)", readme)
    assert picture is not None
    assert 10_000 < (ROOT / picture.group(1)).stat().st_size < 300_000


def test_the_two_commands_of_the_readme() -> None:
    commands = "\n".join(inside for _, inside in blocks("README.md"))
    assert "pip install uv && uv run tracker demo" in commands
    assert "uv run pytest" in commands


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_programs_that_pages_name_are_there(page: Path) -> None:
    for named in re.findall(r"(?:^|`)(\.ci/[\w.]+|benchmarks/[\w.]+)", page.read_text(), re.MULTILINE):
        assert (ROOT / named).exists(), named


def test_scripts_of_ci_can_be_run() -> None:
    for script in [ROOT / ".ci/run", *(ROOT / ".ci").glob("*.sh")]:
        assert script.stat().st_mode & 0o111 == 0o111, script.name
        subprocess.run(["bash", "-n", str(script)], check=True)


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads(text("pyproject.toml"))
    extras = [each for extra in project["project"]["optional-dependencies"].values() for each in extra]
    declared = [*project["project"]["dependencies"], *extras, *project["dependency-groups"]["dev"]]
    names = {re.match(r"[\w-]+", each).group() for each in declared}  # type: ignore[union-attr]
    rows = table("docs/decisions/0013-dependencies.md", "package", "why")
    justified = [re.sub(r" \(.*\)", "", each) for row in rows for each in row[0].split(", ")]
    assert sorted(justified) == sorted(names)


def test_the_changelog_knows_this_version() -> None:
    assert re.search(
        rf"^## \[{re.escape(__version__)}\] - \d{{4}}-\d{{2}}-\d{{2}}$", text("CHANGELOG.md"), re.MULTILINE
    )


def test_code_that_extending_points_at_exists() -> None:
    for named in code(text("docs/extending.md") + text("docs/architecture.md")):
        if named.startswith("app/"):
            assert (ROOT / named).exists(), named
