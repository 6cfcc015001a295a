"""Reading the documentation as a program can: its tables, its code, its links."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
Row = tuple[str, ...]

_BETWEEN_CELLS = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"`([^`]+)`")
_BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text(page: str) -> str:
    """A page, by its path from the root of the repository."""
    return (ROOT / page).read_text(encoding="utf-8")


def tables(page: str, *header: str) -> list[list[Row]]:
    """The rows of every table that has this header."""
    found: list[list[Row]] = []
    lines = iter(text(page).splitlines())
    for line in lines:
        if cells(line) == header:
            next(lines)
            rows = []
            for row in lines:
                if not row.startswith("|"):
                    break
                rows.append(cells(row))
            found.append(rows)
    assert found, f"{page} has no table with the header {header}"
    return found


def table(page: str, *header: str) -> list[Row]:
    """The rows of the table that has this header; of all of them, if there are several."""
    return [row for rows in tables(page, *header) for row in rows]


def cells(line: str) -> Row:
    return tuple(each.strip() for each in _BETWEEN_CELLS.split(line)[1:-1])


def code(markdown: str) -> list[str]:
    """What stands between backticks."""
    return _CODE.findall(markdown)


def blocks(page: str) -> list[tuple[str, str]]:
    """The fenced blocks of a page: what stands behind the fence, and what is inside."""
    return [(info.strip(), inside) for info, inside in _BLOCK.findall(text(page))]


def prose(markdown: str) -> str:
    """A page without its fenced blocks."""
    return _BLOCK.sub("", markdown)
