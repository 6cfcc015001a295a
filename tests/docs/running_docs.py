"""Running what a page says: its commands, one after the other in one shell, against a served demonstration."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reading_docs import blocks

ADDRESS = "http://127.0.0.1:8000"
TRACKER = Path(sys.executable).with_name("tracker")
MARK = "---- next block"
ANYTHING = "…"


@dataclass(frozen=True)
class Demo:
    """A served demonstration: where it is, its tokens by role, and the example that it prints."""

    address: str
    tokens: dict[str, str]
    example: str


@contextmanager
def served(database: Path) -> Iterator[Demo]:
    """The demonstration, as a new user starts it, on a database of its own."""
    command = [TRACKER, "demo", "--port", "0", "--database-url", f"sqlite:///{database}"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=database.parent) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line.strip())
            if said[-1].startswith("curl "):
                break
        try:
            tokens = dict(re.findall(r"(\w+) +(det_\S{43})$", "\n".join(said[:-1]), re.MULTILINE))
            address = re.search(r"http://[\d.:]+", said[-1])
            assert address is not None, said
            yield Demo(address.group(), tokens, said[-1])
        finally:
            process.terminate()
            process.wait(20)


def run(script: str, demo: Demo, folder: Path, **variables: str) -> str:
    """What a script prints, with these variables set; each of its commands must succeed."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace(ADDRESS, demo.address)],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "NO_PROXY": "*", **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{done.stderr}\n{done.stdout[-3000:]}"
    return done.stdout


def documents_of(output: str) -> list[Any]:
    """The JSON documents that stand one behind the other in what commands have printed."""
    decoder, found, rest = json.JSONDecoder(), [], output.strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        found.append(document)
        rest = rest[end:].lstrip()
    return found


def answers_of(page: str, demo: Demo, folder: Path, **roles: str) -> list[list[Any]]:
    """What each `sh` block of a page has printed; each variable holds the token of the role that it is given."""
    steps = [inside for info, inside in blocks(page) if info == "sh"]
    tokens = {name: demo.tokens[role] for name, role in roles.items()}
    output = run(f"\necho '{MARK}'\n".join(steps), demo, folder, **tokens)
    return [documents_of(each) for each in output.split(MARK)]


def shown_of(page: str) -> list[tuple[int, Any]]:
    """The answers that a page shows in its `json` blocks, and the number of the `sh` block that each stands behind."""
    found, number = [], -1
    for info, inside in blocks(page):
        number += info == "sh"
        if info == "json":
            found.append((number, json.loads(inside)))
    return found


def assert_shows(shown: Any, answer: Any, place: str = "") -> None:
    """That an answer is what a page shows of it: some of its fields, `…` for whatever is different each time."""
    if shown == ANYTHING:
        return
    if isinstance(shown, dict):
        assert isinstance(answer, dict), place
        for name, value in shown.items():
            assert name in answer, f"{place}/{name} is not in {answer}"
            assert_shows(value, answer[name], f"{place}/{name}")
    elif isinstance(shown, list):
        assert isinstance(answer, list), place
        assert len(shown) == len(answer), f"{place}: {answer}"
        for index, (one, other) in enumerate(zip(shown, answer, strict=True)):
            assert_shows(one, other, f"{place}/{index}")
    else:
        assert shown == answer, f"{place}: {answer}"
