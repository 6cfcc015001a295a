"""PostgreSQL's own programs, `pg_dump` and `pg_restore`: where they are, and how they are run."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import URL

from app.commands.opening import Refused

DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian keeps them, one folder for each major version."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A program, and its major version."""

    path: str
    major: int

    def __str__(self) -> str:
        return f"{Path(self.path).name} {self.major}"


def found(name: str, *, at_least: int) -> Tool:
    """The first such program that is not older than that. Raises Refused if there is none."""
    seen = []
    for path in _candidates(name):
        tool = Tool(path, _major(path))
        if tool.major >= at_least:
            return tool
        seen.append(str(tool.major))
    have = f" (there is {', '.join(seen)})" if seen else ""
    raise Refused(
        f"{name} of PostgreSQL {at_least} or newer is needed{have}: install the client programs, or put them on PATH"
    )


def _candidates(name: str) -> Iterator[str]:
    if on_path := shutil.which(name):
        yield on_path
    folders = (path for path in DEBIAN.glob("*/bin") if path.parent.name.isdigit())
    for folder in sorted(folders, key=lambda path: int(path.parent.name), reverse=True):
        if (folder / name).exists():
            yield str(folder / name)


def _major(path: str) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - found
    number = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(number[1]) if number else 0


@contextmanager
def running(tool: Tool, url: URL, arguments: Sequence[str], *, feeds: bool = False) -> Iterator[IO[bytes]]:
    """The program on a database: what it says, or with `feeds` what it is told. Raises Refused if it fails.

    The password goes through the environment, where other users of the machine do not see it.
    """
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password is not None else {})
    with subprocess.Popen(  # noqa: S603 - found above
        [tool.path, f"--dbname={address}", "--no-password", *arguments],
        stdin=subprocess.PIPE if feeds else subprocess.DEVNULL,
        stdout=None if feeds else subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    ) as process:
        pipe = process.stdin if feeds else process.stdout
        assert pipe is not None  # noqa: S101 - asked for above
        assert process.stderr is not None  # noqa: S101
        try:
            with pipe:
                yield pipe
        except BrokenPipeError:
            pass  # it has ended before it had read all, and says why
        except BaseException:
            process.kill()
            raise
        said = process.stderr.read().decode(errors="replace")
        if process.wait() != 0:
            raise Refused(f"{tool} failed: {_first(said)}")


def _first(said: str) -> str:
    lines = [line for line in said.splitlines() if "error" in line.lower()] or said.splitlines()
    return lines[0] if lines else "it does not say why"
